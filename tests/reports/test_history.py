"""A report with a store of snapshots shows exactly what moved; without one only what dates
prove."""

import io
import re

import nbformat
import pandas as pd
import pytest

FIRST = """deal_id,partner,status,amount,created_on,closed_on,expected_close_on
a,Ada,open,1000,2025-09-05,,2025-12-20
b,Ada,open,2000,2025-09-05,,2026-03-30
c,Ada,open,500,2025-09-05,,2025-12-10
d,Bo,open,777,2025-09-05,,2025-12-10
"""
NOW = """deal_id,partner,status,amount,created_on,closed_on,expected_close_on
a,Ada,open,1500,2025-09-05,,2026-02-20
b,Ada,open,1800,2025-09-05,,2026-01-15
c,Ada,won,500,2025-09-05,2025-12-10,
e,Ada,open,4000,2025-12-03,,2026-01-31
d,Bo,open,888,2025-09-05,,2026-04-10
"""


def texts(folder) -> dict[str, str]:
    """What each cell of a report says, by its source."""
    notebook = nbformat.read(folder / "report.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {
        c.source.removeprefix("show."): "".join(
            o["data"].get("text/plain", "") for o in c.outputs if "data" in o
        )
        for c in code
    }


def in_currency(table: str, currency: str) -> str:
    frame = pd.read_csv(io.StringIO(table), dtype=str)
    return frame.assign(currency=currency).to_csv(index=False)


@pytest.fixture
def months(command, tmp_path):
    (tmp_path / "november.csv").write_text(FIRST, encoding="utf-8")
    (tmp_path / "december.csv").write_text(NOW, encoding="utf-8")
    answer = command("snapshot", "november.csv", "--store", "store", "--on", "2025-11-30")
    assert answer.stdout == "saved: 4 deals in store\n", answer.stderr
    return tmp_path


def report(command, *more, as_of="2025-12-31"):
    return command(
        "report", "december.csv", "--as-of", as_of, "--window", "2025-Q4", "--out", "out", *more
    )


def test_the_movement_since_the_stored_state_is_exact(command, months):
    answer = report(command, "--store", "store")
    assert answer.returncode == 0, answer.stderr
    assert "told since the state of 2025-11-30" in answer.stdout
    said = texts(months / "out/ada")
    lines = [line.split("\t") for line in said["moved(view)"].splitlines()[1:]]
    assert lines == [
        ["e", "Created", "–", "4,000", "–", "31 Jan 2026", "e"],
        ["b", "Pulled in", "2,000", "1,800", "30 Mar 2026", "15 Jan 2026", "b"],
        ["b", "Decreased", "2,000", "1,800", "30 Mar 2026", "15 Jan 2026", "b"],
        ["a", "Pushed out", "1,000", "1,500", "20 Dec 2025", "20 Feb 2026", "a"],
        ["a", "Increased", "1,000", "1,500", "20 Dec 2025", "20 Feb 2026", "a"],
        ["c", "Won", "500.00", "500.00", "10 Dec 2025", "–", "c"],
    ]
    assert "dates of one export prove" not in said['reading(view, "pipeline")']
    page = (months / "out/ada/report.html").read_text(encoding="utf-8")
    assert re.search(
        r"start 3,500, created 4,000, .*increased 500.*decreased 200.*won 500.* end 7,300", page
    )
    assert (
        "888" not in said["moved(view)"] and "2025-12-10" not in said["moved(view)"]
    )  # another partner's deal


def test_a_rerun_without_a_store_forgets_it(command, months):
    assert report(command, "--store", "store", "--partner", "Ada").returncode == 0
    assert report(command, "--partner", "Ada").returncode == 0
    said = texts(months / "out/ada")
    assert "takes a snapshot of an earlier day" in said["moved(view)"]
    assert "dates of one export prove" in said['reading(view, "pipeline")']
    assert not (months / "out/prepared/history").exists()
    note = r"The whole export: 5 rows in = 5 used \+ 0 rejected; \d warnings?(, .*)?\."
    assert re.fullmatch(note, said["data_note(view)"])
    assert 'href="data-health.html"' in (months / "out/index.html").read_text(encoding="utf-8")


def test_a_store_that_cannot_help_says_so(command, months):
    answer = report(command, "--store", "stroe")
    assert answer.returncode == 2 and not (months / "out/index.html").exists()
    assert "'stroe' holds no state" in answer.stderr and "leave out --store" in answer.stderr
    answer = report(command, "--store", "store", "--partner", "Ada", as_of="2025-11-30")
    assert answer.returncode == 0 and "first state is of 2025-11-30" in answer.stdout
    (months / "december.csv").write_text(in_currency(NOW, "EUR"), encoding="utf-8")
    (months / "november.csv").write_text(in_currency(FIRST, "USD"), encoding="utf-8")
    assert (
        command("snapshot", "november.csv", "--store", "usd", "--on", "2025-11-30").returncode == 0
    )
    answer = report(command, "--store", "usd")
    assert (
        answer.returncode == 2
        and "is in USD, the export is read in EUR: say the same for both with --currency"
        in answer.stderr
    )


def test_a_stored_state_is_an_export_of_its_own(command, months):
    asked = (
        "--as-of",
        "2025-11-30",
        "--window",
        "2025-11",
        "--kpi",
        "pipeline",
        "--basis",
        "open",
        "--format",
        "csv",
    )
    answer = command("kpis", "store/snapshot_date=2025-11-30", *asked)
    assert answer.returncode == 0, answer.stderr
    assert pd.read_csv(io.StringIO(answer.stdout))["value"].item() == 4277
