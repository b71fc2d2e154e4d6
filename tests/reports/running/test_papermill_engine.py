"""Warm and cold are one: the same outputs for the kit's notebooks and for everything a cell can
show."""

import json
import subprocess
from dataclasses import asdict

import nbformat
import papermill
import pytest
from conftest import BIN
from nbformat.v4 import new_code_cell
from nbformat.v4 import new_notebook as bare_notebook

from kpi_helpers.reports import schedule
from kpi_helpers.reports.pages.brand import PLAIN
from kpi_helpers.reports.running import child
from kpi_helpers.reports.running.execute import execute
from reports.small import PYTHON

SHOWS = {
    "stdout": "print('out')\nprint('out again')\n1 + 1",
    # a kernel does not keep the order between the two
    "stderr": "import sys\nprint('err', file=sys.stderr)",
    "display": "from IPython.display import HTML, display\n"
    "display(HTML('<b>x</b>'), metadata={'text/html': {'isolated': True}})",
    "update": "h = display('one', display_id='d')\nh.update('two')",
    "clear": "from IPython.display import "
    "clear_output\nprint('gone')\nclear_output()\nprint('kept')",
    "clear and wait": "print('gone')\nclear_output(wait=True)\nprint('kept')",
    "frame": "import pandas as pd\npd.DataFrame({'a': [1]})",
    "figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "wide frame": "pd.DataFrame({f'column{i}': [1.5] for i in range(12)})",
    "inline figure": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "shell": "!echo from a program",
    "programs": "import os, subprocess\nos.system('echo one')\nsubprocess.run(['echo', 'two'])\n"
    "os.write(1, b'three\\n');",
    "magic": "%%capture caught\nprint('captured')",
    "await": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "nothing": "x = 1;",
    "silenced": "x;",
    "expected error": "1 / 0",
}


def new_notebook(cells):
    return bare_notebook(cells=cells, metadata=PYTHON)


def outputs(notebook):
    """What a reader sees: outputs and counts, without times and ids; pixels only by being there.

    A kernel sends what is printed in pieces, as it happens; a reader sees one.
    """
    seen = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown = json.loads(json.dumps(cell.outputs))
            joined = []
            for output in shown:
                output.pop("traceback", None)
                output.get("metadata", {}).pop("papermill", None)
                output.get("data", {}).get("application/vnd.jupyter.widget-view+json", {}).pop(
                    "model_id", None
                )
                last = joined[-1] if joined else {}
                if output["output_type"] == "stream" and last.get("name") == output["name"]:
                    last["text"] += output["text"]
                else:
                    joined.append(output)
                if "image/png" in output.get("data", {}):
                    output["data"]["image/png"] = len(output["data"]["image/png"]) > 1000
            seen.append((cell.source, cell.execution_count, joined))
    return seen


def run(notebook, tmp_path, engine):
    target = tmp_path / engine
    target.mkdir()
    path = tmp_path / "in.ipynb"
    nbformat.write(notebook, path)
    job = schedule.Job("P", engine, str(path), {"window": "w"}, str(target))
    (record,) = execute([job], 1, engine)
    assert record["server"] == engine, record
    return record, nbformat.read(target / "report.ipynb", as_version=4)


def test_everything_a_cell_can_show_is_recorded_alike(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with it a kernel does not hear what programs print
    cells = [new_code_cell("window = ''", metadata={"tags": ["parameters"]})]
    for name, source in SHOWS.items():
        tags = ["raises-exception"] if name == "expected error" else []
        cells.append(new_code_cell(source, metadata={"tags": tags}))
    notebook = new_notebook(cells=cells)
    warm, cold = (run(notebook, tmp_path, engine) for engine in ("warm", "cold"))
    assert warm[0]["status"] == cold[0]["status"]
    for mine, oracle in zip(outputs(warm[1]), outputs(cold[1]), strict=True):
        assert mine == oracle


def pictures(notebook):
    cells = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.data["image/png"] for output in cells if "image/png" in output.get("data", {})]


