"""Each group's peers as anonymous statistics: quartiles of the others, and its own rank."""

import numpy as np
import pandas as pd

from .kpis import KPIS

FEWEST = 5  # fewer could be worked out one by one
COLUMNS = ("partner", "kpi", "basis", "count", "low", "median", "high", "rank")


def peers(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Quartiles of all other partners' values for each partner, KPI and basis, and the partner's rank.

    In a scorecard by partner of one window; out a table of `COLUMNS`. `count` is the number of other partners
    whose value is known; under five of them quartiles and rank are null. Rank 1 is best; null where neither
    direction is better or the own value is unknown.

    >>> rows = pd.DataFrame({"partner": list("ABCDEF"), "kpi": "close_rate", "basis": "closed",
    ...     "value": [0.9, 0.1, 0.2, 0.3, 0.4, 0.5]})
    >>> [float(peers(rows).iloc[0][name]) for name in ("count", "low", "median", "high", "rank")]
    [5.0, 0.2, 0.3, 0.4, 1.0]
    """
    better = {(kpi.name, basis.name): basis.better for kpi in KPIS.values() for basis in kpi.bases}
    wide = scorecard.pivot(index=["kpi", "basis"], columns="partner", values="value")
    wide = wide.reindex(pd.MultiIndex.from_frame(scorecard[["kpi", "basis"]].drop_duplicates()))
    tables = [
        pd.DataFrame({"partner": wide.columns, "kpi": key[0], "basis": key[1]} | _beside(values, better[key]))
        for key, values in zip(wide.index, wide.to_numpy(float), strict=True)
    ]
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)].sort_values("partner", kind="stable", ignore_index=True)


def _beside(values: np.ndarray, better: str) -> dict[str, np.ndarray]:
    known = ~np.isnan(values)
    order = np.sort(values[known])
    count = len(order) - known
    enough = count >= FEWEST
    place = np.searchsorted(order, values)  # where the own value stands; leaving it out moves the later ones down
    quartiles = [np.where(enough, _quantile_without(order, place, known, count, q), np.nan) for q in (0.25, 0.5, 0.75)]
    above = len(order) - np.searchsorted(order, values, side="right")
    ahead = {"higher": above, "lower": place}.get(better)
    rank = np.where(enough & known, 1.0 + ahead, np.nan) if ahead is not None else np.full(len(values), np.nan)
    return dict(zip(COLUMNS[3:], (count, *quartiles, rank), strict=True))


def _quantile_without(order, place, known, count, q: float) -> np.ndarray:
    """The linear q-quantile of the sorted values without the one at `place` (where there is one to leave out)."""
    if not len(order):
        return np.full(len(place), np.nan)
    at = q * np.maximum(count - 1, 0)
    lower = np.floor(at).astype(int)
    upper = np.minimum(lower + 1, np.maximum(count - 1, 0))
    low, high = (order[np.minimum(i + (known & (i >= place)), len(order) - 1)] for i in (lower, upper))
    return low + (high - low) * (at - lower)
