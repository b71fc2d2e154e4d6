"""Excel workbooks: each sheet is a table, its cells keep their types; formulas give the value Excel
stored."""

import datetime
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.files import footer, sheet_xml
from kpi_helpers.reading.files.cells import Cells, distinct
from kpi_helpers.reading.files.packed import BROKEN, measure
from kpi_helpers.reading.table import Table

# Against zip bombs: what a workbook may grow to. A sheet full to Excel's last row, twenty columns
# wide, is near 1 GiB.
MOST_UNPACKED = 2 << 30
LOOK = 30  # rows in which the header must come


def workbook(db: Connection, path: Path, file: str, stem: str) -> list[Table]:
    """The tables in the sheets of the workbook at `path`; KitError says why there is none."""
    unsaved, errors, folded = _check(path, file)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
            shown = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible]
            hidden = [s.name for s in sheets if s.visible != SheetVisibleEnum.Visible]
            called = [(f"{file}: {name}", name.strip().lower()) for name in shown]
            found = [
                _sheet(db, book.get_sheet_by_name(name), errors.get(name, {}), *which)
                for name, which in zip(
                    shown, called if len(shown) > 1 else [(file, stem)], strict=False
                )
            ]
    except KitError:
        raise
    except Exception as error:  # whatever a broken workbook raises
        raise KitError(f"{file} is not a workbook that can be read: {_first(error)}.") from error
    tables = [table for table in found if table is not None]
    if not tables:
        unseen = f" (hidden ones are not read: {', '.join(hidden)})" if hidden else ""
        raise KitError(f"{file} holds no table: its sheets are empty{unseen}.")
    if hidden:
        tables[0].notes.append(Note("hidden_sheets", file=file, sheets=", ".join(hidden)))
    if n := sum(folded.get(name, 0) for name in shown):
        tables[0].notes.append(Note("hidden_rows", file=file, n=n))
    if unsaved:
        tables[0].notes.append(Note("unsaved_formulas", file=file, n=unsaved))
    return tables


def _check(path: Path, file: str) -> tuple[int, dict[str, dict], dict[str, int]]:
    """Refuse a bomb, a protected or a foreign file before its cells are read.

    Gives the number of formulas without a value, and by sheet the cells that show an error, which
    would be read as blank, and how many rows are hidden.
    """
    unsaved, erring, hidden = 0, set(), {}
    try:
        with zipfile.ZipFile(path) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise KitError(f"{file} is no Excel workbook (.xlsx); save it as one, or as CSV.")
            left = MOST_UNPACKED
            for info in packed.infolist():
                look = sheet_xml.Look() if "worksheets/" in info.filename else None
                left -= measure(packed, info, left, file, look.block if look else None)
                if look:
                    look.check(file)
                    unsaved += look.unsaved
                    erring |= {info.filename} if look.errors else set()
                    hidden |= {info.filename: look.hidden} if look.hidden else {}
            parts = sheet_xml.sheet_parts(packed) if erring or hidden else {}
            errors = {
                name: sheet_xml.error_cells(packed, part)
                for name, part in parts.items()
                if part in erring
            }
    except KitError:
        raise
    except (*BROKEN, KeyError, SyntaxError) as error:
        raise KitError(f"{file} is not a workbook that can be read: {_first(error)}.") from error
    return unsaved, errors, {n: hidden[part] for n, part in parts.items() if part in hidden}


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def _rows(sheet, errors: dict[tuple[int, int], str]) -> Iterator[tuple[int, tuple]]:
    """Number and cells of the rows that hold anything."""
    in_row: dict[int, dict[int, str]] = {}
    for (row, column), text in errors.items():
        in_row.setdefault(row, {})[column] = text
    merged = _merged(sheet)
    held: dict[int, Any] = {}
    for at, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        for column, first in merged.get(at, {}).items():
            if first == at:
                held[column] = cells[column]
            elif not isinstance(held[column], int | float):  # an amount is not each row's
                cells[column] = held[column]
        for column, text in in_row.get(at, {}).items():
            cells[column] = text
        if any(c is not None and c != "" for c in cells):
            yield at + 1, tuple(cells)


def _merged(sheet) -> dict[int, dict[int, int]]:
    """Row -> column -> first row, for the cells that are merged over several rows."""
    rows: dict[int, dict[int, int]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for row in range(top, bottom + 1) if bottom > top else ():
            rows.setdefault(row, {})[left] = top
    return rows


def _tall(sheet, below: int) -> int:
    """How many cells below a row are merged over several rows."""
    ranges = sheet.merged_cell_ranges or ()
    return sum(bottom > top >= below for (top, _), (bottom, _) in ranges)


def _with_gaps(rows: Iterable[tuple[int, tuple]]) -> list[tuple[int, tuple]]:
    """Blank rows are left out; what stands alone after a gap must be seen as after one."""
    told: list[tuple[int, tuple]] = []
    for number, row in rows:
        if told and number > told[-1][0] + 1:
            told.append((number - 1, ()))
        told.append((number, row))
    return told


def _sheet(db: Connection, sheet, errors: dict, file: str, stem: str) -> Table | None:
    rows = _rows(sheet, errors)
    top = [row for _, row in zip(range(LOOK), rows, strict=False)]
    if not top:
        return None
    at = _header(top)
    header = distinct([_said(c) for c in _trimmed(top[at][1])])
    collected = Cells(db, file, header)
    held: deque = deque()
    for number, row in chain(top[at + 1 :], rows):
        held.append((number, row))
        if len(held) > footer.LONGEST:
            _add(collected, header, *held.popleft())
    tail = _with_gaps(held)
    keep, stated = footer.split([[_said(c) for c in row] for _, row in tail], len(header))
    for number, row in tail[:keep]:
        if row:
            _add(collected, header, number, row)
    table = collected.finish(stem)
    below = [" ".join(filter(None, map(_said, row))) for _, row in tail[keep:] if row]
    if below:
        footer.note(table, below, stated)
    if tall := _tall(sheet, top[at][0]):
        table.notes.append(Note("merged_cells", file=file, n=tall))
    if at:
        table.notes.append(Note("rows_above", file=file, n=at, line=top[at][0]))
    return table


def _header(top: list[tuple[int, tuple]]) -> int:
    """Which of the first rows names the columns: the first of texts only that is nearly as wide as
    the table."""
    filled = [[c for c in row if c is not None and c != ""] for _, row in top]
    widest = max(map(len, filled))
    for i, row in enumerate(filled):
        if len(row) >= max(2, 0.6 * widest) and all(isinstance(c, str) for c in row):
            return i
    return 0


def _trimmed(row: tuple) -> list:
    cells = list(row)
    while cells and (cells[-1] is None or cells[-1] == ""):
        cells.pop()
    return cells


def _said(value) -> str:
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return "" if value is None else str(value)


def _add(collected: Cells, header: list[str], number: int, row: tuple) -> None:
    if len(row) > len(header):
        header += distinct([*header, *[""] * (len(row) - len(header))])[len(header) :]
    collected.add(number, dict(zip(header, row, strict=False)))
