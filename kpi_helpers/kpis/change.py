"""How an answer moved between two windows, in the terms its unit is read in."""

import numpy as np
import pandas as pd


def change(value: float, before: float, unit: str) -> float:
    """Rates: the difference as a share of 1 (points); everything else: relative to before; null
    from a previous 0.

    >>> change(0.30, 0.25, "ratio"), change(6.0, 4.0, "number")
    (0.04999999999999999, 0.5)
    """
    if pd.isna(value) or pd.isna(before):
        return np.nan
    if unit == "ratio":
        return value - before
    return (value - before) / abs(before) if before else np.nan
