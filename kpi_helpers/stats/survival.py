"""How long deals take, without ignoring those still open: Aalen-Johansen."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats import reasons

CLOSED = ("won", "lost", "cancelled")
ROUNDING = 1e-12


@nearest_names
def time_to_outcome(days, outcome, *, confidence: float = 0.95) -> pd.DataFrame:
    """The shares of deals won, lost, cancelled and still open after each number of days; won
    early is better.

    Aalen-Johansen: F_j(t) = sum over t_i <= t of S(t_i-) d_ij / n_i, with S all closings'
    Kaplan-Meier; open deals are right-censored, losing and cancelling compete with winning. The
    interval is that of Marubini and Valsecchi on the log(-log) scale, NaN where none is won.

    Parameters
    ----------
    days : array-like
        Days from created to closed, or to as_of while open.
    outcome : array-like of str
        won, lost, cancelled or open, one for each of `days`.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        Whole or broken days and outcomes (won, lost, cancelled, open) in; a row for day 0 and each
        observed day out: day, at_risk, won, lost, cancelled, open, won_low, won_high; shares in
        0..1 that sum to 1. No deal gives no row.

    Raises
    ------
    KitError
        For negative or unknown days and unknown outcomes.

    Notes
    -----
    It misleads when deals left open are forgotten rather than worked. Source: Aalen and Johansen
    1978; Marubini and Valsecchi 1995.

    Examples
    --------
    >>> curve = time_to_outcome(
    ...     [10, 20, 30, 40, 50, 60], ["won", "lost", "won", "open", "won", "lost"]
    ... )
    >>> curve[["won", "lost", "cancelled", "open"]].iloc[-1].round(4).tolist()
    [0.5833, 0.4167, 0.0, 0.0]
    """
    days, outcome = checks.observed("time_to_outcome", days, outcome)
    names = ["day", "at_risk", *CLOSED, "open", "won_low", "won_high"]
    if not len(days):
        return pd.DataFrame(columns=names, dtype=float)
    day, at = np.unique(np.append(0.0, days), return_inverse=True)
    ended = {name: np.bincount(at[1:][outcome == name], minlength=len(day)) for name in CLOSED}
    at_risk = len(days) - np.searchsorted(np.sort(days), day)
    closed = sum(ended.values())
    open_share = np.cumprod(1 - closed / at_risk)
    before = np.append(1.0, open_share[:-1])
    shares = {name: np.cumsum(before * ended[name] / at_risk) for name in CLOSED}
    low, high = _incidence_interval(
        shares["won"], before, ended["won"], closed, at_risk, confidence
    )
    columns = (day, at_risk, *shares.values(), open_share, low, high)
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


@nearest_names
def share_won_by(days, outcome, by=(30, 60, 90), *, confidence: float = 0.95) -> pd.DataFrame:
    """The share of deals won within each number of days, losing a competing outcome; higher is
    better.

    F_won(t) of `time_to_outcome`. In as there; a row for each of `by` out: by, won, low, high,
    at_risk (deals followed beyond it), reason. A day later than any deal was followed is null with
    a reason, unless every deal has ended.

    Parameters
    ----------
    days : array-like
        Days from created to closed, or to as_of while open.
    outcome : array-like of str
        won, lost, cancelled or open, one for each of `days`.
    by : sequence of float
        Numbers of days.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        The share of deals won within each number of days, losing a competing outcome.

    Raises
    ------
    KitError
        For negative days.

    Notes
    -----
    Misleads as `time_to_outcome` does.

    Examples
    --------
    >>> share_won_by(
    ...     [10, 20, 30, 40, 50, 60], ["won", "lost", "won", "open", "won", "lost"]
    ... ).won.round(4).tolist()
    [0.3333, 0.5833, 0.5833]
    """
    curve = time_to_outcome(days, outcome, confidence=confidence)
    by = checks.not_negative("share_won_by", "by", np.atleast_1d(by))
    followed = np.asarray(days, dtype=float)
    if not len(curve):
        return pd.DataFrame(
            {
                "by": by,
                "won": np.nan,
                "low": np.nan,
                "high": np.nan,
                "at_risk": 0,
                "reason": reasons.NO_DATA,
            }
        )
    rows = curve.iloc[np.searchsorted(curve["day"], by, side="right") - 1].reset_index(drop=True)
    unknown = (by > curve["day"].iloc[-1]) & (curve["open"].iloc[-1] > 1e-12)
    table = pd.DataFrame(
        {"by": by, "won": rows["won"], "low": rows["won_low"], "high": rows["won_high"]}
    )
    table.loc[unknown, ["won", "low", "high"]] = np.nan
    table["at_risk"] = (followed[:, None] > by).sum(axis=0)
    table["reason"] = pd.Series(reasons.NOT_FOLLOWED, table.index, dtype="object").where(unknown)
    return table.astype({"reason": "str"})


def _incidence_interval(share, before, won, closed, at_risk, confidence):
    """Delta-method interval of a cumulative incidence: var F(t) = sum over t_i <= t of
    (F(t) - F_i)² d / n(n - d) + S² (n - w) w / n³ - 2 (F(t) - F_i) S w / n²."""
    from scipy.special import ndtri

    with np.errstate(divide="ignore", invalid="ignore"):
        # Where all deals at risk close nothing happens later: F(t) = F_i, and the first term is 0.
        hazard = np.where(at_risk > closed, closed / (at_risk * (at_risk - closed)), 0.0)
        own = before**2 * (at_risk - won) * won / at_risk**3
        cross = before * won / at_risk**2
        total = np.cumsum
        variance = (
            share**2 * total(hazard)
            - 2 * share * total(share * hazard)
            + total(share**2 * hazard)
            + total(own)
            - 2 * (share * total(cross) - total(share * cross))
        )
        z = ndtri(0.5 + checks.confidence("time_to_outcome", confidence) / 2)
        # 0 and 1 have no interval of this kind; sums that are 1 may lie beside it.
        share = np.where((share > 0) & (share < 1 - ROUNDING), share, np.nan)
        width = np.exp(z * np.sqrt(np.maximum(variance, 0)) / (share * np.log(share)))
        return share ** (1 / width), share**width
