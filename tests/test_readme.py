"""README's commands and code, as written."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import BIN

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("partner-kpis") and "export/" not in line
]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run_as_written(line, tmp_path):
    (tmp_path / "data").symlink_to(ROOT / "data")
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1"}
    answer = subprocess.run(
        line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()


def test_there_are_commands_of_each_kind():
    assert {line.split()[1] for line in COMMANDS} == {"report", "kpis", "check"}


def test_code_runs_as_written(monkeypatch):
    monkeypatch.chdir(ROOT)
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(block, "README.md", "exec"), {})


def test_make_targets_that_readme_names_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= targets
