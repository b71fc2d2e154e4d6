"""Where a series is heading, without trusting its outliers: Theil-Sen and Mann-Kendall."""

from dataclasses import dataclass

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats import reasons

ENOUGH = 8  # periods
SURE = 0.05


@dataclass(frozen=True)
class Trend:
    """`slope` per period with `low` and `high`, `start`: the line at 0, Mann-Kendall `p`; `reason`
    says why None."""

    slope: float | None
    low: float | None
    high: float | None
    start: float | None
    p: float | None
    n: int
    verdict: str | None = None
    reason: str | None = None


@nearest_names
def theil_sen(values, periods=None, *, confidence: float = 0.95) -> Trend:
    """How fast a KPI moves per period; whether up is better is the KPI's own direction.

    Slope = the median of (y_j - y_i) / (t_j - t_i) over all pairs of periods, p that of
    `mann_kendall`. One value per period in (periods 0, 1, 2, ... unless given), unknown ones left
    out but their time kept; a Trend out, in the values' unit per period. The verdict is "rising" or
    "falling" where p < 0.05, else none. Silent with fewer than 8 known values.

    Parameters
    ----------
    values : array-like
        A number for each period or deal, in any unit; nulls are left out.
    periods : array-like, optional
        When each value was; unset, 0, 1, 2, ...
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Trend
        How fast a KPI moves per period.

    Raises
    ------
    KitError
        For different lengths.

    Notes
    -----
    It misleads with seasons (compare whole years) and where one period carries on the last one's
    luck: then p is too small. Source: Sen 1968.

    Examples
    --------
    >>> trend = theil_sen([3, 4, 5, 6, 7, 8, 9, 40])
    >>> trend.slope, round(trend.p, 4), trend.verdict
    (1.0, 0.0008, 'rising')
    """
    y = checks.numbers("theil_sen", "values", values).ravel()
    t = (
        np.arange(len(y), dtype=float)
        if periods is None
        else checks.numbers("theil_sen", "periods", periods).ravel()
    )
    checks.same_length("theil_sen", values=y, periods=t)
    level = checks.confidence("theil_sen", confidence)
    known = ~np.isnan(y) & ~np.isnan(t)
    y, t = y[known], t[known]
    if len(y) < ENOUGH:
        return Trend(None, None, None, None, None, len(y), reason=reasons.TOO_FEW_PERIODS)
    from scipy.stats import theilslopes

    line = theilslopes(y, t, alpha=level)
    p = mann_kendall(y[np.argsort(t, kind="stable")])
    verdict = (
        None if p >= SURE else "rising" if line.slope > 0 else "falling" if line.slope < 0 else None
    )
    return Trend(
        float(line.slope),
        float(line.low_slope),
        float(line.high_slope),
        float(line.intercept),
        p,
        len(y),
        verdict,
        None if verdict else reasons.WITHIN_CHANCE,
    )


@nearest_names
def mann_kendall(values) -> float:
    """How often values in no order would rise or fall as steadily (two-sided p); a small p says
    that there is a trend.

    S = sum over i < j of sign(y_j - y_i); Z = (S ∓ 1) / sqrt(var S), var S = (n(n - 1)(2n + 5) -
    sum over ties of t(t - 1)(2t + 5)) / 18.

    Parameters
    ----------
    values : array-like
        Values in the order of time; unknown ones are left out.

    Returns
    -------
    float
        Values in order of time in, unknown ones left out; p in 0..1 out, 1 where all are equal or
        there are fewer than 2.

    Notes
    -----
    Rough under some 8 values. It misleads as `theil_sen` does. Source: Mann 1945; Kendall 1975.

    Examples
    --------
    >>> round(mann_kendall([1, 2, 3, 4, 5, 6, 7, 8]), 5)
    0.00084
    """
    from scipy.special import ndtr

    y = checks.numbers("mann_kendall", "values", values).ravel()
    y = y[~np.isnan(y)]
    n = len(y)
    s = np.sign(np.triu(y[None, :] - y[:, None])).sum()
    ties = np.unique(y, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    if variance <= 0:
        return 1.0
    return float(min(1.0, 2 * ndtr(-max(abs(s) - 1, 0) / np.sqrt(variance))))
