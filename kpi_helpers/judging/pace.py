"""Whether one group's deals end sooner than the others': the log-rank test."""

import numpy as np
import pandas as pd

from kpi_helpers.judging import _check, reasons


def logrank(days, outcome, group, *, ends=("won",)) -> pd.DataFrame:
    """Whether each group's deals end (by default: are won) at another pace than all others'; a positive z is faster.

    Log-rank test of the group against the rest, every other outcome right-censored. Arrays of one length in; out one
    row per group: group, n, ended, z, p, reason. One group alone, or no such ending, gives NaN with a reason. Several
    groups are several tests: correct p by `benjamini_hochberg`. It misleads when curves cross, and with lost deals it
    compares the pace among deals still open, not the share won. Raises KitError like `time_to_outcome`. Mantel 1966.

    >>> table = logrank([5, 6, 7, 8, 50, 60, 70, 80], ["won"] * 8, list("AAAABBBB"))
    >>> table.p.round(3).tolist(), (table.z > 0).tolist()
    ([0.007, 0.007], [True, False])
    """
    from scipy import stats

    group = np.asarray(group, dtype=object)
    _check.same_length("logrank", days=days, outcome=outcome, group=group)
    days, outcome = _check.observed("logrank", days, outcome)
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
            samples = (stats.CensoredData(days[m & ended], right=days[m & ~ended]) for m in (ours, ~ours))
            with np.errstate(divide="ignore", invalid="ignore"):
                answer = stats.logrank(*samples)
            row |= {"z": float(answer.statistic), "p": float(answer.pvalue)}
        rows.append(row)
    return pd.DataFrame(rows, columns=["group", "n", "ended", "z", "p", "reason"]).astype({"reason": "str"})
