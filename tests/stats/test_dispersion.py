from itertools import pairwise

import numpy as np
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.stats import count_dispersion, rate_dispersion


def counts(a, groups=40, periods=12, mean=20.0, growth=0.0, seed=0):
    """Counts of gamma moods with variance `a` around a mean that grows."""
    rng = np.random.default_rng(seed)
    mood = rng.gamma(1 / a, a, (groups, periods)) if a else np.ones((groups, periods))
    return rng.poisson(mean * mood * (1 + growth) ** np.arange(periods))


@pytest.mark.parametrize("a", [0.0, 0.05, 0.25])
def test_planted_dispersion_of_counts_is_found_and_growth_is_none(a):
    for growth in (0.0, 0.08):
        found = [count_dispersion(counts(a, growth=growth, seed=seed)) for seed in range(40)]
        assert np.mean(found) == pytest.approx(a, abs=0.015)


def test_counts_agree_with_a_naive_twin():
    table = counts(0.3, groups=3, periods=5)
    top = bottom = 0.0
    for row in table:
        for then, now in pairwise(row):
            top += (now - then) ** 2 / 2 - (now + then) / 2
            bottom += now * then
    assert count_dispersion(table) == pytest.approx(top / bottom)


def test_periods_before_the_first_count_do_not_matter():
    assert count_dispersion([[0, 0, 0, 20, 5]]) == count_dispersion([[20, 5]]) > 0


@pytest.mark.parametrize("r", [0.0, 0.05, 0.2])
def test_planted_likeness_of_deals_is_found(r):
    rng, found = np.random.default_rng(1), []
    for _ in range(40):
        n = rng.integers(2, 40, (30, 10))
        p = rng.beta(0.4 * (1 / r - 1), 0.6 * (1 / r - 1), n.shape) if r else np.full(n.shape, 0.4)
        found.append(rate_dispersion(rng.binomial(n, p), n))
    assert np.mean(found) == pytest.approx(r, abs=0.012)


def test_nothing_to_learn_from_is_chance_alone():
    assert count_dispersion([[4]]) == count_dispersion([[0, 0]]) == 0.0
    assert rate_dispersion([[1]], [[2]]) == rate_dispersion([[0, 0]], [[0, 0]]) == 0.0


def test_impossible_counts_are_refused():
    with pytest.raises(KitError, match="cannot be negative"):
        count_dispersion([[1, -1]])
    with pytest.raises(KitError, match="k cannot be larger than n"):
        rate_dispersion([[3, 1]], [[2, 2]])
