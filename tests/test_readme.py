"""README's commands and code, as written."""

import os
import re
import shutil
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
    if line.startswith(("partner-kpis", "cd notebooks")) and "export/" not in line
]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run_as_written(line, tmp_path):
    for folder in ("data", "notebooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    line = line.replace("/tmp/out.ipynb", str(tmp_path / "out.ipynb"))
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1"}
    answer = subprocess.run(
        line, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() or (tmp_path / "out.ipynb").exists()


def test_there_are_commands_of_each_kind():
    assert {line.split()[1] for line in COMMANDS} == {
        "report",
        "kpis",
        "plan",
        "what-if",
        "check",
        "notebooks",
    }


def test_code_runs_as_written(monkeypatch):
    monkeypatch.chdir(ROOT)
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(block, "README.md", "exec"), {})


def test_make_targets_that_readme_names_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= targets


@pytest.mark.long
def test_both_commands_in_a_fresh_clone(tmp_path):
    """As a new user would: nothing but Python and make, no .venv. Installs everything anew."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("VIRTUAL_ENV", "MAKEFLAGS")
    }
    options = {
        "cwd": clone,
        "env": environment,
        "capture_output": True,
        "text": True,
        "check": False,
    }
    answer = subprocess.run(["make", "reports"], **options)
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert "41 of 41 reports made" in answer.stdout  # 40 partners and the programme
    assert len(list((clone / "reports").glob("*/report.html"))) == 41
    some = ["make", "test", "PYTEST=tests/test_environment.py tests/showing"]
    answer = subprocess.run(some, **options)
    assert answer.returncode == 0, answer.stdout[-2000:]
