"""Shared fixtures: small exports, and the command as a user runs it."""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run, and no time limit: a busy machine is no failure.
settings.register_profile("kit", deadline=None, derandomize=True)
settings.load_profile("kit")

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
COLUMNS = (
    "deal_id",
    "partner",
    "owner",
    "unit",
    "channel",
    "stage",
    "status",
    "amount",
    "ideal",
    "created_on",
    "closed_on",
    "lost_reason",
)


def pytest_collection_modifyitems(items):
    """Files of whole runs first: two processors then end together. The order changes no answer."""
    items.sort(key=lambda item: "reports" not in item.path.parts)


@pytest.fixture
def command(tmp_path):
    """Run `partner-kpis ...`; the answer has returncode, stdout and stderr."""

    def run(*words, cwd=tmp_path, **options):
        environment = os.environ | {"PYTHONUTF8": "1", "COLUMNS": "200"}
        return subprocess.run(
            [str(BIN / "partner-kpis"), *map(str, words)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=540,
            **options,
        )

    return run


def write_export(path: Path, partners: list[str], deals_each: int = 6) -> Path:
    """Two of three deals of each partner are decided in 2025-Q4, alternately won and lost; the rest
    are open."""
    rows = []
    for p, partner in enumerate(partners):
        for d in range(deals_each):
            status = ("won", "lost", "open")[d % 3]
            rows.append(
                {
                    "deal_id": f"D{p}-{d}",
                    "partner": partner,
                    "owner": f"Rep {p}",
                    "unit": "Hardware",
                    "channel": ("paid", "earned", "owned")[d % 3],
                    "stage": {"won": "Closed Won", "lost": "Closed Lost", "open": "Proposal"}[
                        status
                    ],
                    "status": status,
                    "amount": 1000 * (d + 1) + p,
                    "ideal": "true" if d % 2 else "false",
                    "created_on": "2025-10-03",
                    "closed_on": "" if status == "open" else f"2025-11-{10 + d}",
                    "lost_reason": "Price" if status == "lost" else "",
                }
            )
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def export(tmp_path):
    return lambda *partners, **options: write_export(
        tmp_path / "deals.csv", list(partners), **options
    )


SCREENSHOTS = (
    Path(tempfile.gettempdir()) / "partner-kpi-screenshots"
)  # of the browser tests, for people to look at


@pytest.fixture(scope="session")
def screenshots():
    """An empty folder for screenshots, the same on every run."""
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir()
    return SCREENSHOTS


def pytest_terminal_summary(terminalreporter):
    if SCREENSHOTS.is_dir():
        terminalreporter.write_line(
            f"Screenshots of the pages, from the last run of tests/browser: {SCREENSHOTS}"
        )
