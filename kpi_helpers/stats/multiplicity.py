"""Many partners at once: how many alerts are false when hundreds are looked at."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.errors import KitError, nearest_names


@nearest_names
def benjamini_hochberg(p, *, rate: float = 0.05) -> pd.DataFrame:
    """Which of many alerts to raise so that on average at most `rate` of them are false; a
    smaller q is surer.

    q_(i) = min over j >= i of p_(j) m / j; alert where q <= rate. Unknown p is no test: null q, no
    alert, not counted in m.

    Parameters
    ----------
    p : array-like
        p-values of one family, in 0..1; a Series keeps its index.
    rate : float
        The share of alerts that may be false, in 0..1.

    Returns
    -------
    DataFrame
        p, q and alert, a row for each p-value, with the index of a Series. None in, none out.

    Raises
    ------
    KitError
        For p outside 0..1.

    Notes
    -----
    It misleads over the families: ask once for all partners and KPIs of a report. Source: Benjamini
    and Hochberg 1995.

    Examples
    --------
    >>> benjamini_hochberg([0.001, 0.02, 0.03, 0.5]).round(3).values.tolist()
    [[0.001, 0.004, True], [0.02, 0.04, True], [0.03, 0.04, True], [0.5, 0.5, False]]
    """
    from scipy.stats import false_discovery_control

    index = p.index if isinstance(p, pd.Series) else None
    p = checks.not_negative("benjamini_hochberg", "p", p).ravel()
    if (p > 1).any():
        raise KitError(f"benjamini_hochberg: p must lie in 0..1; the largest is {np.nanmax(p):g}.")
    known, q = ~np.isnan(p), np.full(len(p), np.nan)
    if known.any():
        q[known] = false_discovery_control(p[known], method="bh")
    return pd.DataFrame({"p": p, "q": q, "alert": q <= rate}, index=index)
