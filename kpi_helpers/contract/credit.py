"""Credit: which share of a deal its partner is credited with, and what the deal is worth to it."""

import pandas as pd

FULL = 1.0  # a deal whose credit is blank is the partner's alone


def credit(deals: pd.DataFrame) -> pd.Series:
    """Each deal's share, above 0 to 1; 1 where it is blank or the table has no such column.

    >>> credit(pd.DataFrame({"amount": [100.0, 100.0], "credit": [0.25, None]})).tolist()
    [0.25, 1.0]
    """
    if "credit" not in deals:
        return pd.Series(FULL, index=deals.index)
    return deals["credit"].astype("float64").fillna(FULL)


def credited(deals: pd.DataFrame) -> pd.Series:
    """What each deal is worth to its partner: amount x credit, null where the amount is.

    >>> credited(pd.DataFrame({"amount": [100.0, 100.0], "credit": [0.25, None]})).tolist()
    [25.0, 100.0]
    """
    return deals["amount"].astype("float64") * credit(deals)
