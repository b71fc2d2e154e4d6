"""A level that moves: against statsmodels' weighted least squares, and against known truth."""

import numpy as np
import pytest
import statsmodels.api as sm

from kpi_helpers.errors import KitError
from kpi_helpers.stats import level_shift


def series(rng, n=36, start=20, shift=0.0, trend=0.0, sd=1.0):
    at = np.arange(n)
    return trend * (at - start) + shift * (at >= start) + rng.normal(0, sd, n)


def test_with_any_trend_allowed_it_is_weighted_least_squares():
    rng = np.random.default_rng(1)
    y, w = series(rng, shift=2, trend=0.1), rng.integers(1, 20, 36).astype(float)
    t = np.arange(36) - 20.0
    x = np.column_stack([np.ones(36), t, t >= 0])
    fit = sm.WLS(y, x, weights=w).fit()
    answer = level_shift(y, 20, trend_sd=1e9, weights=w)
    assert answer.coefficients["estimate"].tolist() == pytest.approx(fit.params.tolist())
    assert answer.coefficients["error"].tolist() == pytest.approx(fit.bse.tolist())
    assert [answer.low, answer.high] == pytest.approx(fit.conf_int()[2].tolist())
    assert answer.p == pytest.approx(fit.pvalues[2])


def test_without_a_trend_it_is_the_difference_of_means():
    y = series(np.random.default_rng(2), shift=1)
    answer = level_shift(y, 20, trend_sd=1e-9)
    assert answer.effect == pytest.approx(y[20:].mean() - y[:20].mean(), abs=1e-6)
    assert answer.naive == pytest.approx(answer.effect, abs=1e-6)


def test_the_interval_holds_the_shift_and_seldom_sees_one_that_is_not_there():
    rng, held, false = np.random.default_rng(3), [], []
    for _ in range(400):
        trend = rng.normal(0, 0.03)
        found = level_shift(series(rng, shift=1.5, trend=trend), 20, trend_sd=0.03)
        held.append(found.low <= 1.5 <= found.high)
        none = level_shift(series(rng, trend=trend), 20, trend_sd=0.03)
        false.append(none.verdict is not None)
    assert np.mean(held) == pytest.approx(0.95, abs=0.03) and np.mean(false) < 0.08


def test_least_variance_and_widening_widen():
    y = series(np.random.default_rng(4), sd=0.1)
    plain = level_shift(y, 20, trend_sd=0.1)
    for more in ({"least_variance": 1.0}, {"widened": 2.0}, {"confidence": 0.99}):
        wider = level_shift(y, 20, trend_sd=0.1, **more)
        assert wider.high - wider.low > 1.2 * (plain.high - plain.low)


def test_few_periods_are_silent_and_faulty_questions_refused():
    y = np.arange(16.0)
    assert level_shift(y, 7, trend_sd=1).verdict is None and level_shift(y, 7, trend_sd=1).reason
    assert level_shift(y, 8, trend_sd=1).effect is not None
    blank = np.where(np.arange(16) == 3, np.nan, y)
    assert level_shift(blank, 8, trend_sd=1).before == 7
    with pytest.raises(KitError, match="inside the series"):
        level_shift(y, 16, trend_sd=1)
    with pytest.raises(KitError):
        level_shift(y, 8, trend_sd=1, weights=[1.0])
