"""Excel workbooks: each sheet is a table, its cells keep their types; formulas give the value Excel
stored."""

import datetime
import re
import warnings
import zipfile
from collections import deque
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Engine
from kpi_helpers.reading.files import footer
from kpi_helpers.reading.files.cells import Cells, distinct
from kpi_helpers.reading.files.packed import BROKEN, measure
from kpi_helpers.reading.table import Table

# Against zip bombs: what a workbook may grow to. A sheet full to Excel's last row, twenty columns
# wide, is near 1 GiB.
MOST_UNPACKED = 2 << 30
LOOK = 30  # rows in which the header must come
_NO_VALUE = re.compile(rb"</f>(?:<v></v>|<v ?/>)?</c>")
MOST_BLANK = 200_000  # between two rows of a sheet


def workbook(engine: Engine, path: Path, file: str, stem: str) -> list[Table]:
    """The tables in the sheets of the workbook at `path`; KitError says why there is none."""
    unsaved = _check(path, file)
    try:
        import openpyxl  # costs a tenth of a second, so only for a workbook
    except ImportError:
        raise KitError(
            f"{file}: reading Excel needs openpyxl: pip install openpyxl. Or save the sheet as CSV."
        ) from None

    try:
        with (
            warnings.catch_warnings(),
            path.open("rb") as stream,
        ):  # a stream, as openpyxl goes by the name
            warnings.simplefilter("ignore")  # openpyxl's about styles and print settings
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            try:
                shown = [s for s in book.worksheets if s.sheet_state == "visible"]
                hidden = [s.title for s in book.worksheets if s.sheet_state != "visible"]
                names = [(f"{file}: {s.title}", s.title.strip().lower()) for s in shown]
                names = names if len(shown) > 1 else [(file, stem)]
                found = [
                    _sheet(engine, s, *called) for s, called in zip(shown, names, strict=False)
                ]
                tables = [t for t in found if t is not None]
            finally:
                book.close()
    except KitError:
        raise
    except (
        Exception
    ) as error:  # a broken workbook can raise anything from the XML parser and openpyxl
        raise KitError(f"{file} is not a workbook that can be read: {_first(error)}.") from error
    if not tables:
        unseen = f" (hidden ones are not read: {', '.join(hidden)})" if hidden else ""
        raise KitError(f"{file} holds no table: its sheets are empty{unseen}.")
    if hidden:
        tables[0].notes.append(f"{file}: hidden sheets are not read: {', '.join(hidden)}.")
    if unsaved:
        tables[0].notes.append(
            f"{file}: {unsaved:,} formulas have no stored value and are read as blank; "
            "open the file in Excel and save it."
        )
    return tables


def _check(path: Path, file: str) -> int:
    """Refuse a bomb, a protected or a foreign file before any XML is parsed; count formulas without
    a value."""
    unsaved = 0
    try:
        with zipfile.ZipFile(path) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise KitError(f"{file} is no Excel workbook (.xlsx); save it as one, or as CSV.")
            left = MOST_UNPACKED
            for info in packed.infolist():
                formulas = 0

                def seen(block: bytes) -> None:
                    nonlocal formulas
                    formulas += len(_NO_VALUE.findall(block))

                left -= measure(
                    packed, info, left, file, seen if "worksheets/" in info.filename else None
                )
                unsaved += formulas
    except KitError:
        raise
    except BROKEN as error:
        raise KitError(f"{file} is not a workbook that can be read: {_first(error)}.") from error
    return unsaved


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def _rows(sheet) -> Iterator[tuple[int, tuple]]:
    """Number and cells of the rows that hold anything; the sheet's stated size is not believed."""
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()
    blank = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if any(c is not None and c != "" for c in row):
            blank = 0
            yield number, row
        else:
            blank += 1
            if blank > MOST_BLANK:
                raise KitError(
                    f"{sheet.title!r} has over {MOST_BLANK:,} blank rows between rows; delete "
                    f"what stands below them."
                )


def _sheet(engine: Engine, sheet, file: str, stem: str) -> Table | None:
    rows = _rows(sheet)
    top = [row for _, row in zip(range(LOOK), rows, strict=False)]
    if not top:
        return None
    at = _header(top)
    header = distinct([_said(c) for c in _trimmed(top[at][1])])
    collected = Cells(engine, file, header)
    held: deque = deque()
    for number, row in chain(top[at + 1 :], rows):
        held.append((number, row))
        if len(held) > footer.LONGEST:
            _add(collected, header, *held.popleft())
    # A blank row is not in `held`; what stands alone after a gap must be seen as after one.
    tail: list = []
    for number, row in held:
        if tail and number > tail[-1][0] + 1:
            tail.append((number - 1, ()))
        tail.append((number, row))
    keep, stated = footer.split([[_said(c) for c in row] for _, row in tail], len(header))
    for number, row in tail[:keep]:
        if row:
            _add(collected, header, number, row)
    table = collected.finish(stem)
    below = [" ".join(filter(None, map(_said, row))) for _, row in tail[keep:] if row]
    if below:
        footer.note(table, below, stated)
    if at:
        table.notes.append(
            f"{file}: {at:,} rows above the header (row {top[at][0]}) are not deals and were "
            f"left out."
        )
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
