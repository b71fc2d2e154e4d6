from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kpi_helpers.errors import KitError
from kpi_helpers.stats import mann_kendall, reasons, theil_sen

series = st.lists(st.integers(-5, 5), min_size=8, max_size=14)


@settings(max_examples=50, deadline=None)
@given(series)
def test_slope_equals_the_naive_twin(values):
    slopes = [(values[j] - values[i]) / (j - i) for i, j in combinations(range(len(values)), 2)]
    assert theil_sen(values).slope == pytest.approx(np.median(slopes), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(series)
def test_without_the_continuity_correction_it_is_kendalls_tau(values):
    n, (_, counts) = len(values), np.unique(values, return_counts=True)
    s = sum(np.sign(values[j] - values[i]) for i, j in combinations(range(n), 2))
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in counts)) / 18
    if variance == 0:
        assert mann_kendall(values) == 1
        return
    tau = stats.kendalltau(range(n), values, method="asymptotic").pvalue
    assert 2 * stats.norm.sf(abs(s) / np.sqrt(variance)) == pytest.approx(tau, abs=1e-9)
    assert mann_kendall(values) == pytest.approx(
        min(1, 2 * stats.norm.sf(max(abs(s) - 1, 0) / np.sqrt(variance))), abs=1e-12
    )


def test_close_to_the_exact_p_with_and_without_ties():
    for values in ([1, 2, 4, 3, 5, 7, 6], [1, 1, 2, 2, 3, 2, 3]):
        orders = np.array(list(permutations(values)))
        s = sum(np.sign(orders[:, j] - orders[:, i]) for i, j in combinations(range(7), 2))
        exact = (np.abs(s) >= abs(s[0])).mean()
        assert exact < mann_kendall(values) < exact + 0.01  # cautious, never the other way


def test_direction_verdict_and_an_outlier():
    up = theil_sen([3, 4, 5, 6, 7, 8, 9, 40])
    assert (up.slope, up.verdict) == (1.0, "rising")
    down = theil_sen([-x for x in [3, 4, 5, 6, 7, 8, 9, 40]])
    assert (down.slope, down.verdict, down.p) == (-1.0, "falling", up.p)
    flat = theil_sen([5, 3, 6, 4, 5, 3, 6, 4])
    assert (flat.verdict, flat.reason) == (None, reasons.WITHIN_CHANCE)


def test_unknown_periods_keep_their_time():
    gap = theil_sen([0, 1, 2, None, None, 5, 6, 7, 8, 9])
    assert (gap.slope, gap.n) == (1, 8)
    shuffled = theil_sen([9, 0, 1, 2, 8, 5, 6, 7], periods=[9, 0, 1, 2, 8, 5, 6, 7])
    assert (shuffled.slope, shuffled.p) == (1, gap.p)


def test_silent_under_8_periods():
    quiet = theil_sen([1, 2, 3, 4, 5, 6, 7, None])
    assert (quiet.slope, quiet.p, quiet.n, quiet.reason) == (None, None, 7, reasons.TOO_FEW_PERIODS)


def test_false_alarms_in_small():
    rng = np.random.default_rng(2)
    assert np.mean(
        [theil_sen(rng.normal(size=12)).verdict is not None for _ in range(400)]
    ) == pytest.approx(0.05, abs=0.025)


def test_bad_input_is_refused():
    with pytest.raises(KitError, match="one length"):
        theil_sen([1, 2], [1])
