"""Edges that a turned sign would move: found by turning lines round (docs/mutants.md)."""

import pandas as pd
import pytest

from kpi_helpers import close_rate, deal_count, pipeline, scorecard


def table(*rows):
    base = {"partner": "P", "amount": 100.0, "closed_on": None, "created_on": "2025-03-01"}
    frame = pd.DataFrame([base | {"deal_id": str(i)} | row for i, row in enumerate(rows)])
    dates = dict.fromkeys(("created_on", "closed_on"), "datetime64[us]")
    return frame.astype(dates)


def test_a_window_ahead_says_so_in_place_of_no_target():
    targets = pd.DataFrame(
        {"partner": ["P"], "period": ["2025-05"], "kpi": ["deal_count"], "target": [3]}
    )
    deals = table({"status": "open"})
    asked = {"window": "2025-05", "as_of": "2025-03-31", "by": "partner", "basis": "pace"}
    (note,) = deal_count(deals, targets=targets, **asked)["note"]
    assert note == "the window has not begun"


@pytest.mark.parametrize(("created", "young"), [("2025-03-22", 1), ("2025-03-21", 0)])
def test_a_deal_is_young_up_to_the_last_day(created, young):
    deals = table({"status": "open", "created_on": created})
    asked = {"window": "2025-03", "as_of": "2025-03-31", "basis": "cohort", "slow_days": 10}
    (note,) = close_rate(deals, **asked)["note"]
    assert ("immature: 1 deal younger than 10 days" in note) == bool(young)


def test_only_deals_weighed_by_history_are_said_to_be():
    rows = [
        {"status": "open", "probability": 0.5, "probability_source": source}
        for source in ("crm", "learned", "stage default")
    ]
    asked = {"window": "2025-03", "as_of": "2025-03-31", "basis": "weighted"}
    (note,) = pipeline(table(*rows), **asked)["note"]
    assert note == "1 weighed by its stage's history; 1 by its stage's default"
    (note,) = pipeline(table(rows[0], rows[0]), **asked)["note"]
    assert note == ""


def test_days_that_within_counts_are_ninety_unless_said():
    won = {"status": "won", "closed_on": "2025-05-31", "created_on": "2025-03-01"}  # 91 days
    asked = {"window": "2025-03", "as_of": "2025-12-31", "kpis": ["close_rate"], "basis": "within"}
    assert scorecard(table(won), **asked)["value"].tolist() == [0.0]
    assert scorecard(table(won), within_days=91, **asked)["value"].tolist() == [1.0]
