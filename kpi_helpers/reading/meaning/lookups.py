"""Tables beside the deals (teams, accounts, products), joined by a column that both have and that
is unique there."""

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.columns.choose import Choice, Lookup
from kpi_helpers.reading.connection import Engine
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.typed import stacked


def usable(engine: Engine, choice: Choice) -> list[Lookup]:
    """For each table the first shared column whose values are unique there; staged as table
    lookup_N."""
    found: list[Lookup] = []
    for look in choice.lookups:
        if any(look.stack is other.stack for other in found):
            continue
        table = f"lookup_{len(found)}"
        sql = stacked(engine, look.stack, {"k": look.key} | look.columns)
        clean = ", ".join(f"{values.text(f'CAST({f} AS VARCHAR)')} AS {f}" for f in look.columns)
        key = values.text("CAST(k AS VARCHAR)")
        with engine.reading(look.stack.name):
            engine.run(
                f"CREATE OR REPLACE TEMP TABLE {table} AS "
                f"SELECT {key} AS k, {clean} FROM ({sql}) WHERE {key} IS NOT NULL"
            )
        rows, unique = engine.one(f"SELECT count(*), count(DISTINCT k) FROM {table}")
        if rows and rows == unique:
            found.append(look)
    return found


def joined(sql: str, lookups: list[Lookup]) -> str:
    """The deals' rows with what the lookups add; a deal without its row there stays, with
    blanks."""
    if not lookups:
        return sql
    hidden = ", ".join(f"_k{i}" for i in range(len(lookups)))
    added = "".join(f", l{i}.{f}" for i, look in enumerate(lookups) for f in look.columns)
    joins = " ".join(
        f"LEFT JOIN lookup_{i} l{i} ON l{i}.k = {values.text(f'CAST(d._k{i} AS VARCHAR)')}"
        for i in range(len(lookups))
    )
    return f"SELECT d.* EXCLUDE ({hidden}){added} FROM ({sql}) d {joins}"


def unmatched(engine: Engine, sql: str, lookups: list[Lookup]) -> list[Note]:
    """A warning for each lookup that misses values the deals have."""
    said = []
    for i, look in enumerate(lookups):
        mine = values.text(f"CAST(_k{i} AS VARCHAR)")
        rows, example = engine.one(
            f"SELECT count(*), min({mine}) FROM ({sql}) "
            f"WHERE {mine} IS NOT NULL AND {mine} NOT IN (SELECT k FROM lookup_{i})"
        )
        if rows:
            said.append(
                Note(
                    "lookup_misses",
                    n=rows,
                    column=look.on,
                    table=look.stack.name,
                    example=repr(example),
                    columns=", ".join(look.columns),
                )
            )
    return said
