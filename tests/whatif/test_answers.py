"""Identities, exactness and common random numbers."""

import numpy as np
import pandas as pd
import pytest

from kpi_helpers import whatif
from kpi_helpers.judging import forecast
from kpi_helpers.stats import outcome

AS_OF = "2025-03-10"


def test_no_change_is_the_baseline_exactly(base):
    plain = whatif.simulate(base)
    for nothing in ({}, {"close_rate": "+0%"}, {"spend.paid": "-0%", "cycle_days": "+0"}):
        answer = whatif.simulate(base, nothing)
        assert np.array_equal(answer.revenues, plain.revenues)
        assert answer.plain() == plain.plain()


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        ({"average_deal_size": "+20%"}, 1.2),
        ({"close_rate": "+20%"}, 1.2),
        ({"opportunities": "+20%"}, 1.2),
        ({"cycle_days": "-20%"}, 1.25),
        ({"close_rate": "+20%", "average_deal_size": "-50%"}, 0.6),
    ],
)
def test_the_velocity_equation_holds(base, change, factor):
    before, after = whatif.simulate(base), whatif.simulate(base, change)
    assert after.revenue.mean == pytest.approx(factor * before.revenue.mean)
    assert after.revenues.mean() == pytest.approx(after.revenue.mean, rel=0.03)


def test_a_small_pipeline_is_as_its_exact_enumeration(pipeline):
    base = whatif.baseline(
        pipeline, partner="P", window="2025-03", as_of=AS_OF, target=6000, draws=40_000
    )
    answer = whatif.simulate(base)
    exact = outcome(pipeline["amount"], pipeline["probability"])
    assert answer.revenue.mean == pytest.approx(exact.mean)
    assert answer.weighted_pipeline.mean == pytest.approx(5200)
    assert (answer.revenue.p50, answer.revenue.p90) == (
        5000,
        7000,
    )  # P10 is a tie: 10 % are at or below 1000
    assert answer.chance == pytest.approx(
        exact.at_least(6000), abs=4 * np.sqrt(0.48 * 0.52 / 40_000)
    )
    for value, chance in zip(exact.values, exact.chances, strict=True):
        assert (answer.revenues == value).mean() == pytest.approx(
            chance, abs=4 * np.sqrt(chance / 40_000)
        )


def test_the_baseline_is_the_forecast(sample, base):
    deals, history = sample["deals"], sample["history"]
    told = forecast(deals[deals["partner"] == base.member], history, base.window)
    answer = whatif.simulate(base)
    assert answer.revenue.mean == pytest.approx(told.mean, rel=0.03)
    for name in ("p10", "p50", "p90"):
        assert getattr(answer.revenue, name) == pytest.approx(getattr(told, name), rel=0.06)


def test_more_never_loses_a_win_in_any_draw(base):
    before = whatif.simulate(base)
    for change in (
        {"close_rate": "+3pp"},
        {"opportunities": "+40%"},
        {"leads.paid": "+60%"},
        {"win_back": "25%"},
    ):
        after = whatif.simulate(base, change)
        assert (after.counts >= before.counts).all() and (
            after.revenues >= before.revenues - 1e-6
        ).all()
        assert after.difference(before).p10 >= -1e-6


def test_answers_do_not_depend_on_row_order_or_on_what_was_asked_before(sample, base):
    shuffled = sample | {"deals": sample["deals"].sample(frac=1, random_state=3)}
    other = whatif.baseline(**shuffled, partner=base.member, draws=base.draws.n)
    whatif.simulate(other, {"opportunities": "+400%"})
    assert np.allclose(
        np.sort(whatif.simulate(other).revenues), np.sort(whatif.simulate(base).revenues)
    )


def test_without_target_peers_or_spend_there_is_nothing_to_tell(pipeline):
    answer = whatif.simulate(whatif.baseline(pipeline, window="2025-03", as_of=AS_OF))
    assert (answer.chance, answer.attainment, answer.quality_score, answer.spend) == (
        None,
        None,
        None,
        None,
    )


def test_what_is_won_already_stays_whatever_is_changed(pipeline):
    won = pipeline.assign(
        deal_id=["x", "y", "z"], status="won", closed_on=pd.Timestamp("2025-03-05")
    )
    deals = pd.concat([pipeline, won], ignore_index=True)
    base = whatif.baseline(deals, partner="P", window="2025-03", as_of=AS_OF)
    assert base.so_far == (8000, 3)
    assert whatif.simulate(base, {"opportunities": "-100%"}).revenue == whatif.Range(
        8000, 8000, 8000, 8000
    )
