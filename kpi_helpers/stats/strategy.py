"""Whether a strategy that began on a date changed anything: interrupted time series."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.errors import KitError, nearest_names
from kpi_helpers.stats import reasons
from kpi_helpers.stats.newey_west import least_squares

ENOUGH = 8  # periods a side, for a verdict
ENOUGH_TO_FIT = 2  # periods a side: a line needs two
PLACEBO_SIDE = 4  # periods a side of a pretended start
TERMS = ("start", "trend", "level", "slope")


@dataclass(frozen=True)
class StrategyEffect:
    """What changed at the start of a strategy.

    `coefficients`: term, estimate, error, low, high, p of start b0, trend b1, level b2, and of
    `interrupted_series` slope b3, by Newey-West. `effect` is the mean of b2 + b3 (t - T) over the
    periods after; its `low`, `high` and `p` are the cautious ones. `naive` is the mean after minus
    the mean before.
    """

    coefficients: pd.DataFrame | None
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    naive: float | None
    before: int
    after: int
    verdict: str | None = None
    reason: str | None = None

    @property
    def level(self) -> float | None:
        return self._estimate("level")

    @property
    def slope(self) -> float | None:
        return self._estimate("slope")

    def _estimate(self, term):
        if self.coefficients is None:
            return None
        found = self.coefficients.set_index("term")["estimate"]
        return float(found[term]) if term in found else None


@nearest_names
def interrupted_series(
    values, start: int, *, control=None, lags: int | None = None, confidence: float = 0.95
) -> StrategyEffect:
    """What a strategy begun at period `start` changed beyond the trend there was; up or down is
    better as for the KPI.

    y = b0 + b1 t + b2 D + b3 (t - T) D, t = 0, 1, ..., T = start, D = 1 from T on; least squares,
    Newey-West errors with `lags` (4 (n / 100)^(2/9) unless given), small-sample corrected, t
    distribution. With `control`, the same periods of the partners without the strategy, y is the
    difference from them.

    The verdict is "rose" or "fell" where the interval of the mean effect leaves 0 out. In 16 to 52
    periods plain Newey-West errors are too small and would see an effect in 11 to 19 of 100 series
    that have none, so that interval takes the larger of Newey-West and ordinary errors, times
    Kiefer and Vogelsang's factor: 2 to 3 of 100, 5 to 9 where neighbouring periods correlate by
    0.3.

    Silent under 8 known periods a side; under 2, no coefficients either.

    Parameters
    ----------
    values : array-like
        A number for each period or deal, in any unit; nulls are left out.
    start : int
        The first period of the strategy, counted from 0.
    control : array-like, optional
        The same periods of those without the strategy.
    lags : int, optional
        Lags of the Newey-West errors; unset, 4 (n / 100)^(2/9).
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    StrategyEffect
        One value per period in, unknown ones left out; a StrategyEffect out, in the values' unit.

    Raises
    ------
    KitError
        For a start outside the series.

    Notes
    -----
    It misleads when something else began at the same time, when the strategy was an answer to a bad
    period, and without a control. Source: Newey and West 1987; Kiefer and Vogelsang 2005; Bernal,
    Cummins and Gasparrini 2017.

    Examples
    --------
    >>> answer = interrupted_series([10, 12, 14, 16, 25, 27, 29, 31], start=4)
    >>> round(answer.level, 9), abs(round(answer.slope, 9)), answer.naive, answer.reason
    (7.0, 0.0, 15.0, 'fewer than 8 periods a side')
    """
    who = "interrupted_series"
    y = _series(who, values, control)
    if not 0 < start < len(y):
        raise KitError(
            f"{who}: start must be a period inside the series, 1..{len(y) - 1}; got {start!r}."
        )
    level = checks.confidence(who, confidence)
    t = np.flatnonzero(~np.isnan(y)).astype(float)
    y = y[~np.isnan(y)]
    on = t >= start
    before, after = int((~on).sum()), int(on.sum())
    if min(before, after) < ENOUGH_TO_FIT:
        return StrategyEffect(
            None, None, None, None, None, None, before, after, reason=reasons.TOO_FEW_PERIODS_A_SIDE
        )
    fit = least_squares(np.column_stack([np.ones_like(t), t, on, (t - start) * on]), y, lags=lags)
    freedom = len(y) - 4
    table = with_ends(fit.coefficients, np.sqrt(np.diag(fit.covariance)), freedom, level)
    table.insert(0, "term", TERMS)
    mean = np.array([0, 0, 1, (t[on] - start).mean()])
    error = np.sqrt(max(mean @ fit.covariance @ mean, mean @ fit.ordinary @ mean)) * _caution(
        (fit.lags + 1) / len(y)
    )
    effect = with_ends([mean @ fit.coefficients], np.array([error]), freedom, level).iloc[0]
    verdict: str | None = None
    reason: str | None = reasons.TOO_FEW_PERIODS_A_SIDE
    if min(before, after) >= ENOUGH:
        verdict = "rose" if effect["low"] > 0 else "fell" if effect["high"] < 0 else None
        reason = None if verdict else reasons.WITHIN_CHANCE
    estimate, low, high, p = map(float, effect[["estimate", "low", "high", "p"]])
    raw = float(y[on].mean() - y[~on].mean())
    return StrategyEffect(table, estimate, low, high, p, raw, before, after, verdict, reason)


def with_ends(estimate, error, freedom: int, level: float = 0.95) -> pd.DataFrame:
    """Estimates with their errors, intervals and p values by the t distribution; null without
    degrees of freedom."""
    from scipy.special import stdtr, stdtrit

    reach = float(stdtrit(freedom, 0.5 + level / 2)) if freedom else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(freedom, -np.abs(estimate / error)) if freedom else np.nan
    low, high = estimate - reach * error, estimate + reach * error
    return pd.DataFrame({"estimate": estimate, "error": error, "low": low, "high": high, "p": p})


def _caution(b):
    """How much wider an interval with Newey-West errors must be, b = (lags + 1) / n: Kiefer and
    Vogelsang 2005."""
    return (1.96 + 2.9694 * b + 0.416 * b**2 - 0.5324 * b**3) / 1.96


@dataclass(frozen=True)
class Placebo:
    """`dates`: start and effect of each pretended start; `p`: the share of all starts with an
    effect as large."""

    dates: pd.DataFrame
    p: float | None
    reason: str | None = None


@nearest_names
def placebo_dates(values, start: int, *, control=None) -> Placebo:
    """Whether pretended starts before the true one show as large an effect; a small p supports
    the strategy.

    `interrupted_series` over the periods before `start` only, at every period with 4 known ones on
    either side; p = (1 + placebos with |effect| >= the true one) / (1 + placebos). In as there; a
    Placebo out. Silent where there is no such period.

    Parameters
    ----------
    values : array-like
        A number for each period or deal, in any unit; nulls are left out.
    start : int
        The first period of the strategy, counted from 0.
    control : array-like, optional
        The same periods of those without the strategy.

    Returns
    -------
    Placebo
        Whether pretended starts before the true one show as large an effect.

    Raises
    ------
    KitError
        As `interrupted_series`.

    Notes
    -----
    It is coarse: 9 placebos can show no p under 0.1, and neighbouring dates tell much the same.
    Source: Abadie, Diamond and Hainmueller 2010.

    Examples
    --------
    >>> noise = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    >>> placebo = placebo_dates([*noise, *(x + 20 for x in noise)], start=12)
    >>> len(placebo.dates), round(placebo.p, 3)
    (5, 0.167)
    """
    true = interrupted_series(values, start, control=control).effect
    earlier = _series("placebo_dates", values, control)[:start]
    known = ~np.isnan(earlier)
    starts = [s for s in range(1, start) if min(known[:s].sum(), known[s:].sum()) >= PLACEBO_SIDE]
    dates = pd.DataFrame(
        {"start": starts, "effect": [interrupted_series(earlier, s).effect for s in starts]}
    )
    if true is None or not starts:
        return Placebo(dates, None, reasons.NO_PLACEBO)
    as_large = (dates["effect"].abs() >= abs(true)).sum()
    return Placebo(dates, float((1 + as_large) / (1 + len(starts))))


def _series(who, values, control):
    y = checks.numbers(who, "values", values).ravel()
    if control is None:
        return y
    other = checks.numbers(who, "control", control).ravel()
    checks.same_length(who, values=y, control=other)
    return y - other
