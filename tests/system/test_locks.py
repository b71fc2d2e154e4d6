import subprocess
import sys

import pytest

from kpi_helpers.system.locks import LOCK, held

HOLDS = """
import sys, time
from pathlib import Path
from kpi_helpers.system.locks import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


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
