"""Whether one group's deals, or this year's, end sooner than the others': the log-rank test."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import ages
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats import reasons

FEWEST = 5  # wins of each year, before two years' paces are compared


@nearest_names
def logrank(days, outcome, group, *, ends=("won",)) -> pd.DataFrame:
    """Whether each group's deals end (by default: are won) at another pace than all others'; a
    positive z is faster.

    Log-rank test of the group against the rest, every other outcome right-censored. One group
    alone, or no such ending, gives NaN with a reason. Several groups are several tests: correct p
    by `benjamini_hochberg`.

    Parameters
    ----------
    days : array-like
        Days from created to closed, or to as_of while open.
    outcome : array-like of str
        won, lost, cancelled or open, one for each of `days`.
    group : array-like
        The group of each deal.
    ends : tuple of str
        Outcomes that end a deal; all others are right-censored.

    Returns
    -------
    DataFrame
        Arrays of one length in; out one row per group: group, n, ended, z, p, reason.

    Raises
    ------
    KitError
        Like `time_to_outcome`.

    Notes
    -----
    It misleads when curves cross, and with lost deals it compares the pace among deals still open,
    not the share won. Source: Mantel 1966.

    Examples
    --------
    >>> table = logrank([5, 6, 7, 8, 50, 60, 70, 80], ["won"] * 8, list("AAAABBBB"))
    >>> table.p.round(3).tolist(), (table.z > 0).tolist()
    ([0.007, 0.007], [True, False])
    """
    from scipy import stats

    group = np.asarray(group, dtype=object)
    checks.same_length("logrank", days=days, outcome=outcome, group=group)
    days, outcome = checks.observed("logrank", days, outcome)
    ended, rows = np.isin(outcome, ends), []
    for name in pd.unique(group):
        ours = group == name
        row = {
            "group": name,
            "n": int(ours.sum()),
            "ended": int(ended[ours].sum()),
            "z": np.nan,
            "p": np.nan,
            "reason": None,
        }
        if ours.all():
            row["reason"] = reasons.NO_PEERS
        elif not ended.any():
            row["reason"] = reasons.NO_EVENTS
        else:
            samples = (
                stats.CensoredData(days[m & ended], right=days[m & ~ended]) for m in (ours, ~ours)
            )
            with np.errstate(divide="ignore", invalid="ignore"):
                answer = stats.logrank(*samples)
            row |= {"z": float(answer.statistic), "p": float(answer.pvalue)}
        rows.append(row)
    return pd.DataFrame(rows, columns=["group", "n", "ended", "z", "p", "reason"]).astype(
        {"reason": "str"}
    )


@nearest_names
def pace_of_years(deals: pd.DataFrame, as_of) -> dict:
    """Whether the deals created in the twelve months up to `as_of` are won at another pace than
    those of the twelve before; a positive z is faster.

    `logrank` of the two years.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    as_of : date or str
        What was known on this day, like 2025-12-31.

    Returns
    -------
    dict
        Deals of one partner (or any slice) in; n, ended, z, p and reason of the later year out, z
        and p NaN with a reason under 5 wins in either year.

    Raises
    ------
    KitError
        For missing columns and for deals closed before they were created.

    Notes
    -----
    It misleads as `logrank` does, and asked of many partners it is as many tests. Source: Mantel
    1966.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {"status": "won", "created_on": pd.to_datetime(["2024-03-01"] * 5 + ["2025-03-01"] * 5)}
    ... )
    >>> deals["closed_on"] = deals["created_on"] + pd.to_timedelta(
    ...     [60, 62, 65, 70, 80, 10, 12, 14, 20, 25], "D"
    ... )
    >>> told = pace_of_years(deals, "2025-12-31")
    >>> told["n"], told["z"] > 0, round(told["p"], 4)
    (5, True, 0.0018)
    """
    checks.columns("pace_of_years", deals, ("status", "created_on", "closed_on"))
    year = pd.DateOffset(years=1)
    deals = checks.only(deals, ("status", "created_on", "closed_on"))
    born, last = pd.to_datetime(deals["created_on"]), pd.Timestamp(as_of).normalize() - year
    deals = deals[born > last - year]
    followed = ages(deals, as_of)
    recent = (born[followed.index] > last).to_numpy()
    counts = (
        logrank(followed["days"], followed["outcome"], recent)
        .set_index("group")
        .reindex([True, False])
    )
    if not (counts["ended"] >= FEWEST).all():
        counts = counts.fillna({"n": 0, "ended": 0}).assign(
            z=np.nan, p=np.nan, reason=reasons.TOO_FEW_WON
        )
    return counts.astype({"n": int, "ended": int}).loc[True].to_dict()
