"""What taking up ideal deals would have brought, against worlds in which it was done."""

import numpy as np
import pandas as pd

from kpi_helpers.judging.ideal_deals import ideal_ended, worth_taking_up


def test_only_ideal_deals_that_ended_lately_count_and_missed_are_those_never_taken_up():
    rows = [
        ("true", "lost", "Never worked", "2025-05-05"),
        ("true", "lost", "Price", "2025-05-05"),
        ("true", "won", None, "2025-05-05"),
        ("false", "lost", "Never worked", "2025-05-05"),
        ("true", "lost", "Registration expired", "2024-05-05"),
    ]
    known = pd.DataFrame(rows, columns=["ideal", "status", "lost_reason", "closed_on"])
    known["closed_on"] = pd.to_datetime(known["closed_on"])
    assert ideal_ended(known, pd.Timestamp("2024-12-31"))["missed"].tolist() == [True, False, False]
    assert ideal_ended(known.drop(columns="ideal"), pd.Timestamp("2024-12-31")).empty


def _world(rng, n=80, missed=0.4):
    """Large deals are won more seldom; what the missed ones would have brought is known."""
    value = rng.lognormal(3, 1, n)
    won = rng.random(n) < np.where(value > np.exp(3.5), 0.15, 0.45)
    left = rng.random(n) < missed
    table = pd.DataFrame({"missed": left, "value": value})
    table["status"] = np.where(won & ~left, "won", "lost")
    return table, float(value[left & won].sum())


def test_the_interval_holds_what_acting_would_have_brought():
    rng = np.random.default_rng(7)
    held, told, came = [], 0.0, 0.0
    for _ in range(300):
        table, truth = _world(rng)
        mean, low, high = worth_taking_up(table, 1.0)
        held.append(low <= truth <= high)
        told, came = told + mean, came + truth
    assert 0.91 <= np.mean(held) <= 0.985, np.mean(held)
    assert abs(told / came - 1) < 0.06, told / came


def test_only_the_part_beyond_the_others_is_at_stake():
    table, _ = _world(np.random.default_rng(3))
    half, whole = (worth_taking_up(table, excess)[0] for excess in (0.5, 1.0))
    assert half * 2 == whole
    assert np.isnan(worth_taking_up(table.assign(value=np.nan), 1.0)).all()
