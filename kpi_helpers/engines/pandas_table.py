"""The deal table as simulations want it: pandas, every column of the contract, one row a deal and
member."""

import narwhals as nw
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.credit import credit
from kpi_helpers.contract.deals import DEAL_COLUMNS, PANDAS_TYPES
from kpi_helpers.errors import KitError

_CORE = ("partner", "status", "amount", "created_on", "closed_on")


def deal_table(who: str, deals, also: tuple[str, ...] = ()) -> pd.DataFrame:
    """A copy of the deals of any engine as pandas with all columns of the contract; absent optional
    ones are null.

    Deals without an id are numbered. Raises KitError for what is no frame or holds other types, and
    MissingColumns.
    """
    try:
        frame = nw.from_native(deals)
    except TypeError:
        raise KitError(
            f"{who} takes a pandas, Polars, DuckDB or Spark frame, not {type(deals).__name__}; "
            f"see load_deals."
        ) from None
    table = (frame.collect("pandas") if isinstance(frame, nw.LazyFrame) else frame).to_pandas()
    checks.columns(who, table, (*_CORE, *also))
    table = table.reindex(columns=list(DEAL_COLUMNS)).reset_index(drop=True)
    try:
        table = table.astype(
            {name: PANDAS_TYPES[column.kind] for name, column in DEAL_COLUMNS.items()}
        )
    except (TypeError, ValueError) as error:
        raise KitError(f"{who}: {error}. load_deals(...) reads and checks the types.") from None
    numbered = pd.Series(table.index.astype(str), table.index)
    return table.assign(credit=credit(table), deal_id=table["deal_id"].fillna(numbered))


def merged_shares(deals: pd.DataFrame, level: str | None) -> pd.DataFrame:
    """The shares of a split deal that fall to one member of the level (None: everyone) as one row,
    credits summed."""
    if level == "partner" or not (deals["credit"] < 1).any():
        return deals
    together = ["deal_id"] if level is None else ["deal_id", level]
    shares = deals.groupby(together, dropna=False)["credit"].transform("sum")
    return (
        deals.assign(credit=shares).sort_values("partner", kind="stable").drop_duplicates(together)
    )
