import os
import subprocess
import sys
from pathlib import Path

import pytest

from kpi_helpers.reports import execute
from kpi_helpers.reports.locks import LOCK, held

HOLDS = """
import sys, time
from pathlib import Path
from kpi_helpers.reports.locks import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def names_in(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def test_one_process_holds_a_file_until_it_ends_however_it_does(tmp_path):
    path = tmp_path / LOCK
    other = subprocess.Popen([sys.executable, "-c", HOLDS, path], stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "held\n"
    with pytest.raises(BlockingIOError), held(path):
        pass
    other.kill()
    other.communicate()
    with held(path):
        pass


def test_what_killed_runs_left_in_the_temporary_folder_goes_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("kpi-left", "kpi-under-way", "another"):
        (tmp_path / name).mkdir()
        (tmp_path / name / LOCK).touch()
        os.utime(tmp_path / name / LOCK, (0, 0))
    (tmp_path / "kpi-new").mkdir()
    (tmp_path / "kpi-new" / LOCK).touch()
    with held(tmp_path / "kpi-under-way" / LOCK), execute._scratch() as scratch:
        assert names_in(scratch) == [LOCK]
    assert names_in(tmp_path) == ["another", "kpi-new", "kpi-under-way"]
