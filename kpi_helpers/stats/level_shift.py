"""Whether a series moved to another level at a known period, its own trend allowed for."""

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import KitError, nearest_names
from kpi_helpers.stats import reasons
from kpi_helpers.stats.strategy import ENOUGH, StrategyEffect, with_ends

TERMS = ("start", "trend", "level")


@nearest_names
def level_shift(
    values,
    start: int,
    *,
    trend_sd: float,
    weights=None,
    least_variance: float = 0.0,
    widened: float = 1.0,
    confidence: float = 0.95,
) -> StrategyEffect:
    """How far a series lies higher from period `start` on than before, beyond a trend of its own;
    up or down is better as for the KPI.

    y = b0 + b1 t + b2 D, least squares weighted by `weights`; b1 is drawn to 0 as a normal with
    `trend_sd` a period, so that a trend is allowed for as far as series of this kind have one and
    the data show it. The variance of a value of mean weight is that of the residuals, and no less
    than `least_variance`; errors are multiplied by `widened`, that equal series without a shift
    showed to be due. b2 is `effect`, with the t distribution of n - 3 degrees of freedom.

    Parameters
    ----------
    values : array-like
        A number for each period, in any unit; nulls are left out.
    start : int
        The first period of the new level, counted from 0.
    trend_sd : float
        How far trends lie from 0, in units a period; above 0.
    weights : array-like, optional
        How much each period rests on, like its number of deals; unset, the same for all.
    least_variance : float
        What chance alone gives a value of mean weight.
    widened : float
        A factor of the errors, 1 or more.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    StrategyEffect
        In the values' unit; silent under 8 known periods a side.

    Raises
    ------
    KitError
        For a start outside the series and arrays of different lengths.

    Notes
    -----
    It misleads when something else began at the same time, and where an effect grows slowly.
    Source: ridge regression as a normal prior, Hoerl and Kennard 1970.

    Examples
    --------
    >>> answer = level_shift([3, 5, 4, 4, 5, 3, 4, 4, 9, 8, 9, 7, 8, 9, 8, 8], 8, trend_sd=0.1)
    >>> answer.verdict, round(answer.effect, 1), answer.low > 3
    ('rose', 4.4, True)
    """
    y = checks.numbers("level_shift", "values", values).ravel()
    w = np.ones(len(y)) if weights is None else checks.numbers("level_shift", "weights", weights)
    checks.same_length("level_shift", values=y, weights=w)
    if not 0 < start < len(y):
        raise KitError(
            f"level_shift: start must be a period inside the series, 1..{len(y) - 1}; got "
            f"{start!r}."
        )
    known = ~np.isnan(y) & (w > 0)
    t, y, w = np.flatnonzero(known) - float(start), y[known], w[known]
    on = t >= 0
    before, after = int((~on).sum()), int(on.sum())
    if min(before, after) < ENOUGH:
        nothing = (None,) * 6
        return StrategyEffect(*nothing, before, after, reason=reasons.TOO_FEW_PERIODS_A_SIDE)
    w = w / w.mean()
    x, freedom = np.column_stack([np.ones_like(t), t, on]), len(y) - 3
    root = np.sqrt(w)
    plain = np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    variance = max(float((w * (y - x @ plain) ** 2).sum() / freedom), least_variance, 1e-18)
    prior = np.diag([0.0, 1 / max(trend_sd, 1e-12) ** 2, 0.0])
    covariance = np.linalg.inv((x * w[:, None]).T @ x / variance + prior)
    found = covariance @ (x.T @ (w * y)) / variance
    table = with_ends(found, widened * np.sqrt(np.diag(covariance)), freedom, confidence)
    table.insert(0, "term", TERMS)
    effect, low, high, p = map(float, table.loc[2, ["estimate", "low", "high", "p"]])
    raw = float(np.average(y[on], weights=w[on]) - np.average(y[~on], weights=w[~on]))
    verdict = "rose" if low > 0 else "fell" if high < 0 else None
    reason = None if verdict else reasons.WITHIN_CHANCE
    return StrategyEffect(table, effect, low, high, p, raw, before, after, verdict, reason)