@pytest.mark.parametrize(
    "name", sorted(path.name for path in schedule.notebook_path().parent.glob("*.ipynb"))
)
def test_every_notebook_of_the_kit_is_the_same_warm_and_cold(name, tmp_path):
    """Run with its own parameters, on the sample, as papermill runs it."""
    made = {}
    for engine in ("partner-kpis-warm", "cold"):
        command = [
            str(BIN / "papermill"),
            "--no-progress-bar",
            name,
            str(tmp_path / f"{engine}.ipynb"),
        ]
        options = ["--engine", engine] if engine != "cold" else []
        subprocess.run(
            [*command, *options],
            cwd=schedule.notebook_path().parent,
            check=True,
            capture_output=True,
        )
        made[engine] = nbformat.read(tmp_path / f"{engine}.ipynb", as_version=4)
    warm, cold = made.values()
    for mine, oracle in zip(outputs(warm), outputs(cold), strict=True):
        assert mine == oracle
    assert pictures(warm) == pictures(cold)


def test_the_engine_is_papermills_to_name():
    assert (
        papermill.engines.papermill_engines.get_engine("partner-kpis-warm").__name__ == "WarmEngine"
    )


DEATHS = {
    "exits": ("import os\nos._exit(3)", "exit code 3"),
    "segfaults": ("import ctypes\nctypes.string_at(0)", "SIGSEGV"),
    "is killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    "prints without end": ("while True: print('x' * 100_000)", "printed more than"),
    "raises": ("raise ValueError('told')", "told"),
    "sys.exit": ("import sys\nsys.exit(4)", ""),
}


@pytest.mark.parametrize("how", DEATHS)
def test_a_report_that_dies_leaves_a_page_and_the_others_alone(how, tmp_path):
    source, said = DEATHS[how]
    cells = [
        new_code_cell("window = ''", metadata={"tags": ["parameters"]}),
        new_code_cell("'fine'"),
        new_code_cell(f"if window == 'bad':\n    exec({source!r})"),
    ]
    path = tmp_path / "in.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    jobs = [
        schedule.Job(name, name, str(path), {"window": name}, str(tmp_path / name))
        for name in ("bad", "good")
    ]
    records = {record["partner"]: record for record in execute(jobs, 2, "warm")}
    assert records["good"]["status"] == "ok"
    assert records["bad"]["status"] == "failed"
    assert records["bad"]["cell"] == 3
    assert said in records["bad"]["error"]
    assert "This report is not complete" in (tmp_path / "bad/report.html").read_text(
        encoding="utf-8"
    )
    assert sorted(path.name for path in (tmp_path / "bad").iterdir()) == [
        "report.html",
        "report.ipynb",
    ]


def test_bury_tells_what_was_to_run(tmp_path):
    path = tmp_path / "in.ipynb"
    nbformat.write(
        new_notebook(cells=[new_code_cell("window = ''", metadata={"tags": ["parameters"]})]), path
    )
    job = {
        "partner": "P",
        "slug": "p",
        "notebook": str(path),
        "parameters": {"window": "w"},
        "folder": str(tmp_path / "p"),
        "brand": asdict(PLAIN),
    }
    record = child.failed_record(job, 0, "gone")
    assert record == {"partner": "P", "slug": "p", "status": "failed", "cell": 0, "error": "gone"}
    notebook = nbformat.read(tmp_path / "p/report.ipynb", as_version=4)
    assert 'window = "w"' in notebook.cells[0].source


def test_the_command_of_the_docs_works_from_the_checkout(tmp_path):
    command = [
        BIN / "papermill",
        "--engine",
        "partner-kpis-warm",
        "--no-progress-bar",
        "notebooks/strategy_effect.ipynb",
    ]
    made = subprocess.run(
        [*command, tmp_path / "out.ipynb"], cwd=schedule.notebook_path().parents[1], check=False
    )
    assert made.returncode == 0
