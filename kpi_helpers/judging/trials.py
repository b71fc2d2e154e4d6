"""The deals a fair comparison is made of: closed ones, each won or not, with the circumstances that
move its chance."""

import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at

CIRCUMSTANCES = ("region", "product", "size_band")


def closed_trials(deals: pd.DataFrame, as_of, *, since=None) -> pd.DataFrame:
    """The deals won or lost by `as_of`, from `since` on, as rows of won true or false; neither
    direction is better.

    Cancelled deals are no trials, and neither are closed ones without a date. A split deal is one
    trial for each of its partners.

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
        Deals in; out partner, won, on (the closing date), season (its quarter, "Q1".."Q4") and
        those of region, product, size_band that there are. Empty in, empty out.

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
    known = known_at(deals, as_of)
    kept = known["status"].isin(("won", "lost")) & known["closed_on"].notna()
    if since is not None:
        kept &= known["closed_on"] >= pd.Timestamp(since)
    known = known[kept]
    trials = pd.DataFrame(
        {"partner": known["partner"], "won": known["status"] == "won", "on": known["closed_on"]}
    )
    trials["season"] = "Q" + known["closed_on"].dt.quarter.astype("str")
    return trials.join(known[[name for name in CIRCUMSTANCES if name in known.columns]])
