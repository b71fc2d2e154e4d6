"""What each deal adds to the measures that KPIs are made of: the rows behind a total."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from kpi_helpers.contract.windows import Window
from kpi_helpers.engines.arrays import Arrays, added
from kpi_helpers.kpis.measure import CLOSED, CREATED, STATE, At, Measure


def contributions(
    deals: pd.DataFrame,
    measures: Iterable[Measure],
    as_of,
    window: Window | None = None,
    *,
    slow_days: float | None = None,
    within_days: int = 90,
) -> pd.DataFrame:
    """A column for each measure, with what each deal adds to it; summed they are its total.

    The deals' rows in their order, as they stood at the end of `as_of`. With a `window` a deal adds
    nothing to measures of closings or creations outside it; without one it adds wherever it lies.
    """
    arrays, measures = Arrays(deals), list(dict.fromkeys(measures))
    at = At(as_of, slow_days, within_days, arrays.column)
    inside = {anchor: _inside(deals, anchor, window, at) for anchor in (CLOSED, CREATED, STATE)}
    columns = {one.name: added(one, at) * inside[one.anchor] for one in measures}
    return pd.DataFrame(columns, index=deals.index)


def _inside(deals: pd.DataFrame, anchor: str, window: Window | None, at: At) -> np.ndarray | bool:
    if window is None:
        return True
    if anchor == STATE:
        return at.open.data
    if window.kind == "all":
        return at.exists.data
    after = pd.Timestamp(window.end) + pd.Timedelta(days=1)
    return (deals[anchor].ge(pd.Timestamp(window.start)) & deals[anchor].lt(after)).to_numpy()
