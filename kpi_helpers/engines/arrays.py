"""A pandas deal table as numpy arrays: a slider's few thousand deals answer in about a millisecond.

The formulas are those of `kpis/`, which see a column as `Values` or `Words`. A blank number is NaN,
a blank date NaT; comparing with one is False.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kpi_helpers.contract.credit import FULL
from kpi_helpers.contract.deals import DEAL_COLUMNS
from kpi_helpers.contract.windows import Spans
from kpi_helpers.engines.base import DATE, FLAG, NUMBER, SURE, TEXT, Column, kind_of
from kpi_helpers.errors import KitError
from kpi_helpers.kpis.measure import (
    CLOSED,
    CREATED,
    EPOCH,
    MICRO,
    STATE,
    At,
    Measure,
    as_money,
    check_amount,
    day_number,
    midnight,
)

PANDAS = {
    "text": "str",
    "number": "float64",
    "share": "float64",
    "date": "datetime64[us]",
    "flag": "boolean",
}
DAY_NUMBERS = {day_number(name): name for name in (CREATED, CLOSED)}
CELL = "_cell"  # the number of the total that a row adds to

# money is added up in three parts, whole numbers of which a float holds millions added up exactly
LOW = 2**28


class Values(Column):
    """A column of numbers, dates or truths."""

    def __init__(self, data: np.ndarray, kind: str) -> None:
        self.data, self.kind = data, kind

    def _new(self, native: np.ndarray, kind: str) -> "Values":
        return Values(native, kind)

    def _is_null(self) -> np.ndarray:
        return np.isnat(self.data) if self.kind == DATE else np.isnan(self.data)

    def _fill_false(self) -> np.ndarray:
        """Blank flags are NaN; the outcome of a question has no blanks here."""
        return self.data == 1 if self.kind == FLAG else self.data

    def _compare(self, operator: str, other) -> np.ndarray:
        return getattr(self.data, f"__{operator}__")(_native(other))

    def _compute(self, operator: str, other, swapped: bool) -> np.ndarray:
        return getattr(self.data, f"__{'r' * swapped}{operator}__")(_native(other))

    def _join(self, operator: str, other) -> np.ndarray:
        return getattr(self._fill_false(), f"__{operator}__")(other._fill_false())

    def _invert(self) -> np.ndarray:
        return ~self.data

    def _is_in(self, words) -> np.ndarray:
        raise NotImplementedError  # of text, which is `Words` here

    def _contains(self, pattern: str) -> np.ndarray:
        raise NotImplementedError  # of text as well


def _native(other):
    if isinstance(other, Values):
        return other.data
    if isinstance(other, datetime):
        return np.datetime64(other)
    return np.timedelta64(other) if isinstance(other, timedelta) else other


class Words(Values):
    """A column of texts: each different one is looked at once."""

    def __init__(self, codes: np.ndarray, words: list[str]) -> None:
        self.codes, self.words, self.kind = codes, words, TEXT
        self._found: dict[str, np.ndarray] = {}

    def _those(self, wanted) -> np.ndarray:
        return np.append([wanted(word) for word in self.words], False).astype(bool)[self.codes]

    def _is_null(self) -> np.ndarray:
        return self.codes < 0

    def _compare(self, operator: str, other) -> np.ndarray:  # noqa: ARG002  # texts know == only
        return self._those(lambda word: word == other)

    def _is_in(self, words) -> np.ndarray:
        return self._those(lambda word: word in words)

    def _contains(self, pattern: str) -> np.ndarray:
        if pattern not in self._found:
            found = pc.match_substring_regex(pa.array(self.words, pa.string()), pattern)
            self._found[pattern] = np.append(found, False).astype(bool)[self.codes]
        return self._found[pattern]


class Arrays:
    """The deal table's columns, each read and typed when it is first asked for; `rows` picks some
    of a whole."""

    def __init__(
        self, frame: pd.DataFrame, whole: "Arrays | None" = None, rows: np.ndarray | None = None
    ) -> None:
        self.frame, self._whole, self._rows = frame, whole, rows
        self._columns: dict[str, Values | Words] = {}

    def __len__(self) -> int:
        return len(self.frame) if self._rows is None else len(self._rows)

    def column(self, name: str) -> Values | Words:
        """A column of the contract; one that the table does not have is blank."""
        if name not in self._columns:
            self._columns[name] = (
                self._read(name) if self._whole is None else self._pick(self._whole.column(name))
            )
        return self._columns[name]

    def _pick(self, column: Values | Words) -> Values | Words:
        if isinstance(column, Words):
            return Words(column.codes[self._rows], column.words)
        return Values(column.data[self._rows], column.kind)

    def _read(self, name: str) -> Values | Words:
        if name in DAY_NUMBERS:
            return Values(
                (self.column(DAY_NUMBERS[name]).data - np.datetime64(EPOCH))
                / np.timedelta64(1, "D"),
                NUMBER,
            )
        of_contract = kind_of(name)
        kind = DEAL_COLUMNS[name].kind
        column = self.frame.get(name)
        if column is None or (
            kind in ("date", "number", "share") and column.dtype == object
        ):  # object: all blank
            column = pd.Series(None, index=self.frame.index, dtype=PANDAS[kind])
        if kind == "text":
            codes, known = pd.factorize(column)
            return Words(codes, list(known))
        if kind == "date":
            if isinstance(column.dtype, pd.ArrowDtype):  # days are no moments to Arrow
                column = column.astype("timestamp[us][pyarrow]")
            return Values(column.to_numpy("datetime64[us]", na_value=np.datetime64("NaT")), DATE)
        values = (_flag(name, column) if kind == "flag" else column).to_numpy(
            "float64", na_value=np.nan
        )
        if name == "credit":
            values = np.where(np.isnan(values), FULL, values)
        return Values(values, of_contract)

    def keep(self, true: Values) -> "Arrays":
        """The rows where this holds."""
        return self if true.data.all() else Arrays(self.frame, self, np.flatnonzero(true.data))

    def at(self, at: At) -> At:
        """The same moment, told from these columns."""
        return At(at.as_of, at.slow_days, at.within_days, self.column)

    def extent(self) -> tuple[date | None, date | None]:
        """The earliest and the latest date at which a deal was created or closed; None where no
        deal has one."""
        dates = np.concatenate([self.column(name).data for name in (CREATED, CLOSED)])
        dates = dates[~np.isnat(dates)]
        return (
            (dates.min().item().date(), dates.max().item().date()) if len(dates) else (None, None)
        )

    def is_split(self) -> bool:
        """Whether some deal is shared."""
        return bool((self.column("credit").data < 1).any())

    def whole_deals(self, groups: list[str]) -> "Arrays":
        """One row per deal and group: the shares of a split deal that fall into one group are added
        up."""
        together = ["deal_id", *groups]
        frame = self.frame.assign(credit=self.column("credit").data).sort_values(
            "partner", kind="stable"
        )
        credit = frame.groupby(together, dropna=False, observed=True)["credit"].transform("sum")
        return Arrays(frame.assign(credit=credit).drop_duplicates(together))

    def slow_cycle(self, at: At) -> float | None:
        """The 90th percentile of days from created to won; None when none was won."""
        at = self.at(at)
        cycles = at.cycle.data[at.won.data & ~np.isnan(at.cycle.data)]
        return float(np.quantile(cycles, 0.9)) if len(cycles) else None

    def totals(self, measures: list[Measure], columns: list[str], spans: Spans, at: At):
        """The groups there are, and each measure's totals, one row for each group and one column
        for each span."""
        deals = self.keep(self.at(at).exists)
        group, known = deals._groups(columns)
        shape = 1 if known is None else len(known), len(spans)
        found: dict[str, np.ndarray] = {}
        for anchor in (CLOSED, CREATED):
            if mine := [m for m in measures if m.anchor == anchor]:
                span = _span(deals.column(anchor).data, spans)
                deals._columns[CELL] = Values(group * len(spans) + span, NUMBER)
                inside = deals.keep(Values(span >= 0, SURE))
                then = inside.at(at)
                found |= {m.name: inside._total(m, then, shape) for m in mine}
        if state := [m for m in measures if m.anchor == STATE]:
            deals._columns[CELL] = Values(group, NUMBER)
            found |= deals._standing(state, spans, at, shape)
        return known, found

    def _standing(
        self, measures: list[Measure], spans: Spans, at: At, shape: tuple[int, int]
    ) -> dict:
        """The state at each span's end; at as_of where there is but one window."""
        found = {m.name: np.full(shape, np.nan) for m in measures}
        for i, day in spans.ends(at.as_of):
            then = replace(at, as_of=day)
            still = self.keep(self.at(then).open)
            then = still.at(then)
            for m in measures:
                found[m.name][:, i] = still._total(m, then, (shape[0], 1))[:, 0]
        return found

    def _groups(self, columns: list[str]) -> tuple[np.ndarray, pd.DataFrame | None]:
        """Each row's group, by number, and the groups in order."""
        if not columns:
            return np.zeros(len(self), dtype=np.int64), None
        code = np.zeros(len(self), dtype=np.int64)
        for name in columns:
            words = self.column(name)
            rank = (
                np.argsort(np.argsort(np.array(words.words, dtype=object)))
                if words.words
                else np.array([], int)
            )
            code = (
                code * (len(rank) + 1) + np.append(rank, len(rank))[words.codes]
            )  # blank comes last
        _, first, group = np.unique(code, return_index=True, return_inverse=True)
        rows = first if self._rows is None else self._rows[first]
        return group, self.frame[columns].iloc[rows].reset_index(drop=True)

    def _total(self, measure: Measure, at: At, shape: tuple[int, int]) -> np.ndarray:
        """What the rows add up to in each cell; counts and sums of nothing are 0, a median of
        nothing NaN."""
        deals, added = measure.parts(at)
        cell, size = self.column(CELL).data[deals.data], shape[0] * shape[1]
        if added is None:
            return np.bincount(cell, minlength=size).reshape(shape)
        added = added.data[deals.data]
        there = ~np.isnan(added)
        if not there.all():
            added, cell = added[there], cell[there]
        if measure.total == "median":
            middle = pd.Series(added).groupby(cell).median()
            return middle.reindex(range(size)).to_numpy().reshape(shape)
        if measure.total == "sum":
            return np.bincount(cell, added, size).reshape(shape)
        check_amount(np.abs(added).max(initial=0))
        return _exact_sums(added, cell, size).reshape(shape)


