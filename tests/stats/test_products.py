import numpy as np
import pytest

from kpi_helpers.stats import Factor, product_interval


def test_one_factor_gives_its_own_interval_and_a_power_turns_it_round():
    assert product_interval(4.0, [Factor(4.0, 2.0, 9.0)]) == pytest.approx((2.0, 9.0))
    assert product_interval(0.25, [Factor(4.0, 2.0, 9.0, -1.0)]) == pytest.approx((1 / 9, 0.5))
    assert product_interval(2.0, [Factor(4.0, 2.25, 9.0, 0.5)]) == pytest.approx((1.5, 3.0))


def test_log_normal_factors_are_covered_as_they_say():
    rng = np.random.default_rng(0)
    sd = np.array([0.3, 0.1, 0.2])
    power = np.array([1.0, 0.5, -1.0])
    logs = rng.standard_normal((4000, 3)) * sd
    held = 0
    for row in logs:
        factors = [
            Factor(*np.exp(x + s * np.array([0.0, -1.96, 1.96])), p)
            for x, s, p in zip(row, sd, power, strict=True)
        ]
        low, high = product_interval(float(np.exp(row @ power)), factors)
        held += low <= 1.0 <= high
    assert held / 4000 == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize(
    ("value", "factor"),
    [(0.0, (1, 1, 2)), (np.nan, (1, 1, 2)), (1.0, (0, 0, 2)), (1.0, (1, np.nan, 2))],
)
def test_what_has_no_logarithm_is_silent(value, factor):
    assert np.isnan(product_interval(value, [Factor(*map(float, factor))])).all()


def test_a_factor_that_may_be_nothing_lets_the_product_be_nothing():
    low, high = product_interval(6.0, [Factor(2.0, 0.0, 4.0), Factor(3.0, 3.0, 3.0)])
    assert low == 0.0 and high == pytest.approx(12.0)
