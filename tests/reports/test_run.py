"""The main job end to end: an export in, a notebook and a page for every partner out."""

import json
import re

import nbformat
import pandas as pd
import pytest

HOSTILE = ["Quo\"te's", "../../x", "<script>alert(1)</script>", "U" * 300, "İıĞş", "acme", "ACME", "line\nbreak $x^2$"]


def written(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory):
    from conftest import write_export

    from kpi_helpers.reports import run_reports

    folder = tmp_path_factory.mktemp("hostile")
    write_export(folder / "deals.csv", HOSTILE)
    return run_reports(folder / "deals.csv", out=folder / "out", window="2025-Q4", as_of="2025-12-31", jobs=2)


def test_every_partner_gets_an_executed_notebook_and_a_page(hostile_run):
    run = hostile_run
    assert run.failed == []
    assert [record["partner"] for record in run.records] == sorted(HOSTILE)
    assert run.rows_in == run.rows_used + run.rows_rejected == 6 * len(HOSTILE)
    for record in run.records:
        notebook = nbformat.read(run.out / record["slug"] / "report.ipynb", as_version=4)
        assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
        assert (run.out / record["slug"] / "report.html").exists()


def test_nothing_is_written_outside_the_folder_and_nothing_half_done_is_left(hostile_run):
    out = hostile_run.out
    assert {path.name for path in out.parent.iterdir()} == {"deals.csv", "out"}
    assert not [name for name in written(out) if name.split("/")[-1].startswith(".")]
    assert {"index.html", "scorecard.csv", "rejected.csv", "manifest.jsonl"} <= written(out)


def test_hostile_names_are_escaped_in_every_page(hostile_run):
    for path in hostile_run.out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text, path
    index = (hostile_run.out / "index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in index


def test_a_report_shows_nothing_of_another_partner(hostile_run):
    """Names of eight letters or more would be found whole; deal ids always would."""
    for record in hostile_run.records:
        others = [name for name in HOSTILE if name != record["partner"] and len(name) > 6]
        for name in ("report.ipynb", "report.html"):
            text = (hostile_run.out / record["slug"] / name).read_text(encoding="utf-8")
            assert not [other for other in others if other in text or json.dumps(other)[1:-1] in text]


def test_the_scorecard_holds_everyone_and_each_partner(hostile_run):
    table = pd.read_csv(hostile_run.out / "scorecard.csv", keep_default_na=False)
    assert set(table["partner"]) == {"*", *HOSTILE}
    won = table[(table["kpi"] == "deal_count") & (table["basis"] == "won")].set_index("partner")["value"].astype(float)
    assert won["*"] == won.drop("*").sum() == 2 * len(HOSTILE)


def test_the_manifest_tells_parameters_and_versions(hostile_run):
    lines = [json.loads(line) for line in (hostile_run.out / "manifest.jsonl").read_text().splitlines()]
    assert [line["partner"] for line in lines] == sorted(HOSTILE)
    assert all(line["status"] == "ok" and line["parameters"]["window"] == "2025-Q4" for line in lines)
    assert re.match(r"\d+\.", lines[0]["versions"]["pandas"])


def test_a_failing_report_never_stops_the_others(tmp_path, command, export, monkeypatch):
    """One partner's prepared rows vanish under the running report: it fails with a banner, the other is made."""
    from kpi_helpers.reports import plan, run_reports

    broken = tmp_path / "broken.ipynb"
    notebook = nbformat.read(plan.notebook_path(), as_version=4)
    notebook.cells.insert(3, nbformat.v4.new_code_cell('assert partner != "Bad", "this one breaks"'))
    nbformat.write(notebook, broken)
    monkeypatch.setattr(plan, "notebook_path", lambda name=plan.REPORT: broken)
    run = run_reports(export("Bad", "Good"), out=tmp_path / "out", window="2025-Q4", as_of="2025-12-31")
    status = {record["partner"]: record["status"] for record in run.records}
    assert status == {"Bad": "failed", "Good": "ok"}
    page = (run.out / "bad" / "report.html").read_text(encoding="utf-8")
    assert "This report is not complete" in page
    assert "this one breaks" in page
    assert (run.out / "bad" / "report.ipynb").exists()
    index = (run.out / "index.html").read_text(encoding="utf-8")
    assert index.index("this one breaks") < index.index(">Good<")


def test_one_partner_on_request_with_defaults_printed(command, export):
    export("A", "B")
    answer = command("report", "deals.csv", "--partner", "B", "--out", "out")
    assert answer.returncode == 0, answer.stderr
    assert "12 rows in = 12 used + 0 rejected" in answer.stdout
    assert "window 2025-Q3 (2025-07-01 to 2025-09-30), as of 2025-11-14" in answer.stdout
    assert "1 of 1 reports made" in answer.stdout
