"""Whether something befalls a partner's deals more often than those of the others."""

import numpy as np
import pandas as pd

from kpi_helpers.stats import reasons

COLUMNS = ["n", "hits", "share", "others", "p", "reason"]


def excess_shares(partner: pd.Series, hit: pd.Series, fewest: int) -> pd.DataFrame:
    """Each partner's share of deals that are hit beside that of all others; p is small where it
    lies above theirs by more than chance.

    Fisher's exact test, one-sided; null with a reason under `fewest` deals.

    >>> partner = pd.Series(["A"] * 10 + ["B"] * 30)
    >>> hit = pd.Series([True] * 6 + [False] * 4 + [True] * 3 + [False] * 27)
    >>> excess_shares(partner, hit, 5).loc["A", ["n", "hits", "share", "others"]].tolist()
    [10.0, 6.0, 0.6, 0.1]
    """
    from scipy.stats import hypergeom

    if not len(partner):
        return pd.DataFrame(columns=COLUMNS)
    hit = hit.astype(bool)
    table = pd.DataFrame({"n": hit.groupby(partner).size(), "hits": hit.groupby(partner).sum()})
    n, hits = table["n"].sum(), table["hits"].sum()
    table["share"] = table["hits"] / table["n"]
    table["others"] = (hits - table["hits"]) / (n - table["n"]).where(n > table["n"])
    p = hypergeom.sf(table["hits"] - 1, n, hits, table["n"])
    few = table["n"] < fewest
    reason = pd.array(np.where(few, reasons.TOO_FEW_CLOSED, None), dtype="str")
    return table.assign(p=np.where(few, np.nan, p), reason=reason)
