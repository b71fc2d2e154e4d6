"""Known truth is recovered: a small seeded version always, hundreds of seeds with -m long (see
docs/evidence.md)."""

import functools

import numpy as np
import pytest

from . import truth

long = pytest.mark.long


@functools.cache
def figures(name, seeds):
    return getattr(truth, name)(seeds)


def only(told, part):
    return [value for what, value in told.items() if part in what]


def test_small_intervals_cover():
    told = figures("rates_and_counts", 20) | figures("shrunk_rates", 10) | figures("curves", 60)
    assert all(0.9 < value < 0.99 for value in told.values()), told


def test_small_answers_cover():
    """Every world's own, and all that hang together: eight partners' sizes, counts and sums."""
    told = figures("answers", 6)
    together = {what: value for what, value in told.items() if "alone" not in what}
    assert all(value > 0.8 for value in together.values()), told
    assert 0.93 < np.mean(list(together.values())) < 0.98


def test_small_season_is_recovered():
    told = figures("seasons", 4)
    assert only(told, "coverage")[0] > 0.8 and only(told, "error")[0] < 0.12


def test_small_fairness_raises_few_alarms_and_the_coast_is_no_merit():
    told = figures("fairness", 5)
    assert only(told, "false alerts among")[0] < 0.02
    assert only(told, "best coast")[0] <= 0.2


def test_small_luck_is_learned_and_gives_few_verdicts():
    told = figures("luck", 3)
    assert max(only(told, "false verdict")) <= 1 / 3
    none, some, much = only(told, "learned")
    assert none < 0.008 < some < much < 0.06


def test_small_newcomers_are_judged_like_all_others():
    told = figures("newcomers", 8)
    assert only(told, "observed over expected") == pytest.approx([1.0] * 3, abs=0.12)
    new, growing, shrinking = only(told, "as they are")
    assert new < 0.8 and growing < 1 < shrinking


def test_small_sixty_deals_show_double_and_half_the_odds():
    told = figures("sixty_deals", 20)
    assert told["Odds the same, 60 deals: verdict"] < 0.2
    assert told["Odds half, 60 deals: verdict"] > 0.3 < told["Odds double, 60 deals: verdict"]


def test_small_ranks_are_held_and_equal_partners_have_none():
    told = figures("ranks", 4)
    assert min(only(told, "coverage")) > 0.93
    assert told["Ranks, volumes differ by 0.0: wholly in the better half, of 40"] == 0


def test_small_differences_are_found():
    told = figures("differences", 5)
    assert only(told, "Half the odds")[0] > 0.2 and only(told, "Decline of")[0] > 0.2


def test_small_strategies():
    told = figures("strategies", 25)
    assert min(only(told, "coverage")) > 0.85 and max(only(told, "false verdicts")) < 0.15


def test_small_critical_values_agree_with_the_polynomial():
    told = figures("critical_values", 100)
    for b in (0.1, 0.2, 0.4):
        simulated, used = only(told, f"b = {b}")
        assert simulated == pytest.approx(used, rel=0.05)


def test_small_forecast_covers_and_beats_both_rivals():
    told = figures("forecasts", 4)
    assert 0.65 < only(told, "partners: P10-P90")[0] < 0.95
    mine, crm, last_year = only(told, "partners: mean absolute error")
    assert mine < crm and mine < last_year
    assert only(told, "Brier score of the deals")[0] < only(told, "one chance for all")[0]


@long
@pytest.mark.parametrize("name", ["rates_and_counts", "sizes", "shrunk_rates", "curves", "seasons"])
def test_intervals_cover_as_they_say(name):
    seeds = {"sizes": 1000, "curves": 1000}.get(name, 300)
    for what, value in figures(name, seeds).items():
        if "coverage" in what:
            assert 0.93 - 0.01 <= value <= 0.97, (what, value)


@long
def test_answers_cover_in_worlds_that_are_not_friendly():
    for what, value in figures("answers", 200).items():
        lowest = 0.87 if "alone, all three" in what else 0.92
        assert lowest <= value <= 0.99, (what, value)


@long
def test_false_alarms_stay_under_5_percent_and_differences_are_found():
    told = figures("fairness", 300)
    assert only(told, "false alerts among")[0] < 0.05 and only(told, "any false alert")[0] < 0.05
    assert only(told, "best coast")[0] < 0.05 < only(told, "without the comparison")[0]
    told = figures("differences", 300)
    assert only(told, "Half the odds")[0] > 0.5 and only(told, "true slope")[0] > 0.9


@long
def test_ranks_are_held():
    told = figures("ranks", 100)
    assert min(only(told, "coverage")) > 0.95
    assert only(told, "differ by 0.0")[0] == 0


@long
def test_luck_growth_and_age_are_no_merit():
    told = figures("luck", 100)
    assert max(only(told, "false verdict")) <= 0.1
    told = figures("newcomers", 60)
    assert only(told, "observed over expected") == pytest.approx([1.0] * 3, abs=0.08)


@long
def test_strategies_are_judged_cautiously():
    told = figures("strategies", 1000)
    assert min(only(told, "coverage")) > 0.9
    assert (
        max(only(told, "independent months: false")) < 0.05
        and max(only(told, "false verdicts")) < 0.1
    )


@long
def test_the_forecast_covers_75_to_85_percent_and_beats_both_rivals():
    told = figures("forecasts", 100)
    assert 0.75 <= only(told, "partners: P10-P90")[0] <= 0.85
    for both in (
        told,
        figures("shared_luck", 100),
    ):  # 200 outcomes of all together: known to ± 5.5 points
        assert 0.72 <= only(both, "all together: P10-P90")[0] <= 0.88
    for who in ("partners", "all together"):
        mine, crm, last_year = only(told, f"{who}: mean absolute error")
        assert mine < crm and mine < last_year
