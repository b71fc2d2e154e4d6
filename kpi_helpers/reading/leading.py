"""Blank lines above a CSV header, which DuckDB cannot take, go below it, so that every line keeps its number."""

import re
from pathlib import Path

from kpi_helpers.errors import KitError
from kpi_helpers.reading.engine import Engine

BOM = b"\xef\xbb\xbf"
HEAD = 1 << 21
_BLANK = re.compile(rb"(?:[ \t]*(?:\r\n|\n|\r))+")


def header_first(engine: Engine, path: Path, file: str) -> Path:
    """`path` itself, or a copy in the load's folder that begins with the header record of the UTF-8 CSV."""
    with path.open("rb") as stream:
        head = stream.read(64).removeprefix(BOM)
        blank = _BLANK.match(head)
        if blank is None:
            return path
        stream.seek(0)
        head = stream.read(HEAD).removeprefix(BOM)
        blank = _BLANK.match(head)
        end = _end_of_record(head, blank.end())
        if end is None:
            raise KitError(
                f"{file} begins with blank lines and no header that can be read; remove what stands above it."
            )
        target = engine.new_file(".csv")
        with target.open("wb") as out:
            # Data rows may not be moved, so the blank lines take the header's place below it.
            out.write(head[blank.end() : end] + re.sub(rb"[ \t]", b"", blank[0]) + head[end:])
            while block := stream.read(HEAD):
                out.write(block)
    return target


def _end_of_record(text: bytes, start: int) -> int | None:
    """Where the record that begins at `start` ends, its line end included; None when it does not."""
    quoted = False
    for part in re.finditer(rb'"|\r\n|\n|\r', text[start:]):
        if part[0] == b'"':
            quoted = not quoted
        elif not quoted:
            return start + part.end()
    return None
