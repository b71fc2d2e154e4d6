"""Reports on a deal table that lies in many Parquet files, sorted by partner, as Spark writes
it."""

import duckdb
import nbformat
from conftest import write_export

from kpi_helpers import load
from kpi_helpers.reports import run_reports, schedule
from reports.small import READS, READS_ALL, small_notebook

ASKED = {"window": "2025-Q4", "as_of": "2025-12-31", "partners": ["B"], "jobs": 1}


def outputs(run) -> list:
    [record] = [record for record in run.records if record["partner"] == "B"]
    cells = nbformat.read(run.out / record["slug"] / "report.ipynb", as_version=4).cells
    return [
        output["text"] for cell in cells for output in cell.get("outputs", []) if "text" in output
    ]


def test_reports_read_a_folder_of_parquet_as_they_read_the_export(tmp_path, monkeypatch):
    source, folder = write_export(tmp_path / "deals.csv", ["A", "B", "C"]), tmp_path / "prepared"
    folder.mkdir()
    deals = load(source).deals("duckdb")
    early = "deal_id < 'D1-3'"  # a partner goes on in the next file
    for number, rows in enumerate(
        ("partner = 'A'", f"partner = 'B' AND {early}", f"partner > 'A' AND NOT {early}")
    ):
        deals.filter(rows).order("partner").write_parquet(str(folder / f"part-{number}.parquet"))
    assert duckdb.read_parquet(str(folder / "*.parquet")).shape[0] == 18
    small_notebook(tmp_path / schedule.REPORT, READS)
    small_notebook(tmp_path / schedule.PORTFOLIO, READS_ALL)
    monkeypatch.setattr(schedule, "notebook_path", lambda name=schedule.REPORT: tmp_path / name)
    there = run_reports(source, out=tmp_path / "there", **ASKED)
    here = run_reports(str(folder / "*.parquet"), out=tmp_path / "here", **ASKED)
    assert there.failed == here.failed == []
    assert outputs(here) == outputs(there) != []
    assert (here.out / "scorecard.csv").read_text("utf-8") == (
        there.out / "scorecard.csv"
    ).read_text("utf-8")
