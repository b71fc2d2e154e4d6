"""JSON: one object a line, or an array of objects (also inside the envelope of a CRM's API); each
object is a row."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.files.cells import Cells, Numeral
from kpi_helpers.reading.table import Malformed, Table

# An array must be in memory as a whole; objects line by line need not.
MOST_WHOLE = 512 << 20
LONGEST_LINE = 64 << 20
ENVELOPES = ("records", "results", "value", "data", "items", "deals", "rows")
# Where an API says how many records there are in all, and that more pages follow.
STATED = ("totalSize", "total", "@odata.count", "totalCount", "total_count", "totalResults")
NEXT = (
    ("nextRecordsUrl",),
    ("@odata.nextLink",),
    ("paging", "next"),
    ("next",),
    ("next_page",),
    ("nextPageToken",),
    ("has_more",),
    ("hasMore",),
    ("info", "more_records"),
    ("links", "next"),
    ("additional_data", "pagination", "more_items_in_collection"),
    ("additional_data", "next_cursor"),
)
# What an API wraps a record's columns in, and what it says about itself.
INNER, ABOUT = ("properties",), ("attributes",)


def records(db: Connection, path: Path, file: str, stem: str) -> Table:
    """The table in a UTF-8 JSON file; KitError when there is none. Broken lines are kept as
    malformed."""
    collected, broken = Cells(db, file), []
    whole = _document(path, file)
    for number, found in _objects(path, file) if whole is None else enumerate(_listed(whole), 1):
        if isinstance(found, dict):
            collected.add(number, flat(found))
        else:
            broken.append(Malformed(number, str(found)[:200], Note("line_not_object")))
    if not collected.at:
        raise KitError(f"{file} holds no JSON objects: neither one a line, nor an array of them.")
    table = collected.finish(stem)
    table.malformed = broken
    if isinstance(whole, dict):
        _note_pages(table, whole)
    return table


def _note_pages(table: Table, envelope: dict) -> None:
    """Say on the table that the answer has more records than are here."""
    table.stated = next((int(n) for k in STATED if _is_count(n := envelope.get(k))), None)
    if table.stated is None and any(_inside(envelope, where) for where in NEXT):
        table.notes.append(Note("first_page", file=table.file, there=table.rows))


def _is_count(value: Any) -> bool:
    return isinstance(value, Numeral) and value.isdigit()


def _inside(record: Any, where: tuple[str, ...]) -> Any:
    for name in where:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """One level of columns: nested objects give "outer.inner", an API's own wrapping is taken off.

    >>> flat({"id": "7", "properties": {"amount": 5}, "Owner": {"Name": "Ada"}})
    {'id': '7', 'amount': 5, 'Owner.Name': 'Ada'}
    """
    columns: dict[str, Any] = {}
    for name, value in record.items():
        if not isinstance(value, dict):
            columns[name] = value
        elif name in INNER:
            columns |= {k: v for k, v in value.items() if k not in columns}
        elif name not in ABOUT:
            columns |= {f"{name}.{k}": v for k, v in value.items() if k not in ABOUT}
    return columns


def _parsed(text: str) -> Any:
    return json.loads(text, parse_int=Numeral, parse_float=Numeral, parse_constant=str)


def _objects(path: Path, file: str) -> Iterator[tuple[int, Any]]:
    """Line (or position in an array) and object; what is no object comes as the text it is."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE):
            number += 1
            if len(line) >= LONGEST_LINE:
                raise KitError(
                    f"Line {number:,} of {file} is longer than {LONGEST_LINE >> 20} MiB, the limit."
                )
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
            if not text:
                continue
            try:
                yield number, _parsed(text) if "\ufffd" not in text else text
            except (ValueError, RecursionError):
                yield number, text


def _document(path: Path, file: str) -> list | dict | None:
    """The array or object that the file is as a whole; None when it is a line each."""
    with path.open("rb") as stream:
        start = stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] not in (b"[", b"{") or path.suffix.lower() != ".json":
        return None
    if path.stat().st_size > MOST_WHOLE:
        return None
    try:
        found = _parsed(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise KitError(
            f"{file} is not UTF-8 text ({error.reason} at byte {error.start:,}), as JSON must be."
        ) from error
    except RecursionError as error:
        raise KitError(f"{file} nests objects too deeply to be a table.") from error
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data"):
            return None
        raise KitError(
            f"{file} is not JSON: {error.msg} in line {error.lineno:,}, column {error.colno:,}."
        ) from error
    except ValueError as error:
        raise KitError(f"{file} is not JSON: {error}.") from error
    return found if isinstance(found, list | dict) else None


def _listed(document: list | dict) -> list:
    """The records of an array, in an API's envelope or on their own."""
    if isinstance(document, list):
        return document
    return next((document[k] for k in ENVELOPES if isinstance(document.get(k), list)), [document])
