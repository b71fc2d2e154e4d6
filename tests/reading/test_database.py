"""PostgreSQL, on a server that this test starts itself in a temporary folder and stops at its
end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpi_helpers import cli
from kpi_helpers.errors import KitError
from kpi_helpers.reading import load
from kpi_helpers.reading.files.database import query_text, shown

psycopg = pytest.importorskip(
    "psycopg", reason="POSTGRESQL IS NOT TESTED: psycopg is not installed"
)
USER, PASSWORD = "kit_reader", "s3cret-Passw0rd"
DEALS = """CREATE TABLE deals AS SELECT 'D' || i AS deal_id, 'Partner ' || i % 7 AS partner,
    CASE i % 3 WHEN 0 THEN 'won' WHEN 1 THEN 'lost' ELSE 'open' END AS status,
    CASE WHEN i % 5 <> 0 THEN (i * 1.25)::numeric(12, 3) END AS amount, i % 2 = 0 AS ideal,
    DATE '2025-01-01' + i % 90 AS created_on, CASE
      WHEN i % 3 < 2 THEN TIMESTAMP '2025-05-01 10:00' END AS closed_on,
    CASE i WHEN 1 THEN '' WHEN 2 THEN E'two\\nlines, "quoted"' END AS region
      FROM generate_series(1, 20000) i"""


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).resolve().parent if on_path else None


def _as_user() -> dict:
    """The server refuses to run as root, so another user's rights are taken on where these are
    root's."""
    if os.getuid() != 0:
        return {}
    names = {p.pw_name: p for p in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="module")
def server():
    programs = _programs()
    if programs is None:
        pytest.skip("POSTGRESQL IS NOT TESTED: install its server (apt-get install postgresql)")
    who, folder = _as_user(), Path(tempfile.mkdtemp(prefix="kit-postgres-"))
    (folder / "password").write_text(PASSWORD)
    if who:
        for path in (folder, folder / "password"):
            os.chown(path, who["user"], who["group"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "cwd": folder, **who}
    made = subprocess.run(
        [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            USER,
            "--auth=scram-sha-256",
            "--no-sync",
            "-E",
            "UTF8",
            f"--pwfile={folder / 'password'}",
        ],
        **quiet,
        check=False,
    )
    assert made.returncode == 0, made.stdout.decode()
    running = subprocess.Popen(
        [
            programs / "postgres",
            "-D",
            folder / "data",
            "-k",
            folder,
            "-p",
            str(port),
            "-c",
            "fsync=off",
            "-c",
            "listen_addresses=127.0.0.1",
        ],
        **quiet,
    )
    address = f"postgresql://127.0.0.1:{port}/postgres"
    try:
        for _ in range(100):
            try:
                with psycopg.connect(
                    address, user=USER, password=PASSWORD, connect_timeout=2
                ) as connection:
                    connection.execute(DEALS)
                break
            except psycopg.OperationalError:
                assert running.poll() is None, running.stdout.read().decode()
                time.sleep(0.1)
        yield address
    finally:
        running.terminate()
        running.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def address(server, monkeypatch):
    monkeypatch.setenv("PGUSER", USER)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return server


def test_a_query_gives_the_deals_with_their_types(address, tmp_path):
    data = load(address, query="SELECT * FROM deals ORDER BY deal_id -- all of them;\n")
    deals = data.deals().set_index("deal_id")
    assert (data.rows_in, data.rows_used, data.profile) == (20_000, 20_000, "kit")
    assert deals.loc["D1", "amount"] == 1.25 and deals["amount"].isna().sum() == 4_000
    assert (
        deals.loc["D2", "region"] == 'two\nlines, "quoted"' and deals["region"].notna().sum() == 1
    )
    assert str(deals.loc["D3", "closed_on"])[:10] == "2025-05-01" and bool(deals.loc["D2", "ideal"])
    file = tmp_path / "deals.sql"
    file.write_text("WITH d AS (SELECT * FROM deals)\nSELECT * FROM d WHERE status = 'won';\n")
    assert load(address, query=file).rows_used == load(address, query=str(file)).rows_used == 6_666


def test_nothing_of_the_credentials_is_told(address, monkeypatch, tmp_path):
    data = load(address, query="SELECT *, 'x' AS extra FROM deals WHERE deal_id = 'D5'")
    told = repr(data) + str(data.mapping) + str(data.warnings)
    assert PASSWORD not in told and USER not in told and "127.0.0.1" in data.mapping["partner"]
    monkeypatch.setenv("PGPASSWORD", "wrong-Passw0rd")
    with pytest.raises(KitError) as caught:
        load(address, query="SELECT 1")
    assert "password authentication failed" in str(caught.value)
    assert not any(secret in str(caught.value) for secret in (USER, "wrong-Passw0rd"))
    assert caught.value.__cause__ is None  # a traceback would show the driver's own words
    with_password = address.replace("//", f"//{USER}:{PASSWORD}@")
    for source in (with_password, address + f"?password={PASSWORD}"):
        with pytest.raises(KitError, match="leave the password out") as caught:
            load(source, query="SELECT 1")
        assert PASSWORD not in str(caught.value) and USER not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT nothing FROM deals", "column .*nothing.* does not exist"),
        ("DELETE FROM deals", "syntax error|WITH|DELETE"),
        ("SELECT * FROM deals; DROP TABLE deals", "syntax error"),
        (
            "WITH gone AS (DELETE FROM deals RETURNING *) SELECT * FROM gone",
            "data-modifying|read-only",
        ),
        ("SELECT deal_id, status FROM deals", "no partner column"),
        (
            "SELECT 1/(i-3) AS partner, 'won' AS status FROM generate_series(1, 5) i",
            "division by zero",
        ),
        (" ; ", "query is empty"),
        (None, "needs a query"),
        ("absent.sql", "cannot be read"),
    ],
)
def test_what_goes_wrong_is_one_clear_message(address, query, said):
    with pytest.raises(KitError, match=said):
        load(address, query=query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1) AS a; COMMIT; DELETE FROM deals; SELECT * FROM (SELECT 1",
        "SELECT 1) TO STDOUT; COMMIT; DELETE FROM deals; COPY (SELECT 1",
        "SELECT 1; SET TRANSACTION READ WRITE; DELETE FROM deals",
        "SELECT set_config('transaction_read_only', 'off', true), 'P' AS partner",
    ],
)
def test_no_query_gets_out_of_its_read_only_transaction(address, query):
    before = len(load(address, query="SELECT * FROM deals").deals())
    with pytest.raises(KitError):
        load(address, query=query)
    assert len(load(address, query="SELECT * FROM deals").deals()) == before > 0


