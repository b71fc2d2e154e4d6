"""Running from a notebook, and papermill's own command with the kit's engine."""

import os
import subprocess

import nbformat
import papermill
from conftest import BIN, ROOT
from nbformat.v4 import new_code_cell, new_notebook

from reports.small import PYTHON

CALLS = """from kpi_helpers.reports import run_reports
run = run_reports("deals.csv", out="out", window="2025-Q4", as_of="2025-12-31", jobs=1)
[record["status"] for record in run.records]"""


def test_reports_are_made_from_a_notebook_and_their_progress_is_shown(export, tmp_path):
    export("Only")
    nbformat.write(
        new_notebook(cells=[new_code_cell(CALLS)], metadata=PYTHON), tmp_path / "in.ipynb"
    )
    made = papermill.execute_notebook(
        tmp_path / "in.ipynb",
        tmp_path / "run.ipynb",
        cwd=str(tmp_path),
        kernel_name="python3",
        progress_bar=False,
    )
    outputs = made.cells[-1].outputs
    assert outputs[-1]["data"]["text/plain"] == "['ok', 'ok']"
    assert "6 rows in = 6 used + 0 rejected" in str(outputs)
    assert any(
        "application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs
    )
    assert (tmp_path / "out/only/report.html").exists()


def test_papermill_runs_the_report_with_the_kits_engine(export, tmp_path):
    values = {
        "source": export("A", "B"),
        "partner": "B",
        "window": "2025-Q4",
        "as_of": "2025-12-31",
    }
    words = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [BIN / "papermill", "--engine", "partner-kpis-warm", "notebooks/partner_report.ipynb"]
    answer = subprocess.run(
        [*map(str, command), str(tmp_path / "out.ipynb"), *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert answer.returncode == 0, answer.stderr
    assert "Executing" in answer.stderr  # papermill's own bar still reaches the terminal
    notebook = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    pictures = [cell for cell in notebook.cells if "image/png" in str(cell.get("outputs", ""))]
    assert len(pictures) == 8
