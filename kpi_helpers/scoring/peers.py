"""Each group's peers as anonymous statistics: quartiles of the others and its own rank, or what may
leave the house."""

import numpy as np
import pandas as pd

from kpi_helpers.contract.notes import noted
from kpi_helpers.kpis import KPIS

FEWEST = 5  # fewer could be worked out one by one
COLUMNS = ("partner", "kpi", "basis", "count", "low", "median", "high", "rank", "quarter")
BETTER = {(kpi.name, basis.name): basis.better for kpi in KPIS.values() for basis in kpi.bases}


def peers(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Quartiles of all other partners' values for each partner, KPI and basis, and the partner's
    rank.

    In a scorecard by partner of one window; out a table of `COLUMNS`. `count` is the number of
    other partners whose value is known; under five of them quartiles and rank are null. Rank 1 is
    best, and so is `quarter` 1 of 4; null where neither direction is better or the own value is
    unknown. A number of a young cohort counts as unknown.

    >>> rows = pd.DataFrame(
    ...     {
    ...         "partner": list("ABCDEF"),
    ...         "kpi": "close_rate",
    ...         "basis": "closed",
    ...         "value": [0.9, 0.1, 0.2, 0.3, 0.4, 0.5],
    ...     }
    ... )
    >>> [float(peers(rows).iloc[0][name]) for name in ("count", "low", "median", "high", "rank")]
    [5.0, 0.2, 0.3, 0.4, 1.0]
    """
    wide = _decided(scorecard).pivot(index=["kpi", "basis"], columns="partner", values="value")
    wide = wide.reindex(pd.MultiIndex.from_frame(scorecard[["kpi", "basis"]].drop_duplicates()))
    tables = [
        pd.DataFrame(
            {"partner": wide.columns, "kpi": key[0], "basis": key[1]} | _beside(values, BETTER[key])
        )
        for key, values in zip(wide.index, wide.to_numpy(float), strict=True)
    ]
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)].sort_values(
        "partner", kind="stable", ignore_index=True
    )


def shared_peers(scorecard: pd.DataFrame, *, digits: int = 2) -> pd.DataFrame:
    """What a partner's edition may tell of all partners: the same rounded quartiles in everybody's
    report.

    In and out as `peers`, without a rank. Quartiles are Harrell and Davis's: a weighted mean of all
    partners' values, the own one included, so that none is a single partner's value and two
    partners' reports, laid side by side, differ in nothing. `digits` are significant ones; null
    unless five others are known. Coarser than `peers`, and meant to be. Harrell and Davis 1982.

    >>> rows = pd.DataFrame(
    ...     {
    ...         "partner": list("ABCDEF"),
    ...         "kpi": "close_rate",
    ...         "basis": "closed",
    ...         "value": [0.9, 0.1, 0.2, 0.3, 0.4, 0.5],
    ...     }
    ... )
    >>> [float(shared_peers(rows).iloc[0][name]) for name in ("count", "low", "median", "high")]
    [5.0, 0.2, 0.36, 0.6]
    """
    wide = _decided(scorecard).pivot(index=["kpi", "basis"], columns="partner", values="value")
    count = wide.notna().sum(axis=1).to_numpy()[:, None] - wide.notna().to_numpy()
    table = (
        wide.notna().stack().rename("known").reset_index().assign(count=count.ravel().astype(float))
    )
    quartiles = np.array([_quartiles(row, digits) for row in wide.to_numpy(float)])
    for at, name in enumerate(("low", "median", "high")):
        table[name] = np.where(count >= FEWEST, quartiles[:, [at]], np.nan).ravel()
    better = np.repeat([BETTER[key] for key in wide.index], len(wide.columns))
    low, median, high = (table[name].to_numpy() for name in ("low", "median", "high"))
    table = table.assign(
        rank=np.nan, quarter=_quarter(wide.to_numpy(float).ravel(), low, median, high, better)
    )
    return table[list(COLUMNS)].sort_values("partner", kind="stable", ignore_index=True)


def _decided(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Without the numbers so far of young cohorts: they rank nobody."""
    return scorecard.assign(value=scorecard["value"].mask(noted(scorecard, "young")))


def _quartiles(values: np.ndarray, digits: int) -> list[float]:
    """Harrell and Davis' estimates, so rounded that no single value can be worked out."""
    from scipy.stats.mstats import hdquantiles

    known = values[~np.isnan(values)]
    if not len(known):
        return [np.nan] * 3
    # one value is every quantile of itself; hdquantiles gives none
    found = hdquantiles(known, (0.25, 0.5, 0.75)) if len(known) > 1 else known.repeat(3)
    return [float(f"{one:.{digits}g}") for one in found]


def _beside(values: np.ndarray, better: str) -> dict[str, np.ndarray]:
    known = ~np.isnan(values)
    order = np.sort(values[known])
    count = len(order) - known
    enough = count >= FEWEST
    place = np.searchsorted(
        order, values
    )  # where the own value stands; leaving it out moves the later ones down
    low, median, high = (
        np.where(enough, _quantile_without(order, place, known, count, q), np.nan)
        for q in (0.25, 0.5, 0.75)
    )
    above = len(order) - np.searchsorted(order, values, side="right")
    ahead = {"higher": above, "lower": place}.get(better)
    rank = (
        np.where(enough & known, 1.0 + ahead, np.nan)
        if ahead is not None
        else np.full(len(values), np.nan)
    )
    return dict(
        zip(
            COLUMNS[3:],
            (count, low, median, high, rank, _quarter(values, low, median, high, better)),
            strict=True,
        )
    )


def _quarter(values, low, median, high, better) -> np.ndarray:
    """1 for the best quarter of the partners to 4, by the quartiles told; null where neither
    direction is better."""
    from_below = 1.0 + (values >= low) + (values >= median) + (values >= high)
    quarter = np.where(np.asarray(better) == "lower", from_below, 5 - from_below)
    return np.where(
        (np.asarray(better) == "neither") | np.isnan(values) | np.isnan(median), np.nan, quarter
    )


def _quantile_without(order, place, known, count, q: float) -> np.ndarray:
    """The linear q-quantile of the sorted values without the one at `place` (where there is one to
    leave out)."""
    if not len(order):
        return np.full(len(place), np.nan)
    at = q * np.maximum(count - 1, 0)
    lower = np.floor(at).astype(int)
    upper = np.minimum(lower + 1, np.maximum(count - 1, 0))
    low, high = (
        order[np.minimum(i + (known & (i >= place)), len(order) - 1)] for i in (lower, upper)
    )
    return low + (high - low) * (at - lower)
