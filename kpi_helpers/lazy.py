"""A Polars, DuckDB or Spark deal table: the formulas become one query per anchor, and only totals come back."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals as nw
import numpy as np
import pandas as pd

from .errors import KitError
from .kpis.measure import (
    CLOSED,
    CREATED,
    EPOCH,
    MICRO,
    STATE,
    At,
    Measure,
    check_amount,
    day_number,
    midnight,
    where,
)
from .windows import Spans

SPAN = "_span"  # the first day of the period a row belongs to, or the number of its window
DAY = "_day"  # the day whose state is asked for
DATES = (CREATED, CLOSED)
DAY_US = 86_400_000_000  # microseconds
_TRUNCATE = {"month": "1mo", "quarter": "1q", "year": "1y"}


class Lazy:
    """The deal table as a Narwhals lazy frame of the contract's columns, typed; nothing runs before it is asked for."""

    def __init__(self, frame: nw.LazyFrame) -> None:
        self.frame = frame

    @classmethod
    def of(cls, frame: nw.LazyFrame) -> "Lazy":
        """The conformed frame, with its dates as day numbers beside them."""
        if frame.implementation.is_pyspark():  # Narwhals has no difference of dates on Spark
            days = "timestampdiff(MICROSECOND, TIMESTAMP_NTZ'1970-01-01', {}) / {} AS {}"
            native = frame.to_native()
            _check_zone(native.sparkSession.conf.get("spark.sql.session.timeZone"))
            native = native.selectExpr("*", *(days.format(name, DAY_US, day_number(name)) for name in DATES))
            return cls(nw.from_native(native))
        since = {name: nw.col(name) - nw.lit(midnight(EPOCH)) for name in DATES}
        days = {day_number(name): gone.dt.total_microseconds() / DAY_US for name, gone in since.items()}
        return cls(frame.with_columns(**days))

    def extent(self) -> tuple[date | None, date | None]:
        """The earliest and the latest date at which a deal was created or closed; None where no deal has one."""
        on = {name: nw.col(name) for name in (CREATED, CLOSED)}
        ends = [{f"{end}_{name}": getattr(column, end)() for name, column in on.items()} for end in ("min", "max")]
        row = fetch(self.frame.select(**ends[0], **ends[1])).iloc[0]
        first, last = (pd.to_datetime(row[list(names)]) for names in ends)
        return tuple(None if pd.isna(day) else day.date() for day in (first.min(), last.max()))

    def is_split(self) -> bool:
        """Whether some deal is shared; one is looked for, and Parquet's statistics mostly say there is none."""
        return not fetch(self.frame.filter(nw.col("credit") < 1).head(1).select("credit")).empty

    def whole_deals(self, groups: list[str]) -> "Lazy":
        """One row per deal and group: the shares of a split deal that fall into one group are added up."""
        together = ["deal_id", *groups]
        credit, first = nw.col("credit").sum().over(together), nw.col("partner").min().over(together)
        return Lazy(self.frame.with_columns(credit=credit, _first=first).filter(nw.col("partner") == nw.col("_first")))

    def slow_cycle(self, at: At) -> float | None:
        """The 90th percentile of days from created to won; None when none was won."""
        won = self.frame.filter(at.won, ~at.cycle.is_null())
        found = fetch(won.select(days=at.cycle.quantile(0.9, interpolation="linear")))["days"]
        return None if found.empty or pd.isna(found.iloc[0]) else float(found.iloc[0])

    def totals(self, measures: list[Measure], columns: list[str], spans: Spans, at: At):
        """The groups there are, and each measure's totals, one row for each group and one column for each span."""
        by_anchor = {anchor: [m for m in measures if m.anchor == anchor] for anchor in (CLOSED, CREATED, STATE)}
        tables = {
            anchor: self._standing(mine, columns, spans, at)
            if anchor == STATE
            else self._dated(mine, columns, spans, at)
            for anchor, mine in by_anchor.items()
            if mine
        }
        known = None
        if columns:
            # the state of all groups at one day tells which groups there are; else they are asked for
            there = tables[STATE] if STATE in tables and not spans.unit else self._groups(columns, at)
            known = there[columns].sort_values(columns, ignore_index=True)
        found = {}
        for anchor, table in tables.items():
            cells = table[SPAN].to_numpy(dtype=np.int64)
            if columns:  # an inner join: a group whose deals are all of the future is none
                table = table.merge(known.assign(_group=range(len(known))), on=columns)
                cells = table["_group"].to_numpy() * len(spans) + table[SPAN].to_numpy(dtype=np.int64)
            for m in by_anchor[anchor]:
                found[m.name] = _spread(table[m.name], cells, m.total, (len(known) if columns else 1, len(spans)))
        return known, found

    def _groups(self, columns: list[str], at: At) -> pd.DataFrame:
        return fetch(self.frame.filter(at.exists).select(*columns).unique())

    def _dated(self, measures: list[Measure], columns: list[str], spans: Spans, at: At) -> pd.DataFrame:
        """Totals of the deals whose date falls into a span."""
        frame, on = self.frame, nw.col(measures[0].anchor)
        starts = [midnight(span.start) for span in spans]
        if not spans.endless:
            frame = frame.filter(on >= starts[0], on < midnight(spans[-1].end) + timedelta(days=1))
        if spans.unit:
            span = on.dt.truncate(_TRUNCATE[spans.unit]).cast(nw.Datetime("us"))  # Spark's has a time zone
        else:
            span = nw.when(on < starts[-1]).then(nw.lit(0)).otherwise(nw.lit(len(spans) - 1))
        table = _aggregated(frame.with_columns(span.alias(SPAN)), measures, [*columns, SPAN], at)
        if spans.unit:  # a period that the window cuts begins with the window
            began = pd.to_datetime(table[SPAN]).to_numpy("datetime64[us]")
            table[SPAN] = np.searchsorted(np.array(starts, dtype="datetime64[us]")[1:], began, side="right")
        return table

    def _standing(self, measures: list[Measure], columns: list[str], spans: Spans, at: At) -> pd.DataFrame:
        """The state at each span's end, each deal beside every day on which it was open; at as_of without periods."""
        ends = spans.ends(at.as_of)
        if not spans.unit:
            return _aggregated(self.frame.filter(at.exists), measures, columns, at).assign(**{SPAN: ends[0][0]})
        days = pd.DataFrame(
            [(i, midnight(day), (day - EPOCH).days) for i, day in ends], columns=[SPAN, DAY, day_number(DAY)]
        )
        then = At(at.as_of, at.slow_days, at.within_days, day=DAY)
        still = self.frame.join(_beside(self.frame, days), how="cross").filter(then.open)
        return _aggregated(still, measures, [*columns, SPAN], replace(then, noted={"_open": nw.lit(True)}))


