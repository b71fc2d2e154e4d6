import numpy as np
import pytest
from scipy import stats

from kpi_helpers.errors import KitError
from kpi_helpers.stats import learn_shape
from kpi_helpers.stats.shapes import MOST

PARETO = 2.2 / 1.2 * np.exp(0.6**2 / 2)  # mean of (1 + Pareto(2.2)) x log-normal(0.6)


def coverage(draw, truth, statistic, *, partners, each, seeds=250):
    rng, held = np.random.default_rng(5), 0
    for _ in range(seeds):
        level = rng.lognormal(0, 0.5, partners)
        values = draw(rng, (partners, each)) * level[:, None]
        shape = learn_shape(values.ravel(), np.repeat(np.arange(partners), each))
        low, high = shape.interval(values[0], statistic)
        held += low <= truth * level[0] <= high
    return held / seeds


def heavy(rng, size):
    return (1 + rng.pareto(2.2, size)) * rng.lognormal(0, 0.6, size)


@pytest.mark.parametrize("each", [5, 12])
@pytest.mark.parametrize("partners", [1, 12])
def test_means_of_few_skewed_values_are_covered(partners, each):
    told = coverage(
        lambda rng, size: rng.lognormal(0, 1.2, size),
        np.exp(0.72),
        "mean",
        partners=partners,
        each=each,
    )
    assert 0.91 <= told <= 0.99
    assert coverage(heavy, PARETO, "mean", partners=partners, each=each) >= 0.90


def test_medians_are_covered():
    told = coverage(
        lambda rng, size: rng.lognormal(0, 0.8, size), 1.0, "median", partners=12, each=7
    )
    assert 0.92 <= told <= 0.99


def test_many_log_normal_values_have_the_interval_of_their_logarithms():
    """Of n log-normal values the logarithm of the mean varies by (exp(s²) - 1)/n."""
    values = np.random.default_rng(2).lognormal(3, 0.3, (40, 50))
    shape = learn_shape(values.ravel(), np.repeat(np.arange(40), 50))
    low, high = shape.interval(values[0])
    exact = 2 * stats.norm.ppf(0.975) * np.sqrt(np.expm1(0.3**2) / 50)
    assert np.log(high / low) == pytest.approx(exact, rel=0.1)
    many = shape.interval(np.tile(values[0], 32))
    assert np.log(many[1] / many[0]) == pytest.approx(exact / np.sqrt(32), rel=0.1)
    assert len(np.tile(values[0], 32)) > MOST


def test_units_and_order_do_not_matter():
    values, who = np.random.default_rng(3).lognormal(0, 1, 30), np.repeat(list("abcde"), 6)
    shape = learn_shape(values, who)
    turned = learn_shape(values[::-1] * 100, who[::-1])
    mine = np.array(shape.interval(values[:6]))
    assert np.array(turned.interval(values[:6][::-1] * 100)) == pytest.approx(100 * mine)


def test_less_confidence_is_narrower():
    shape = learn_shape([1, 2, 3, 4, 5, 9], list("aaabbb"))
    (low, high), (wide_low, wide_high) = (
        shape.interval([1, 2, 3], confidence=level) for level in (0.8, 0.95)
    )
    assert wide_low < low < high < wide_high


def test_wild_spreads_stay_numbers():
    shape = learn_shape([1e-3, 1e3, 1e9, 1e-6], list("aaaa"))
    low, high = shape.interval([1.0, 1e6])
    assert 0 < low < 5e5 < high < np.inf


def test_nothing_to_say_is_null():
    shape = learn_shape([1, 2, 3, 4, 5, 6], list("aaabbb"))
    assert np.isnan(shape.interval([])).all() and np.isnan(shape.interval([1, 0])).all()
    assert np.isnan(learn_shape([5, 5, 5], list("aaa")).interval([5, 5])).all()
    assert np.isnan(learn_shape([5, 7, 9], list("aaa")).interval([5])).all()
    with pytest.raises(KitError, match="of one length"):
        learn_shape([1, 2], ["a"])
