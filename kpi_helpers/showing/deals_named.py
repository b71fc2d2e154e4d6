"""A deal as people speak of it: the customer and what it is about; the CRM's id comes last."""

from collections.abc import Iterable

import pandas as pd

NAMING = ("customer", "deal_name")


def names(deals: pd.DataFrame) -> dict[str, str]:
    """What each deal is called, by its id: customer and name where the export has them, else
    nothing but the id.

    Parameters
    ----------
    deals : DataFrame
        Rows of the deal table.

    Returns
    -------
    dict
        From each deal's id to its name.

    Examples
    --------
    >>> names(pd.DataFrame({"deal_id": ["1", "2"], "customer": ["Ada", None]}))
    {'1': 'Ada', '2': '2'}
    """
    known = [name for name in NAMING if name in deals]
    parts = deals[["deal_id", *known]].drop_duplicates("deal_id")
    return {
        str(deal): ", ".join(str(part) for part in told if not pd.isna(part)) or str(deal)
        for deal, *told in parts.itertuples(index=False, name=None)
    }


def listed(deal_ids: Iterable, called: dict[str, str]) -> str:
    """Several deals in a row, each by its name and then its id.

    Parameters
    ----------
    deal_ids : iterable
        The deals' ids.
    called : dict
        What `names` gave.

    Returns
    -------
    str
        The deals by name, the id of each in brackets.

    Examples
    --------
    >>> listed(["1", "2"], {"1": "Ada, rollout"})
    'Ada, rollout (1); 2'
    """
    return "; ".join(
        f"{called[one]} ({one})" if called.get(one, one) != one else one
        for one in map(str, deal_ids)
    )
