"""Least squares over time with Newey-West errors, which allow neighbouring periods to go
together."""

from dataclasses import dataclass

import numpy as np

from kpi_helpers.errors import KitError, nearest_names


@dataclass(frozen=True)
class LeastSquares:
    """Coefficients, their Newey-West covariance, and the ordinary one that takes periods as
    independent."""

    coefficients: np.ndarray
    covariance: np.ndarray
    ordinary: np.ndarray
    lags: int


@nearest_names
def least_squares(design, y, *, lags: int | None = None) -> LeastSquares:
    """The line through a series, with errors that hold when periods go together; neither
    direction is better.

    b = (X'X)^-1 X'y; covariance n/(n - k) (X'X)^-1 (sum over l of w_l (G_l + G_l')) (X'X)^-1, G_l =
    sum of u_t u_(t-l) x_t x_(t-l)', w_l = 1 - l/(L + 1), G_0 once; L = lags, or floor(4
    (n/100)^(2/9)).

    Parameters
    ----------
    design : array, periods x columns
        The regressors, a constant included.
    y : array-like
        A value for each period.
    lags : int, optional
        Lags of the Newey-West errors; unset, 4 (n / 100)^(2/9).

    Returns
    -------
    LeastSquares
        A design of periods x columns and a value per period in; the covariance is NaN with no more
        periods than columns.

    Raises
    ------
    KitError
        For dependent columns.

    Notes
    -----
    It misleads in short series: the errors are still too small. Source: Newey and West 1987.

    Examples
    --------
    >>> fit = least_squares(np.column_stack([np.ones(4), range(4)]), [1, 3, 4, 7])
    >>> fit.coefficients.round(3).tolist()
    [0.9, 1.9]
    """
    x, y = np.asarray(design, dtype=float), np.asarray(y, dtype=float)
    n, k = x.shape
    lags = int(4 * (n / 100) ** (2 / 9)) if lags is None else lags
    if lags < 0:
        raise KitError(f"least_squares: lags cannot be negative; got {lags}.")
    b, _, rank, _ = np.linalg.lstsq(x, y)
    if rank < k:
        raise KitError(
            f"least_squares: the {k} columns are not independent over these {n} periods."
        )
    residuals = y - x @ b
    scores = x * residuals[:, None]
    meat = scores.T @ scores
    for lag in range(1, min(lags, n - 1) + 1):
        together = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (together + together.T)
    bread = np.linalg.inv(x.T @ x)
    freedom = n - k if n > k else np.nan
    return LeastSquares(
        b, n / freedom * bread @ meat @ bread, residuals @ residuals / freedom * bread, lags
    )
