"""What a column is by what stands in it, where its header does not say: looked up in the first rows
of the deals."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reading.columns.choose import Choice
from kpi_helpers.reading.columns.headers import key
from kpi_helpers.reading.columns.vocabulary import CLOSING, meaning, statuses
from kpi_helpers.reading.connection import Connection, name, only
from kpi_helpers.reading.table import Table
from kpi_helpers.reading.values.values import BLANKS, FALSE, TRUE

ROWS, BYTES = 1000, 1 << 20
MOST_WORDS = 30  # a status has few
SAYS = {"status", "is_won", "is_closed", "won_on", "lost_on", "active", "status_reason"}
# A flag, and what its column is where it holds dates.
AS_DATE = {"is_closed": "closed_on", "is_won": "won_on", "deleted": None, "current_version": None}
_NUMBER = re.compile(r"[-+(]?\W{0,2}\d[\d.,\s]*\W{0,3}[A-Z]{0,3}")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ].*)?")
# Parts of a header that speak for a partner.
_PARTNERLY = ("partner", "reseller", "referr", "channel", "agency", "agent", "distribut", "dealer")
_PARTNERLY += ("integrator", "broker", "introduc", "bayi", "ortak", "ortag", "company", "account")


@dataclass(frozen=True)
class Column:
    """A column's first values, blanks left out, and how many rows were looked at."""

    header: str
    values: list[str]
    rows: int

    @property
    def plain(self) -> bool:
        """Whether it holds names rather than numbers, dates, flags or nothing."""
        return bool(self.values) and not any(
            all(is_it(v) for v in self.values) for is_it in (_is_number, _is_date, _is_flag)
        )

    @property
    def partnerly(self) -> float:
        """How much it looks like the partner: names that come again, a header that says so."""
        different = len(set(self.values))
        if not self.plain or (len(self.values) > 1 and different == len(self.values)):
            return 0.0
        again = 1 - different / len(self.values) if different > 1 else 0.0
        named = fmean(any(c.isalpha() for c in v) and v[:1] != "0" for v in self.values)
        filled = len(self.values) / self.rows
        return again + named + filled + 2 * any(w in key(self.header) for w in _PARTNERLY)


def _is_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value))


def _is_date(value: str) -> bool:
    return bool(_DATE.fullmatch(value))


def _is_flag(value: str) -> bool:
    return value.casefold() in TRUE + FALSE


def columns_of(db: Connection, table: Table) -> list[Column]:
    """The columns of a table with the values of its first rows."""
    rows = list(islice(_rows(db, table), ROWS))
    found = []
    for i, header in enumerate(table.header):
        cells = (str(row[i]).strip() for row in rows if i < len(row) and row[i] is not None)
        found.append(Column(header, [c for c in cells if c not in BLANKS], len(rows) or 1))
    return found


def _rows(db: Connection, table: Table) -> Iterator[list]:
    if table.kind == "csv":
        with table.path.open("rb") as stream:
            head = stream.read(BYTES).decode("utf-8-sig", errors="replace")
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=table.separator)
        next(reader, None)
        return (row for row in reader if row)
    listed = ", ".join(f"CAST({name(h)} AS VARCHAR)" for h in table.header)
    with db.reading(table.file):
        return iter(db.rows(f"SELECT {listed} FROM read_parquet({only(table.path)}) LIMIT {ROWS}"))


def check_header(choice: Choice) -> None:
    """Raise `KitError` where the first line holds a deal's values instead of names of columns."""
    header = choice.deals.header
    odd = [h for h in header if _is_number(h) or _is_date(h)]
    table = choice.deals.tables[0]
    if len(odd) >= 2 and 3 * len(odd) >= len(header):
        raise KitError(
            f"{table.file} has no header: its first line holds values such as "
            f"{', '.join(map(repr, odd[:3]))}. Add a line above it that names the columns, e.g. "
            "deal_id,partner,stage,amount,created_on,closed_on."
        )


def correct(columns: list[Column], choice: Choice, mapped: Mapping[str, str]) -> None:
    """A column that holds dates is no flag, although its header, like "Closed", could be one's."""
    by_name = {c.header: c for c in columns}
    for flag, date in AS_DATE.items():
        column = by_name.get(choice.columns.get(flag, ""))
        if (
            flag in mapped
            or column is None
            or not column.values
            or not all(map(_dated, column.values))
        ):
            continue
        header = choice.columns.pop(flag)
        if date is not None and date not in choice.columns:
            choice.columns[date] = header


def _dated(value: str) -> bool:
    return sum(c.isdigit() for c in value) >= 3


def check_twice(columns: list[Column], choice: Choice, mapped: Mapping[str, str]) -> None:
    """Raise `KitError` where a field's header stands over several columns that differ."""
    by_name = {c.header: c for c in columns}
    for field, header in choice.columns.items():
        again = [
            h
            for h in by_name
            if re.fullmatch(re.escape(header) + r" \(\d+\)", h, re.IGNORECASE)
            and by_name[h].values != by_name[header].values
        ]
        if field in mapped or not again:
            continue
        seen = ", ".join(f"{h!r}: {', '.join(by_name[h].values[:3])}" for h in (header, *again))
        raise KitError(
            f"{choice.deals.name} has {len(again) + 1} columns called {header!r}, and they differ "
            f"({seen}). Say which is the {field}: ",
            Argument("mapping", {field: header}),
            " or ",
            Argument("mapping", {field: again[0]}),
            ".",
        )


def status_column(columns: list[Column], choice: Choice) -> tuple[str | None, list[Note]]:
    """The column whose values are words for won and lost, where no header says how deals stand."""
    if SAYS & choice.columns.keys():
        return None, []
    by_name = {c.header: c for c in columns}
    if "stage" in choice.columns and _ends(by_name[choice.columns["stage"]]):
        return None, []
    free = [c for c in columns if c.header not in choice.columns.values()]
    found = [c for c in free if _ends(c) and None not in _meanings(c)]
    if len(found) > 1:
        raise KitError(
            f"{choice.deals.name} has several columns that may tell whether a deal is won or lost: "
            f"{', '.join(repr(c.header) for c in found)}. Say which: ",
            Argument("mapping", {"status": found[0].header}),
            " or ",
            Argument("mapping", {"status": found[1].header}),
            ".",
        )
    if not found:
        return None, []
    words = ", ".join(list(dict.fromkeys(found[0].values))[:5])
    return found[0].header, [Note("status_by_values", column=repr(found[0].header), values=words)]


def _meanings(column: Column) -> set[str | None]:
    words = set(column.values)
    return {meaning(w, statuses()) for w in words} if len(words) <= MOST_WORDS else {None}


def _ends(column: Column) -> bool:
    return bool(_meanings(column) & {*CLOSING})


def likely_partners(columns: list[Column], choice: Choice) -> list[str]:
    """The headers that answer nothing, the one most like a partner first; ids, flags, dates and
    numbers are none."""
    free = [c for c in columns if c.header not in choice.columns.values() and c.partnerly > 1]
    return [c.header for c in sorted(free, key=lambda c: -c.partnerly)]
