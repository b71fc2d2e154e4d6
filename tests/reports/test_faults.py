"""A report that misbehaves fails by itself: with its cell, a message and a page with a banner,
leaving nothing else."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from kpi_helpers.reports.running import child
from kpi_helpers.reports.running.execute import execute
from kpi_helpers.reports.schedule import Job, Limits
from reports.small import small_notebook

LIMITS = Limits(seconds=60, cell_seconds=30, memory_mb=3000, file_mb=5)
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(partner + ".pid", "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
os.wait()
time.sleep(0.5)
"""
# name: what its cell does, the limit that is its own, what the record says
FAULTS = {
    "never ends": (
        "while True: pass",
        {"cell_seconds": 1.0},
        "the cell took longer than 1 seconds",
    ),
    "catches all": (
        "while True:\n    try: time.sleep(600)\n    except Exception: pass",
        {"cell_seconds": 1.0},
        "the cell took longer",
    ),
    "many cells": ("time.sleep(600)", {"seconds": 1.0}, "it took longer than 1 seconds"),
    "ignores all": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\ntime.sleep(600)",
        {"cell_seconds": 1.0},
        "the cell took longer than 1 seconds",
    ),
    "much memory": ("kept = bytearray(5 * 2**30)", {}, "MemoryError"),
    "a large file": (
        "with open(partner + '.bin', 'wb') as file:\n    file.write(bytes(6 * 2**20))",
        {},
        "File too large",
    ),
    "prints 1 GB": ("for _ in range(1000): print('x' * 1_000_000)", {}, "printed more than"),
    "a program prints": ("import os\nos.system('yes | head -c 4000000')", {}, "printed more than"),
    "shows 1 GB": (
        "from IPython.display import HTML, display\nfor _ in range(1000): display(HTML('y' * "
        "1_000_000))",
        {"file_mb": 500},
        "showed more than",
    ),
    "a long error": ("raise ValueError('z' * 10**8)", {}, "ValueError: zzz"),
    "leaves": ("exit()", {}, "SystemExit"),
    "removes its folder": ("import shutil\nshutil.rmtree(partner)", {}, "FileNotFoundError"),
    "no notebook": (
        "from IPython.display import "
        "publish_display_data\npublish_display_data({'application/x-y': {'k': 1}})",
        {},
        "the notebook is not valid",
    ),
}
# A program in the background stays as long as its own report, whatever other reports end meanwhile.
SERVER = """
import os
os.system("(sleep 2; echo yes > served) >/dev/null 2>&1 &")
time.sleep(4)
open("served").read()
"""
GOOD = {
    "server": SERVER,
    "daemon": DAEMON,
    "forks": "import os\nos.fork()",
    "plain": "1 + 1",
    "half a character": "print(chr(0xd800))",
}


def job(folder, notebook, name, **limits):
    return Job(
        name,
        name,
        str(notebook),
        {"partner": name, "window": name},
        str(folder / name),
        replace(LIMITS, **limits),
    )


def plan_of(folder, faults, good):
    bodies = {name: fault[0] for name, fault in faults.items()} | good
    notebook = small_notebook(folder / "in.ipynb", "import time", f"exec({bodies!r}[partner])")
    return [job(folder, notebook, name, **faults.get(name, ("", {}))[1]) for name in bodies]


def assert_all_told(folder, records, faults, good):
    for name, (_, _, said) in faults.items():
        record = records[name]
        assert record["status"] == "failed", name
        assert said in record["error"], name
        assert record["cell"] in (3, None), name
        assert "This report is not complete" in (folder / name / "report.html").read_text(
            encoding="utf-8"
        )
        assert (folder / name / "report.ipynb").exists()
    for name in good:
        assert records[name]["status"] == "ok", records[name]
    assert not list(folder.rglob(".kpi-*"))


def test_every_fault_is_its_reports_alone(tmp_path):
    records = {
        record["partner"]: record for record in execute(plan_of(tmp_path, FAULTS, GOOD), 3, "warm")
    }
    assert_all_told(tmp_path, records, FAULTS, GOOD)
    assert not psutil.pid_exists(int((tmp_path / "daemon.pid").read_text()))
    assert 'partner = "removes its folder"' in (
        tmp_path / "removes its folder/report.ipynb"
    ).read_text().replace("\\", "")


