"""The deals a fair comparison is made of: closed ones, each won or not, with the circumstances that
move its chance."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import ages, known_at
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats.survival import time_to_outcome

CIRCUMSTANCES = ("region", "product", "size_band")
MOST = 3.0  # log odds that a deal's age may add or take


@nearest_names
def closed_trials(deals: pd.DataFrame, as_of, *, since=None) -> pd.DataFrame:
    """The deals won or lost by `as_of`, from `since` on, as rows of won true or false; neither
    direction is better.

    Cancelled deals are no trials, and neither are closed ones without a date. A split deal is one
    trial for each of its partners. Closed deals are no fair sample of deals: where losses end
    sooner than wins, those of a young partner are mostly lost so far. `ripeness` tells by how much:
    the log odds of a win among the deals created on the same day that closed from `since` to
    `as_of`, (W(a) - W(b)) / (L(a) - L(b)) with W and L the Aalen-Johansen shares of all partners'
    deals won and lost by age, a and b the ages on the two days.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    since : date or str, optional
        The first closing date.

    Returns
    -------
    DataFrame
        Deals in; out partner, won, on (the closing date), season (its quarter, "Q1".."Q4"),
        ripeness and those of region, product, size_band that there are. Empty in, empty out.

    Raises
    ------
    KitError
        For missing columns.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "partner": ["A", "A"],
    ...         "status": ["won", "open"],
    ...         "region": ["North", "North"],
    ...         "created_on": ["2025-01-05", "2025-01-06"],
    ...         "closed_on": ["2025-05-10", None],
    ...     }
    ... )
    >>> closed_trials(deals, "2025-12-31")[["partner", "won", "season", "region"]].values.tolist()
    [['A', True, 'Q2', 'North']]
    """
    checks.columns("closed_trials", deals, ("partner", "status", "created_on", "closed_on"))
    known = known_at(deals.reset_index(drop=True), as_of)
    ripe = _ripeness(known, as_of, since)
    kept = known["status"].isin(("won", "lost")) & known["closed_on"].notna()
    if since is not None:
        kept &= known["closed_on"] >= pd.Timestamp(since)
    known = known[kept]
    trials = pd.DataFrame(
        {"partner": known["partner"], "won": known["status"] == "won", "on": known["closed_on"]}
    )
    trials["season"] = "Q" + known["closed_on"].dt.quarter.astype("str")
    trials["ripeness"] = ripe[kept.to_numpy()]
    return trials.join(known[[name for name in CIRCUMSTANCES if name in known.columns]])


def _ripeness(known, as_of, since):
    age = ages(known, as_of)
    curve = time_to_outcome(age["days"], age["outcome"])
    created = known["created_on"]
    now, then = (
        (pd.Timestamp(day) - created).dt.days.to_numpy(float) if day is not None else np.nan
        for day in (as_of, since)
    )
    won, lost = (
        _by(curve, curve[name], now) - _by(curve, curve[name], then - 1) for name in ("won", "lost")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.nan_to_num(np.log(won / lost)), -MOST, MOST)


def _by(curve, share, days):
    """The share by an age; none before the first day, and where it is unknown."""
    at = np.searchsorted(curve["day"].to_numpy(), np.nan_to_num(days, nan=-1.0), side="right") - 1
    return np.append(share.to_numpy(), 0.0)[at]  # before the first: the last place, none
