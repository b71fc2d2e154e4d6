"""Spark: deals stay where they are, and the answers are DuckDB's. `make test-long` installs what
this needs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from kpis.engines import session
from kpis.tables import table

from kpi_helpers import KitError, load_deals, pipeline_movement, scorecard
from kpi_helpers.engines.lazy import to_spark
from kpi_helpers.errors import MissingColumns, UnknownValue
from kpi_helpers.judging import learn

pytestmark = pytest.mark.long
WINDOW = {"window": "2024-Q1", "as_of": "2024-12-31"}
ROWS = 2_400_000  # in the large files: 505 MiB
DRIVER = 480  # MiB of memory of the driver that counts them; Spark starts with no less than 450


def write_deals(folder: Path, rows: int, files: int, layout: str = "") -> None:
    """A deal table in several files, in no order that would help."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for part in range(files):
        connection.execute(f"""COPY (
            SELECT printf('006D%014d', i * {files} + {part}) AS deal_id,
              'Partner ' || i % 7 AS partner,
                   'Representative ' || hash(i, 1) % 400 AS owner, 'Department ' || hash(i,
                     2) % 20 AS department,
                   'Unit ' || hash(i, 3) % 5 AS unit, 'Customer ' || hash(i,
                     4) % 3000000 || ' Limited' AS customer,
                   'Region ' || hash(i, 5) % 30 AS region, 'Product ' || hash(i, 6) % 40 AS product,
                   ['small', 'mid', 'enterprise'][(hash(i, 7) % 3)::INT + 1] AS size_band,
                   ['paid', 'earned', 'owned'][(hash(i, 8) % 3)::INT + 1] AS channel,
                   ['Negotiation', 'Closed Won', 'Closed Lost'][i % 3 + 1] AS stage,
                   ['open', 'won', 'lost'][i % 3 + 1] AS status, hash(i,
                     {part}) % 1000000 / 100 AS amount,
                   'EUR' AS currency, hash(i, 9) % 100 / 100 AS probability,
                     'crm' AS probability_source,
                   hash(i, 10) % 2 = 0 AS ideal,
                   TIMESTAMP '2024-01-01' + INTERVAL 1 DAY * (hash(i, 11) % 80) AS created_on,
                   CASE WHEN i % 3 > 0 THEN created_on + INTERVAL 1 DAY * (hash(i, 12) % 13)
                     END AS closed_on,
                   created_on + INTERVAL 1 DAY * (hash(i, 13) % 90) AS expected_close_on,
                   CASE WHEN i % 3 = 2
                        THEN ['Price', 'No decision', 'Competitor'][(hash(i, 14) % 3)::INT + 1]
                          END AS lost_reason,
                   lost_reason = 'Competitor' AS lost_to_competitor
            FROM range({rows // files}) t(i))
              TO '{folder}/{part}.parquet' (FORMAT parquet{layout})""")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A few deals in several files."""
    folder = tmp_path_factory.mktemp("lake")
    write_deals(folder, 30_000, 3)
    return folder


@pytest.fixture
def large(tmp_path):
    """The whole deal table, plain: neither packed nor with dictionaries. Taken away afterwards."""
    folder = tmp_path / "large"
    folder.mkdir()
    write_deals(folder, ROWS, 4, ", COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1")
    yield folder
    shutil.rmtree(folder)


def test_files_bigger_than_the_drivers_memory_are_counted_and_no_deal_comes_to_the_driver(
    large, tmp_path
):
    limit = DRIVER * 2**20
    size = sum(path.stat().st_size for path in large.iterdir())
    assert size > limit
    answer = tmp_path / "answer.parquet"
    words = [sys.executable, Path(__file__).with_name("large.py"), large, f"{DRIVER}m", answer]
    run = subprocess.run(
        [*map(str, words)], capture_output=True, text=True, timeout=540, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr[-3000:]
    seen = json.loads(run.stdout.splitlines()[-1])
    assert seen["heap"] <= limit < size
    assert seen["partitions"] > 1
    assert 0 < seen["brought"] <= 7 * 3 * 2  # totals: partners, months
    wanted = scorecard(
        duckdb.read_parquet(f"{large}/*.parquet"), by=["partner", "month"], **WINDOW
    ).df()
    assert len(wanted) > 1000
    pd.testing.assert_frame_equal(pd.read_parquet(answer), wanted, check_dtype=False)


def test_a_session_of_another_time_zone_is_refused_as_its_days_would_begin_at_other_hours():
    deals, zone = (
        to_spark(session(), table({"status": "won"})),
        session().conf.get("spark.sql.session.timeZone"),
    )
    try:
        session().conf.set("spark.sql.session.timeZone", "Pacific/Auckland")
        with pytest.raises(KitError, match="Pacific/Auckland is not this machine's"):
            scorecard(deals, **WINDOW)
    finally:
        session().conf.set("spark.sql.session.timeZone", zone)


def test_the_command_reads_a_path(command, folder, monkeypatch):
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.sql.shuffle.partitions=2 pyspark-shell")
    words = (
        "--by",
        "partner,month",
        "--kpi",
        "deal_count",
        "--window",
        "2024-Q1",
        "--as-of",
        "2024-12-31",
    )
    there, here = (
        command("kpis", source, *words, "--format", "json")
        for source in (f"spark:{folder}", folder / "*.parquet")
    )
    assert there.returncode == here.returncode == 0, there.stderr + here.stderr
    assert json.loads(there.stdout) == json.loads(here.stdout)


@pytest.mark.parametrize(
    "bad", ["deals.csv", "none", "empty", "folder", "nowhere.parquet", "a_table"]
)
def test_what_is_no_parquet_is_told_in_one_line(command, tmp_path, bad):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").mkdir()
    for file in ("deals.csv", "folder/deals.csv"):
        (tmp_path / file).write_text("deal_id,partner\n1,Ada\n")
    answer = command("kpis", f"spark:{bad}" if bad == "a_table" else f"spark:{tmp_path / bad}")
    assert answer.returncode == 2
    said = [line for line in answer.stderr.splitlines() if "spark:" in line]
    kind = "a table" if bad == "a_table" else "Parquet"
    assert len(said) == 1
    assert f"{bad} cannot be read as {kind}: " in said[0]
    assert said[0].endswith("DuckDB reads exports: give the path alone.")
    assert "Traceback" not in answer.stderr
    assert "\tat " not in answer.stderr  # Java's stack
    assert answer.stdout == ""


def test_a_blank_status_is_told_as_blank():
    with pytest.raises(KitError, match=r"there is also blank \(1\)\."):
        load_deals(to_spark(session(), table({"status": "won"}, {"status": None})))


def test_what_works_on_pandas_only_says_so_of_a_spark_frame():
    deals = to_spark(session(), table({"status": "won"}))
    with pytest.raises(
        KitError, match=r"takes a pandas frame, not a Spark DataFrame; \.toArrow\(\)\.to_pandas\(\)"
    ):
        pipeline_movement(deals, since="2025-01-01", as_of="2025-02-01")
    with pytest.raises(KitError, match="learn takes a pandas frame, not a Spark DataFrame"):
        learn(deals, "2025-01-01")


def test_what_does_not_fit_is_told():
    deals = to_spark(session(), table({"status": "won"}, {"status": "Closed Won"}))
    with pytest.raises(KitError, match=r"there is also 'Closed Won' \(1\).*DuckDB"):
        load_deals(deals)
    with pytest.raises(MissingColumns, match="needs column 'partner'"):
        load_deals(deals.withColumnRenamed("partner", "reseller"))
    won = deals.filter("status = 'won'").withColumnRenamed("partner", "reseller")
    assert "partner" in load_deals(won, mapping={"partner": "reseller"}).columns
    with pytest.raises(UnknownValue, match="no column 'Reseler'"):
        load_deals(won, mapping={"partner": "Reseler"})
    with pytest.raises(KitError, match="DuckDB"):
        load_deals(won, currency="EUR")
