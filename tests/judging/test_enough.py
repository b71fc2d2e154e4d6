"""Enough pipeline: the example of the definition, a naive twin, and what is not known."""

import pandas as pd
import pytest

from kpi_helpers.contract.windows import parse_window
from kpi_helpers.judging import enough_pipeline, forecast, learn
from kpi_helpers.judging.enough import ENOUGH, NOT_ENOUGH, UNCERTAIN, verdict, won_in_time


def _deal(number, created, closed=None, amount=100.0, credit=1.0, probability=None):
    status = "open" if closed is None else "won"
    return (f"d{number}", "P", status, credit, amount, probability, created, closed)


COLUMNS = ["deal_id", "partner", "status", "credit", "amount", "probability"]
COLUMNS += ["created_on", "closed_on"]


def _table(rows):
    table = pd.DataFrame(rows, columns=COLUMNS)
    dates = {name: pd.to_datetime(table[name]) for name in ("created_on", "closed_on")}
    return table.assign(probability=table["probability"].astype(float), **dates)


def _quarters(won_of_five):
    """Five deals of 100 open at the start of each quarter of 2024: so many are won in it, the
    others only in 2030."""
    rows = []
    for quarter, start in enumerate(pd.date_range("2024-01-01", periods=4, freq="QS")):
        for i in range(5):
            closed = start + pd.Timedelta(days=30) if i < won_of_five else start
            rows.append(_deal(10 * quarter + i, start - pd.Timedelta(days=5), closed))
    return [row for row in rows if row[-1] > row[-2] + pd.Timedelta(days=5)] + [
        (*row[:2], "lost", *row[3:7], row[6] + pd.Timedelta(days=20))
        for row in rows
        if row[-1] <= row[-2] + pd.Timedelta(days=5)
    ]


def _found(rows, target, as_of="2024-12-31"):
    deals = _table(rows)
    ahead = forecast(deals, learn(deals, as_of), "2025-Q1", target=target, to_come=False)
    return enough_pipeline(deals, ahead)


def test_the_example_of_the_definition_needs_a_coverage_of_five():
    open_deals = [_deal(90 + i, "2024-12-30", amount=300.0, probability=0.2) for i in range(3)]
    found = _found(_quarters(1) + open_deals, target=300.0)
    assert (found.open, found.left, found.coverage) == (900.0, 300.0, 3.0)
    assert found.in_time == pytest.approx(0.2)
    assert found.needed == pytest.approx(5.0)
    assert found.expected == pytest.approx(180.0)  # 900 at the CRM's 20 %
    assert found.periods == 4


def test_credits_count_and_unpriced_deals_do_not():
    open_deals = [
        _deal(90, "2024-12-30", amount=300.0, credit=0.5, probability=0.2),
        _deal(91, "2024-12-30", amount=None, probability=0.2),
    ]
    assert _found(_quarters(1) + open_deals, target=300.0).open == 150.0


def test_nothing_won_in_time_needs_more_than_any_coverage():
    found = _found([*_quarters(0), _deal(90, "2024-12-30", probability=0.2)], target=300.0)
    assert (found.in_time, found.needed) == (0.0, None)


def test_under_four_periods_the_share_is_not_known():
    rows = [row for row in _quarters(1) if str(row[-2]) > "2024-03-31 "]
    found = _found([*rows, _deal(90, "2024-12-30", probability=0.2)], target=300.0)
    assert (found.periods, found.in_time, found.needed) == (2, None, None)


def test_without_a_target_nothing_is_called_enough():
    found = _found([*_quarters(1), _deal(90, "2024-12-30", probability=0.2)], target=None)
    assert (found.verdict, found.left, found.coverage) == (None, None, None)


def test_an_earlier_period_is_taken_as_far_in_as_this_one_is():
    """On day 40 the deals won on day 30 are no longer open, and count on neither side."""
    deals = _table(_quarters(1))
    window = parse_window("2025-Q1")
    at_start = won_in_time(deals, window, "2024-12-31")
    later = won_in_time(deals, window, "2025-02-10")
    assert at_start == (400.0, 2000.0, 4)
    assert later[:2] == (0.0, 0.0)


@pytest.mark.parametrize(
    "chance, expected", [(0.75, ENOUGH), (0.749, UNCERTAIN), (0.25, UNCERTAIN), (0.249, NOT_ENOUGH)]
)
def test_the_chance_alone_makes_the_verdict(chance, expected):
    assert verdict(chance) == expected
