"""Frames of any engine: made to fit the deal table's contract going in, given back in their own
kind coming out."""

import math
from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

from kpi_helpers.contract.credit import FULL
from kpi_helpers.contract.deals import DEAL_COLUMNS
from kpi_helpers.contract.frame_kinds import described, way
from kpi_helpers.engines.arrays import Arrays
from kpi_helpers.engines.lazy import (
    DATES,
    NUMBERS,
    SHARE,
    Lazy,
    as_written,
    fetch,
    plain_day,
    to_spark,
)
from kpi_helpers.errors import KitError, MissingColumns

CORE = ("partner", "status", "amount", "created_on", "closed_on")
READ_AS_TEXT = (
    "status",
    "channel",
    "lost_reason",
)  # the text columns whose words the formulas compare
ENGINES = "a pandas, Polars, DuckDB or Spark frame"
_TYPES: dict[str, Any] = {
    "text": nw.String,
    "number": nw.Float64,
    "share": nw.Float64,
    "date": nw.Datetime("us"),
    "flag": nw.Boolean,
}
_WORDS = {
    "number": "numbers",
    "share": "numbers",
    "date": "dates without a time zone",
    "flag": "true, false and blank",
}
_PLAIN = {
    "number": "fiu",
    "share": "fiu",
    "date": "M",
    "flag": "b",
}  # numpy's kinds that need no second look


def conform(
    deals, who: str = "scorecard", also: tuple[str, ...] = (), reads: Iterable[str] = DEAL_COLUMNS
) -> Arrays | Lazy:
    """The deals as what answers for their engine, checked to fit the contract; absent optional
    columns are null.

    It has the core, credit, deal_id where there is one, the levels `also` and the columns `reads`
    names; no others.

    Takes a pandas, Polars, DuckDB or Spark frame and never changes it. A blank credit is 1. Raises
    `MissingColumns` when a core column, or one named in `also`, is not there, and `KitError` when a
    column has the wrong type.
    """
    frame = None if isinstance(deals, pd.DataFrame) else _lazy(deals, who)
    have = deals.columns if frame is None else frame.collect_schema().names()
    missing = [name for name in (*CORE, *also) if name not in have]
    if missing:
        raise MissingColumns(who, dict.fromkeys(missing), list(have))
    names = dict.fromkeys(
        (*CORE, "credit", *also, *reads, *(("deal_id",) if "deal_id" in have else ()))
    )
    if frame is None:
        wrong = [
            name
            for name in names
            if name in deals and not _plain(deals[name], DEAL_COLUMNS[name].kind)
        ]
        types = {name: nw.from_native(deals[name], series_only=True).dtype for name in wrong}
        _check(who, types, lambda name: deals[name].isna().all())
        return Arrays(deals)
    return Lazy.of(_typed(frame, names, who))


def _lazy(deals, who: str) -> nw.LazyFrame:
    try:
        frame = nw.from_native(deals).lazy()
        if (
            frame.implementation.is_polars()
            or frame.implementation.is_duckdb()
            or frame.implementation.is_pyspark()
        ):
            return frame
    except TypeError:
        pass
    call = way(deals)
    make = f"{call} makes one of it" if call else "load_deals(...) gives one"
    raise KitError(f"{who} takes {ENGINES}, not {described(deals)}; {make}.") from None


def _plain(column: pd.Series, kind: str) -> bool:
    arrow = isinstance(
        column.dtype, pd.ArrowDtype
    )  # which does not say here that it has a time zone
    return (
        kind in _PLAIN
        and column.dtype.kind in _PLAIN[kind]
        and not (arrow or getattr(column.dtype, "tz", None))
    )


