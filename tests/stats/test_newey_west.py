import numpy as np
import pytest
import statsmodels.api as sm

from kpi_helpers.errors import KitError
from kpi_helpers.stats import least_squares

RNG = np.random.default_rng(3)
DESIGN = np.column_stack([np.ones(30), np.arange(30), RNG.normal(size=30)])
Y = DESIGN @ [1, 0.5, -2] + RNG.normal(size=30).cumsum()


@pytest.mark.parametrize("lags", [0, 1, 5])
def test_equals_statsmodels(lags):
    oracle = sm.OLS(Y, DESIGN).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}
    )
    fit = least_squares(DESIGN, Y, lags=lags)
    assert fit.coefficients == pytest.approx(oracle.params, abs=1e-9)
    assert fit.covariance == pytest.approx(oracle.cov_params(), abs=1e-9)
    assert fit.ordinary == pytest.approx(sm.OLS(Y, DESIGN).fit().cov_params(), abs=1e-9)


def test_lags_by_the_rule():
    assert [least_squares(np.ones((n, 1)), np.arange(n)).lags for n in (16, 100, 200)] == [2, 4, 4]


def test_no_freedom_no_error_and_dependent_columns_are_refused():
    assert np.isnan(least_squares(np.eye(2), [1, 2]).covariance).all()
    with pytest.raises(KitError, match="independent"):
        least_squares(np.ones((5, 2)), np.arange(5))
    with pytest.raises(KitError, match="lags"):
        least_squares(np.ones((5, 1)), np.arange(5), lags=-1)
