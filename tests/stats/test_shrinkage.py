import numpy as np
import pytest
from scipy import stats

from kpi_helpers.errors import KitError
from kpi_helpers.stats import empirical_bayes, normal_posterior, reasons, shrunk

WON, DEALS = np.array([2, 12, 30, 9, 45]), np.array([10, 20, 100, 60, 90])


def test_example_of_the_given_prior():
    rates = shrunk([4, 1, 30, 40], [10, 1, 100, 100], 3, 7)
    assert rates == pytest.approx([0.350, 0.3636, 0.300, 0.3909], abs=5e-5)
    assert rates[3] > rates[1]


def test_example_of_the_fitted_prior():
    fit = empirical_bayes(WON, DEALS)
    assert (fit.a, fit.b) == pytest.approx((3.487, 6.418), abs=5e-4)
    assert fit.rates == pytest.approx([0.2757, 0.5179, 0.3047, 0.1786, 0.4853], abs=5e-5)
    assert fit.reason is None and fit.p_same < 0.001


def test_no_neighbour_is_more_likely():
    fit = empirical_bayes(WON, DEALS)

    def likelihood(a, b):
        return stats.betabinom.logpmf(WON, DEALS, a, b).sum()

    best = likelihood(fit.a, fit.b)
    around = [
        likelihood(fit.a * x, fit.b * y)
        for x in (0.99, 1, 1.01)
        for y in (0.99, 1, 1.01)
        if (x, y) != (1, 1)
    ]
    assert best > max(around)


def test_intervals_are_quantiles_of_the_posterior():
    fit = empirical_bayes(WON, DEALS)
    posterior = stats.beta(WON + fit.a, DEALS - WON + fit.b)
    assert fit.low == pytest.approx(posterior.ppf(0.025), abs=1e-9)
    assert fit.high == pytest.approx(posterior.ppf(0.975), abs=1e-9)


def test_recovers_a_known_prior_and_errs_less_than_raw_rates():
    rng = np.random.default_rng(8)
    truth, n = rng.beta(6, 14, 400), rng.integers(3, 60, 400)
    k = rng.binomial(n, truth)
    fit = empirical_bayes(k, n)
    assert fit.a / (fit.a + fit.b) == pytest.approx(0.3, abs=0.02)
    assert fit.a + fit.b == pytest.approx(20, rel=0.35)
    assert ((fit.rates - truth) ** 2).mean() < 0.6 * ((k / n - truth) ** 2).mean()
    assert 0.92 <= ((fit.low <= truth) & (truth <= fit.high)).mean() <= 0.98


def test_silences_say_why():
    few = empirical_bayes([1, 2, 3, 0], [10, 10, 10, 0])
    assert few.reason == reasons.TOO_FEW_PARTNERS_4 and np.isnan(few.rates).all()
    for k, n in (
        ([3, 3, 3, 3], [10] * 4),
        ([1, 0, 1, 1], [1] * 4),
        ([0] * 5, [8] * 5),
        ([8] * 5, [8] * 5),
    ):
        flat = empirical_bayes(k, n)
        assert (flat.reason, flat.a) == (reasons.NO_DIFFERENCE, None), (k, n)


def test_a_partner_without_deals_is_null_not_average():
    fit = empirical_bayes([*WON, 0], [*DEALS, 0])
    assert np.isnan(fit.rates[-1]) and fit.a == pytest.approx(empirical_bayes(WON, DEALS).a)


def test_false_alarms_of_the_difference_are_as_stated():
    rng = np.random.default_rng(3)
    alarms = [
        empirical_bayes(rng.binomial(40, 0.3, 12), np.full(12, 40)).p_same < 0.05
        for _ in range(100)
    ]
    assert np.mean(alarms) <= 0.1


def test_bad_input_is_refused():
    with pytest.raises(KitError, match="larger than n"):
        empirical_bayes([5], [4])
    with pytest.raises(KitError, match="above 0"):
        shrunk([1], [2], 0, 1)


SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def test_the_eight_schools_of_rubin():
    """Published posterior medians and their range: some 10 for A, 8 for most, 5 for E."""
    drawn = normal_posterior(*SCHOOLS, draws=40_000)
    median = np.median(drawn, axis=0)
    assert median == pytest.approx([10, 8, 7, 8, 5, 6, 10, 8], abs=1.2)
    assert 0.6 < (drawn[:, 0] > drawn[:, 2]).mean() < 0.85


def test_posterior_means_equal_a_numerical_integral():
    y, s = SCHOOLS
    tau = np.linspace(0, 3 * y.std(), 2000)[:, None]
    weight = 1 / (s**2 + tau**2)
    middle = (weight * y).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
    like = stats.norm.pdf(y, middle, 1 / np.sqrt(weight)).prod(1) / np.sqrt(weight.sum(1))
    trust = tau**2 * weight
    mean = np.average(trust * y + (1 - trust) * middle, axis=0, weights=like)
    assert normal_posterior(y, s, draws=60_000).mean(axis=0) == pytest.approx(mean, abs=0.25)


def test_draws_cover_true_values_and_draw_equal_ones_together():
    rng, held = np.random.default_rng(5), []
    for seed in range(60):
        true = rng.normal(3, 0.5, 12)
        error = rng.uniform(0.2, 1.0, 12)
        drawn = normal_posterior(rng.normal(true, error), error, seed=seed)
        low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
        held.append(((low <= true) & (true <= high)).mean())
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)
    same = normal_posterior(np.ones(10), np.full(10, 0.3))
    assert same.std(axis=0).max() < 0.2


def test_one_value_is_drawn_around_itself_and_bad_errors_are_refused():
    drawn = normal_posterior([4.0], [2.0], draws=20_000)
    assert (drawn.mean(), drawn.std()) == (pytest.approx(4, abs=0.1), pytest.approx(2, abs=0.05))
    with pytest.raises(KitError, match="negative"):
        normal_posterior([1, 2], [1, -1])
