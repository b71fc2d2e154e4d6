"""What keeps the house: import-linter, deptry and the type checker, by their settings in
pyproject.toml; every import inside a function resolves, and what is cheap to import stays cheap."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kpi_helpers"
BIN = Path(sys.executable).parent
EXTRAS = ("pyspark", "py4j", "distributed", "fsspec", "playwright", "psycopg")
ELSEWHERE = ("compression", "msvcrt")  # of Python 3.14, of Windows
HEAVY = ("duckdb", "matplotlib", "nbconvert", "pandas", "papermill", "scipy", "seaborn")


@pytest.mark.parametrize(
    "words",
    [("lint-imports",), ("deptry", "."), ("mypy",)],
    ids=lambda words: words[0],
)
def test_the_linters_are_silent(words):
    command = [BIN / words[0], *words[1:]]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def imports_inside_functions():
    """(file and line, module, name) of each import that no import of the module itself resolves."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for node in ast.walk(function):
                where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
                if isinstance(node, ast.ImportFrom):
                    yield from ((where, node.module, alias.name) for alias in node.names)
                elif isinstance(node, ast.Import):
                    yield from ((where, alias.name, None) for alias in node.names)


def resolves(module: str, name: str | None) -> bool:
    try:
        found = importlib.import_module(module)
        if name is None or name == "*" or hasattr(found, name):
            return True
        importlib.import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True


def test_every_import_inside_a_function_resolves():
    asked = {*imports_inside_functions()}
    assert len(asked) > 100
    wrong = [
        (where, module, name)
        for where, module, name in sorted(asked, key=str)
        if module.split(".")[0] not in (*EXTRAS, *ELSEWHERE) and not resolves(module, name)
    ]
    assert wrong == []


def test_an_import_of_what_is_gone_is_seen():
    assert not resolves("kpi_helpers.reports.run", "nothing_usable")
    assert not resolves("kpi_helpers.programme", None)
    assert resolves("kpi_helpers.reading", "load") and resolves("kpi_helpers.reports", "run")


@pytest.mark.parametrize("room", ["kpi_helpers", "kpi_helpers.judging", "kpi_helpers.stats"])
def test_importing_a_room_loads_nothing_heavy(room):
    code = f"import sys, {room}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (answer.stdout.strip(), answer.stderr) == ("", "")
