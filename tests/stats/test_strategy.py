import numpy as np
import pytest
import statsmodels.api as sm

from kpi_helpers.errors import KitError
from kpi_helpers.stats import interrupted_series, placebo_dates, reasons

EXAMPLE = [10, 12, 14, 16, 25, 27, 29, 31]


def series(level=0.0, slope=0.0, n=12, seed=0, noise=1.0):
    t = np.arange(2 * n)
    return (
        10
        + 0.5 * t
        + (t >= n) * (level + slope * (t - n))
        + noise * np.random.default_rng(seed).normal(size=2 * n)
    )


def test_example_of_the_strategy():
    answer = interrupted_series(EXAMPLE, 4)
    assert answer.level == pytest.approx(7, abs=1e-12)
    assert answer.slope == pytest.approx(0, abs=1e-12)
    assert answer.effect == pytest.approx(7, abs=1e-12)
    assert answer.naive == 15
    assert (answer.verdict, answer.reason) == (None, reasons.TOO_FEW_PERIODS_A_SIDE)


def test_equals_statsmodels():
    y, t = series(3, 0.2), np.arange(24.0)
    design = np.column_stack([np.ones(24), t, t >= 12, (t - 12) * (t >= 12)])
    kwds = {"maxlags": 2, "use_correction": True}
    oracle = sm.OLS(y, design).fit(cov_type="HAC", cov_kwds=kwds, use_t=True)
    ours = interrupted_series(y, 12).coefficients
    assert ours["estimate"].to_numpy() == pytest.approx(oracle.params, abs=1e-9)
    assert ours["error"].to_numpy() == pytest.approx(oracle.bse, abs=1e-9)
    assert ours["p"].to_numpy() == pytest.approx(oracle.pvalues, abs=1e-9)
    assert ours[["low", "high"]].to_numpy() == pytest.approx(oracle.conf_int(), abs=1e-9)
    mean_effect = oracle.t_test([0, 0, 1, 5.5])
    answer = interrupted_series(y, 12)
    assert answer.effect == pytest.approx(mean_effect.effect[0], abs=1e-9)
    assert answer.low < mean_effect.conf_int()[0, 0] and answer.high > mean_effect.conf_int()[0, 1]
    assert answer.p > mean_effect.pvalue


def test_verdicts_and_the_trend_alone_is_none():
    assert interrupted_series(series(8), 12).verdict == "rose"
    assert interrupted_series(series(-8), 12).verdict == "fell"
    trend = interrupted_series(series(0), 12)
    assert (trend.verdict, trend.reason) == (None, reasons.WITHIN_CHANCE)
    assert trend.naive > 4


def test_a_control_takes_out_what_hit_everyone():
    everyone = series(6, seed=1, noise=0.5)
    ours = everyone + np.random.default_rng(2).normal(0, 0.5, 24)
    assert interrupted_series(ours, 12).verdict == "rose"
    assert interrupted_series(ours, 12, control=everyone).verdict is None
    assert interrupted_series(ours, 12, control=everyone).effect == pytest.approx(0, abs=1.5)


def test_unknown_periods_are_left_out_and_keep_their_time():
    y = [10, 12, None, 16, 25, 27, 29, 31]
    assert interrupted_series(y, 4).level == pytest.approx(7)
    assert interrupted_series(y, 4).before == 3


def test_silences_say_why():
    assert interrupted_series([1, 2, 3], 1).coefficients is None
    assert interrupted_series([1, 2, 3], 1).reason == reasons.TOO_FEW_PERIODS_A_SIDE
    assert interrupted_series(series(8)[5:], 7).verdict is None
    assert (
        interrupted_series([1, 2, 4, 3], 2).p != interrupted_series([1, 2, 4, 3], 2).p
    )  # no freedom left: NaN


def test_false_alarms_in_small():
    alarms = [interrupted_series(series(seed=s), 12).verdict is not None for s in range(300)]
    assert np.mean(alarms) < 0.05


def test_false_alarms_in_small_where_periods_go_together():
    alarms = []
    for noise in np.random.default_rng(5).normal(size=(300, 24)):
        for t in range(1, 24):
            noise[t] += 0.3 * noise[t - 1]
        alarms.append(interrupted_series(noise, 12).verdict is not None)
    assert 0 < np.mean(alarms) < 0.11


def test_placebo_dates_use_only_what_came_before():
    placebo = placebo_dates(series(8), 12)
    assert placebo.dates["start"].tolist() == [4, 5, 6, 7, 8]
    assert placebo.p == pytest.approx(1 / 6)
    assert placebo_dates(series(0, seed=3), 12).p > 1 / 6
    changed = np.append(series(8)[:12], np.arange(12) * 100)
    np.testing.assert_array_equal(placebo_dates(changed, 12).dates, placebo.dates)


def test_placebo_silence():
    assert placebo_dates(EXAMPLE, 4).reason == reasons.NO_PLACEBO


def test_bad_input_is_refused():
    for start in (0, 8, -1):
        with pytest.raises(KitError, match="inside the series"):
            interrupted_series(EXAMPLE, start)
    with pytest.raises(KitError, match="one length"):
        interrupted_series(EXAMPLE, 4, control=[1, 2])