def _exact_sums(money: np.ndarray, cell: np.ndarray, size: int) -> np.ndarray:
    """The money of each cell; its parts are put together as Python's integers, which have no
    end."""
    rest = np.floor(money * MICRO + 0.5)
    total = np.zeros(size, dtype=object)
    for unit in (LOW**2, LOW, 1):
        part = np.floor(rest / unit)
        rest -= part * unit
        counted = [int(number) for number in np.bincount(cell, part, size)]
        total += np.array(counted, dtype=object) * unit
    return as_money((total // MICRO).astype("float64"), (total % MICRO).astype("float64"))


def added(measure: Measure, at: At) -> np.ndarray:
    """What each deal adds to a measure's total."""
    deals, adds = measure.parts(at)
    return np.where(deals.data, 1.0 if adds is None else np.nan_to_num(adds.data), 0.0)


def _span(dates: np.ndarray, spans: Spans) -> np.ndarray:
    """The number of the span that each date falls into; -1 where there is none."""
    if spans.endless:
        return np.zeros(len(dates), dtype=np.int64)
    starts = np.array([midnight(span.start) for span in spans], dtype="datetime64[us]")
    span = np.searchsorted(starts, dates, side="right") - 1
    return np.where(
        dates < np.datetime64(midnight(spans[-1].end)) + np.timedelta64(1, "D"), span, -1
    )


def _flag(name: str, column: pd.Series) -> pd.Series:
    """pandas keeps blanks in object columns, which a plain cast would read as False."""
    if column.dtype == "boolean" or column.dtype == bool:
        return column
    try:
        return column.astype("boolean")
    except (TypeError, ValueError):
        raise KitError(
            f"Column {name!r} holds something else than true, false and blank."
        ) from None
