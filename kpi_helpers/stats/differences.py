"""Whether two numbers differ: rates, counts with their exposures, and anything with an interval."""

from dataclasses import dataclass

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats.intervals import wilson

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Difference:
    """`estimate` with its interval, and `p`, how often chance alone would show as much; None where
    nothing is known."""

    estimate: float | None
    low: float | None
    high: float | None
    p: float | None


NOTHING = Difference(None, None, None, None)


@nearest_names
def rate_difference(k, n, k_before, n_before, *, phi: float = 1.0) -> Difference:
    """How much a rate changed between two groups of deals; positive is a rise.

    p1 - p0 with Newcombe's interval, made of the two Wilson intervals; p by the score test. Scatter
    beyond chance, `phi`, makes each group count for n / phi deals.

    Parameters
    ----------
    k : float
        Wins now.
    n : float
        Deals now.
    k_before : float
        Wins before.
    n_before : float
        Deals before.
    phi : float
        How much more rates scatter than chance would have it, 1 or more.

    Returns
    -------
    Difference
        In shares of 1; nothing known where one side has no deals.

    Raises
    ------
    KitError
        For k > n.

    Notes
    -----
    It misleads when the deals of one side are not like those of the other. Source: Newcombe 1998,
    method 10.

    Examples
    --------
    >>> found = rate_difference(12, 47, 14, 40)
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (-0.095, -0.281, 0.095)
    """
    if not n or not n_before:
        return NOTHING
    (low, high), (low0, high0) = (
        wilson(a / phi, b / phi) for a, b in ((k, n), (k_before, n_before))
    )
    rate, rate0 = k / n, k_before / n_before
    found = moved(rate, float(low), float(high), rate0, float(low0), float(high0))
    pooled = (k + k_before) / (n + n_before)
    error = np.sqrt(pooled * (1 - pooled) * phi * (1 / n + 1 / n_before))
    return Difference(found.estimate, found.low, found.high, _two_sided(rate - rate0, error))


@nearest_names
def count_ratio(
    k, exposure, k_before, exposure_before, *, phi: float = 1.0, confidence: float = CONFIDENCE
) -> Difference:
    """How many times as often something happened as before; above 1 is more often.

    (k1 / e1) / (k0 / e0); given k1 + k0, k1 is binomial, so the interval is Clopper and Pearson's,
    turned into a ratio, and exact; p likewise, both tails. Scatter beyond chance, `phi`, divides
    both counts.

    Parameters
    ----------
    k : float
        The count now.
    exposure : float
        What it was counted over, like days.
    k_before : float
        The count before.
    exposure_before : float
        What that was counted over.
    phi : float
        How much more counts scatter than Poisson's, 1 or more.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Difference
        A ratio, 0 or more; nothing known where both counts are 0.

    Raises
    ------
    KitError
        For negative counts.

    Notes
    -----
    It misleads when events come in bunches and `phi` does not say so. Source: Przyborowski and
    Wilenski 1940.

    Examples
    --------
    >>> found = count_ratio(126, 46, 273, 92)
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (0.923, 0.741, 1.144)
    """
    from scipy.special import betaincinv
    from scipy.stats import beta

    k, k_before = (float(checks.not_negative("count_ratio", "k", x)) for x in (k, k_before))
    if k + k_before == 0 or exposure <= 0 or exposure_before <= 0:
        return NOTHING
    a, b, times = k / phi, k_before / phi, exposure_before / exposure
    tail = (1 - confidence) / 2
    low = betaincinv(a, b + 1, tail) if a > 0 else 0.0
    high = betaincinv(a + 1, b, 1 - tail) if b > 0 else 1.0
    with np.errstate(divide="ignore"):
        low, high = (float(times * np.divide(x, 1 - x)) for x in (low, high))
    even = 1 / (1 + times)  # the share of k there would be, were the rates equal
    at_least = 1.0 if a == 0 else float(beta.cdf(even, a, b + 1))
    at_most = 1.0 if b == 0 else float(beta.sf(even, a + 1, b))
    estimate = float(k / k_before * times) if k_before else None
    p = min(1.0, 2 * min(at_least, at_most))
    return Difference(estimate, low, high if np.isfinite(high) else None, p)


@nearest_names
def moved(value, low, high, before, low_before, high_before) -> Difference:
    """How much a number with an interval changed; positive is a rise.

    The difference with an interval made of both sides' own: each end is as far from the difference
    as the root of the two distances squared and added (MOVER). p as if the distance to 0 were
    normal.

    Parameters
    ----------
    value : float
        The number now.
    low : float
        The lower end of its interval.
    high : float
        The upper end of its interval.
    before : float
        The number before.
    low_before : float
        The lower end of that one's interval.
    high_before : float
        The upper end of that one's interval.

    Returns
    -------
    Difference
        In the number's unit; nothing known where a number or an end is not.

    Notes
    -----
    It misleads as far as the two intervals do. Source: Zou and Donner 2008.

    Examples
    --------
    >>> found = moved(10.0, 8.0, 12.0, 4.0, 3.0, 6.0)
    >>> round(found.estimate, 2), round(found.low, 2), round(found.high, 2), found.p < 0.01
    (6.0, 3.17, 8.24, True)
    """
    if np.isnan([value, low, high, before, low_before, high_before]).any():
        return NOTHING
    change = value - before
    below = np.hypot(value - low, high_before - before)
    above = np.hypot(high - value, before - low_before)
    error = (below if change > 0 else above) / 1.959963984540054
    return Difference(
        float(change), float(change - below), float(change + above), _two_sided(change, error)
    )


@nearest_names
def holm(p) -> np.ndarray:
    """p-values of one family, each so large that the smallest may be picked out; smaller is surer.

    p_(i) becomes the largest of (m - j + 1) p_(j) over j <= i, at most 1.

    Parameters
    ----------
    p : array-like
        p-values in 0..1; unknown ones are no tests.

    Returns
    -------
    array
        Adjusted p-values in the order given, null where unknown. None in, none out.

    Notes
    -----
    It misleads when only the families that showed something are told. Source: Holm 1979.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, dtype=float)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(len(p), np.nan)
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


@nearest_names
def scatter(counts, expected, estimated: int) -> float:
    """How much more counts vary than chance would have it, phi; 1 is no more.

    phi = sum((k - e)² / v) / degrees of freedom, v the variance that chance gives, never below 1.

    Parameters
    ----------
    counts : array-like
        What was seen.
    expected : array-like of pairs
        The mean and the variance that chance would give each.
    estimated : int
        How many means were estimated from the counts themselves.

    Returns
    -------
    float
        1 or more; 1 where there is nothing to learn from.

    Notes
    -----
    It misleads when the truth itself moved: growth counts as scatter. Source: Pearson's chi-square
    over its degrees of freedom, as quasi-Poisson regression has it (Wedderburn 1974).

    Examples
    --------
    >>> scatter([5, 15, 5, 15], [(10, 10)] * 4, 1)
    3.3333333333333335
    """
    counts, expected = np.asarray(counts, float), np.asarray(expected, float).reshape(-1, 2)
    known = expected[:, 1] > 0
    freedom = int(known.sum()) - estimated
    if freedom <= 0:
        return 1.0
    away = (counts[known] - expected[known, 0]) ** 2 / expected[known, 1]
    return max(1.0, float(away.sum() / freedom))


def _two_sided(away: float, error: float) -> float:
    from scipy.special import ndtr

    if error <= 0 or np.isnan(error):
        return 1.0 if away == 0 else 0.0
    return float(2 * ndtr(-abs(away) / error))
