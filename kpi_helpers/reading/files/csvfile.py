"""CSV: separator and header from the first lines; every value is then read as text, and no broken
line is lost."""

import csv
import io
import mmap
import re
import shutil
from itertools import islice
from pathlib import Path

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection, lit, only
from kpi_helpers.reading.files.cells import MOST_COLUMNS, distinct
from kpi_helpers.reading.files.leading import BOM, SEPARATORS
from kpi_helpers.reading.files.lines import physical_lines
from kpi_helpers.reading.table import Malformed, Table
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.values import BLANKS

HEAD = 1 << 16
LONGEST_LINE = 2_000_000

# DuckDB shows no more than this of a record it could not read.
MOST_QUOTED = 10_000
csv.field_size_limit(1 << 30)


def look(path: Path, file: str, stem: str) -> Table:
    """The table in a UTF-8 file: its separator and header. KitError when there is none."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        while len(head) < LONGEST_LINE and b"\n" not in head and (more := stream.read(HEAD)):
            head += more
    text = head.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise KitError(f"{file} is empty.")
    separator = _separator(text)
    header = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    if len(header) > MOST_COLUMNS:
        raise KitError(
            f"{file} has {len(header):,} columns; the limit is {MOST_COLUMNS:,}. Is it a table "
            f"of deals?"
        )
    names = distinct(header)
    longer = sum(
        len(row) > len(header) and not any(row[len(header) :])
        for row in _rows(text[:HEAD], separator)
    )
    notes = [Note("trailing_separators", file=file)] if longer else []
    return Table(file, stem, names, path, kind="csv", separator=separator, notes=notes)


def _separator(text: str) -> str:
    """The separator that cuts the header into most columns; lines that agree with it break a
    tie."""
    sample = text[:HEAD]
    best = {}
    for mark in SEPARATORS:
        try:
            rows = _rows(sample, mark)
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 0
        best[mark] = (width > 1, sum(len(r) == width for r in rows) if width > 1 else 0, width)
    return max(best, key=best.get) if best else ","


def _rows(text: str, mark: str) -> list[list[str]]:
    """The first rows that are not blank."""
    return [r for r in islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 20) if r]


def stage(db: Connection, table: Table, columns: dict[str, int], target: Path) -> set[str]:
    """Write the wanted columns as text to `target` (Parquet); broken lines: `table.malformed`.

    `columns` is new name -> position in the header. Gives the columns that still have to be
    cleaned: cleaning every cell would take several times as long as reading it, and most columns
    have no space or blank word to clean.
    """
    width = len(table.header)
    shape = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    wanted = ", ".join(f"c{i} AS {new}" for new, i in columns.items()) or "c0"
    # A competitor may be called None, so where there is one no word is a blank while the file is
    # parsed.
    blanks = ("",) if "competitor" in columns else BLANKS
    nulls = ", ".join(map(lit, blanks))
    path, cut = _plain_header(db, table)
    with db.reading(table.file):
        db.run(
            f"COPY (SELECT {wanted} FROM read_csv({only(path)}, auto_detect=false, "
            f"header=true, "
            f"delim={lit(table.separator)}, quote='\"', escape='\"', columns={{{shape}}}, "
            f"strict_mode=true, "
            f"nullstr=[{nulls}], "
            f"store_rejects=true, rejects_limit=0, max_line_size={LONGEST_LINE})) TO "
            f"{lit(target)} (FORMAT parquet)"
        )
        bad = db.rows(
            "SELECT DISTINCT ON (line_byte_position) "
            "line, line_byte_position, left(csv_line, 200), error_type, error_message, "
            "length(csv_line) - length(replace(csv_line, chr(10), '')) AS breaks, "
            "ends_with(csv_line, chr(10)), length(csv_line) "
            "FROM reject_errors ORDER BY line_byte_position, column_idx"
        )
        db.run("DROP TABLE reject_errors; DROP TABLE reject_scans")
        table.rows = db.one(f"SELECT count(*) FROM read_parquet({only(target)})")[0]
    where = physical_lines(table.path, [b[1] + cut for b in bad])
    table.malformed = []
    for line, (_, _, text, kind, said, breaks, ended, length) in zip(where, bad, strict=True):
        table.malformed.append(Malformed(line, (text or "").strip(), _reason(kind, said, width)))
        swallowed = (breaks or 0) - bool(ended) if kind == "UNQUOTED VALUE" else 0
        if kind == "UNQUOTED VALUE" and length >= MOST_QUOTED:
            raise KitError(
                f"{table.file}: the quotation mark that line {line} opens is not closed for "
                f"{length:,} characters "
                "or more, so the lines after it run together; close it, or take it out, and read "
                "the file again."
            )
        # Each is a row of its own that is not used, so each is told and counted.
        because = Note("inside_quotation", line=str(line))
        table.malformed += [Malformed(line + n, "", because) for n in range(1, swallowed + 1)]
    table.lines = _Lines(table, {m.line for m in table.malformed})
    if not columns or not table.rows:
        return set()
    if "competitor" in columns:
        return set(columns)
    untidy = values.untidy if _odd_spaces(table) else values.spaced
    tests = ", ".join(f"coalesce(bool_or({untidy(new)}), false)" for new in columns)
    found = db.one(f"SELECT {tests} FROM read_parquet({only(target)})")
    return {new for new, dirty in zip(columns, found, strict=True) if dirty}


def _plain_header(db: Connection, table: Table) -> tuple[Path, int]:
    """The file, and 0; where a header cell holds a line break, a copy whose header is one line, and
    by how many bytes that is shorter: DuckDB takes the first break it sees for that of all rows."""
    if not any(set("\r\n") & set(title) for title in table.header):
        return table.path, 0
    with table.path.open("rb") as stream:
        head = stream.read(LONGEST_LINE)
        marks = re.finditer(rb'"|\r\n|\r|\n', head)
        quoted = False
        for mark in marks:
            if mark[0] == b'"':
                quoted = not quoted
            elif not quoted:
                break
        line = table.separator.join(f"c{i}" for i in range(len(table.header))).encode() + mark[0]
        copy = db.new_file()
        with copy.open("wb") as plain:
            plain.write(line + head[mark.end() :])
            shutil.copyfileobj(stream, plain)
    return copy, mark.end() - len(line)


def _odd_spaces(table: Table) -> bool:
    """Whether a cell may begin or end with a space that is not the usual one: such bytes, or line
    breaks in cells."""
    odd = {b'"', b"\t", b"\xa0", b"\xbf"} - {table.separator.encode()}
    with (
        table.path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        return any(text.find(mark, len(BOM)) >= 0 for mark in odd)


class _Lines:
    """Row number -> physical line of a CSV, worked out only when a row is rejected."""

    def __init__(self, table: Table, broken: set[int]) -> None:
        self.path, self.width, self.rows, self.broken = (
            table.path,
            len(table.header),
            table.rows,
            broken,
        )

    def __call__(self, rows: list[int]) -> list[int]:
        from kpi_helpers.reading.files.lines import record_lines

        return record_lines(self.path, rows, self.rows, self.broken, skip_blank=self.width > 1)


def _reason(kind: str, said: str, width: int) -> Note:
    """Why DuckDB could not read a line, by its kind of error."""
    found = said.rsplit("Found:", 1)[-1].strip() if "Found:" in said else ""
    match kind:
        case "MISSING COLUMNS":
            return Note("line_short", found=found, columns=width)
        case "TOO MANY COLUMNS":
            return Note("line_long", columns=width)
        case "UNQUOTED VALUE":
            return Note("quotation_open")
        case "LINE SIZE OVER MAXIMUM":
            return Note("line_too_long", n=LONGEST_LINE)
        case "INVALID ENCODING":
            return Note("line_not_utf8")
    return Note("line_refused", said=said.splitlines()[0]) if said else Note("line_unreadable")
