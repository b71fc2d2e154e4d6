"""Logistic regression of grouped wins, by Newton's method, with an optional ridge."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kpi_helpers.errors import KitError, nearest_names

ENDLESS = 25.0  # log odds; a rate so close to 0 or 1 is a coefficient on its way to infinity


@dataclass(frozen=True)
class Logistic:
    """Coefficients in log odds with the penalised `information` about them (columns x columns,
    sparse if the design is) and its inverse, their covariance, which is worked out when asked for:
    of thousands of columns it is dear."""

    coefficients: np.ndarray
    information: Any
    steps: int

    @cached_property
    def covariance(self) -> np.ndarray:
        sparse = hasattr(self.information, "toarray")
        return np.linalg.inv(self.information.toarray() if sparse else self.information)


@nearest_names
def logistic(design, k, n, *, ridge=0.0, most_steps: int = 100) -> Logistic:
    """How each column of `design` moves the log odds of k wins of n; a positive coefficient
    raises the rate.

    Maximises sum(k log p + (n - k) log(1 - p)) - sum(ridge b²)/2, p = 1/(1 + exp(-X b)), by Newton
    steps (iteratively reweighted least squares), halved while they lose.

    Parameters
    ----------
    design : array or sparse matrix, rows x columns
        The regressors, a constant included.
    k : array-like
        Wins, a count for each partner or row.
    n : array-like
        Deals, a count for each partner or row.
    ridge : float or array-like
        Penalty of each column, or one for all.
    most_steps : int
        Newton steps before giving up.

    Returns
    -------
    Logistic
        A design of rows x columns (NumPy or SciPy sparse), counts per row, a ridge per column or
        one for all in; a Logistic out.

    Raises
    ------
    KitError
        When the columns are not independent or no maximum is found.

    Notes
    -----
    It misleads without a ridge where a group won all or nothing: its coefficient has no end.
    Source: McCullagh and Nelder 1989.

    Examples
    --------
    >>> fit = logistic(np.array([[1, 0], [1, 1]]), [2, 6], [10, 10])
    >>> fit.coefficients.round(4).tolist()
    [-1.3863, 1.7918]
    """
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    ridge = np.broadcast_to(np.asarray(ridge, dtype=float), design.shape[1])
    b = np.zeros(design.shape[1])

    def loss(b):
        odds = design @ b
        return (n * np.logaddexp(0, odds) - k * odds).sum() + (ridge * b**2).sum() / 2

    now = loss(b)
    for step in range(1, most_steps + 1):
        p = 1 / (1 + np.exp(-(design @ b)))
        information = _information(design, n * p * (1 - p), ridge)
        slope = design.T @ (k - n * p) - ridge * b
        try:
            move = _solve(information, slope)
        except (np.linalg.LinAlgError, RuntimeError) as error:
            raise KitError(
                "logistic: the columns are not independent, or some won all or nothing; give a "
                "ridge."
            ) from error
        gain = slope @ move / 2  # what a quadratic would gain
        if gain < 1e-14 * (1 + abs(now)):
            if np.abs(design @ b).max(initial=0) > ENDLESS:
                break
            return Logistic(b + move, information, step)
        after = loss(b + move)
        while after > now and np.abs(move).max() > 1e-12:
            move = move / 2
            after = loss(b + move)
        b, now = b + move, after
    raise KitError(
        f"logistic: no maximum in {step} steps: some group won all or nothing; give a ridge."
    )


def _information(design, weights, ridge):
    if not hasattr(design, "multiply"):
        return design.T @ (design * weights[:, None]) + np.diag(ridge)
    from scipy.sparse import diags_array

    return (design.T @ design.multiply(weights[:, None]) + diags_array(ridge)).tocsc()


def _solve(information, slope):
    """A partner's column meets few others', so that thousands of them stay nearly empty and are
    solved as such."""
    if not hasattr(information, "toarray"):
        return np.linalg.solve(information, slope)
    from scipy.sparse.linalg import splu

    return splu(information).solve(slope)
