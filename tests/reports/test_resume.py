"""A second run makes only what changed, by content; two runs of the same make the same bytes."""

import json
import shutil

import pandas as pd
import pytest
from conftest import write_export

from kpi_helpers.errors import KitError
from kpi_helpers.reports import digest, run_reports, schedule
from kpi_helpers.system.locks import LOCK, held
from reports.small import READS, READS_ALL, small_notebook

ASKED = {"window": "2025-Q4", "as_of": "2025-12-31", "jobs": 2}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """An export, a notebook and the reports made of them, to be copied."""
    folder = tmp_path_factory.mktemp("first")
    write_export(folder / "deals.csv", ["A", "B", "C"])
    small_notebook(folder / schedule.REPORT, READS)
    small_notebook(folder / schedule.PORTFOLIO, READS_ALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "notebook_path", lambda name=schedule.REPORT: folder / name)
        made = run_reports(folder / "deals.csv", out=folder / "out", **ASKED)
    assert len(made.records) == 4  # theirs, and the one on all of them
    assert made.failed == []
    return folder


@pytest.fixture
def run(first, tmp_path, monkeypatch):
    """`run(**options)` makes the reports again; `run.made` are the partners whose report was
    made."""
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    notebook = tmp_path / schedule.REPORT
    monkeypatch.setattr(schedule, "notebook_path", lambda name=schedule.REPORT: tmp_path / name)

    def again(**options):
        again.made, again.said = [], []
        done = {
            "done": lambda record, total: again.made.append(record["partner"]),
            "say": again.said.append,
        }
        return run_reports(again.source, **{"out": again.out, **ASKED, **done, **options})

    again.source, again.notebook, again.out = tmp_path / "deals.csv", notebook, tmp_path / "out"
    return again


def edit(source, partner, **values):
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    rows = table.index[table["partner"] == partner]
    for column, value in values.items():
        table.loc[rows[0], column] = value
    table.to_csv(source, index=False)


def test_nothing_changed_makes_nothing_and_does_not_read(run, monkeypatch):
    before = (run.out / "manifest.jsonl").read_bytes()
    monkeypatch.setattr(
        "kpi_helpers.reading.load", lambda *_, **__: pytest.fail("the export was read")
    )
    again = run()
    assert run.made == []
    assert again.unchanged == len(again.records) == 4
    assert again.rows_used == 18
    assert again.window.label == "2025-Q4"
    assert run.said == ["nothing has changed since the last run"]
    assert (run.out / "manifest.jsonl").read_bytes() == before


def test_what_only_one_partner_shows_makes_its_report_and_the_one_on_all(run):
    edit(run.source, "B", owner="Somebody else")
    again = run()
    assert sorted(run.made) == ["*", "B"]
    assert again.unchanged == 2
    assert "Somebody else" in (run.out / "b/report.ipynb").read_text(encoding="utf-8")


def test_what_is_not_as_it_was_made_is_made_again(run):
    paths = [run.out / name for name in ("a/report.html", "c/report.ipynb", "index.html")]
    good = [path.read_bytes() for path in paths]
    paths[0].write_text("mine")
    paths[1].unlink()
    paths[2].write_text("mine")
    run()
    assert sorted(run.made) == ["A", "C"]
    assert [path.read_bytes() for path in paths] == good


def test_another_notebook_makes_all_again(run):
    small_notebook(run.notebook, READS, "'another cell'")
    run()
    assert sorted(run.made) == ["A", "B", "C"]


def test_other_code_is_another_kit(tmp_path, monkeypatch):
    monkeypatch.setattr(digest, "PACKAGE", tmp_path)
    (tmp_path / "rule.toml").write_text("a = 1")
    before = digest.of_kit.__wrapped__()
    (tmp_path / "rule.toml").write_text("a = 2")
    assert digest.of_kit.__wrapped__() != before
    assert {"pandas", "duckdb", "python", "partner-kpi-kit"} <= digest.versions().keys()


def test_force_makes_all_and_only_failed_what_failed(run):
    small_notebook(run.notebook, READS, "assert partner != 'B' or '2025-Q4' != window")
    assert [record["partner"] for record in run().failed] == ["B"]
    small_notebook(run.notebook, READS)
    again = run(only_failed=True)
    assert run.made == ["B"]
    assert again.failed == []
    run(force=True, partners=["A"])
    assert run.made == ["A"]


def test_a_report_of_older_data_is_not_taken_for_a_newer_one(run):
    """B alone is asked for with the new data; the full run that follows must not believe that A's
    is of the same."""
    edit(run.source, "A", owner="Somebody else")
    run(partners=["B"])
    run()
    assert sorted(run.made) == ["*", "A"]


def test_a_manifest_that_a_crash_cut_off_costs_one_report(run):
    path = run.out / "manifest.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    run()
    assert run.made == ["C"]
    assert [json.loads(line)["partner"] for line in path.read_text().splitlines()] == [
        "*",
        "A",
        "B",
        "C",
    ]


def test_the_report_on_all_partners_fails_alone_and_is_made_again(run):
    index, notebook = run.out / "index.html", run.out.parent / schedule.PORTFOLIO
    assert 'href="portfolio/report.html"' in index.read_text(encoding="utf-8")
    small_notebook(notebook, "raise ValueError('no such programme')")
    assert [record["partner"] for record in run().failed] == ["*"]
    assert "no such programme" in index.read_text(encoding="utf-8")
    assert "This report is not complete" in (run.out / "portfolio/report.html").read_text(
        encoding="utf-8"
    )
    small_notebook(notebook, READS_ALL)
    assert run(only_failed=True).failed == []
    assert run.made == ["*"]
    assert "no such programme" not in index.read_text(encoding="utf-8")


def test_two_runs_do_not_write_one_folder_at_a_time(run):
    before = (run.out / "manifest.jsonl").read_bytes()
    edit(run.source, "B", owner="Somebody else")
    with (
        held(run.out / "prepared" / LOCK),
        pytest.raises(KitError, match=r"Another run is writing into .*with out="),
    ):
        run()
    assert (run.out / "manifest.jsonl").read_bytes() == before
    run()
    assert sorted(run.made) == ["*", "B"]


def test_what_a_killed_run_was_writing_is_swept(run):
    left = [
        run.out / ".kpi-index.html.x",
        run.out / "prepared/.kpi-run.json.x",
        run.out / "a/.kpi-report.ipynb",
    ]
    for path in left:
        path.touch()
    (run.out / "a/report.html").unlink()
    run()
    assert run.made == ["A"]
    assert not [path for path in left if path.exists()]


def test_storage_between_machines_needs_a_cluster(run):
    with pytest.raises(KitError, match="give cluster="):
        run(share="file:///tmp")


def test_two_runs_make_the_same_bytes(run, tmp_path):
    """Everything but the manifest, which says when, how long, by which engine and in which
    versions."""
    run(out=tmp_path / "elsewhere" / "deeper", jobs=1)
    here, there = run.out, tmp_path / "elsewhere" / "deeper"
    names = {
        str(path.relative_to(here))
        for path in here.rglob("*")
        if path.is_file() and path.suffix != ".parquet"
    }
    assert {"a/report.ipynb", "a/report.html", "index.html", "scorecard.csv"} <= names
    for name in names - {"manifest.jsonl"}:
        assert (here / name).read_bytes() == (there / name).read_bytes(), name
