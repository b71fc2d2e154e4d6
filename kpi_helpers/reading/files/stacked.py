"""Tables of one shape as one: SQL of their wanted columns as text, a row of a file a row."""

from pathlib import Path

from kpi_helpers.reading.connection import Connection, name, only
from kpi_helpers.reading.files.csvfile import stage
from kpi_helpers.reading.table import Stack, Table
from kpi_helpers.reading.values import values


def parquet_of(
    db: Connection, table: Table, columns: dict[str, int]
) -> tuple[Path, dict[str, str]]:
    """A Parquet file with the wanted columns (new name -> SQL of it there); a CSV is parsed into
    one here, once."""
    if table.kind == "csv":
        target = db.new_file()
        untidy = stage(db, table, columns, target)
        return target, {
            new: values.cleaned(new, name(new)) if new in untidy else name(new) for new in columns
        }
    return table.path, {new: name(table.header[i]) for new, i in columns.items()}


def stacked(db: Connection, stack: Stack, columns: dict[str, str]) -> str:
    """SQL of all the stack's rows: _part, _row and the wanted columns (new name -> header), by
    name."""
    parts = []
    for number, table in enumerate(stack.tables):
        at = {new: table.header.index(h) for new, h in columns.items() if h in table.header}
        path, there = parquet_of(db, table, at)
        wanted = "".join(
            f", {_text(table, at[new], old)} AS {name(new)}" for new, old in there.items()
        )
        with db.reading(table.file):
            parts.append(
                f"SELECT {number} AS _part, file_row_number AS _row{wanted} "
                f"FROM read_parquet({only(path)}, file_row_number=true)"
            )
            table.rows = db.one(f"SELECT count(*) FROM read_parquet({only(path)})")[0]
    return " UNION ALL BY NAME ".join(parts)


def _text(table: Table, at: int, column: str) -> str:
    """Types that are neither text, number, date nor flag are read as their text."""
    sql_type = table.types[at] if table.types else "VARCHAR"
    known = sql_type == "VARCHAR" or any(
        values.native(kind, sql_type) for kind in ("date", "number", "flag")
    )
    return column if known else f"CAST({column} AS VARCHAR)"
