"""A Polars, DuckDB or Spark deal table: the formulas become one query per anchor, and only totals
come back."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals as nw
import numpy as np
import pandas as pd

from kpi_helpers.contract.windows import Spans
from kpi_helpers.engines.base import DATE, NUMBER, SURE, Column, kind_of
from kpi_helpers.errors import KitError
from kpi_helpers.kpis.measure import (
    CLOSED,
    CLOSED_STATUSES,
    CREATED,
    EPOCH,
    LARGEST,
    MICRO,
    STATE,
    At,
    Measure,
    as_money,
    check_amount,
    day_number,
    midnight,
    midnight_after,
)

NUMBERS = ("amount", "credit", "probability")  # of which money is made
SHARE = "_share"  # the credit as the data have it
SPAN = "_span"  # the first day of the period a row belongs to, or the number of its window
DAY = "_day"  # the day whose state is asked for
CAME, GONE = "_came", "_gone"  # when a deal was created, and when it ended; null where it has not
NEXT = midnight_after(DAY)
DATES = (CREATED, CLOSED)
DAY_NUMBERS = tuple(map(day_number, (*DATES, DAY)))
TOO_LARGE = 1e300  # times an amount: no whole number holds that
DAY_US = 86_400_000_000  # microseconds
_TRUNCATE = {"month": "1mo", "quarter": "1q", "year": "1y"}


def as_written(name: str) -> str:
    """The column that holds a number as it is written, NaN and all; only DuckDB's frames have
    it."""
    return f"_written_{name}"


def plain_day(name: str) -> str:
    """The column that has a date as the data have it, where these are days: Parquet is read by such
    a column alone."""
    return f"_{name}_plain"


class Expression(Column):
    """A column as a Narwhals expression."""

    def __init__(self, expr: nw.Expr, kind: str) -> None:
        self.expr, self.kind = expr, kind

    def under(self, name: str) -> "Expression":
        """What has been put into the query as the column `name`."""
        return Expression(nw.col(name), self.kind)

    def _new(self, native: nw.Expr, kind: str) -> "Expression":
        return Expression(native, kind)

    def _is_null(self) -> nw.Expr:
        return self.expr.is_null()

    def _fill_false(self) -> nw.Expr:
        return self.expr if self.kind == SURE else self.expr.fill_null(False)

    def _compare(self, operator: str, other) -> nw.Expr:
        return getattr(self.expr, f"__{operator}__")(_native(other))

    def _compute(self, operator: str, other, swapped: bool) -> nw.Expr:
        return getattr(self.expr, f"__{'r' * swapped}{operator}__")(_native(other))

    def _join(self, operator: str, other) -> nw.Expr:
        return getattr(self.expr, f"__{operator}__")(_native(other))

    def _invert(self) -> nw.Expr:
        return ~self.expr

    def _is_in(self, words) -> nw.Expr:
        return self.expr.is_in(words)

    def _contains(self, pattern: str) -> nw.Expr:
        return self.expr.str.contains(pattern)


YES = Expression(nw.lit(True), SURE)


def _native(other):
    return other.expr if isinstance(other, Expression) else other


def column(name: str) -> Expression:
    """A column of the conformed frame."""
    return Expression(nw.col(name), _kind_of(name))


def _kind_of(name: str) -> str:
    if name in (DAY, NEXT):
        return DATE
    return NUMBER if name in DAY_NUMBERS else kind_of(name)


class Lazy:
    """The deal table as a Narwhals lazy frame of the contract's columns, typed; nothing runs before
    it is asked for."""

    def __init__(self, frame: nw.LazyFrame) -> None:
        self.frame = frame

    @classmethod
    def of(cls, frame: nw.LazyFrame) -> "Lazy":
        """The conformed frame, with its dates as day numbers beside them."""
        if frame.implementation.is_pyspark():  # Narwhals has no difference of dates on Spark
            since_1970 = "timestampdiff(MICROSECOND, TIMESTAMP_NTZ'1970-01-01', {}) / {} AS {}"
            native = frame.to_native()
            _check_zone(native.sparkSession.conf.get("spark.sql.session.timeZone"))
            native = native.selectExpr(
                "*", *(since_1970.format(name, DAY_US, day_number(name)) for name in DATES)
            )
            return cls(nw.from_native(native))
        since = {name: nw.col(name) for name in DATES}
        if (
            not frame.implementation.is_duckdb()
        ):  # whose microseconds of a date are those since 1970
            since = {name: date - nw.lit(midnight(EPOCH)) for name, date in since.items()}
        days = {
            day_number(name): gone.dt.total_microseconds() / DAY_US for name, gone in since.items()
        }
        return cls(frame.with_columns(**days))

    def extent(self) -> tuple[date | None, date | None]:
        """The earliest and the latest date at which a deal was created or closed; None where no
        deal has one."""
        on = {name: nw.col(name) for name in (CREATED, CLOSED)}
        ends = [
            {f"{end}_{name}": getattr(column, end)() for name, column in on.items()}
            for end in ("min", "max")
        ]
        row = fetch(self.frame.select(**ends[0], **ends[1])).iloc[0]
        first, last = (pd.to_datetime(row[list(names)]) for names in ends)
        earliest, latest = first.min(), last.max()
        return (
            None if pd.isna(earliest) else earliest.date(),
            None if pd.isna(latest) else latest.date(),
        )

    def is_split(self) -> bool:
        """Whether some deal is shared; one is looked for, and Parquet's statistics mostly say there
        is none."""
        return not fetch(self.frame.filter(nw.col(SHARE) < 1).head(1).select(SHARE)).empty

    def whole_deals(self, groups: list[str]) -> "Lazy":
        """One row per deal and group: the shares of a split deal that fall into one group are added
        up."""
        together = ["deal_id", *groups]
        credit, first = (
            nw.col("credit").sum().over(together),
            nw.col("partner").min().over(together),
        )
        frame = self.frame.drop(as_written("credit"), strict=False).with_columns(
            credit=credit, _first=first
        )
        return Lazy(frame.filter(nw.col("partner") == nw.col("_first")))

    def slow_cycle(self, at: At) -> float | None:
        """The 90th percentile of days from created to won; None when none was won."""
        at = replace(at, column=column)
        won = self.frame.filter(at.won.expr, (~at.cycle.is_null()).expr)
        found = fetch(won.select(days=at.cycle.expr.quantile(0.9, interpolation="linear")))["days"]
        return None if found.empty or pd.isna(found.iloc[0]) else float(found.iloc[0])

    def totals(self, measures: list[Measure], columns: list[str], spans: Spans, at: At):
        """The groups there are, and each measure's totals, one row for each group and one column
        for each span."""
        at = replace(at, column=column)
        by_anchor = {
            anchor: [m for m in measures if m.anchor == anchor]
            for anchor in (CLOSED, CREATED, STATE)
        }
        tables = {
            anchor: self._standing(mine, columns, spans, at)
            if anchor == STATE
            else self._dated(mine, columns, spans, at)
            for anchor, mine in by_anchor.items()
            if mine
        }
        known = None
        if columns:
            # the state of all groups at one day tells which groups there are; else they are asked
            # for
            there = (
                tables[STATE] if STATE in tables and not spans.unit else self._groups(columns, at)
            )
            known = there[columns].sort_values(columns, ignore_index=True)
        found = {}
        for anchor, table in tables.items():
            cells = table[SPAN].to_numpy(dtype=np.int64)
            if (
                known is not None
            ):  # an inner join: a group whose deals are all of the future is none
                table = table.merge(known.assign(_group=range(len(known))), on=columns)
                cells = table["_group"].to_numpy() * len(spans) + table[SPAN].to_numpy(
                    dtype=np.int64
                )
            for m in by_anchor[anchor]:
                total = table[m.name]
                if _rest(m) in table:
                    total = pd.Series(
                        as_money(total.to_numpy("float64"), table[_rest(m)].to_numpy("float64"))
                    )
                found[m.name] = _spread(
                    total, cells, m.total, (1 if known is None else len(known), len(spans))
                )
        return known, found

    def _groups(self, columns: list[str], at: At) -> pd.DataFrame:
        there = self.frame.filter(at.exists.expr).group_by(
            *columns
        )  # unique() numbers every row on DuckDB
        return fetch(there.agg(nw.len().alias("_deals")))[columns]

    def _dated(
        self, measures: list[Measure], columns: list[str], spans: Spans, at: At
    ) -> pd.DataFrame:
        """Totals of the deals whose date falls into a span; each measure counts only those that had
        come to it."""
        anchor = measures[0].anchor
        frame, on = (
            self.frame.filter((at.closed if anchor == CLOSED else at.exists).expr),
            nw.col(anchor),
        )
        true = dict.fromkeys(("_exists", "_closed") if anchor == CLOSED else ("_exists",), YES)
        then = replace(at, noted=true)
        starts = [midnight(span.start) for span in spans]
        if not spans.endless:
            if plain_day(anchor) in frame.collect_schema().names():
                day = nw.col(plain_day(anchor))
                frame = frame.filter(day >= spans[0].start, day <= spans[-1].end)
            frame = frame.filter(on >= starts[0], on < midnight(spans[-1].end) + timedelta(days=1))
        if len(spans) == 1 and not spans.unit:
            return _aggregated(frame, measures, columns, then).assign(**{SPAN: 0})
        if spans.unit:
            span = _truncated(on, spans.unit)
        else:
            span = nw.when(on < starts[-1]).then(nw.lit(0)).otherwise(nw.lit(len(spans) - 1))
        table = _aggregated(frame.with_columns(span.alias(SPAN)), measures, [*columns, SPAN], then)
        if spans.unit:  # a period that the window cuts begins with the window
            began = pd.to_datetime(table[SPAN]).to_numpy("datetime64[us]")
            table[SPAN] = np.searchsorted(
                np.array(starts, dtype="datetime64[us]")[1:], began, side="right"
            )
        return table

    def _standing(
        self, measures: list[Measure], columns: list[str], spans: Spans, at: At
    ) -> pd.DataFrame:
        """The state at each span's end, each deal beside every day on which it was open; at as_of
        without periods."""
        ends = spans.ends(at.as_of)
        if not spans.unit:
            then = replace(at, noted={"_exists": YES})
            return _aggregated(self.frame.filter(at.exists.expr), measures, columns, then).assign(
                **{SPAN: ends[0][0]}
            )
        return self._each_day(
            measures, columns, spans, At(at.as_of, at.slow_days, at.within_days, column, day=DAY)
        )

    def _each_day(
        self, measures: list[Measure], columns: list[str], spans: Spans, at: At
    ) -> pd.DataFrame:
        """The state at several days: each deal that was ever open beside every day on which it
        was."""
        days = pd.DataFrame(
            [
                (i, midnight(day), midnight(day) + timedelta(days=1), (day - EPOCH).days)
                for i, day in spans.ends(at.as_of)
            ],
            columns=[SPAN, DAY, NEXT, day_number(DAY)],
        )
        first, last = (days[NEXT].iloc[i].to_pydatetime() for i in (0, -1))
        came, gone, end = (nw.col(name) for name in (CAME, GONE, NEXT))
        over = nw.col("status").is_in(CLOSED_STATUSES)
        ended = nw.when(over).then(nw.col(CLOSED))
        # what ended on a day that is not known was open on none that is
        dated = ~over.fill_null(False) | ~nw.col(CLOSED).is_null()
        begun = self.frame.filter(dated).with_columns(nw.col(CREATED).alias(CAME))
        deals = begun.with_columns(ended.alias(GONE)).filter(
            came.is_null() | (came < last), gone.is_null() | (gone >= first)
        )
        beside = _beside(self.frame, days)

        def open_then(frame: nw.LazyFrame) -> nw.LazyFrame:
            return frame.join(beside, how="cross").filter(
                came.is_null() | (came < end), gone.is_null() | (gone >= end)
            )

        assert spans.unit is not None
        unit = spans.unit
        at = replace(at, noted={"_open": YES})
        if any(m.total == "median" for m in measures) or _reads_the_day(measures, at):
            return _aggregated(open_then(deals), measures, [*columns, SPAN], at)
        # deals that come and go in the same periods are open on the same days: added up before they
        # meet the days
        periods = {
            CAME: nw.when(came >= first).then(_truncated(came, unit)),
            GONE: nw.when(gone < last).then(_truncated(gone, unit)),
        }

        def totals(parts: nw.LazyFrame) -> nw.LazyFrame:
            still = open_then(parts.group_by(*columns, CAME, GONE).agg(*_totals(measures)))
            return still.group_by(*columns, SPAN).agg(**_answers(still, measures))

        return _told(totals, deals.with_columns(**periods), measures, [*columns, CAME, GONE], at)


def _truncated(date: nw.Expr, unit: str) -> nw.Expr:
    """The first day of the period."""
    return date.dt.truncate(_TRUNCATE[unit]).cast(nw.Datetime("us"))  # Spark's has a time zone


def _reads_the_day(measures: list[Measure], at: At) -> bool:
    """Whether some measure adds another amount on another day."""
    read = set()

    def reading(name: str) -> Expression:
        read.add(name)
        return column(name)

    seen = replace(at, column=reading, noted=dict(at.noted))
    for measure in measures:
        measure.parts(seen)
    return not read.isdisjoint({DAY, NEXT, day_number(DAY)})


def _check_zone(zone: str) -> None:
    """Raise `KitError` where Spark takes Python's dates, which are moments of this machine's zone,
    for other days."""
    try:
        days = [datetime(2025, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7)]
        same = all(day == day.replace(tzinfo=None).astimezone() for day in days)
    except (ValueError, ZoneInfoNotFoundError):
        same = False
    if not same:
        raise KitError(
            f"Spark's session time zone {zone} is not this machine's, so that days would begin "
            f"at other hours. Set "
            "spark.sql.session.timeZone to the machine's, or start Python with TZ set to the "
            "session's."
        )


def _aggregated(
    frame: nw.LazyFrame, measures: list[Measure], keys: list[str], at: At
) -> pd.DataFrame:
    """One row for each of the keys there are, and the total of each measure."""

    def totals(parts: nw.LazyFrame) -> nw.LazyFrame:
        added = _answers(parts, measures)
        return parts.group_by(*keys).agg(**added) if keys else parts.select(**added)

    return _told(totals, frame, measures, keys, at)


def _told(
    totals: Callable, frame: nw.LazyFrame, measures: list[Measure], keys: list[str], at: At
) -> pd.DataFrame:
    """What `totals` makes of the deals' parts; an amount that is too large to be added up is
    told."""
    if (
        frame.implementation.is_duckdb()
    ):  # adds up 64 bits as 128, and tells an amount that does not fit into 64
        import duckdb

        with suppress(duckdb.ConversionException, duckdb.OutOfRangeException):
            return fetch(totals(_parts(frame, measures, keys, at, narrow=True)))
    try:
        return fetch(totals(_parts(frame, measures, keys, at)))
    except (
        Exception
    ) as error:  # each engine has its own kind for a number that it cannot turn into a whole one
        check_amount(fetch(frame.select(nw.col("amount").abs().max()))["amount"].item())
        raise error


def _totals(measures: list[Measure]) -> list[nw.Expr]:
    return [
        nw.col(m.name).median() if m.total == "median" else nw.col(m.name).sum() for m in measures
    ]


def _answers(frame: nw.LazyFrame, measures: list[Measure]) -> dict[str, nw.Expr]:
    """The totals as floats; of money the whole units and the rest, because a float does not hold
    both (`as_money`)."""
    answers = {}
    for m, total in zip(measures, _totals(measures), strict=True):
        if (
            m.total == "money" and not frame.implementation.is_pyspark()
        ):  # whose decimals are money itself
            answers[_rest(m)] = (total % MICRO).cast(nw.Float64)
            total = total // MICRO
        answers[m.name] = total.cast(nw.Float64)
    return answers


def _rest(measure: Measure) -> str:
    return f"_rest_{measure.name}"


def _parts(
    frame: nw.LazyFrame, measures: list[Measure], keys: list[str], at: At, narrow: bool = False
) -> nw.LazyFrame:
    """What each deal adds to each measure."""
    spark = frame.implementation.is_pyspark()
    at = replace(at, named=True, noted=dict(at.noted))
    money_at = at
    # no whole number is made of NaN: the query ends, and is asked again with NaN taken for blank
    if narrow:
        money_at = replace(at, column=_as_written(frame, NUMBERS))
        at = replace(at, column=_as_written(frame, _looked_at(measures)))
    parts = {
        m.name: _part(m, money_at if m.total == "money" else at, not spark, narrow)
        for m in measures
    }
    for name, tell in at.noted.items():  # each reads but those before it
        frame = frame.with_columns(tell.expr.alias(name))
    frame = frame.select(*keys, **parts)
    return _decimals(frame, [m.name for m in measures if m.total == "money"]) if spark else frame


def _looked_at(measures: list[Measure]) -> list[str]:
    """The numbers of which a NaN would end the query, wherever another measure reads them.

    A blank amount hides its deal's NaN of credit, which other measures add up; a blank probability
    the amount's. The probability's a blank amount hides, too, but who asks for the one asks for the
    other.
    """
    weighing = [m for m in measures if m.total == "money" and "probability" in m.reads]
    plain = [m for m in measures if m.total == "money" and m not in weighing]
    return ["amount"] * bool(plain) + ["probability"] * bool(weighing)


def _as_written(frame: nw.LazyFrame, names: Iterable[str]) -> Callable[[str], Expression]:
    """Columns by name, these as they are written where the frame has them so."""
    there = {name for name in names if as_written(name) in frame.collect_schema().names()}
    return lambda name: column(name).under(as_written(name)) if name in there else column(name)


def _part(measure: Measure, at: At, whole: bool, narrow: bool) -> nw.Expr:
    deals, adds = measure.parts(at)
    deals, adds = deals.expr, None if adds is None else adds.expr
    if adds is None:
        return deals.cast(nw.Int64)
    if measure.total == "money" and narrow:  # times 0 or 1: several times as fast as a choice
        return _whole(adds).cast(nw.Int64) * deals.cast(nw.Int64)
    chosen = nw.when(deals).then(adds)
    if measure.total != "money" or not whole:
        return chosen
    return _whole(nw.when(chosen.abs() <= LARGEST).then(chosen).otherwise(chosen * TOO_LARGE)).cast(
        nw.Int128
    )


def _whole(money: nw.Expr) -> nw.Expr:
    """Whole MICROths; not by round(), because engines differ in where it takes a half."""
    return (money * MICRO + 0.5).floor()


def _decimals(frame: nw.LazyFrame, money: list[str]) -> nw.LazyFrame:
    """Spark's money, of which floor() holds 64 bits: as decimals; one that is too large must not
    become null."""
    native = frame.to_native()
    cast = (
        "CASE WHEN abs(`{0}`) > {1!r}D THEN raise_error('too large') ELSE CAST(`{0}` AS "
        "DECIMAL(38, {2})) END AS `{0}`"
    )
    exact = {name: cast.format(name, LARGEST, len(str(MICRO)) - 1) for name in money}
    return nw.from_native(
        native.selectExpr(*(exact.get(name, f"`{name}`") for name in native.columns))
    )


def _beside(frame: nw.LazyFrame, table: pd.DataFrame) -> nw.LazyFrame:
    """A small table as a frame of the same engine, so that the two can be joined."""
    native = frame.to_native()
    if frame.implementation.is_polars():
        import polars

        return nw.from_native(polars.from_pandas(table).lazy())
    if frame.implementation.is_duckdb():
        rows = ", ".join(
            f"({span}, TIMESTAMP '{day}', TIMESTAMP '{end}', {number})"
            for span, day, end, number in table.itertuples(index=False)
        )
        return nw.from_native(
            native.query("_deals", f"SELECT * FROM (VALUES {rows}) days({', '.join(table)})")
        )
    return nw.from_native(to_spark(native.sparkSession, table))


def _spread(total: pd.Series, cells: np.ndarray, kind: str, shape: tuple[int, int]) -> np.ndarray:
    """The totals at their places; counts and sums of nothing are 0, a median of nothing NaN."""
    full: np.ndarray = np.full(shape[0] * shape[1], np.nan if kind == "median" else 0.0)
    full[cells] = total.to_numpy(dtype="float64", na_value=full[0] if len(full) else np.nan)
    full = full.reshape(shape)
    return full.astype(np.int64) if kind == "count" else full


def fetch(frame: nw.LazyFrame | nw.DataFrame) -> pd.DataFrame:
    """A small result as pandas, whatever engine computed it."""
    if isinstance(frame, nw.LazyFrame):
        if frame.implementation.is_pyspark():
            return frame.collect("pyarrow").to_pandas()
        frame = frame.collect("pandas") if frame.implementation.is_duckdb() else frame.collect()
    return frame.to_pandas()


def to_spark(session, table: pd.DataFrame):
    """A pandas table as a Spark frame; through Arrow, because Spark does not know pandas 3 yet."""
    import pyarrow

    frame = session.createDataFrame(pyarrow.Table.from_pandas(table, preserve_index=False))
    # its dates have the session's time zone now, and would be other days where another one is at
    # work
    return frame.withColumns(
        {
            name: frame[name].cast("timestamp_ntz")
            for name, kind in frame.dtypes
            if kind == "timestamp"
        }
    )
