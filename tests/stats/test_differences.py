import numpy as np
import pytest
from scipy import stats as oracle
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from kpi_helpers.stats import count_ratio, holm, moved, rate_difference, scatter


@pytest.mark.parametrize(
    ("k", "days", "k0", "days0", "wanted"),
    [
        (126, 46, 273, 92, (0.923, 0.741, 1.144)),
        (12, 92, 14, 92, (0.857, 0.362, 1.997)),
        (24, 92, 12, 92, (2.00, 0.962, 4.389)),
        (27, 92, 12, 92, (2.25, 1.102, 4.876)),
    ],
)
def test_examples_of_counts(k, days, k0, days0, wanted):
    found = count_ratio(k, days, k0, days0)
    assert (found.estimate, found.low, found.high) == pytest.approx(wanted, abs=6e-4)
    assert (found.p < 0.05) == (not found.low <= 1 <= found.high)


def test_counts_equal_scipys_exact_binomial():
    for k, k0, times in ((3, 9, 1.0), (0, 4, 1.0), (7, 0, 2.0), (20, 31, 0.5)):
        found = count_ratio(k, 1, k0, times)
        test = oracle.binomtest(k, k + k0, 1 / (1 + times))
        ends = test.proportion_ci(0.95, method="exact")
        low, high = (times * x / (1 - x) if x < 1 else None for x in (ends.low, ends.high))
        assert found.low == pytest.approx(low)
        assert found.high == (None if high is None else pytest.approx(high))
        one_sided = [
            oracle.binomtest(k, k + k0, 1 / (1 + times), alternative=side).pvalue
            for side in ("less", "greater")
        ]
        assert found.p == pytest.approx(min(1, 2 * min(one_sided)))


def test_rates_are_newcombes():
    found = rate_difference(12, 47, 14, 40)
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (-0.0947, -0.281, 0.095), abs=6e-4
    )
    ends = confint_proportions_2indep(12, 47, 14, 40, compare="diff", method="newcomb")
    assert (found.low, found.high) == pytest.approx(ends)
    assert found.p > 0.05
    assert rate_difference(0, 0, 1, 2).estimate is None


def test_scatter_widens_both():
    plain, wide = (count_ratio(27, 92, 12, 92, phi=phi) for phi in (1.0, 2.0))
    assert wide.low < plain.low and wide.high > plain.high and wide.p > plain.p
    plain, wide = (rate_difference(20, 40, 8, 40, phi=phi) for phi in (1.0, 2.0))
    assert wide.low < plain.low and wide.high > plain.high and wide.p > plain.p


def test_holm_is_statsmodels():
    p = np.array([0.01, 0.2, np.nan, 0.004, 0.04])
    known = ~np.isnan(p)
    assert holm(p)[known] == pytest.approx(multipletests(p[known], method="holm")[1])
    assert np.isnan(holm(p)[2]) and len(holm([])) == 0


def test_false_alarms_of_equal_counts_are_few():
    """Asking whether the old value lies in the new interval is wrong in 17 of 100 cases."""
    rng = np.random.default_rng(5)
    pairs = rng.poisson(12, (3000, 2))
    called = [
        not x.low <= 1 <= (x.high or np.inf) for x in (count_ratio(a, 1, b, 1) for a, b in pairs)
    ]
    assert np.mean(called) < 0.05


def test_phi_of_poisson_counts_is_one_and_of_wilder_ones_more():
    rng = np.random.default_rng(6)
    means = np.repeat(rng.uniform(3, 20, 40), 8).reshape(40, 8)

    def phi(counts):
        mean = counts.mean(axis=1, keepdims=True).repeat(8, axis=1)
        return scatter(counts.ravel(), np.column_stack([mean.ravel()] * 2), 40)

    assert phi(rng.poisson(means)) == pytest.approx(1, abs=0.2)
    wild = rng.poisson(means * rng.gamma(4, 1 / 4, means.shape))
    assert phi(wild) > 2
    assert scatter([], [], 0) == 1.0


def test_two_intervals_make_one_of_the_difference():
    assert moved(1.0, 0.5, 1.5, 1.0, 0.5, 1.5).estimate == 0
    found = moved(10.0, 8.0, 12.0, 4.0, 3.0, 6.0)
    assert found.low == pytest.approx(6 - np.hypot(2, 2)) and found.high == pytest.approx(
        6 + np.hypot(2, 1)
    )
    assert moved(np.nan, 1, 2, 1, 1, 2).p is None
