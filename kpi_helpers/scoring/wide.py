"""A scorecard turned wide: a row per group, the answers asked for beside one another."""

import pandas as pd

from kpi_helpers.contract.notes import noted

OVERVIEW = {
    "won": ("deal_count", "won"),
    "amount": ("deal_count", "amount"),
    "size": ("average_deal_size", "whole"),
    "close_rate": ("close_rate", "closed"),
    "cycle": ("deal_velocity", "cycle_median"),
    "open": ("pipeline", "open"),
    "success": ("deal_success", "success"),
}


def wide_table(
    card: pd.DataFrame, by: str = "partner", names: dict[str, tuple[str, str]] = OVERVIEW
) -> pd.DataFrame:
    """`names` says which (kpi, basis) becomes which column; the index is the group, null where
    nothing is known or a cohort is too young.

    >>> card = pd.DataFrame(
    ...     {"partner": ["A", "B"], "kpi": "deal_count", "basis": "won", "value": [3.0, 5.0]}
    ... )
    >>> wide_table(card)["won"].to_dict()
    {'A': 3.0, 'B': 5.0}
    """
    columns = {key: name for name, key in names.items()}
    kept = card.assign(
        value=card["value"].mask(noted(card, "young")),
        column=[columns.get(key) for key in zip(card["kpi"], card["basis"], strict=True)],
    )
    wide = kept.dropna(subset="column").pivot(index=by, columns="column", values="value")
    return wide.reindex(columns=list(names)).rename_axis(columns=None)
