"""What small numbers cannot inflate: rates by Empirical Bayes over all partners, and any estimates
by a hierarchical normal model."""

from dataclasses import dataclass

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import KitError, nearest_names
from kpi_helpers.stats import reasons

FLAT = 1e-4  # gain in log-likelihood below which partners cannot be told apart
STEPS, TINY = 80, 1e-9  # of the grid of spreads; below it numbers end
STRENGTH = (1e-3, 1e6)  # of the prior, a + b, in deals


@dataclass(frozen=True)
class Shrinkage:
    """Beta(a, b) prior, and per partner the shrunk `rates` with `low` and `high`; all null where
    `reason` says why.

    `p_same` is how often partners of one common rate would differ as much (likelihood ratio, half a
    chi-square).
    """

    a: float | None
    b: float | None
    rates: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_same: float | None
    reason: str | None = None


@nearest_names
def shrunk(k, n, a: float, b: float) -> np.ndarray:
    """The rate of each partner drawn towards that of all, the more the fewer its deals; higher
    is better, rank by it.

    (k + a) / (n + a + b) for a prior Beta(a, b).

    Parameters
    ----------
    k : array-like
        Wins, a count for each partner or row.
    n : array-like
        Deals, a count for each partner or row.
    a : float
        First parameter of the prior Beta, above 0.
    b : float
        Second parameter of the prior Beta, above 0.

    Returns
    -------
    array
        Arrays k of n in, rates in 0..1 out; n = 0 gives NaN, for the prior alone says nothing of a
        partner.

    Raises
    ------
    KitError
        For k > n and a or b not above 0.

    Notes
    -----
    It misleads where partners are not comparable: a niche partner is drawn to the wrong rate.
    Source: Efron and Morris 1975.

    Examples
    --------
    >>> shrunk([4, 1, 30, 40], [10, 1, 100, 100], 3, 7).round(4).tolist()
    [0.35, 0.3636, 0.3, 0.3909]
    """
    k, n = checks.successes("shrunk", k, n)
    if not (a > 0 and b > 0):
        raise KitError(f"shrunk: a and b of the prior must be above 0; got {a!r} and {b!r}.")
    return np.where(n > 0, (k + a) / (n + a + b), np.nan)


@nearest_names
def empirical_bayes(k, n, *, confidence: float = 0.95) -> Shrinkage:
    """Each partner's rate shrunk towards all partners' by a prior learned from them; higher is
    better, rank by it.

    Beta(a, b) maximises the beta-binomial likelihood, the product over partners of B(k + a, n - k +
    b) / B(a, b); rates as `shrunk`, intervals from Beta(k + a, n - k + b). Silent with fewer than 4
    partners with deals, and where the likelihood is flat: the partners differ no more than by
    chance.

    Parameters
    ----------
    k : array-like
        Wins, a count for each partner or row.
    n : array-like
        Deals, a count for each partner or row.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Shrinkage
        Arrays of partners in, a Shrinkage out, rates in 0..1.

    Raises
    ------
    KitError
        For k > n.

    Notes
    -----
    It misleads as `shrunk` does, and the intervals take the prior as known. Source: Skellam 1948;
    Efron and Morris 1975.

    Examples
    --------
    >>> fit = empirical_bayes([2, 12, 30, 9, 45], [10, 20, 100, 60, 90])
    >>> round(fit.a, 3), round(fit.b, 3), fit.rates.round(4).tolist()
    (3.487, 6.418, [0.2757, 0.5179, 0.3047, 0.1786, 0.4853])
    """
    k, n = checks.successes("empirical_bayes", k, n)
    level = checks.confidence("empirical_bayes", confidence)
    null = np.full(k.shape, np.nan)
    counted = n > 0  # false for NaN as well
    if counted.sum() < 4:
        return Shrinkage(None, None, null, null, null, None, reasons.TOO_FEW_PARTNERS_4)
    a, b, gain = _fit(k[counted], n[counted])
    from scipy.special import betaincinv, ndtr

    p_same = float(ndtr(-np.sqrt(2 * max(gain, 0.0))))
    if gain < FLAT:
        return Shrinkage(None, None, null, null, null, p_same, reasons.NO_DIFFERENCE)
    low, high = (
        np.where(counted, betaincinv(k + a, n - k + b, q), np.nan)
        for q in ((1 - level) / 2, (1 + level) / 2)
    )
    return Shrinkage(a, b, shrunk(k, n, a, b), low, high, p_same)


