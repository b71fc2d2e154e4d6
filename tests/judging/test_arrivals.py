"""How many deals are to come: growth, breaks and seasons are found, chance is not believed."""

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.judging.arrivals import YEAR, arrivals_ahead, deals_to_come
from kpi_helpers.judging.win_chances import learn

from . import worlds


def ages(rate, seed=0, years=4):
    """Poisson arrivals: `rate(t)` a day, t days ago."""
    rng, at = np.random.default_rng(seed), np.arange(years * YEAR)
    return np.repeat(at, rng.poisson([rate(t) for t in at]))


@pytest.mark.parametrize("growth", [0.6, 1.0, 1.6])
def test_growth_goes_on(growth):
    """The coming quarter lies 5/8 of a year after the middle of the last one."""
    found = arrivals_ahead(ages(lambda t: 8 * growth ** (-t / YEAR)), 91)
    years = (1 - growth**-1) / np.log(growth) if growth != 1 else 1.0
    ahead = (growth**0.25 - 1) / np.log(growth) / 0.25 if growth != 1 else 1.0
    assert found == pytest.approx(ahead / years, rel=0.12)


def test_a_break_is_believed_within_a_quarter():
    found = arrivals_ahead(ages(lambda t: 4 if t < 91 else 8), 91)
    assert found < 0.75  # the truth is 4/7, no change would be 1


def test_the_season_of_the_days_to_come_counts():
    def summer(t):
        return 12 if t % YEAR >= YEAR - 91 else 6  # these days of each year before were busy

    assert arrivals_ahead(ages(summer), 91) == pytest.approx(12 / 7.5, rel=0.15)
    assert arrivals_ahead(ages(lambda t: 6), 91) == pytest.approx(1, abs=0.1)


def test_little_history_teaches_nothing():
    assert arrivals_ahead(np.array([], dtype=int), 91) == 1
    assert arrivals_ahead(ages(lambda t: 5, years=0.9), 91) == 1
    few = np.arange(0, 4 * YEAR, 60)
    doubled = np.sort(np.concatenate([few, few[few < 182]]))
    assert 1 < arrivals_ahead(doubled, 91) < 1.45  # a handful of deals is not believed as such


def test_deals_to_come_are_spread_and_have_less_time_the_later_they_come():
    deals = worlds.export(worlds.programme(1, worlds.STABLE), "2025-06-30")
    history = learn(deals, "2025-06-30")
    year = deals[deals["created_on"] > "2024-06-30"]
    turn = np.arange(len(year))
    number, won = deals_to_come(history, year, YEAR, turn, 91)
    ahead = arrivals_ahead(history.ages, 91)
    assert number.sum() == pytest.approx(len(year) * ahead * 91 / YEAR)
    soon, late = (turn * 0.6180339887 % 1 < 0.2), (turn * 0.6180339887 % 1 > 0.8)
    assert won[soon].mean() > 2 * won[late].mean() and (won <= number).all()
    assert pd.Series(history.ages).is_monotonic_increasing
