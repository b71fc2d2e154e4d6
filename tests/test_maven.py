"""The public practice data, end to end: its published figures (kpis.md binding, data read where it
lies)."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

MAVEN = Path(
    os.environ.get("PARTNER_KPI_MAVEN", Path(__file__).parents[2] / "shared/data/maven-crm")
)
MAPPED = [
    "--map",
    "partner=sales_agent",
    "--map",
    "department=manager",
    "--map",
    "unit=regional_office",
    "--as-of",
    "2017-12-31",
]

pytestmark = pytest.mark.skipif(
    not (MAVEN / "sales_pipeline.csv").exists(),
    reason=f"THE PRACTICE DATA IS NOT AT {MAVEN}: its figures go unchecked",
)


@pytest.fixture
def found(command):
    answer = command("kpis", MAVEN, *MAPPED, "--window", "all", "--format", "json")
    assert answer.returncode == 0, answer.stderr
    return {(row["kpi"], row["basis"]): row for row in json.loads(answer.stdout)}


def test_published_figures(found):
    assert found["deal_count", "won"]["value"] == 4238
    assert found["deal_count", "lost"]["value"] == 2473
    assert found["deal_count", "open"]["value"] == 2089
    assert found["deal_count", "amount"]["value"] == 10_005_534
    assert round(found["average_deal_size", "whole"]["value"], 2) == 2360.91
    assert round(found["close_rate", "closed"]["value"], 4) == 0.6315
    assert round(found["close_rate", "cohort"]["value"], 4) == 0.4816
    assert round(found["deal_velocity", "cycle_mean"]["value"], 1) == 51.8
    assert found["deal_velocity", "cycle_median"]["value"] == 57


def test_what_the_data_does_not_tell_is_null_with_a_reason(found):
    for kpi, basis in [
        ("pipeline", "open"),
        ("pipeline", "competitor"),
        ("deal_success", "success"),
    ]:
        assert found[kpi, basis]["value"] is None
        assert found[kpi, basis]["note"]


def test_levels_roll_up(command, found):
    for level, groups in {"department": 6, "unit": 3, "partner": 30}.items():
        answer = command(
            "kpis",
            MAVEN,
            *MAPPED,
            "--window",
            "all",
            "--by",
            level,
            "--kpi",
            "deal_count",
            "--format",
            "csv",
        )
        rows = [
            row for row in csv.DictReader(io.StringIO(answer.stdout)) if row["basis"] == "amount"
        ]
        assert len(rows) == groups
        assert sum(float(row["value"]) for row in rows) == 10_005_534


def test_reports_of_the_practice_data(command, tmp_path):
    answer = command(
        "report",
        MAVEN,
        *MAPPED,
        "--partner",
        "Darcel Schlecht",
        "--partner",
        "Wilburn Farren",
        "--out",
        "out",
    )
    assert answer.returncode == 0, answer.stderr
    assert "8,800 rows in = 8,800 used + 0 rejected" in answer.stdout
    page = (tmp_path / "out/darcel-schlecht/report.html").read_text(encoding="utf-8")
    assert "Darcel Schlecht" in page
    assert "Wilburn Farren" not in page