def _fit(k, n):
    """a, b and the gain in log-likelihood over one common rate."""
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit, xlog1py, xlogy

    overall = k.sum() / n.sum()
    if overall in (0, 1):
        return None, None, 0.0

    def prior(x):
        return expit(x[0]) * np.exp(x[1]), expit(-x[0]) * np.exp(x[1])

    def loss(x):
        a, b = prior(x)
        return -(betaln(k + a, n - k + b) - betaln(a, b)).sum()

    bounds = [(-12, 12), tuple(np.log(STRENGTH))]
    start = min(((logit(overall), strength) for strength in np.arange(*bounds[1])), key=loss)
    best = minimize(
        loss, start, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-9, "fatol": 1e-12}
    )
    common = (xlogy(k, overall) + xlog1py(n - k, -overall)).sum()
    return *map(float, prior(best.x)), float(-best.fun - common)


@nearest_names
def normal_posterior(values, errors, *, seed: int = 0, draws: int = 2000) -> np.ndarray:
    """What the true values behind several estimates may be, given how much they differ at all.

    True values are normal around a common mean with a spread that is learned with its own
    uncertainty: p(spread) over a grid from 0 to three times the estimates' standard deviation, flat
    before; given the spread the mean, and given both each value, are normal.

    Parameters
    ----------
    values : array-like
        An estimate for each partner.
    errors : array-like
        Their standard errors, above 0.
    seed : int
        The same seed gives the same answer.
    draws : int
        How many are drawn.

    Returns
    -------
    array
        A row for each draw, a column for each partner. One partner is drawn around its estimate.

    Raises
    ------
    KitError
        For errors that are negative, and arrays of different lengths.

    Notes
    -----
    It misleads where a few partners are of another kind than all others: they are drawn too far
    towards them. Source: Rubin 1981; Gelman et al. 2013, chapter 5.

    Examples
    --------
    >>> drawn = normal_posterior([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18])
    >>> drawn.shape, bool(5 < drawn[:, 0].mean() < 14)
    ((2000, 8), True)
    """
    y = checks.numbers("normal_posterior", "values", values).ravel()
    s = checks.not_negative("normal_posterior", "errors", errors).ravel()
    checks.same_length("normal_posterior", values=y, errors=s)
    rng = np.random.default_rng(seed)
    if len(y) < 2:
        return y + s * rng.standard_normal((draws, len(y)))
    variance = np.maximum(s, TINY) ** 2
    spread = np.linspace(0.0, 3 * max(y.std(), TINY), STEPS)
    weight = 1 / (variance + spread[:, None] ** 2)
    middle = (weight @ y) / weight.sum(axis=1)
    away = (weight * (y - middle[:, None]) ** 2).sum(axis=1)
    log_p = (np.log(weight).sum(axis=1) - np.log(weight.sum(axis=1)) - away) / 2
    p = np.exp(log_p - log_p.max())
    at = rng.choice(STEPS, draws, p=p / p.sum())
    mean = middle[at] + rng.standard_normal(draws) / np.sqrt(weight.sum(axis=1))[at]
    trust = spread[at, None] ** 2 * weight[at]  # of the estimate against the common mean
    drawn = trust * y + (1 - trust) * mean[:, None]
    return drawn + np.sqrt(trust * variance) * rng.standard_normal(drawn.shape)
