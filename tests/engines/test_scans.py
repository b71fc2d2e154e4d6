"""How often a scorecard reads the data: once per anchor, and only the columns and rows it needs."""

import re

import duckdb
import polars as pl
import pytest
from scoring.test_scorecard import golden

from kpi_helpers import scorecard
from kpi_helpers.engines import lazy

ASKED = {"window": "2025-Q4", "as_of": "2025-12-31", "slow_days": 40.0}


@pytest.fixture
def plans(tmp_path, monkeypatch):
    """The physical plan of every query that a scorecard of Parquet runs."""
    path = str(tmp_path / "deals.parquet")
    duckdb.from_df(golden().assign(credit=1.0, never_read="x" * 50)).write_parquet(path)
    fetch = lazy.fetch

    def of(**options) -> list[str]:
        seen = []

        def explained(frame):
            seen.append(frame.to_native().explain())
            return fetch(frame)

        monkeypatch.setattr(lazy, "fetch", explained)
        scorecard(duckdb.read_parquet(path), **ASKED | options)
        return seen

    return of


def scans(plan: str) -> int:
    return len(re.findall(r"READ_PARQUET|PARQUET_SCAN", plan))


def test_all_kpis_of_all_partners_scan_once_per_anchor(plans):
    seen = plans(by="partner")
    assert [scans(plan) for plan in seen] == [1, 1, 1]


def test_periods_cost_no_scan_of_their_own_but_one_of_the_names(plans):
    seen = plans(by=["partner", "month"])
    assert [scans(plan) for plan in seen] == [1, 1, 1, 1]
    assert "amount" not in seen[-1]  # which partners there are: two columns


def test_one_kpi_scans_for_its_anchor_alone(plans):
    seen = plans(kpis="deal_success")
    assert [scans(plan) for plan in seen] == [
        0,
        1,
    ]  # that no deal is shared Parquet's statistics know


def test_columns_and_windows_are_pushed_into_parquet(plans):
    closed, created, _ = plans(by="partner")
    for plan, date in ((closed, "closed_on"), (created, "created_on")):
        assert "never_read" not in plan
        assert "deal_id" not in plan
        scanned = re.sub(
            r"[│\s]+", "", plan[re.search("READ_PARQUET|PARQUET_SCAN", plan).start() :]
        )
        assert re.search(f"Filters:.*{date}(>=|<)", scanned)


@pytest.mark.parametrize("read", [duckdb.read_parquet, pl.scan_parquet])
def test_windows_are_pushed_into_parquet_whose_dates_are_days(read, tmp_path, monkeypatch):
    path, fetch, seen = str(tmp_path / "deals.parquet"), lazy.fetch, []
    days = ", ".join(f"{name}::DATE AS {name}" for name in ("created_on", "closed_on"))
    duckdb.from_df(golden()).project(f"* REPLACE ({days})").write_parquet(path)

    def explained(frame):
        seen.append(frame.to_native().explain())
        return fetch(frame)

    monkeypatch.setattr(lazy, "fetch", explained)
    scorecard(read(path), by="partner", **ASKED)
    for plan, date in zip(seen[:2], ("closed_on", "created_on"), strict=True):
        scanned = re.sub(
            r"[│\s]+", "", plan[re.search("READ_PARQUET|PARQUET_SCAN|Parquet SCAN", plan).start() :]
        )
        assert re.search(
            rf"Filters:.*{date}(>=|<)|SELECTION:.*col\(\"{date}\"\)\)?(>=|<)", scanned
        ), scanned
