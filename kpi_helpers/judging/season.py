"""Which months win more, whoever sells and wherever: the seasonal index of the close rate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.windows import Window, months_touched
from kpi_helpers.errors import UnknownValue, nearest_names
from kpi_helpers.stats import reasons
from kpi_helpers.stats.intervals import wilson
from kpi_helpers.stats.regression import logistic

EFFECTS = ("region", "partner")
PENALTY = 1.0  # on region and partner effects: most lie within some ± 2 log odds
BARELY = 1e-6  # keeps a month that won all or nothing finite
CYCLES = 24  # months


@dataclass(frozen=True)
class Season:
    """`table`: season, n, rate, fitted, index, low, high, reason; `overall`: the rate of all;
    `reason` where silent."""

    table: pd.DataFrame
    overall: float | None
    reason: str | None = None


@nearest_names
def seasonal_index(
    trials: pd.DataFrame, *, by: str = "month", penalty: float = PENALTY, confidence: float = 0.95
) -> Season:
    """How much more (above 1) or less is won in each month or quarter, region and partner held
    equal; higher is better.

    Pooled binomial model, log odds = season + region + partner, ridge `penalty` on the latter two
    (as normal random effects of variance 1 / penalty). fitted = the mean over all deals of the
    modelled rate, had they closed in that season; index = fitted / overall rate. Silent under two
    full cycles, 24 months from the first to the last closing; a season without deals is null.

    Parameters
    ----------
    trials : DataFrame
        Closed deals as `closed_trials` gives them: partner, won and the columns of their
        circumstances.
    by : str
        month or quarter.
    penalty : float
        Ridge on region and partner.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Season
        Trials (won, on, and partner, region where there) in, a Season out; index 0 or more, its
        interval by the delta method on log odds, Wilson's where all or nothing was won.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads when a campaign fell on the same months in both years. Source: Standardisation after
    McCullagh and Nelder 1989.

    Examples
    --------
    >>> on = pd.date_range("2023-01-01", "2024-12-01", freq="MS")
    >>> trials = pd.DataFrame({"on": on.repeat(5), "won": [1, 1, 1, 0, 0] * len(on)})
    >>> seasonal_index(trials).table["index"].round(3).unique().tolist()
    [1.0]
    """
    if by not in ("month", "quarter"):
        raise UnknownValue("season", by, ("month", "quarter"))
    checks.columns("seasonal_index", trials, ("won", "on"))
    level = checks.confidence("seasonal_index", confidence)
    on = pd.to_datetime(trials["on"])
    won = checks.not_negative("seasonal_index", "won", trials["won"])
    seasons = np.arange(1, 13 if by == "month" else 5)
    season = getattr(on.dt, by).to_numpy()
    n, k = (np.bincount(season, weights, len(seasons) + 1)[1:] for weights in (None, won))
    table = pd.DataFrame(
        {"season": seasons, "n": n.astype(int), "rate": k / np.where(n > 0, n, np.nan)}
    )
    overall = float(won.mean()) if len(won) else None
    if not len(on) or months_touched(on.min(), on.max()) < CYCLES or overall in (0, 1):
        why = (
            reasons.NO_DATA
            if not len(on)
            else reasons.UNDER_TWO_CYCLES
            if months_touched(on.min(), on.max()) < CYCLES
            else reasons.NO_VARIATION
        )
        return Season(
            table.assign(fitted=np.nan, index=np.nan, low=np.nan, high=np.nan, reason=why),
            overall,
            why,
        )
    there = seasons[n > 0]
    fitted, error = _standardised(trials.assign(season=season, won=won), there, penalty)
    fit = (
        pd.DataFrame({"fitted": fitted, "error": error}, index=there)
        .reindex(seasons)
        .reset_index(drop=True)
    )
    low, high = _interval(fit["fitted"], fit["error"], k, n, level)
    table["fitted"] = fit["fitted"]
    table = table.assign(index=fit["fitted"] / overall, low=low / overall, high=high / overall)
    table["reason"] = pd.array(np.where(n > 0, None, reasons.NO_DEALS_IN_SEASON), dtype="str")
    return Season(table, overall)


def season_of(trials: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The `seasonal_index` row of the one month, else of the one quarter, in which the window lies;
    none where it spans several, or where the index is silent."""
    ends = pd.DatetimeIndex([window.start, window.end])
    for by in ("month", "quarter"):
        if ends.to_period(by[0].upper()).nunique() == 1:
            table = seasonal_index(trials, by=by).table
            return table[(table["season"] == getattr(ends[0], by)) & table["index"].notna()]
    return seasonal_index(trials[:0]).table[:0]


def _interval(fitted, error, k, n, confidence):
    from scipy.special import expit, logit, ndtri

    middle, spread = logit(fitted), ndtri(0.5 + confidence / 2) * error / (fitted * (1 - fitted))
    # The odds of a season that won all or nothing have no end, so they have no error.
    all_or_nothing = (n > 0) & ((k == 0) | (k == n))
    sure = wilson(k, n, confidence=confidence)
    return (
        np.where(all_or_nothing, w, expit(middle + s))
        for w, s in zip(sure, (-spread, spread), strict=True)
    )


def _standardised(trials, seasons, penalty):
    """The mean modelled rate of all deals in each season, and its standard error."""
    from scipy.sparse import csr_array, hstack

    effects = [name for name in EFFECTS if name in trials.columns]
    cells = (
        trials.groupby(["season", *effects], dropna=False, observed=True)["won"]
        .agg(["sum", "count"])
        .reset_index()
    )
    k, n = cells["sum"].to_numpy(float), cells["count"].to_numpy(float)
    blocks, ridge = [], []
    for name in ("season", *effects):
        codes, levels = pd.factorize(cells[name], sort=name == "season", use_na_sentinel=False)
        blocks.append(
            csr_array((np.ones(len(n)), (np.arange(len(n)), codes)), shape=(len(n), len(levels)))
        )
        ridge += [BARELY if name == "season" else penalty] * len(levels)
    fit = logistic(hstack(blocks).tocsr(), k, n, ridge=np.array(ridge))
    others = hstack(blocks[1:]).tocsr() if effects else csr_array((len(n), 0))
    elsewhere = others @ fit.coefficients[len(seasons) :]
    fitted, error = np.empty(len(seasons)), np.empty(len(seasons))
    for i in range(len(seasons)):
        p = 1 / (1 + np.exp(-(elsewhere + fit.coefficients[i])))
        weights = n * p * (1 - p) / n.sum()
        gradient = np.concatenate(
            [weights.sum() * (np.arange(len(seasons)) == i), others.T @ weights]
        )
        fitted[i], error[i] = n @ p / n.sum(), np.sqrt(gradient @ fit.covariance @ gradient)
    return fitted, error