def test_the_cold_way_has_the_same_limits(tmp_path):
    faults = {name: FAULTS[name] for name in ("never ends", "ignores all", "a large file")}
    good = {"daemon": DAEMON}
    records = {
        record["partner"]: record for record in execute(plan_of(tmp_path, faults, good), 2, "cold")
    }
    faults = {
        name: (*fault[:2], fault[2].replace("the cell", "a cell")) for name, fault in faults.items()
    }
    assert_all_told(tmp_path, records, faults, good)
    assert not psutil.pid_exists(int((tmp_path / "daemon.pid").read_text()))


def test_a_full_disk_is_told_and_stops_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    one = job(tmp_path, small_notebook(tmp_path / "in.ipynb"), "P")
    monkeypatch.setattr(child, "write_whole", full)
    record = child.failed_record(json.loads(json.dumps(one, default=vars)), 2, "it died")
    assert record["error"] == "it died; the report could not be written: No space left on device"


RUNNER = """
import sys
from pathlib import Path
from kpi_helpers.reports import schedule
schedule.notebook_path = lambda name="", path=Path(sys.argv.pop(1)): path
from kpi_helpers.cli import main
main()
"""
WAITS = """
import time
from pathlib import Path
while partner != "A" and not Path("go").exists():
    time.sleep(0.1)
"""


@pytest.fixture
def runner(tmp_path, export):
    """`runner(server)` starts a run of A, B and C, of which only A's ends before there is a file
    `go`."""
    notebook, source = small_notebook(tmp_path / "in.ipynb", WAITS), export("A", "B", "C")
    (tmp_path / "tmp").mkdir()
    started = []

    def start(server="warm"):
        words = [
            "report",
            source,
            "--window",
            "2025-Q4",
            "--as-of",
            "2025-12-31",
            "--out",
            tmp_path / "out",
        ]
        command = [
            sys.executable,
            "-c",
            RUNNER,
            notebook,
            *words,
            "--server",
            server,
            "--jobs",
            "2",
        ]
        environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        started.append(subprocess.Popen(list(map(str, command)), env=environment, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(true, seconds=300):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def made(out):
    path = out / "manifest.jsonl"
    return (
        [json.loads(line)["partner"] for line in path.read_text().splitlines()]
        if path.exists()
        else []
    )


@pytest.mark.parametrize(
    ("server", "how"),
    [
        ("warm", signal.SIGINT),
        ("warm", signal.SIGTERM),
        ("warm", signal.SIGKILL),
        ("cold", signal.SIGKILL),
    ],
)
def test_a_run_that_is_stopped_keeps_what_is_made_and_leaves_nothing_else(
    runner, server, how, tmp_path
):
    out = tmp_path / "out"
    process = runner(server)
    until(lambda: made(out) == ["A"])
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) > 1
    process.send_signal(how)
    process.communicate(timeout=120)
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[how]
    assert made(out) == ["A"]
    until(
        lambda: (
            not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        )
    )
    for lock in (tmp_path / "tmp").glob("*/.lock") if server == "cold" else ():
        os.utime(lock, (0, 0))  # as long after as the next run may come: then it removes the folder
    until(lambda: server == "cold" or not list((tmp_path / "tmp").iterdir()))
    if how != signal.SIGKILL:
        assert not list(out.rglob(".kpi-*"))
        assert ">A<" in (out / "index.html").read_text(encoding="utf-8")
        return
    (out / "go").touch()
    process = runner(server)
    said, _ = process.communicate()
    assert process.returncode == 0
    assert not list((tmp_path / "tmp").iterdir())
    assert "4 of 4 reports made (1 unchanged since the last run)" in said
    assert not list(out.rglob(".kpi-*"))


def test_a_server_that_is_killed_is_started_again(runner, tmp_path):
    out = tmp_path / "out"
    process = runner()
    until(lambda: made(out) == ["A"])
    server = next(
        one
        for one in psutil.Process(process.pid).children()
        if "kpi_helpers.reports.running.warm_server" in one.cmdline()
    )
    server.kill()
    (out / "go").touch()
    said, _ = process.communicate()
    assert process.returncode == 0, said
    assert [
        json.loads(line)["server"] for line in (out / "manifest.jsonl").read_text().splitlines()
    ] == ["warm"] * 4
