import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kpi_helpers.errors import KitError
from kpi_helpers.stats import negative_binomial, poisson, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(3, 10, 0.1078, 0.6032), (0, 5, 0, 0.4345), (5, 5, 0.5655, 1)]
)
def test_wilson_examples(k, n, low, high):
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("k", "low", "high"), [(2, 0.2422, 7.2247), (0, 0, 3.6889)])
def test_poisson_examples(k, low, high):
    assert poisson(k) == pytest.approx((low, high), abs=5e-5)


def test_wilson_equals_scipy():
    pairs = [(k, n) for n in (1, 2, 7, 40, 1000) for k in {0, 1, n // 3, n - 1, n}]
    low, high = wilson(*np.array(pairs).T)
    for i, (k, n) in enumerate(pairs):
        for level in (0.8, 0.95):
            oracle = stats.binomtest(k, n).proportion_ci(level, method="wilson")
            assert wilson(k, n, confidence=level) == pytest.approx(tuple(oracle), abs=1e-12)
        assert (low[i], high[i]) == wilson(k, n)


def test_poisson_equals_chi_square():
    k = np.array([1, 2, 5, 30, 4000])
    low, high = poisson(k)
    np.testing.assert_allclose(low, stats.chi2.ppf(0.025, 2 * k) / 2, rtol=1e-9)
    np.testing.assert_allclose(high, stats.chi2.ppf(0.975, 2 * k + 2) / 2, rtol=1e-9)


def test_poisson_bounds_are_the_means_that_just_allow_the_count():
    for k in (1, 6, 20):
        low, high = poisson(k)
        assert stats.poisson.sf(k - 1, low) == pytest.approx(0.025, abs=1e-9)
        assert stats.poisson.cdf(k, high) == pytest.approx(0.025, abs=1e-9)


def test_wilson_coverage_computed_exactly():
    n, truths = 20, np.linspace(0.05, 0.95, 181)
    low, high = wilson(np.arange(n + 1), n)
    held = [stats.binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum() for p in truths]
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)
    assert min(held) > 0.89


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_rate_and_is_symmetric(kn):
    k, n = kn
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_nothing_to_count_is_null_not_zero():
    low, high = wilson([0, 1, np.nan], [0, 2, 5])
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False, True]
    assert np.isnan(poisson([np.nan, 1])[0]).tolist() == [True, False]
    assert wilson([], [])[0].shape == (0,)


@pytest.mark.parametrize("bad", [(3, 2), (-1, 5), ("many", 5), (1, float("inf"))])
def test_bad_counts_are_refused(bad):
    with pytest.raises(KitError, match="wilson"):
        wilson(*bad)


def test_bad_confidence_and_negative_counts_are_refused():
    with pytest.raises(KitError, match="confidence"):
        wilson(1, 2, confidence=95)
    with pytest.raises(KitError, match="negative"):
        poisson(-1)


@pytest.mark.parametrize("a", [0.02, 0.25, 2.0])
def test_negative_binomial_bounds_are_the_means_that_just_allow_the_count(a):
    for k in (1, 6, 60):
        low, high = negative_binomial(k, a)
        at_least = stats.nbinom(1 / a, 1 / (1 + a * low)).sf(k - 1)
        at_most = stats.nbinom(1 / a, 1 / (1 + a * high)).cdf(k)
        assert (at_least, at_most) == pytest.approx((0.025, 0.025), abs=1e-9)


def test_without_dispersion_it_is_poisson_and_with_it_wider():
    k = np.array([0, 1, 7, 400, np.nan])
    np.testing.assert_array_equal(negative_binomial(k, 0.0), poisson(k))
    np.testing.assert_allclose(negative_binomial(k, 2e-6), poisson(k), rtol=2e-3)
    low, high = negative_binomial(k[2:4], 0.1)
    plain = poisson(k[2:4])
    assert (low < plain[0]).all() and (high > plain[1]).all()
    assert negative_binomial(0, 0.3)[0] == 0


def test_impossible_dispersion_is_refused():
    with pytest.raises(KitError, match="dispersion cannot be negative"):
        negative_binomial(3, -0.1)
