import numpy as np
import pytest
from scipy import stats

from kpi_helpers.errors import KitError
from kpi_helpers.stats import funnel, funnel_limits, overdispersion, reasons


def test_limits_are_the_standard_errors():
    row = funnel_limits(84, 0.3).iloc[0]
    assert (row["low_95"], row["high_95"]) == pytest.approx((0.202, 0.398), abs=1e-9)
    assert row["high_998"] == pytest.approx(0.3 + 3.09 * 0.05)
    wide = funnel_limits(84, 0.3, phi=4).iloc[0]
    assert wide["high_95"] - 0.3 == pytest.approx(2 * (row["high_95"] - 0.3))


def test_limits_stay_within_0_and_1_and_are_null_without_deals():
    limits = funnel_limits([0, 1], 0.9)
    assert limits.iloc[0, 1:].isna().all()
    assert limits.iloc[1, 1:].between(0, 1).all()


def test_share_outside_the_limits_is_what_they_promise():
    k = stats.binom.rvs(400, 0.3, size=3000, random_state=5)
    places = funnel(range(3000), k, np.full(3000, 400)).points["place"]
    assert (places != "within").mean() == pytest.approx(0.05, abs=0.015)
    assert places.str.startswith("far").mean() == pytest.approx(0.002, abs=0.003)


def test_overdispersion_is_1_by_chance_and_winsorised_for_outliers():
    rng = np.random.default_rng(6)
    k = rng.binomial(200, 0.4, 60)
    assert overdispersion(k, np.full(60, 200), 0.4) < 1.4
    spread = rng.binomial(200, rng.beta(40, 60, 60))
    assert overdispersion(spread, np.full(60, 200), 0.4) > 2
    k[0] = 200  # one outlier does not widen the funnel that must show it
    assert overdispersion(k, np.full(60, 200), 0.4) < 1.4
    assert funnel(range(60), spread, np.full(60, 200), overdispersed=True).phi > 2


def test_silences_say_why():
    quiet = funnel(list("ABCD"), [1, 2, 3, 4], [10] * 4)
    assert (quiet.centre, quiet.reason) == (None, reasons.TOO_FEW_PARTNERS_5)
    points = funnel(list("ABCDEF"), [1, 2, 3, 4, 5, 0], [10] * 5 + [0]).points
    assert points["place"].isna().tolist() == [False] * 5 + [True]


def test_bad_input_is_refused():
    with pytest.raises(KitError, match="centre"):
        funnel_limits([10], 30)
    with pytest.raises(KitError, match="larger than n"):
        funnel(["A"], [3], [2])
    with pytest.raises(KitError, match="one length"):
        funnel(["A"], [1, 1], [2, 2])
