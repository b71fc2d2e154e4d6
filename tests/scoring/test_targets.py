"""A group's attainment is that of its members who have a target."""

import pandas as pd
import pytest

from kpi_helpers import scorecard

DEALS = pd.DataFrame(
    {
        "deal_id": range(3),
        "partner": ["A", "A", "B"],
        "status": "won",
        "amount": [58.0, 50.0, 97.0],
        "created_on": pd.Timestamp("2025-10-01"),
        "closed_on": pd.Timestamp("2025-11-01"),
    }
)


def attained(targets, kpi, basis="attainment", as_of="2025-12-31", deals=DEALS):
    targets = pd.DataFrame(targets, columns=["partner", "period", "kpi", "target"])
    card = scorecard(deals, window="2025-Q4", as_of=as_of, kpis=[kpi], basis=basis, targets=targets)
    return card.iloc[0]


def test_only_members_with_a_target_count_toward_everyones():
    row = attained([("A", "2025-Q4", "won_amount", 100.0)], "pipeline")
    assert row["value"] == pytest.approx(1.08) and row["numerator"] == 108
    assert "of 1 of 2 partners, those with a target" in row["note"]
    row = attained([("A", "2025-Q4", "deal_count", 4.0)], "deal_count")
    assert (row["value"], row["numerator"]) == (0.5, 2)


def test_a_target_of_everyone_or_of_all_is_everyones():
    row = attained([("*", "2025-Q4", "won_amount", 100.0)], "pipeline")
    assert row["value"] == pytest.approx(2.05) and row["note"] == ""
    both = [("A", "2025-Q4", "won_amount", 100.0), ("B", "2025-Q4", "won_amount", 100.0)]
    row = attained(both, "pipeline")
    assert row["value"] == pytest.approx(1.025) and row["note"] == ""


def test_a_finished_window_has_no_coverage():
    open_deal = pd.DataFrame(
        {
            "deal_id": [9],
            "partner": "A",
            "status": "open",
            "amount": 900.0,
            "created_on": pd.Timestamp("2025-10-05"),
            "closed_on": pd.NaT,
        }
    )
    deals = pd.concat([DEALS, open_deal], ignore_index=True)
    target = [("A", "2025-Q4", "won_amount", 408.0)]
    running = attained(target, "pipeline", "coverage", "2025-12-01", deals)
    assert running["value"] == pytest.approx(3.0)
    finished = attained(target, "pipeline", "coverage", "2025-12-31", deals)
    assert pd.isna(finished["value"]) and finished["note"] == "the period is over"