def _check_zone(zone: str) -> None:
    """Raise `KitError` where Spark takes Python's dates, which are moments of this machine's zone, for other days."""
    try:
        days = [datetime(2025, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7)]
        same = all(day == day.replace(tzinfo=None).astimezone() for day in days)
    except (ValueError, ZoneInfoNotFoundError):
        same = False
    if not same:
        raise KitError(
            f"Spark's session time zone {zone} is not this machine's, so that days would begin at other hours. Set "
            "spark.sql.session.timeZone to the machine's, or start Python with TZ set to the session's."
        )


def _aggregated(frame: nw.LazyFrame, measures: list[Measure], keys: list[str], at: At) -> pd.DataFrame:
    """One row for each of the keys there are, and the total of each measure."""
    at = replace(at, named=True, noted=dict(at.noted))
    wide = nw.Decimal(38, 0) if frame.implementation.is_pyspark() else nw.Int128  # 64 bits end at 900 trillion
    added = {m.name: _contribution(m, at, wide) for m in measures}
    for name, tell in at.noted.items():  # each reads but those before it
        frame = frame.with_columns(tell.alias(name))
    deals, frame = frame, frame.select(*keys, **added)
    totals = [getattr(nw.col(m.name), _AGGREGATE[m.total])().cast(nw.Float64) for m in measures]
    try:
        return fetch(frame.group_by(*keys).agg(*totals) if keys else frame.select(*totals))
    except Exception as error:  # each engine has its own kind for a number that it cannot turn into a whole one
        check_amount(fetch(deals.select(nw.col("amount").abs().max()))["amount"].item())
        raise error


_AGGREGATE = {"count": "count", "money": "sum", "sum": "sum", "median": "median"}


def _contribution(measure: Measure, at: At, wide) -> nw.Expr:
    what = measure.of(at)
    if measure.total == "count":
        return where(what, nw.lit(1))
    if measure.total == "money":
        # not round(): engines differ in where it takes a half
        return (what * MICRO + 0.5).floor().cast(wide)
    return what


def _beside(frame: nw.LazyFrame, table: pd.DataFrame) -> nw.LazyFrame:
    """A small table as a frame of the same engine, so that the two can be joined."""
    native = frame.to_native()
    if frame.implementation.is_polars():
        import polars

        return nw.from_native(polars.from_pandas(table).lazy())
    if frame.implementation.is_duckdb():
        rows = ", ".join(
            f"({span}, TIMESTAMP '{day}', {number})" for span, day, number in table.itertuples(index=False)
        )
        return nw.from_native(native.query("_deals", f"SELECT * FROM (VALUES {rows}) days({', '.join(table)})"))
    return nw.from_native(to_spark(native.sparkSession, table))


def _spread(total: pd.Series, cells: np.ndarray, kind: str, shape: tuple[int, int]) -> np.ndarray:
    """The totals at their places; counts and sums of nothing are 0, a median of nothing NaN."""
    full = np.full(shape[0] * shape[1], np.nan if kind == "median" else 0.0)
    full[cells] = total.to_numpy(dtype="float64", na_value=full[0] if len(full) else np.nan)
    full = full.reshape(shape)
    return full.astype(np.int64) if kind == "count" else full / MICRO if kind == "money" else full


def fetch(frame: nw.LazyFrame | nw.DataFrame) -> pd.DataFrame:
    """A small result as pandas, whatever engine computed it."""
    if isinstance(frame, nw.LazyFrame):
        through = "pandas" if frame.implementation.is_duckdb() else None
        frame = frame.collect("pyarrow" if frame.implementation.is_pyspark() else through)
    return frame.to_pandas()


def to_spark(session, table: pd.DataFrame):
    """A pandas table as a Spark frame; through Arrow, because Spark does not know pandas 3 yet."""
    import pyarrow

    frame = session.createDataFrame(pyarrow.Table.from_pandas(table, preserve_index=False))
    # its dates have the session's time zone now, and would be other days where another one is at work
    return frame.withColumns(
        {name: frame[name].cast("timestamp_ntz") for name, kind in frame.dtypes if kind == "timestamp"}
    )
