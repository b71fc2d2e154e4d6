"""A file becomes one or more tables with a header, whatever its format."""

import zipfile
from pathlib import Path

from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.files import csvfile, footer, jsonlines, packed, sources, xlsx
from kpi_helpers.reading.files.dataframes import parquet_table
from kpi_helpers.reading.files.encodings import plain
from kpi_helpers.reading.files.leading import header_first
from kpi_helpers.reading.table import Table

# What people give by mistake, by its first bytes, and what to do instead.
FOREIGN = {
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook (.xls) or one with a password; save it as "
    ".xlsx without a password",
    b"%PDF": "is a PDF; export the table itself, as CSV or .xlsx",
    b"7z\xbc\xaf": "is a 7z archive; unpack it first",
    b"Rar!": "is a RAR archive; unpack it first",
}


def open_table(db: Connection, path: Path) -> list[Table]:
    """The tables in the file at `path`; KitError says why there is none."""
    try:
        if not path.is_file():
            raise KitError(
                f"{path.name} is a pipe or a device, which cannot be read twice: save what comes "
                "through it as a file, and give that."
            )
        if path.stat().st_size == 0:
            raise KitError(f"{path.name} is empty.")
        return _open(db, path, path.name, inside=False)
    except OSError as error:
        raise KitError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except MemoryError as error:
        raise KitError(
            f"{path.name} needs more memory than there is; give it as CSV or Parquet."
        ) from error


def _open(db: Connection, path: Path, file: str, *, inside: bool) -> list[Table]:
    """By its first bytes where they tell the format, else by the name: an export is often called
    what it is not."""
    named, stem = sources.suffix(Path(file)), sources.stem(Path(file))
    kind = packed.packing(path)
    if kind == ".zip" and _is_workbook(path):
        return xlsx.workbook(db, path, file, stem)
    if kind:
        if inside:
            raise KitError(f"{file} is packed more than once; unpack it first.")
        return _packed(db, path, file, kind)
    if _readable_head(path, file).startswith(b"PAR1"):
        return [parquet_table(db, path, file, stem)]
    if named in sources.JSON:
        return [jsonlines.records(db, _renamed(plain(db, path), path, db), file, stem)]
    if named in sources.CSV:
        text = header_first(db, plain(db, path), file)
        table = csvfile.look(text, file, stem)
        footer.without(db, text, table)
        return [table]
    if named in (".parquet", ".xlsx", ".xlsm"):
        raise KitError(
            f"{file} is no {named} file, although its name says so: its first bytes are another "
            f"format's."
        )
    raise KitError(
        f"{file} is of no kind that can be read ({', '.join(sources.READABLE)}; packed: "
        f"{', '.join(sources.PACKED)})."
    )


def _readable_head(path: Path, file: str) -> bytes:
    """The first bytes of a file that is neither empty nor of a kind that cannot be read."""
    with path.open("rb") as stream:
        head = stream.read(512)
    if not head:
        raise KitError(f"{file} is empty.")
    for magic, what in FOREIGN.items():
        if head.startswith(magic):
            raise KitError(f"{file} {what}.")
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise KitError(
            f"{file} is a web page or XML, whatever its name; open it in Excel and save it as "
            f".xlsx or CSV."
        )
    return head


def _packed(db: Connection, path: Path, file: str, kind: str) -> list[Table]:
    tables = []
    members = packed.unpacked(db, path, kind)
    for member, name in members:
        if member.stat().st_size == 0:
            if len(members) == 1:
                raise KitError(f"{file} holds an empty file.")
            continue
        shown = file if len(members) == 1 else f"{file}: {name}"
        for table in _open(db, member, name, inside=True):
            table.file = (
                table.file.replace(name, shown, 1) if table.file.startswith(name) else shown
            )
            tables.append(table)
    return tables


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as inside:
            return "xl/workbook.xml" in inside.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return path.suffix.lower() in (".xlsx", ".xlsm")


def _renamed(text: Path, path: Path, db: Connection) -> Path:
    """Re-encoded text keeps the suffix that tells an array from lines."""
    if text == path or text.suffix == path.suffix:
        return text
    return text.rename(db.new_file(path.suffix.lower()))
