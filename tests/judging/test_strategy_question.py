import numpy as np
import pytest

from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.judging import strategy_effect

from .sample import sample_deals
from .truth import strategy_verdicts
from .worlds import strategy_world

AS_OF = "2025-12-31"


def ask(partner, began, **more):
    return strategy_effect(sample_deals(), began, partner=partner, as_of=AS_OF, **more)


def test_the_planted_strategy_is_found():
    answer = ask("Nordlicht Systemhaus GmbH", "2024-05-01")
    assert answer.verdict == "rose" and answer.effect.low > 0
    assert answer.sentence.startswith(
        "Nordlicht Systemhaus GmbH's close_rate (cohort) rose when the strategy began"
    )
    assert answer.series["after"].sum() == answer.effect.after
    # True: 2.5 times the odds of the partner's deals, some 20 points.
    assert answer.effect.low < 0.2 < answer.effect.high


def test_an_event_without_effect_has_no_verdict():
    answer = ask("Delta Réseaux", "2024-09-02")
    assert answer.verdict is None and answer.sentence.startswith("No effect is shown")
    assert ask("Delta Réseaux", "2024-09-02", kpi="average_deal_size").verdict is None


def test_ripening_months_are_left_out():
    series = ask("Delta Réseaux", "2024-09-02").series
    assert series["period"].iloc[-1] == "2025-08"  # slow wins take 100 days
    assert ask("Delta Réseaux", "2024-09-02", basis="closed").series["period"].iloc[-1] == "2025-12"
    assert np.allclose(series["difference"], series["value"] - series["control"])


def test_under_8_periods_a_side_it_says_so():
    answer = ask("Delta Réseaux", "2023-06-01")
    assert (
        answer.verdict is None
        and "5 months before" in answer.sentence
        and "8 a side" in answer.sentence
    )
    assert ask("Delta Réseaux", "2024-09-02", unit="quarter").verdict is None


def test_without_control_the_series_is_the_partners_own():
    series = ask("Delta Réseaux", "2024-09-02", control=False).series
    assert (
        series["control"].isna().all()
        and (series["difference"].dropna() == series["value"].dropna()).all()
    )


@pytest.mark.parametrize("trend", [0.0, 0.4])
def test_odds_times_two_and_a_half_are_found_and_an_own_trend_is_no_effect(trend):
    """20 worlds each; `truth` has the figures of many more."""
    assert strategy_verdicts(4, 20, odds=2.5, trend=trend).count("rose") >= 11
    assert 20 - strategy_verdicts(5, 20, trend=trend).count(None) <= 4


def test_without_others_to_learn_from_the_error_is_widened():
    rng = np.random.default_rng(9)
    few = strategy_world(rng, partners=5)
    answer = strategy_effect(few, "2024-01-01", partner="P00", as_of="2025-08-31")
    assert answer.placebo.empty and answer.as_large == 0
    alone = few[few["partner"] == "P00"]
    own = strategy_effect(alone, "2024-01-01", partner="P00", as_of="2025-08-31")
    assert own.series["control"].isna().all() and own.effect.low < own.effect.high


WRONG = [
    ({"kpi": "close"}, UnknownValue),
    ({"basis": "b"}, UnknownValue),
    ({"unit": "week"}, UnknownValue),
    ({"partner": "Delta"}, UnknownValue),
    ({"began": "2022-01-01"}, KitError),
]


@pytest.mark.parametrize("more, error", WRONG)
def test_faulty_questions_are_refused(more, error):
    with pytest.raises(error):
        ask(**{"partner": "Delta Réseaux", "began": "2024-09-02"} | more)
