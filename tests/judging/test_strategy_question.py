import numpy as np
import pytest

from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.judging import strategy_effect

from .sample import sample_deals

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
