import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.sparse import csr_array

from kpi_helpers.errors import KitError
from kpi_helpers.stats import logistic

RNG = np.random.default_rng(12)
DESIGN = np.column_stack([np.ones(40), RNG.integers(0, 2, 40), RNG.normal(size=40)])
N = RNG.integers(5, 50, 40)
K = RNG.binomial(N, 1 / (1 + np.exp(-(DESIGN @ [-0.5, 1.0, 0.3]))))


def test_equals_statsmodels():
    oracle = sm.GLM(np.column_stack([K, N - K]), DESIGN, family=sm.families.Binomial()).fit(
        tol=1e-12
    )
    fit = logistic(DESIGN, K, N)
    assert fit.coefficients == pytest.approx(oracle.params, abs=1e-9)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(oracle.bse, abs=1e-6)


def test_sparse_equals_dense():
    assert logistic(csr_array(DESIGN), K, N).coefficients == pytest.approx(
        logistic(DESIGN, K, N).coefficients, abs=1e-12
    )


def test_the_ridge_is_the_maximum_of_the_penalised_likelihood():
    ridge = np.array([0.0, 5.0, 2.0])

    def loss(b):
        odds = DESIGN @ b
        return (N * np.logaddexp(0, odds) - K * odds).sum() + ridge @ b**2 / 2

    oracle = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-7})
    fit = logistic(DESIGN, K, N, ridge=ridge)
    assert fit.coefficients == pytest.approx(oracle.x, abs=1e-5)
    p = 1 / (1 + np.exp(-(DESIGN @ fit.coefficients)))
    information = DESIGN.T @ (DESIGN * (N * p * (1 - p))[:, None]) + np.diag(ridge)
    assert fit.covariance == pytest.approx(np.linalg.inv(information), abs=1e-6)


def test_all_or_nothing_needs_a_ridge():
    design = np.array([[1.0, 0.0], [1.0, 1.0]])
    with pytest.raises(KitError, match="ridge"):
        logistic(design, [3, 9], [9, 9])
    assert np.isfinite(logistic(design, [3, 9], [9, 9], ridge=[0, 1]).coefficients).all()


def test_dependent_columns_are_refused():
    with pytest.raises(KitError, match="independent"):
        logistic(np.ones((3, 2)), [1, 2, 3], [4, 4, 4])