def _typed(frame: nw.LazyFrame, names: Iterable[str], who: str) -> nw.LazyFrame:
    """The named columns in the contract's types; those that are not there, or hold nothing, are
    null."""
    schema = {name: dtype for name, dtype in frame.collect_schema().items() if name in names}
    spark = (
        frame.implementation.is_pyspark()
    )  # whose plain timestamp is one in the session's time zone
    filled = {name: ~nw.col(name).is_null() for name in schema}
    blank = _check(
        who,
        schema,
        lambda name: fetch(frame.select(filled[name]).filter(nw.col(name)).head(1)).empty,
        spark,
    )
    wanted = {}
    for name in names:
        kind, have = DEAL_COLUMNS[name].kind, schema.get(name)
        if have is None or name in blank:
            wanted[name] = nw.lit(None).cast(_TYPES[kind])
        elif (
            kind in ("number", "share") and have.is_float()
        ):  # numpy, Polars and Spark write blanks as NaN
            number = nw.col(name).cast(_TYPES[kind])
            wanted[name] = number if name == "credit" else nw.when(_is_number(number)).then(number)
        elif kind != "text" and have != _TYPES[kind]:
            wanted[name] = nw.col(name).cast(_TYPES[kind])
    share = wanted.pop("credit", nw.col("credit")) if "credit" in schema else nw.lit(FULL)
    wanted[SHARE] = (
        share  # as it is written, so that Parquet's statistics tell whether a deal is shared
    )
    wanted["credit"] = (
        nw.when(_is_number(share)).then(share).otherwise(FULL)
    )  # neither blank nor NaN
    days = {plain_day(name): nw.col(name) for name in DATES if schema[name] == nw.Date}
    raw = {}
    if frame.implementation.is_duckdb():  # which tells of NaN by itself where it adds up money
        floats = [
            name
            for name in NUMBERS
            if name in schema and name not in blank and schema[name].is_float()
        ]
        raw = {as_written(name): nw.col(name).cast(nw.Float64) for name in floats}
        if as_written("credit") in raw:
            raw[as_written("credit")] = raw[as_written("credit")].fill_null(FULL)
    return frame.select(*schema, **days, **raw).with_columns(**wanted)


def _is_number(column: nw.Expr) -> nw.Expr:
    """Not NaN. DuckDB would answer is_nan() from Parquet's statistics, which leave NaN out; those
    tell of infinity."""
    return (column * 0.0 == 0.0) | (column == math.inf) | (column == -math.inf)


def _check(who: str, types: dict, is_blank, zones: bool = False) -> list[str]:
    """The columns of a wrong type that hold nothing at all; those that hold something are
    refused."""
    doubtful = [
        name
        for name, have in types.items()
        if not _fits(name, DEAL_COLUMNS[name].kind, have, zones)
    ]
    blank = [name for name in doubtful if is_blank(name)]
    wrong = [
        f"{name} holds {types[name]}, not {_WORDS.get(DEAL_COLUMNS[name].kind, 'text')}"
        for name in doubtful
        if name not in blank
    ]
    if wrong:
        raise KitError(f"{who}: {'; '.join(wrong)}. load_deals(...) reads and checks the types.")
    return blank


def _fits(name: str, kind: str, have, zones: bool) -> bool:
    """Whether a column of this type can be read as this kind; a date with a time zone only where
    `zones` are read.

    Which day such a moment belongs to depends on the zone, and each engine takes another one.
    """
    if kind == "date":
        plain = zones or not getattr(have, "time_zone", None)
        return plain and have.is_temporal() and not isinstance(have, nw.Duration | nw.Time)
    if kind == "flag":
        return have == nw.Boolean or have == nw.Object or have.is_numeric()
    if kind == "text":
        return name not in READ_AS_TEXT or have in (nw.String, nw.Object, nw.Categorical, nw.Enum)
    return have.is_numeric()


def like(deals, table: pd.DataFrame):
    """The table as the kind of frame that `deals` is."""
    if isinstance(deals, pd.DataFrame):
        return table
    frame = nw.from_native(deals)
    if frame.implementation.is_polars():
        import polars

        made = polars.from_pandas(table)
        return made.lazy() if isinstance(frame, nw.LazyFrame) else made
    if frame.implementation.is_duckdb():
        import duckdb

        return duckdb.from_df(table)
    return to_spark(deals.sparkSession, table)
