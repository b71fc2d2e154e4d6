import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from kpi_helpers.errors import KitError
from kpi_helpers.stats import reasons, share_won_by, time_to_outcome

DAYS = [10, 20, 30, 40, 50, 60]
OUTCOME = ["won", "lost", "won", "open", "won", "lost"]
CODES = {"open": 0, "won": 1, "lost": 2, "cancelled": 3}


def sample(n=80, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 40, n), rng.choice(
        ["won", "lost", "cancelled", "open"], n, p=[0.4, 0.3, 0.1, 0.2]
    )


def at(curve, day, column):
    return float(curve[column][curve["day"] <= day].iloc[-1])


def test_example_of_aalen_johansen_and_the_naive_curve():
    curve = time_to_outcome(DAYS, OUTCOME)
    assert at(curve, 60, "won") == pytest.approx(7 / 12, abs=1e-15)
    assert at(curve, 60, "lost") == pytest.approx(5 / 12, abs=1e-15)
    assert naive_share_won(DAYS, OUTCOME) == 0.6875
    assert at(curve, 30, "open") == 0.5


def naive_share_won(days, outcome):
    """One less Kaplan and Meier's curve, which pretends that lost deals may still be won."""
    won = np.array(outcome) == "won"
    return 1 - SurvfuncRight(days, won).surv_prob[-1] if won.any() else 0.0


def naive_twin(days, outcome):
    """Aalen-Johansen from its definition, day by day."""
    open_share, won = 1.0, 0.0
    for day in sorted(set(days)):
        at_risk = sum(d >= day for d in days)
        won += (
            open_share
            * sum(d == day and o == "won" for d, o in zip(days, outcome, strict=True))
            / at_risk
        )
        ended = sum(d == day and o != "open" for d, o in zip(days, outcome, strict=True))
        open_share *= 1 - ended / at_risk
    return won, open_share


deals = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(list(CODES))), min_size=1, max_size=25
)


@settings(max_examples=60, deadline=None)
@given(deals)
def test_shares_sum_to_one_and_equal_the_naive_twin(pairs):
    days, outcome = zip(*pairs, strict=True)
    curve = time_to_outcome(days, outcome)
    np.testing.assert_allclose(
        curve[["won", "lost", "cancelled", "open"]].sum(axis=1), 1, atol=1e-12
    )
    last = curve.iloc[-1]
    assert (last["won"], last["open"]) == pytest.approx(naive_twin(days, outcome), abs=1e-12)
    assert last["won"] <= naive_share_won(days, outcome) + 1e-12


def test_equals_statsmodels():
    days, outcome = sample()
    oracle = CumIncidenceRight(days, np.array([CODES[o] for o in outcome]))
    curve = time_to_outcome(days, outcome)
    curve = curve[curve["day"].isin(oracle.times)].iloc[:-1]
    np.testing.assert_allclose(curve["won"], oracle.cinc[0][:-1], atol=1e-9)
    # Our interval is share ** exp(±z se / (share log share)): its width gives the standard error
    # back.
    curve = curve[curve["won"] > 0]
    log_share = np.log(curve["won"])
    error = np.abs(
        np.log(np.log(curve["won_low"]) / log_share) / 1.959963984540054 * curve["won"] * log_share
    )
    np.testing.assert_allclose(error, oracle.cinc_se[0][:-1][-len(curve) :], atol=1e-9)
    survival = SurvfuncRight(days, outcome != "open")
    ours = time_to_outcome(days, outcome).set_index("day")["open"]
    np.testing.assert_allclose(ours[survival.surv_times], survival.surv_prob, atol=1e-9)


def test_interval_coverage_in_small():
    # Wins at rate 2 and losses at rate 1 many deals followed for less: F(0.5) = 2/3 (1 -
    # exp(-1.5)).
    rng, truth, held = np.random.default_rng(4), 2 / 3 * (1 - np.exp(-1.5)), 0
    for _ in range(300):
        end, follow = rng.exponential(1 / 3, 80), rng.uniform(0.2, 1.8, 80)
        outcome = np.where(end > follow, "open", np.where(rng.random(80) < 2 / 3, "won", "lost"))
        row = share_won_by(np.minimum(end, follow), outcome, 0.5).iloc[0]
        held += row["low"] <= truth <= row["high"]
    assert 0.91 <= held / 300 <= 0.985


def test_share_won_by_says_when_nobody_was_followed_that_long():
    table = share_won_by([10, 20, 80], ["won", "lost", "open"])
    assert table["at_risk"].tolist() == [1, 1, 0]
    assert table["won"].round(6).tolist()[:2] == [0.333333] * 2 and np.isnan(table["won"][2])
    assert table["reason"].dropna().tolist() == [reasons.NOT_FOLLOWED]
    assert share_won_by(DAYS, OUTCOME, [29, 30])["won"].tolist() == pytest.approx([1 / 6, 1 / 3])
    assert share_won_by(DAYS, OUTCOME, 90)["won"][0] == pytest.approx(7 / 12)
    assert share_won_by([], [])["reason"].eq(reasons.NO_DATA).all()


def test_no_deal_gives_no_row_and_nothing_won_no_interval():
    assert len(time_to_outcome([], [])) == 0
    assert time_to_outcome([5, 6], ["lost", "open"])[["won_low", "won_high"]].isna().all(axis=None)


def test_bad_input_is_refused():
    for days, outcome, text in (
        ([-1], ["won"], "negative"),
        ([1], ["sold"], "outcome 'sold'"),
        ([None], ["won"], "unknown"),
    ):
        with pytest.raises(KitError, match=text):
            time_to_outcome(days, outcome)
    with pytest.raises(KitError, match="one length"):
        time_to_outcome([1, 2], ["won"])


@pytest.mark.parametrize("n", [3, 7, 9, 10, 14, 25, 199])
def test_where_all_are_won_there_is_no_interval_however_the_sums_round(n):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        last = time_to_outcome(range(1, n + 1), ["won"] * n).iloc[-1]
    assert last["won"] == pytest.approx(1, abs=1e-12)
    assert np.isnan([last["won_low"], last["won_high"]]).all()
