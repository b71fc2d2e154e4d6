"""How sure a rate or a count is: Wilson, exact Poisson and exact negative binomial intervals,
vectorised for whole scorecards."""

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names

ALMOST_POISSON = 1e-6  # dispersion below which the quantiles are lost in rounding


@nearest_names
def wilson(k, n, *, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Where the true rate behind `k` wins of `n` deals plausibly lies; narrower means better
    known.

    (p + z²/2n ± z sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n), with p = k/n.

    Parameters
    ----------
    k : int or array-like
        Wins.
    n : int or array-like
        Deals.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    tuple[array, array]
        Numbers or arrays in, arrays (low, high) of the same shape out, in 0..1. n = 0 or an unknown
        count gives NaN.

    Raises
    ------
    KitError
        For negative counts and k > n.

    Notes
    -----
    It misleads when deals are not independent, for instance many deals of one customer. Source:
    Wilson 1927; Brown, Cai and DasGupta 2001.

    Examples
    --------
    >>> low, high = wilson(3, 10)
    >>> print(f"{low:.4f} {high:.4f}")
    0.1078 0.6032
    """
    from scipy.special import ndtri

    k, n = checks.successes("wilson", k, n)
    z2 = ndtri(0.5 + checks.confidence("wilson", confidence) / 2) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    low, high = middle - half, middle + half
    # At the ends the formula gives 0 and 1 but for rounding.
    known = n > 0
    low = np.where(known & (k == 0), 0.0, low)
    high = np.where(known & (k == n), 1.0, high)
    return np.where(known, low, np.nan)[()], np.where(known, high, np.nan)[()]


@nearest_names
def poisson(k, *, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Where the true mean behind a count of `k` plausibly lies, exactly; narrower means better
    known.

    (chi2(α/2, 2k)/2, chi2(1 - α/2, 2k + 2)/2). Never silent: k = 0 gives (0, 3.6889). An unknown
    count gives NaN.

    Parameters
    ----------
    k : int or array-like
        Counts, 0 or more.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    tuple[array, array]
        Numbers or arrays in, arrays (low, high) of the same shape out, 0 or more.

    Raises
    ------
    KitError
        For negative counts.

    Notes
    -----
    It is wide (at least the stated confidence), and it misleads when wins come in bunches. Source:
    Garwood 1936.

    Examples
    --------
    >>> low, high = poisson(2)
    >>> print(f"{low:.4f} {high:.4f}")
    0.2422 7.2247
    """
    from scipy.special import gammaincinv

    k = checks.not_negative("poisson", "k", k)
    tail = (1 - checks.confidence("poisson", confidence)) / 2
    low = np.where(k == 0, 0.0, gammaincinv(np.where(k == 0, 1, k), tail))
    return low[()], gammaincinv(k + 1, 1 - tail)[()]


@nearest_names
def negative_binomial(
    k, dispersion: float, *, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Where the true mean behind a count of `k` plausibly lies where counts scatter beyond
    Poisson's; narrower means better known.

    The means m at which a count this high, or this low, has a chance of α/2, counts varying by
    m + a m²: r (1 - p)/p with r = 1/a, and p the quantile of Beta(r, k) at 1 - α/2 and of
    Beta(r, k + 1) at α/2. With a = 0 it is `poisson`.

    Parameters
    ----------
    k : int or array-like
        Counts, 0 or more.
    dispersion : float
        a, 0 or more, as `count_dispersion` learns it.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    tuple[array, array]
        Numbers or arrays in, arrays (low, high) of the same shape out, 0 or more; an unknown count
        gives NaN.

    Raises
    ------
    KitError
        For negative counts and a negative dispersion.

    Notes
    -----
    It takes the dispersion as known, and it is wide (at least the stated confidence). Source:
    Clopper and Pearson 1934, for the negative binomial.

    Examples
    --------
    >>> low, high = negative_binomial(20, 0.25)
    >>> print(f"{low:.1f} {high:.1f}")
    7.9 80.5
    """
    from scipy.special import betaincinv

    a = float(checks.not_negative("negative_binomial", "dispersion", dispersion))
    if a < ALMOST_POISSON:
        return poisson(k, confidence=confidence)
    k = checks.not_negative("negative_binomial", "k", k)
    tail = (1 - checks.confidence("negative_binomial", confidence)) / 2
    low = betaincinv(1 / a, np.where(k == 0, 1, k), 1 - tail)
    high = betaincinv(1 / a, k + 1, tail)
    low, high = ((1 - p) / p / a for p in (low, high))
    return np.where(k == 0, 0.0, low)[()], high[()]
