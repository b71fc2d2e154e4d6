"""Many reports, one after the other, leave nothing behind: no process, descriptor, socket or
temporary file."""

import os

import psutil
import pytest

from kpi_helpers.reports.running.execute import execute
from kpi_helpers.reports.schedule import Job, Limits
from reports.small import small_notebook

REPORTS = 300
CELLS = """
import matplotlib.pyplot as plt, os, tempfile, threading
plt.plot(range(100))
kept = tempfile.mkdtemp()
threading.Thread(target=threading.Event().wait, daemon=True).start()
if partner.endswith("7"):
    os.kill(os.getpid(), 9)
"""


def held(folder):
    me = psutil.Process()
    return {
        "children": len(me.children(recursive=True)),
        "threads": me.num_threads(),
        "descriptors": me.num_fds(),
        "sockets": len(me.net_connections(kind="all")),
        "temporary": len(list(folder.iterdir())),
    }


@pytest.mark.long
def test_three_hundred_reports_leave_nothing_behind(tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    notebook = small_notebook(tmp_path / "in.ipynb", CELLS)
    names = [f"p{number}" for number in range(REPORTS)]
    jobs = [
        Job(
            name,
            name,
            str(notebook),
            {"partner": name, "window": "w"},
            str(tmp_path / "out" / name),
            Limits(),
        )
        for name in names
    ]
    list(
        execute(jobs[:8], 2, "warm")
    )  # what is imported for the first report that dies has threads, too
    before = held(temporary)
    records = list(execute(jobs, os.cpu_count(), "warm"))
    assert held(temporary) == before
    assert sorted(record["partner"] for record in records) == sorted(names)
    assert {record["server"] for record in records} == {"warm"}
    assert {record["partner"] for record in records if record["status"] == "failed"} == {
        name for name in names if name.endswith("7")
    }
    files = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == {"report.ipynb", "report.html"}
