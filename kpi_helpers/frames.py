"""Frames of any engine: made to fit the deal table's contract going in, given back in their own kind coming out."""

from collections.abc import Iterable
from datetime import date

import narwhals as nw
import pandas as pd

from .deals import DEAL_COLUMNS
from .errors import KitError, MissingColumns

CORE = ("partner", "status", "amount", "created_on", "closed_on")
READ_AS_TEXT = ("status", "channel", "lost_reason")  # the text columns whose words the formulas compare
_TYPES = {"text": nw.String, "number": nw.Float64, "share": nw.Float64, "date": nw.Datetime("us"), "flag": nw.Boolean}
_WORDS = {"number": "numbers", "share": "numbers", "date": "dates", "flag": "true, false and blank"}
_PANDAS = {"text": "str", "number": "float64", "share": "float64", "date": "datetime64[us]", "flag": "boolean"}


def conform(deals, who: str = "scorecard", also: tuple[str, ...] = (), reads: Iterable[str] = DEAL_COLUMNS):
    """The deals as a Narwhals frame of the contract's columns, typed; absent optional ones are null.

    It has the core, credit, deal_id where there is one, the levels `also` and the columns `reads` names; no others.

    Takes a pandas, Polars, DuckDB or Spark frame and never changes it. A blank credit is 1. Raises `MissingColumns`
    when a core column, or one named in `also`, is not there, and `KitError` when a column has the wrong type.
    """
    try:
        frame = nw.from_native(deals)
    except TypeError:
        raise KitError(
            f"{who} takes a pandas, Polars, DuckDB or Spark frame, not {type(deals).__name__}; see load_deals."
        ) from None
    schema = frame.collect_schema()
    missing = [name for name in (*CORE, *also) if name not in schema]
    if missing:
        raise MissingColumns(who, dict.fromkeys(missing), list(schema))
    names = dict.fromkeys((*CORE, "credit", *(("deal_id",) if "deal_id" in schema else ()), *also, *reads))
    wanted, wrong = {}, []
    for name in names:
        column, have = DEAL_COLUMNS[name], schema.get(name)
        if have is None:
            wanted[name] = _blank(column.kind, frame)
        elif not _fits(name, column.kind, have):
            if _all_null(frame, name):
                wanted[name] = _blank(column.kind, frame)
            else:
                wrong.append(f"{name} holds {have}, not {_WORDS.get(column.kind, 'text')}")
        elif (cast := _typed(name, column.kind, have, frame)) is not None:
            wanted[name] = cast
    if wrong:
        raise KitError(f"{who}: {'; '.join(wrong)}. load_deals(...) reads and checks the types.")
    frame = frame.select(*(nw.col(name) for name in names if name in schema))
    wanted["credit"] = wanted.get("credit", nw.col("credit")).fill_null(1.0) if "credit" in schema else nw.lit(1.0)
    return frame.with_columns(**wanted)


def _fits(name: str, kind: str, have) -> bool:
    """Whether a column of this type can be read as this kind."""
    if kind == "date":
        return have.is_temporal() and not isinstance(have, nw.Duration | nw.Time)
    if kind == "flag":
        return have == nw.Boolean or have == nw.Object or have.is_numeric()
    if kind == "text":
        return name not in READ_AS_TEXT or have in (nw.String, nw.Object, nw.Categorical, nw.Enum)
    return have.is_numeric()


def _blank(kind: str, frame):
    """A column of nulls; pandas' own types, because its casts turn null into False or 'None'."""
    if frame.implementation.is_pandas():
        native = frame.to_native()
        return nw.from_native(pd.Series(None, index=native.index, dtype=_PANDAS[kind]), series_only=True)
    return nw.lit(None).cast(_TYPES[kind])


def _typed(name: str, kind: str, have, frame):
    """The expression that gives a column its type; None where it has it."""
    if kind == "flag" and (have != nw.Boolean or frame.implementation.is_pandas()):
        return _flag(name, frame)
    if kind == "date" and have != nw.Datetime("us"):
        return nw.col(name).cast(_TYPES[kind])
    if kind in ("number", "share"):
        if not have.is_float():
            return nw.col(name).cast(nw.Float64)
        if frame.implementation.is_polars():
            return nw.col(name).fill_nan(None)
    return None


def _flag(name: str, frame) -> nw.Expr | nw.Series:
    """pandas keeps blanks in object columns, which a plain cast would read as False."""
    if not frame.implementation.is_pandas():
        return nw.col(name).cast(nw.Boolean)
    column = frame.to_native()[name]
    if column.dtype == "boolean" or column.dtype == bool:
        return nw.col(name)
    try:
        return nw.from_native(column.astype("boolean"), series_only=True)
    except (TypeError, ValueError):
        raise KitError(f"Column {name!r} holds something else than true, false and blank.") from None


def _all_null(frame, name: str) -> bool:
    return fetch(frame.filter(~nw.col(name).is_null()).head(1).select(name)).empty


def whole_deals(frame, groups: list[str]):
    """One row per deal and group: the shares of a split deal that fall into one group are added up.

    With partner among the groups nothing can fall together. Needs `deal_id` only where deals are split.
    """
    if "partner" in groups or "deal_id" not in frame.collect_schema():
        return frame
    if not fetch(frame.filter(nw.col("credit") < 1).head(1).select("credit")).shape[0]:
        return frame
    together = ["deal_id", *groups]
    return frame.with_columns(
        credit=nw.col("credit").sum().over(together), _first=nw.col("partner").min().over(together)
    ).filter(nw.col("partner") == nw.col("_first"))


def fetch(frame) -> pd.DataFrame:
    """A small result as pandas, whatever engine computed it."""
    if isinstance(frame, nw.LazyFrame):
        if frame.implementation.is_pyspark():
            return frame.to_native().toPandas()
        frame = frame.collect("pandas") if frame.implementation.is_duckdb() else frame.collect()
    return frame.to_pandas()


def like(deals, table: pd.DataFrame):
    """The table as the kind of frame that `deals` is."""
    frame = nw.from_native(deals)
    kind = frame.implementation
    if kind.is_polars():
        import polars

        made = polars.from_pandas(table)
        return made.lazy() if isinstance(frame, nw.LazyFrame) else made
    if kind.is_duckdb():
        import duckdb

        return duckdb.from_df(table)
    if kind.is_pyspark():
        return deals.sparkSession.createDataFrame(table)
    return table


def extent(frame) -> tuple[date | None, date | None]:
    """The earliest and the latest date at which a deal was created or closed; None where no deal has one."""
    at = [nw.col(name) for name in ("created_on", "closed_on")]
    row = fetch(frame.select(a=at[0].min(), b=at[1].min(), c=at[0].max(), d=at[1].max())).iloc[0]
    first, last = row[["a", "b"]].dropna(), row[["c", "d"]].dropna()
    return tuple(pd.Timestamp(day).date() if pd.notna(day) else None for day in (first.min(), last.max()))
