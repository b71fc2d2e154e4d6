import numpy as np
import pytest
from scipy import stats

from kpi_helpers.errors import KitError
from kpi_helpers.stats import bootstrap, bootstrap_ratio, reasons
from kpi_helpers.stats.resampling import LARGE, _left_out_medians, _left_out_ratios

SIZES = np.random.default_rng(7).lognormal(8, 1, 60)


@pytest.mark.parametrize(
    ("n", "method"), [(12, "percentile"), (19, "percentile"), (20, "BCa"), (60, "BCa")]
)
@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_equals_scipy_on_the_same_resamples(n, method, statistic):
    values = np.sort(SIZES[:n])
    ours = bootstrap(values, statistic, seed=3)
    oracle = stats.bootstrap(
        (values,),
        getattr(np, statistic),
        n_resamples=2000,
        method=method,
        rng=np.random.default_rng(3),
    ).confidence_interval
    assert ours.method == method
    assert (ours.low, ours.high) == pytest.approx(tuple(oracle), rel=1e-9)


def test_ratio_equals_scipy_on_the_same_resamples():
    a, b = np.sort(SIZES[:30]), np.random.default_rng(1).uniform(0.2, 1, 30)
    oracle = stats.bootstrap(
        (a, b),
        lambda x, y, axis: x.sum(axis) / y.sum(axis),
        paired=True,
        n_resamples=2000,
        rng=np.random.default_rng(5),
    ).confidence_interval
    ours = bootstrap_ratio(a, b, seed=5)
    assert (ours.low, ours.high) == pytest.approx(tuple(oracle), rel=1e-9)
    assert ours.value == pytest.approx(a.sum() / b.sum())


@pytest.mark.parametrize("n", [5, 6, 9, 20])
def test_left_out_statistics_equal_a_loop(n):
    a, b = np.sort(SIZES[:n]), SIZES[-n:]
    medians = [np.median(np.delete(a, i)) for i in range(n)]
    ratios = [np.delete(a, i).sum() / np.delete(b, i).sum() for i in range(n)]
    np.testing.assert_allclose(_left_out_medians(a, None), medians)
    np.testing.assert_allclose(_left_out_ratios(a, b), ratios)


def test_seeded_and_indifferent_to_row_order_and_currency_unit():
    one, other = bootstrap(SIZES, seed=1), bootstrap(SIZES[::-1], seed=1)
    assert one == other
    assert one != bootstrap(SIZES, seed=2)
    assert bootstrap(SIZES * 100, seed=1).low == pytest.approx(one.low * 100)


def test_example_of_the_split_deal():
    assert bootstrap_ratio([200, 200], [1, 0.5]).value == pytest.approx(266.67, abs=0.005)


def test_silences_say_why():
    assert bootstrap([]).value is None and bootstrap([]).reason == reasons.NO_DATA
    four = bootstrap([1, 2, None, 3, 4])
    assert (four.value, four.low, four.n, four.reason) == (2.5, None, 4, reasons.TOO_FEW_VALUES)
    assert bootstrap([7] * 30).reason == reasons.NO_VARIATION
    assert bootstrap_ratio([1, 2, 3, 4, 5], [0] * 5).reason == reasons.NO_DATA
    assert bootstrap_ratio([1, 2, 3, 4, 5], [1, 0, 0, 0, 0]).reason == reasons.NO_DENOMINATOR


def test_coverage_of_a_mean_in_small():
    rng = np.random.default_rng(11)
    held = sum(
        a.low <= 5 <= a.high
        for a in (bootstrap(rng.normal(5, 2, 40), resamples=400) for _ in range(300))
    )
    assert 0.90 <= held / 300 <= 0.98


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_large_samples_agree_with_resampling(statistic):
    values = np.random.default_rng(2).lognormal(8, 1, LARGE + 1)
    large, resampled = (
        bootstrap(values, statistic),
        bootstrap(values[:-1], statistic, resamples=500),
    )
    assert large.method == "large sample"
    assert large.high - large.low == pytest.approx(resampled.high - resampled.low, rel=0.1)
    assert large.low == pytest.approx(resampled.low, rel=0.01)


def test_bad_input_is_refused():
    with pytest.raises(KitError, match="statistic"):
        bootstrap([1, 2, 3], "mode")
    with pytest.raises(KitError, match="one length"):
        bootstrap_ratio([1, 2], [1])
