"""Rows of typed cells (a sheet, JSON records) staged as Parquet; a column whose cells share a type
keeps it."""

import datetime
import json
import math
from array import array
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection, lit, name, only
from kpi_helpers.reading.table import Table

# Cells kept in memory before they are written out.
MOST_COLUMNS = 20_000
CHUNK = 1_000_000
_WHOLE = 18  # digits that surely fit in 64 bits


class Numeral(str):
    """A number as it was written, so that no digit of a long id is lost."""

    __slots__ = ()


def cell(value: Any) -> tuple[str | None, str | None]:
    """A cell's text in one canonical form, and what it is: int, float, bool, date, time, text;
    blanks are None.

    >>> cell(2.0), cell(datetime.datetime(2025, 1, 2)), cell("=1+1"), cell("")
    (('2', 'int'), ('2025-01-02', 'date'), ('=1+1', 'text'), (None, None))
    """
    if value is None or value == "":
        return None, None
    for kind, written in _WRITTEN.items():  # a kind comes before those it is also one of
        if isinstance(value, kind):
            return written(value)
    return str(value), "text"


def _numeral(value: Numeral) -> tuple[str, str]:
    digits = value.lstrip("-")
    whole = digits.isdigit() and len(digits) <= _WHOLE
    return str(value), "int" if whole else _float_or_text(value)


def _integer(value: int) -> tuple[str, str]:
    return (str(value), "int") if abs(value) < 10**_WHOLE else (_long(value), "text")


def _float(value: float) -> tuple[str, str]:
    if math.isfinite(value) and value.is_integer() and abs(value) < 1e15:
        return str(int(value)), "int"
    return repr(value), "float"


def _moment(value: datetime.datetime) -> tuple[str, str]:
    if value.tzinfo is None and value.time() == datetime.time():
        return value.date().isoformat(), "date"
    return value.isoformat(" "), "text" if value.tzinfo else "time"


_WRITTEN: dict[Any, Callable[[Any], tuple[str, str]]] = {
    Numeral: _numeral,
    str: lambda value: (value, "text"),
    bool: lambda value: ("true" if value else "false", "bool"),
    int: _integer,
    float: _float,
    Decimal: lambda value: (str(value), "float"),
    datetime.datetime: _moment,
    datetime.date: lambda value: (value.isoformat(), "date"),
    list | dict: lambda value: (json.dumps(value, ensure_ascii=False), "text"),
}


def _long(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to write thousands of digits
        return hex(value)


def _float_or_text(numeral: str) -> str:
    digits = sum(c.isdigit() for c in numeral.lower().split("e")[0])
    return "float" if digits <= 15 or "." in numeral else "text"


def sql_type(kinds: set[str]) -> str:
    """The SQL type of a column whose cells are of these kinds; mixed columns are text."""
    for accepted, found in (
        ({"int"}, "BIGINT"),
        ({"int", "float"}, "DOUBLE"),
        ({"bool"}, "BOOLEAN"),
        ({"date"}, "DATE"),
        ({"date", "time"}, "TIMESTAMP"),
    ):
        if kinds and kinds <= accepted:
            return found
    return "VARCHAR"


class Cells:
    """Collects rows and writes them out in parts; `finish` gives the table. Columns may appear at
    any row."""

    def __init__(self, db: Connection, file: str, header: list[str] | None = None) -> None:
        self.db, self.file = db, file
        self.at: dict[str, int] = {h: i for i, h in enumerate(header or [])}
        self.kinds: list[set[str]] = [set() for _ in self.at]
        self.columns: list[list[str | None]] = [[] for _ in self.at]
        self.waiting, self.numbers, self.parts = 0, array("q"), []

    def add(self, number: int, values: dict[str, Any]) -> None:
        """One row, from line or row `number` of the user's file."""
        for header, value in values.items():
            text, kind = cell(value)
            at = self.at.get(header)
            if at is None:
                at = self._new(header)
            if kind is not None:
                self.kinds[at].add(kind)
            self.columns[at].append(text)
        self.waiting += 1
        self.numbers.append(number)
        if len(values) < len(self.columns):
            for column in self.columns:
                if len(column) < self.waiting:
                    column.append(None)
        if self.waiting * len(self.columns) >= CHUNK:
            self._flush()

    def _new(self, header: str) -> int:
        if len(self.at) >= MOST_COLUMNS:
            raise KitError(
                f"{self.file} has more than {MOST_COLUMNS:,} columns, the limit. Is it a table "
                f"of deals?"
            )
        self.at[header] = len(self.at)
        self.kinds.append(set())
        self.columns.append([None] * self.waiting)
        return self.at[header]

    def _flush(self) -> None:
        import pandas as pd

        part = self.db.new_file()
        frame = pd.DataFrame(
            {f"c{i}": pd.Series(c, dtype="object") for i, c in enumerate(self.columns)}
        )
        texts = ", ".join(f"CAST(c{i} AS VARCHAR) AS c{i}" for i in range(len(self.columns)))
        self.db.connection.register("given_cells", frame)
        try:
            with self.db.reading(self.file):
                self.db.run(
                    f"COPY (SELECT {texts} FROM given_cells) TO {lit(part)} (FORMAT parquet)"
                )
        finally:
            self.db.connection.unregister("given_cells")
        self.parts.append(part)
        self.columns = [[] for _ in self.columns]
        self.waiting = 0

    def finish(self, stem: str) -> Table:
        """The table of all rows added; columns without a name and without a value are left out."""
        if self.waiting or not self.parts:
            self._flush()
        headers = list(self.at)
        names = distinct(headers)
        keep = [i for i, h in enumerate(headers) if h.strip() or self.kinds[i]] or [0]
        target = self.db.new_file()
        files = ", ".join(only(p) for p in self.parts)
        there = ", ".join(
            f"CAST(c{i} AS {sql_type(self.kinds[i])}) AS {name(names[i])}" for i in keep
        )
        with self.db.reading(self.file):
            self.db.run(
                f"COPY (SELECT {there} FROM read_parquet([{files}], union_by_name=true)) "
                f"TO {lit(target)} (FORMAT parquet)"
            )
        for part in self.parts:
            Path(part).unlink(missing_ok=True)
        numbers = self.numbers
        return Table(
            self.file,
            stem,
            [names[i] for i in keep],
            target,
            "parquet",
            types=[sql_type(self.kinds[i]) for i in keep],
            lines=lambda rows: [numbers[r] for r in rows],
            rows=len(numbers),
        )


def distinct(headers: list[str]) -> list[str]:
    """Names that differ also for an engine that ignores case: blanks and repetitions get a number.

    >>> distinct(["Amount", "", "amount"])
    ['Amount', 'column 2', 'amount (2)']
    """
    taken: set[str] = set()
    result = []
    for i, header in enumerate(headers):
        base = "".join(c for c in header if c != "\0").strip() or f"column {i + 1}"
        one, n = base, 1
        while one.casefold() in taken:
            n += 1
            one = f"{base} ({n})"
        taken.add(one.casefold())
        result.append(one)
    return result
