"""The main job end to end: an export in, a notebook and a page for every partner out."""

import html
import json
import re

import nbformat
import pandas as pd
import pytest

from kpi_helpers.reports import run_reports

HOSTILE = [
    "Quo\"te's",
    "../../x",
    "<script>alert(1)</script>",
    "U" * 300,
    "İıĞş",
    "acme",
    "acmé",
    "line\nbreak $x^2$",
]


def written(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory):
    from conftest import write_export

    folder = tmp_path_factory.mktemp("hostile")
    write_export(folder / "deals.csv", HOSTILE)
    return run_reports(
        folder / "deals.csv", out=folder / "out", window="2025-Q4", as_of="2025-12-31", jobs=2
    )


def test_every_partner_gets_an_executed_notebook_and_a_page(hostile_run):
    run = hostile_run
    assert run.failed == []
    assert [record["partner"] for record in run.records] == ["*", *sorted(HOSTILE)]
    assert run.rows_in == run.rows_used + run.rows_rejected == 6 * len(HOSTILE)
    for record in run.records:
        notebook = nbformat.read(run.out / record["slug"] / "report.ipynb", as_version=4)
        assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
        assert (run.out / record["slug"] / "report.html").exists()


def test_nothing_is_written_outside_the_folder_and_nothing_half_done_is_left(hostile_run):
    out = hostile_run.out
    assert {path.name for path in out.parent.iterdir()} == {"deals.csv", "out"}
    assert not [name for name in written(out) if name.split("/")[-1].startswith(".kpi-")]
    assert {
        "index.html",
        "scorecard.csv",
        "rejected.csv",
        "manifest.jsonl",
        "data-health.html",
    } <= written(out)


def test_hostile_names_are_escaped_in_every_page(hostile_run):
    for path in hostile_run.out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text, path
    index = (hostile_run.out / "index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in index


def test_a_report_shows_nothing_of_another_partner(hostile_run):
    """Neither names, as text, HTML or JSON write them, nor deals, reps, or the sample's own default
    partner."""
    of = {record["partner"]: record for record in hostile_run.records}
    for p, record in enumerate(of[name] for name in HOSTILE):
        others = [name for name in HOSTILE if name.casefold() != record["partner"].casefold()] + [
            "Işık Bilişim"
        ]
        for name in ("report.ipynb", "report.html"):
            text = (hostile_run.out / record["slug"] / name).read_text(encoding="utf-8")
            for other in others:
                forms = {
                    other,
                    html.escape(other),
                    html.escape(other, quote=False),
                    json.dumps(other)[1:-1],
                }
                assert not [form for form in forms if len(form) > 3 and form in text], (
                    name,
                    record["partner"],
                )
            assert not [
                other for other in range(len(HOSTILE)) if other != p and f"Rep {other}" in text
            ]
            assert not [
                other for other in range(len(HOSTILE)) if other != p and f"D{other}-" in text
            ]


def test_one_partner_alone_gets_a_report_without_peers(export, tmp_path):
    run = run_reports(export("Only"), out=tmp_path / "out", window="2025-Q4", as_of="2025-12-31")
    assert run.failed == []
    assert "fewer than 5 peers" in (run.out / "only/report.html").read_text(encoding="utf-8")


def test_a_rerun_for_one_partner_keeps_the_others_in_the_index(export, tmp_path):
    source, asked = (
        export("A", "B"),
        {"out": tmp_path / "out", "window": "2025-Q4", "as_of": "2025-12-31"},
    )
    run_reports(source, **asked)
    run = run_reports(source, partners=["B"], **asked)
    assert [record["partner"] for record in run.records] == ["B"]
    index = (run.out / "index.html").read_text(encoding="utf-8")
    assert ">A<" in index
    assert ">B<" in index
    assert len((run.out / "manifest.jsonl").read_text().splitlines()) == 3


def test_no_usable_row_says_why_and_keeps_them(command, tmp_path):
    (tmp_path / "bad.csv").write_text(
        "deal_id,partner,status,amount,created_on,closed_on\n1,A,won,5,2025-01-09,2025-01-02\n",
        encoding="utf-8",
    )
    answer = command("report", "bad.csv", "--out", "out")
    assert answer.returncode == 2
    assert "1 row in = 0 used + 1 rejected" in answer.stderr
    assert "before it was created" in answer.stderr
    assert (tmp_path / "out/rejected.csv").exists()


def test_as_of_before_all_deals_is_a_mistake(command, export):
    export("A")
    answer = command("report", "deals.csv", "--as-of", "1999-01-01", "--out", "out")
    assert answer.returncode == 2
    assert "2025-10-03" in answer.stderr


def test_the_scorecard_holds_everyone_and_each_partner(hostile_run):
    table = pd.read_csv(hostile_run.out / "scorecard.csv", keep_default_na=False)
    assert set(table["partner"]) == {"*", *HOSTILE}
    won = (
        table[(table["kpi"] == "deal_count") & (table["basis"] == "won")]
        .set_index("partner")["value"]
        .astype(float)
    )
    assert won["*"] == won.drop("*").sum() == 2 * len(HOSTILE)


def test_the_manifest_tells_parameters_and_versions(hostile_run):
    lines = [
        json.loads(line) for line in (hostile_run.out / "manifest.jsonl").read_text().splitlines()
    ]
    assert [line["partner"] for line in lines] == ["*", *sorted(HOSTILE)]
    assert all(
        line["status"] == "ok" and line["parameters"]["window"] == "2025-Q4" for line in lines
    )
    assert re.match(r"\d+\.", lines[0]["versions"]["pandas"])


def test_a_failing_report_never_stops_the_others(tmp_path, command, export, monkeypatch):
    """A cell fails for one partner: its report has a banner, the others are made."""
    from kpi_helpers.reports import schedule

    broken = tmp_path / "broken.ipynb"
    notebook = nbformat.read(schedule.notebook_path(), as_version=4)
    notebook.cells.insert(
        3, nbformat.v4.new_code_cell('assert partner != "Bad", "this one breaks"')
    )
    nbformat.write(notebook, broken)
    whole = schedule.notebook_path(schedule.PORTFOLIO)
    monkeypatch.setattr(
        schedule,
        "notebook_path",
        lambda name=schedule.REPORT: broken if name == schedule.REPORT else whole,
    )
    run = run_reports(
        export("Bad", "Good"), out=tmp_path / "out", window="2025-Q4", as_of="2025-12-31"
    )
    status = {record["partner"]: record["status"] for record in run.records}
    assert status == {"*": "ok", "Bad": "failed", "Good": "ok"}
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
