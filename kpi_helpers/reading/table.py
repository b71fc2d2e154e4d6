"""A table before it is read: where it is and which columns it has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kpi_helpers.contract.notes import Note


@dataclass(frozen=True)
class Malformed:
    """A line that does not even have the table's shape."""

    line: int
    text: str
    reason: Note


@dataclass
class Table:
    """One file (or sheet, or frame) with its header; `open` gives the SQL that reads it with
    columns c0, c1, ..."""

    file: str
    stem: str
    header: list[str]
    path: Path
    kind: str  # csv or parquet
    separator: str = ","
    types: list[str] = field(default_factory=list)
    # Row number (from 0) -> line in the user's file; None: the row number itself, from 1.
    lines: Callable[[list[int]], list[int]] | None = None
    malformed: list[Malformed] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rows: int = 0
    # How many records the report itself says it has.
    stated: int | None = None


@dataclass
class Stack:
    """Tables of one shape that are read as one, columns by name."""

    tables: list[Table]

    @property
    def stem(self) -> str:
        """The first file's name without suffixes."""
        return self.tables[0].stem

    @property
    def header(self) -> list[str]:
        """All column names, in order of first appearance."""
        return list(dict.fromkeys(name for t in self.tables for name in t.header))

    @property
    def name(self) -> str:
        """What to call it to the user."""
        more = len(self.tables) - 1
        return self.tables[0].file + (f" and {more} more" if more else "")
