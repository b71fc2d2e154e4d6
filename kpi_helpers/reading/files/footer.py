"""The lines below a report's rows (totals, copyright): left out, and the record count they state is
checked."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.table import Table

TAIL = 1 << 16
LONGEST = 40  # rows a footer may have
_KNOWN = re.compile(
    r"grand totals?\b|genel toplam|totals?( records)?\s*[:(]|totals?$|total records|toplam kayıt"
    r"|confidential information\b.*distribute|gizli bilgi|copyright\b|©|\(c\) ?20\d\d|.*\ball "
    r"rights reserved\.?$",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\(\s*(\d[\d.,]*)\s*(?:records?|kayıt)\s*\)|total records\s*:?\s*(\d[\d.,]*)$|toplam "
    r"kayıt\s*:?\s*(\d[\d.,]*)$",
    re.IGNORECASE,
)


def split(rows: Sequence[Sequence[str]], width: int) -> tuple[int, int | None]:
    """How many of the last rows of a table of `width` columns are rows, and the record count the
    footer states.

    >>> split(
    ...     [
    ...         ["1", "Ada"],
    ...         ["", ""],
    ...         ["Grand Totals (1 records)", ""],
    ...         ["Copyright (c) 2026 salesforce.com", ""],
    ...     ],
    ...     2,
    ... )
    (1, 1)
    """
    texts = [[str(c).strip() for c in row if c is not None and str(c).strip()] for row in rows]
    first = next((i for i, row in enumerate(texts) if row and _is_total(row)), None)
    # Below its first line a footer has nothing that could be a row.
    while first is not None and any(len(row) > 1 and not _is_total(row) for row in texts[first:]):
        first = next(
            (i for i in range(first + 1, len(texts)) if texts[i] and _is_total(texts[i])), None
        )
    if first is None:
        return len(rows), None
    stated = next(
        (found for row in texts[first:] for c in row if (found := _count(c)) is not None), None
    )
    # The report's name stands alone above its copyright, below a blank line.
    title = first
    while width > 2 and title and len(texts[title - 1]) == 1:
        title -= 1
    if title and not texts[title - 1]:
        first = title
    while first and not texts[first - 1]:
        first -= 1
    return first, stated


def _is_total(row: list[str]) -> bool:
    return bool(_KNOWN.match(row[0])) and all(
        not any(c.isalpha() for c in cell) or len(cell) < 8 for cell in row[1:]
    )


def _count(text: str) -> int | None:
    found = _COUNT.search(text)
    digits = re.sub(r"\D", "", next(filter(None, found.groups()))) if found else ""
    return int(digits) if 0 < len(digits) < 16 else None


def without(db: Connection, path: Path, table: Table) -> None:
    """Let the CSV `table` read a copy that ends before its footer; notes say what was left out."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - TAIL))
        tail = stream.read()
    lines = tail.splitlines(keepends=True)[-LONGEST:]
    if size > TAIL and len(lines) < 2:
        return
    texts = [line.decode("utf-8", errors="replace").strip("\r\n\0") for line in lines]
    if not any(_KNOWN.match(t.lstrip('"\ufeff ')) for t in texts):
        return
    rows = [_cells(t, table.separator) for t in texts]
    keep, stated = split(rows, len(table.header))
    cut = sum(len(line) for line in lines[keep:])
    # An odd number of quotation marks: the text stands inside a cell of several lines, so it is no
    # footer.
    if keep == len(lines) or cut >= size or b"".join(lines[keep:]).count(b'"') % 2:
        return
    target = db.new_file(".csv")
    with path.open("rb") as stream, target.open("wb") as out:
        left = size - cut
        while left and (block := stream.read(min(left, 1 << 22))):
            out.write(block)
            left -= len(block)
    table.path = target
    note(table, [t for t in texts[keep:] if t.strip(' ",;\t')], stated)


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), delimiter=separator), [])
    except csv.Error:
        return [line]


def note(table: Table, lines: list[str], stated: int | None) -> None:
    """Say on the table which lines were left out."""
    first = lines[0].strip(' "')[:60] if lines else ""
    table.stated = stated
    table.notes.append(Note("lines_below", file=table.file, n=len(lines), first=repr(first)))


def miscounted(tables: list[Table]) -> list[Note]:
    """A loud warning for each table whose rows are not as many as its report states; the pages of
    one answer each state them all."""
    said, pages = [], Counter()
    for table in tables:
        pages[table.stated] += table.rows + len(table.malformed)
    for table in tables:
        there = table.rows + len(table.malformed)
        if table.stated is not None and table.stated not in (there, pages[table.stated]):
            said.append(Note("record_count", file=table.file, stated=table.stated, there=there))
    return said
