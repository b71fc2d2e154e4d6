"""Spark: deals stay where they are, and the answers are DuckDB's. `make test-long` installs what this needs."""

import json

import duckdb
import pandas as pd
import pytest
from kpis.engines import session
from kpis.tables import table

from kpi_helpers import KitError, load_deals, pipeline_movement, scorecard
from kpi_helpers.errors import MissingColumns, UnknownValue
from kpi_helpers.judging import learn
from kpi_helpers.lazy import to_spark

pytestmark = pytest.mark.long
WINDOW = {"window": "2024-Q1", "as_of": "2024-12-31"}
ROWS = 300_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Deals in several files, more of them than the driver may be sent (its limit is set in kpis.engines)."""
    folder = tmp_path_factory.mktemp("lake")
    for part in range(3):
        duckdb.sql(f"""COPY (
            SELECT 'D{part}-' || i AS deal_id, 'P' || i % 7 AS partner, ['open', 'won', 'lost'][i % 3 + 1] AS status,
                   hash(i, {part}) % 1000000 / 100 AS amount,
                   TIMESTAMP '2024-01-01' + INTERVAL 1 DAY * (i % 80) AS created_on,
                   CASE WHEN i % 3 > 0 THEN created_on + INTERVAL 1 DAY * (i % 13) END AS closed_on
            FROM range({ROWS // 3}) t(i)) TO '{folder}/{part}.parquet' (FORMAT parquet)""")
    assert sum(path.stat().st_size for path in folder.iterdir()) > 2 * 2**20
    return folder


def test_the_scorecard_of_many_files_is_duckdbs_and_no_deal_comes_to_the_driver(folder, monkeypatch):
    deals = load_deals(session().read.parquet(str(folder)))
    assert deals.rdd.getNumPartitions() > 1
    kind, brought = type(deals), []
    for name in ("toArrow", "toPandas", "collect"):
        real = getattr(kind, name)

        def counted(self, *args, real=real, **kwargs):
            answer = real(self, *args, **kwargs)
            brought.append(getattr(answer, "num_rows", None) or len(answer))
            return answer

        monkeypatch.setattr(kind, name, counted)
    answer = scorecard(deals, by=["partner", "month"], **WINDOW)
    assert isinstance(answer, kind)
    assert max(brought) <= 7 * 3 * 2  # totals: partners, months
    wanted = scorecard(duckdb.read_parquet(f"{folder}/*.parquet"), by=["partner", "month"], **WINDOW).df()
    pd.testing.assert_frame_equal(answer.toArrow().to_pandas(), wanted, check_dtype=False)


def test_a_session_of_another_time_zone_is_refused_as_its_days_would_begin_at_other_hours():
    deals, zone = to_spark(session(), table({"status": "won"})), session().conf.get("spark.sql.session.timeZone")
    try:
        session().conf.set("spark.sql.session.timeZone", "Pacific/Auckland")
        with pytest.raises(KitError, match="Pacific/Auckland is not this machine's"):
            scorecard(deals, **WINDOW)
    finally:
        session().conf.set("spark.sql.session.timeZone", zone)


def test_the_command_reads_a_path(command, folder, monkeypatch):
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.sql.shuffle.partitions=2 pyspark-shell")
    words = ("--by", "partner,month", "--kpi", "deal_count", "--window", "2024-Q1", "--as-of", "2024-12-31")
    there, here = (
        command("kpis", source, *words, "--format", "json") for source in (f"spark:{folder}", folder / "*.parquet")
    )
    assert there.returncode == here.returncode == 0, there.stderr + here.stderr
    assert json.loads(there.stdout) == json.loads(here.stdout)


@pytest.mark.parametrize("bad", ["deals.csv", "none", "empty", "folder", "nowhere.parquet", "a_table"])
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
    with pytest.raises(KitError, match=r"takes a pandas frame, not a Spark DataFrame; \.toArrow\(\)\.to_pandas\(\)"):
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
