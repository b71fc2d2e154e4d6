"""A column of a view with some of its words replaced by others."""

from collections.abc import Iterable

from kpi_helpers.reading.connection import Connection, name
from kpi_helpers.reading.view import View


def renamed(db: Connection, view: View, column: str, pairs: Iterable[tuple[str, str]]) -> View:
    """The view with the first word of each pair replaced by the second; all others stay."""
    pairs = list(pairs)
    if not pairs:
        return view
    table, new = f"{column}_words_of_{view.name}", f"{view.name}_{column}"
    db.run(f"CREATE OR REPLACE TEMP TABLE {table} (said VARCHAR, meant VARCHAR)")
    db.connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", pairs)
    db.run(
        f"CREATE OR REPLACE TEMP VIEW {new} AS SELECT v.* REPLACE (coalesce(w.meant, "
        f"v.{name(column)}) AS {name(column)}) FROM {view.name} v "
        f"LEFT JOIN {table} w ON w.said = v.{name(column)}"
    )
    return View(new, view.types)
