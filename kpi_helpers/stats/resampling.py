"""How sure a deal size is: the bootstrap of a mean, a median and a ratio of sums."""

from dataclasses import dataclass

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import UnknownValue, nearest_names
from kpi_helpers.stats import reasons

CHUNK = 4_000_000  # resampled values held at a time: 32 MB
LARGE = 5_000  # above it resampling adds nothing that the large-sample formula does not say


@dataclass(frozen=True)
class Interval:
    """A value with its interval; low and high are None where `reason` says why."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str | None = None
    reason: str | None = None


@nearest_names
def bootstrap(
    values,
    statistic: str = "mean",
    *,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Interval:
    """Where the true mean or median of `values` plausibly lies, by resampling the deals;
    narrower means better known.

    Percentile interval below 20 values, BCa from 20, the large-sample formula above 5,000. Fewer
    than 5 values, or all equal, give a value without an interval and a reason; none gives None. The
    same seed gives the same interval; so does another row order.

    Parameters
    ----------
    values : array-like
        A number for each period or deal, in any unit; nulls are left out.
    statistic : str
        mean or median.
    seed : int
        The same seed gives the same answer.
    resamples : int
        How often the deals are drawn anew.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Interval
        Values of any unit in, the same unit out; nulls are left out and n counts the rest.

    Raises
    ------
    KitError
        For values that are not numbers.

    Notes
    -----
    It misleads when a few deals carry most of the value: under some 30 deals the interval is too
    narrow. Source: Efron 1987.

    Examples
    --------
    >>> answer = bootstrap([200, 400, 300, 350, 250, 500])
    >>> answer.value, answer.method, answer.low < answer.value < answer.high
    (333.3333333333333, 'percentile', True)
    """
    if statistic not in ("mean", "median"):
        raise UnknownValue("statistic", statistic, ("mean", "median"))
    values = checks.numbers("bootstrap", "values", values).ravel()
    values = np.sort(values[~np.isnan(values)])
    if statistic == "mean":
        return _interval(
            values, np.ones_like(values), _ratios, _left_out_ratios, seed, resamples, confidence
        )
    return _interval(values, None, _medians, _left_out_medians, seed, resamples, confidence)


@nearest_names
def bootstrap_ratio(
    a, b, *, seed: int = 0, resamples: int = 2000, confidence: float = 0.95
) -> Interval:
    """Where the true sum(a) / sum(b) plausibly lies, resampling deals as pairs; narrower means
    better known.

    For averages over credited deals (credited amounts / credits) and for rates over amounts. The
    rules, the range of n and the silences are those of `bootstrap`; besides, sum(b) = 0 gives None,
    and more than 1 % of resamples without a denominator give no interval.

    Parameters
    ----------
    a : array-like
        Numerators.
    b : array-like
        Denominators, one for each of `a`.
    seed : int
        The same seed gives the same answer.
    resamples : int
        How often the deals are drawn anew.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Interval
        Arrays of one length in; a pair with a null is left out.

    Raises
    ------
    KitError
        For different lengths.

    Notes
    -----
    Source: Efron 1987.

    Examples
    --------
    >>> answer = bootstrap_ratio([200, 200, 300, 0, 100, 50], [1, 0.5, 1, 1, 1, 0.5])
    >>> round(answer.value, 2), answer.n
    (170.0, 6)
    """
    a, b = (checks.numbers("bootstrap_ratio", name, x).ravel() for name, x in (("a", a), ("b", b)))
    checks.same_length("bootstrap_ratio", a=a, b=b)
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = a[known], b[known]
    order = np.lexsort((b, a))
    return _interval(a[order], b[order], _ratios, _left_out_ratios, seed, resamples, confidence)


def _ratios(a, b):
    with np.errstate(divide="ignore", invalid="ignore"):
        return a.sum(axis=-1) / b.sum(axis=-1)


def _left_out_ratios(a, b):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (a.sum() - a) / (b.sum() - b)


def _medians(a, _):
    return np.median(a, axis=-1)


def _left_out_medians(a, _):
    # a is sorted: leaving out one of the lower half moves the median up, and the other way round.
    n, half = len(a), len(a) // 2
    if n % 2:
        left_out = np.repeat(
            ((a[half] + a[half + 1]) / 2, (a[half - 1] + a[half]) / 2), (half, n - half)
        )
        left_out[half] = (a[half - 1] + a[half + 1]) / 2
        return left_out
    return np.repeat((a[half], a[half - 1]), half)


def _interval(a, b, statistic, left_out, seed, resamples, confidence) -> Interval:
    n = len(a)
    tails = np.array([(1 - checks.confidence("bootstrap", confidence)) / 2])
    tails = np.append(tails, 1 - tails)
    value = float(statistic(a, b)) if n else np.nan
    if not np.isfinite(value):
        return Interval(None, None, None, n, reason=reasons.NO_DATA)
    if n < 5:
        return Interval(value, None, None, n, reason=reasons.TOO_FEW_VALUES)
    if np.ptp(a) == 0 and (b is None or np.ptp(b) == 0):
        return Interval(value, None, None, n, reason=reasons.NO_VARIATION)
    if n > LARGE:
        low, high = _large_sample(a, b, value, tails)
        return Interval(value, float(low), float(high), n, "large sample")
    rng = np.random.default_rng(seed)
    rows, parts = max(1, CHUNK // n), []
    for start in range(0, resamples, rows):
        pick = rng.integers(0, n, (min(rows, resamples - start), n))
        parts.append(statistic(a[pick], None if b is None else b[pick]))
    draws = np.concatenate(parts)
    finite = draws[np.isfinite(draws)]
    if len(finite) < 0.99 * resamples:
        return Interval(value, None, None, n, reason=reasons.NO_DENOMINATOR)
    method = "percentile" if n < 20 else "BCa"
    if method == "BCa":
        tails = _bca_tails(finite, value, left_out(a, b), tails)
    if not np.isfinite(tails).all() or np.ptp(finite) == 0:
        return Interval(value, None, None, n, reason=reasons.NO_VARIATION)
    low, high = np.quantile(finite, tails)
    return Interval(value, float(low), float(high), n, method)


def _bca_tails(draws, value, left_out, tails):
    from scipy.special import ndtr, ndtri

    bias = ndtri(((draws < value).mean() + (draws <= value).mean()) / 2)
    around = np.nanmean(left_out) - left_out[np.isfinite(left_out)]
    spread = (around**2).sum() ** 1.5
    acceleration = (around**3).sum() / (6 * spread) if spread > 0 else 0.0
    z = bias + ndtri(tails)
    return ndtr(bias + z / (1 - acceleration * z))


def _large_sample(a, b, value, tails):
    from scipy.special import ndtri

    n, z = len(a), ndtri(tails)
    if b is None:  # the ranks that enclose the median
        return a[np.clip(np.round(n / 2 + z * np.sqrt(n) / 2).astype(int), 0, n - 1)]
    return value + z * np.sqrt(((a - value * b) ** 2).sum()) / abs(b.sum())
