import os
import subprocess
import sys
from pathlib import Path

from kpi_helpers.reading import load
from kpi_helpers.system.locks import LOCK, held
from kpi_helpers.system.scratch import scratch

LOADS = """
import os, signal, sys
from kpi_helpers.reading.connection import Connection
db = Connection()
db.new_file().write_text("half of it")
os.kill(os.getpid(), signal.SIGKILL)
"""


def names_in(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def test_what_killed_processes_left_goes_with_the_next_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("kpi-left", "kpi-under-way", "another"):
        (tmp_path / name).mkdir()
        (tmp_path / name / LOCK).touch()
        os.utime(tmp_path / name / LOCK, (0, 0))
    (tmp_path / "kpi-new").mkdir()
    (tmp_path / "kpi-new" / LOCK).touch()
    with held(tmp_path / "kpi-under-way" / LOCK), scratch() as folder:
        assert names_in(folder) == [LOCK]
    assert names_in(tmp_path) == ["another", "kpi-new", "kpi-under-way"]


def test_a_load_that_was_killed_leaves_what_the_next_one_removes(tmp_path, monkeypatch):
    killed = subprocess.run(
        [sys.executable, "-c", LOADS], env=os.environ | {"TMPDIR": str(tmp_path)}, check=False
    )
    assert killed.returncode == -9
    (left,) = tmp_path.iterdir()
    os.utime(left / LOCK, (0, 0))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "deals.csv").write_text(
        "Deal ID,Partner,Status,Amount,Created Date,Close Date\n1,A,won,5,2025-01-02,2025-02-03\n"
    )
    assert load(tmp_path / "deals.csv").rows_used == 1
    assert names_in(tmp_path) == ["deals.csv"]
