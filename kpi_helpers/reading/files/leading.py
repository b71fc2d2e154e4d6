"""What stands above a CSV header (blank lines, a report's title, Excel's `sep=;`) goes below it, as
blank lines.

DuckDB takes the first line for the header, and so every line keeps its number.
"""

import csv
import re
from pathlib import Path

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection

BOM = b"\xef\xbb\xbf"
HEAD = 1 << 21
LOOK = 30  # lines, blank ones apart, in which the header must come
SEPARATORS = (",", ";", "\t", "|")
_SEP = re.compile(rb'"?sep=(.)"?\s*$', re.IGNORECASE)


def header_first(db: Connection, path: Path, file: str) -> Path:
    """`path` itself, or a copy in the load's folder that begins with the header record of the UTF-8
    CSV."""
    with path.open("rb") as stream:
        head = stream.read(HEAD).removeprefix(BOM)
        lines = head.splitlines(keepends=True)
        at = _header(lines)
        if not at:
            return path
        above = lines[:at]
        start = sum(map(len, above))
        end = _end_of_record(head, start)
        if end is None:
            raise KitError(
                f"{file} has no header that can be read below its first {at:,} lines; remove them."
            )
        target = db.new_file(".csv")
        with target.open("wb") as out:
            # Data rows may not be moved, so blank lines take the header's place below it.
            out.write(head[start:end] + b"".join(_ending(line) for line in above) + head[end:])
            while block := stream.read(HEAD):
                out.write(block)
    titles = [line for line in above if line.strip() and not _SEP.match(line)]
    if titles:
        db.notes.append(Note("lines_above", file=file, n=len(titles), line=at + 1))
    return target


def _header(lines: list[bytes]) -> int:
    """Which line the header begins on: the first that is not blank, unless a few cells of title
    stand above a row of names that is nearly as wide as the table."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    filled = filled[1:] if filled and _SEP.match(lines[filled[0]]) else filled
    first = filled[0] if filled else 0
    found = [_below_titles([(i, lines[i]) for i in filled[:LOOK]], mark) for mark in SEPARATORS]
    if first in found:
        return first
    return max(
        (
            (len(_cells(lines[i], mark)), i)
            for i, mark in zip(found, SEPARATORS, strict=True)
            if i is not None
        ),
        default=(0, first),
    )[1]


def _below_titles(lines: list[tuple[int, bytes]], mark: str) -> int | None:
    """The line of the first row of names, when all above it are too narrow to be rows; None when
    there is none."""
    rows = [(i, _cells(line, mark)) for i, line in lines]
    widest = max((len(cells) for _, cells in rows), default=0)
    for (i, cells), (_, line) in zip(rows, lines, strict=True):
        if len(cells) >= max(3, 0.6 * widest):
            named = all(any(c.isalpha() for c in cell) for cell in cells)
            return i if named or i == lines[0][0] else None
        if line.count(b'"') % 2:  # the record goes on in the next line
            return None
    return None


def _cells(line: bytes, mark: str) -> list[str]:
    try:
        cells = next(
            csv.reader([line.decode("utf-8", errors="replace").rstrip("\r\n")], delimiter=mark), []
        )
    except csv.Error:
        return []
    return [cell for cell in cells if cell.strip()]


def _ending(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :]


def _end_of_record(text: bytes, start: int) -> int | None:
    """Where the record that begins at `start` ends, its line end included; None when it does
    not."""
    quoted = False
    for part in re.finditer(rb'"|\r\n|\n|\r', text[start:]):
        if part[0] == b'"':
            quoted = not quoted
        elif not quoted:
            return start + part.end()
    return None
