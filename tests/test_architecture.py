"""Import arrows run downwards only, and what is cheap to import stays cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "kpi_helpers"
# A room may import from itself and from rooms below it. Files beside the rooms (the deal table,
# windows, levels, scorecards, views) are common ground; reading and KPIs meet only there.
BELOW = {
    "kpis": set(),
    "reading": set(),
    "judging": {"kpis"},
    "whatif": {"kpis", "judging"},
    "showing": {"kpis", "judging", "whatif", "reading"},
    "panels": {"kpis", "judging", "whatif", "showing"},
    "reports": {"kpis", "judging", "whatif", "showing", "reading"},
    "commands": {"kpis", "judging", "whatif", "showing", "panels", "reports", "reading"},
}


def rooms_imported(path: Path):
    """(room, line) of each import in a file, written relative or whole."""
    home = ["kpi_helpers", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = home[: len(home) - node.level + 1] if node.level else []
            names = [*base, *(node.module or "").split(".")]
            whole = [names] if node.module else [[*base, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            whole = [alias.name.split(".") for alias in node.names]
        else:
            continue
        for parts in whole:
            if len(parts) > 1 and parts[0] == "kpi_helpers" and parts[1] in BELOW:
                yield parts[1], node.lineno


@pytest.mark.parametrize("room", BELOW)
def test_a_room_imports_only_from_below(room):
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line} imports {other}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for other, line in rooms_imported(path)
        if other != room and other not in BELOW[room]
    ]
    assert wrong == []


def test_the_check_sees_an_arrow_that_runs_upwards(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "bad.py").write_text(
        "from ..showing import plan\nfrom ..showing.tables import table\n"
    )
    assert [room for room, _ in rooms_imported(tmp_path / "kpis" / "bad.py")] == [
        "showing",
        "showing",
    ]


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, kpi_helpers; print(*(n for n in ('pandas', 'scipy', 'matplotlib', "
        "'duckdb') if n in sys.modules))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == ""
    )
