"""What a workbook's XML says that its cells do not: errors, formulas without a value, and how far a
sheet reaches. A sheet is looked through in blocks; only one that holds errors is parsed."""

import re
import zipfile
from dataclasses import dataclass, field

from kpi_helpers.errors import KitError

MOST_CELLS = 60_000_000  # of a sheet, blank ones too: a reader keeps a place for each
CARRY = 256  # bytes of a block that are looked at again with the next one
_NO_VALUE = re.compile(rb"</f>(?:<v></v>|<v ?/>)?</c>")
_WIDE = re.compile(rb'<c [^>]*?r="([A-Z]{2,3})\d')
_HIDDEN = re.compile(rb'<row [^>]*?hidden="(?:1|true)"')
_ROW = re.compile(rb'<row [^>]*?r="(\d+)"')
_ERROR = re.compile(rb'<c [^>]*?t="e"')
_PLACE = re.compile(r"([A-Z]+)(\d+)")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class Look:
    """What has been seen of a sheet so far."""

    unsaved: int = 0
    hidden: int = 0
    errors: bool = False
    rows: int = 0
    columns: int = 26
    _rest: bytes = field(default=b"", repr=False)

    def block(self, block: bytes) -> None:
        """The next bytes of the sheet."""
        seen = self._rest + block
        self._rest = seen[-CARRY:]
        self.unsaved += len(_NO_VALUE.findall(seen)) - len(_NO_VALUE.findall(seen[:CARRY]))
        if b'hidden="' in seen:
            self.hidden += len(_HIDDEN.findall(seen)) - len(_HIDDEN.findall(seen[:CARRY]))
        self.errors = self.errors or bool(_ERROR.search(seen))
        for letters in {*_WIDE.findall(seen)}:
            self.columns = max(self.columns, column_number(letters.decode()))
        if rows := _ROW.findall(seen):
            self.rows = max(self.rows, int(rows[-1]))

    def check(self, file: str) -> None:
        """Raises `KitError` for a sheet whose furthest cells span more than can be read."""
        if self.rows * self.columns > MOST_CELLS:
            raise KitError(
                f"{file}: a sheet reaches to row {self.rows:,} and column {self.columns:,}, which "
                f"is {self.rows * self.columns:,} cells, most of them blank; delete what stands "
                "out there, or save the sheet as CSV."
            )


def column_number(letters: str) -> int:
    """The number of a column by its letters, from 1.

    >>> column_number("A"), column_number("AB"), column_number("XFD")
    (1, 28, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def sheet_parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Each sheet's name and the part of the workbook that holds it."""
    from defusedxml.ElementTree import fromstring

    links = {
        link.get("Id"): link.get("Target")
        for link in fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }
    parts = {}
    for sheet in fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = (links.get(sheet.get(_LINK)) or "").lstrip("/")
        parts[sheet.get("name")] = target if target.startswith("xl/") else f"xl/{target}"
    return parts


def error_cells(book: zipfile.ZipFile, part: str) -> dict[tuple[int, int], str]:
    """The cells that show an error, like #N/A, by row and column from 0."""
    from defusedxml.ElementTree import iterparse

    found: dict[tuple[int, int], str] = {}
    row = column = -1
    with book.open(part) as stream:
        for event, element in iterparse(stream, ("start", "end")):
            if element.tag == f"{_MAIN}row":
                if event == "start":
                    row, column = int(element.get("r") or row + 2) - 1, -1
                else:
                    element.clear()
            elif element.tag == f"{_MAIN}c" and event == "start":
                place = _PLACE.fullmatch(element.get("r") or "")
                column = column_number(place[1]) - 1 if place else column + 1
            elif element.tag == f"{_MAIN}c" and element.get("t") == "e":
                found[row, column] = element.findtext(f"{_MAIN}v") or "#ERROR"
    return found
