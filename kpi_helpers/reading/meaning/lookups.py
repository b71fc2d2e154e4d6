"""Tables beside the deals (teams, accounts, products), joined by a column that both have and that
is unique there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.columns.choose import Choice
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.files.stacked import stacked
from kpi_helpers.reading.table import Stack
from kpi_helpers.reading.values import values
from kpi_helpers.reading.view import View


@dataclass(frozen=True)
class Joined:
    """A table beside the deals: its name in the connection, where its rows have the key `k` once;
    the deals' header that holds the key, its name in the deals' rows; field -> header."""

    stack: Stack
    table: str
    on: str
    key: str
    columns: Mapping[str, str]


def usable(db: Connection, choice: Choice) -> tuple[Joined, ...]:
    """For each table the first shared column whose values are unique there."""
    found: list[Joined] = []
    for look in choice.lookups:
        if any(look.stack is other.stack for other in found):
            continue
        number = len(found)
        made = Joined(look.stack, f"lookup_{number}", look.on, f"_k{number}", look.columns)
        sql = stacked(db, look.stack, {"k": look.key} | look.columns)
        clean = ", ".join(f"{values.text(f'CAST({f} AS VARCHAR)')} AS {f}" for f in look.columns)
        key = values.text("CAST(k AS VARCHAR)")
        with db.reading(look.stack.name):
            db.run(
                f"CREATE OR REPLACE TEMP TABLE {made.table} AS "
                f"SELECT {key} AS k, {clean} FROM ({sql}) WHERE {key} IS NOT NULL"
            )
        rows, unique = db.one(f"SELECT count(*), count(DISTINCT k) FROM {made.table}")
        if rows and rows == unique:
            found.append(made)
    return tuple(found)


def joined(rows: View, lookups: Sequence[Joined]) -> str:
    """SQL of the deals' rows with what the lookups add; a deal without its row there stays, with
    blanks."""
    if not lookups:
        return f"SELECT * FROM {rows.name}"
    hidden = ", ".join(look.key for look in lookups)
    added = "".join(f", {look.table}.{f}" for look in lookups for f in look.columns)
    joins = " ".join(
        f"LEFT JOIN {look.table} ON {look.table}.k = "
        f"{values.text(f'CAST(d.{look.key} AS VARCHAR)')}"
        for look in lookups
    )
    return f"SELECT d.* EXCLUDE ({hidden}){added} FROM {rows.name} d {joins}"


def unmatched(db: Connection, rows: View, lookups: Sequence[Joined]) -> list[Note]:
    """A warning for each lookup that misses values the deals have."""
    said = []
    for look in lookups:
        mine = values.text(f"CAST({look.key} AS VARCHAR)")
        missed, example = db.one(
            f"SELECT count(*), min({mine}) FROM {rows.name} "
            f"WHERE {mine} IS NOT NULL AND {mine} NOT IN (SELECT k FROM {look.table})"
        )
        if missed:
            said.append(
                Note(
                    "lookup_misses",
                    n=missed,
                    column=look.on,
                    table=look.stack.name,
                    example=repr(example),
                    columns=", ".join(look.columns),
                )
            )
    return said