def test_a_query_may_not_run_for_ever(address):
    with pytest.raises(KitError, match="statement timeout"):
        load(
            f"{address}?options=-c%20statement_timeout%3D200",
            query="SELECT 'P' AS partner, 'won' AS status FROM (SELECT pg_sleep(20)) AS long",
        )


def test_no_server_no_database_no_address(address):
    with pytest.raises(KitError, match=r"(?i)refused|connection"):
        load("postgresql://127.0.0.1:1/x", query="SELECT 1")
    with pytest.raises(KitError, match="does not exist"):
        load(address + "s", query="SELECT 1")
    with pytest.raises(KitError, match="no PostgreSQL address"):
        load("postgresql://h:%zz@/%", query="SELECT 1")
    with pytest.raises(KitError, match="asked of a database only"):
        load("deals.csv", query="SELECT 1")


def test_what_may_be_shown():
    assert (
        shown(f"postgres://{USER}:{PASSWORD}@h/db?sslmode=require&password=x")
        == "postgresql://h/db"
    )
    assert query_text("SELECT 1 ;\n; ") == "SELECT 1"


def test_the_command_asks_the_query_of_its_file(address, tmp_path):
    counted = []
    for day in ("2025-02-01", "2025-03-01"):
        file = tmp_path / "deals.sql"
        file.write_text(f"SELECT * FROM deals WHERE created_on < DATE '{day}'", encoding="utf-8")
        words = ["kpis", address, "--query", str(file), "--kpi", "deal_count", "--window", "all"]
        answer = CliRunner().invoke(cli.main, words)
        assert answer.exit_code == 0, answer.stderr
        counted.append(answer.stderr.splitlines()[-1])
    assert len(set(counted)) == 2 and all("rows in" in line for line in counted)
