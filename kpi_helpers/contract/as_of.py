"""What was known on a date, and how old each deal was then."""

import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.credit import credit
from kpi_helpers.contract.deals import STATUSES
from kpi_helpers.errors import KitError, UnknownValue


def known_at(deals: pd.DataFrame, as_of) -> pd.DataFrame:
    """The deal table as it stood at the end of `as_of`; neither direction is better.

    A deal created later does not exist, one closed later is still open. Deals in (status,
    created_on, closed_on), a new table of the same columns out, dates as datetime64; the input
    stays as it is. Empty in, empty out. It misleads for columns without a history: amount, stage
    and probability are those of the export. Raises KitError for missing columns and unknown
    statuses.

    >>> deals = pd.DataFrame(
    ...     {
    ...         "status": ["won", "won"],
    ...         "created_on": ["2025-01-05", "2025-03-01"],
    ...         "closed_on": ["2025-02-10", "2025-03-09"],
    ...     }
    ... )
    >>> known_at(deals, "2025-01-31")["status"].tolist()
    ['open']
    """
    checks.columns("known_at", deals, ("status", "created_on", "closed_on"))
    unknown = set(deals["status"].dropna()) - set(STATUSES)
    if unknown:
        raise UnknownValue("status", sorted(map(str, unknown))[0], STATUSES)
    as_of = pd.Timestamp(as_of).normalize()
    known = deals.assign(created_on=_days(deals["created_on"]), closed_on=_days(deals["closed_on"]))
    unborn = known["created_on"] > as_of
    known = known[~unborn] if unborn.any() else known
    later = known["closed_on"] > as_of
    if not later.any():
        return known
    return known.assign(
        status=known["status"].mask(later, "open"), closed_on=known["closed_on"].mask(later)
    )


def ages(deals: pd.DataFrame, as_of) -> pd.DataFrame:
    """Each deal's days from created to its outcome, or to `as_of` while open; fewer is faster.

    Deals in, a table (days, outcome) with the deals' index out, as `time_to_outcome` wants it. A
    deal whose created_on, or whose closed_on though closed, is blank has unknown days and is left
    out. Empty in, empty out. Raises KitError for a deal closed before it was created.

    >>> deals = pd.DataFrame(
    ...     {
    ...         "status": ["won", "open"],
    ...         "created_on": ["2025-01-05", "2025-01-11"],
    ...         "closed_on": ["2025-01-25", None],
    ...     }
    ... )
    >>> ages(deals, "2025-01-31").values.tolist()
    [[20, 'won'], [20, 'open']]
    """
    checks.columns("ages", deals, ("status", "created_on", "closed_on"))
    known = known_at(deals, as_of)
    end = known["closed_on"].where(known["status"] != "open", pd.Timestamp(as_of).normalize())
    days = (end - known["created_on"]).dt.days
    if (days < 0).any():
        raise KitError(
            f"ages: {int((days < 0).sum())} deals were closed before they were created; correct "
            f"or leave them out."
        )
    table = pd.DataFrame({"days": days, "outcome": known["status"]})[
        days.notna() & known["status"].notna()
    ]
    return table.astype({"days": int})


def whole_deals(deals: pd.DataFrame, by=()) -> pd.DataFrame:
    """One row a deal and group: the shares of a split deal that fall into one group are added;
    credit 1 where unknown.

    >>> deals = pd.DataFrame({"deal_id": ["a", "a"], "partner": ["P", "Q"], "credit": [0.7, 0.3]})
    >>> len(whole_deals(deals)), len(whole_deals(deals, ["partner"]))
    (1, 2)
    """
    checks.columns("whole_deals", deals, by)
    deals = deals.assign(credit=credit(deals))
    keys = ["deal_id", *by]
    if "deal_id" not in deals or not deals.duplicated(keys).any():
        return deals
    shares = deals.groupby(keys, dropna=False)["credit"].transform("sum")
    return deals.assign(credit=shares).drop_duplicates(keys)


def _days(dates: pd.Series) -> pd.Series:
    try:
        return pd.to_datetime(dates, format="ISO8601").dt.normalize()
    except (ValueError, TypeError) as error:
        raise KitError(f"{dates.name} must hold dates; {error}") from error
