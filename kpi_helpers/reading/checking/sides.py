"""The side tables: typed and checked like the deals, their faults kept with their file."""

from dataclasses import dataclass
from typing import Any

from kpi_helpers.contract.deals import CHANNELS, SIDE_TABLES, SQL_TYPES
from kpi_helpers.contract.notes import Note, encode
from kpi_helpers.errors import KitError
from kpi_helpers.reading.columns.headers import find
from kpi_helpers.reading.columns.vocabulary import table as vocabulary
from kpi_helpers.reading.connection import Connection, lit, name
from kpi_helpers.reading.files.dataframes import to_pandas
from kpi_helpers.reading.files.stacked import stacked
from kpi_helpers.reading.table import Stack
from kpi_helpers.reading.values.currencies import code
from kpi_helpers.reading.values.styles import decide
from kpi_helpers.reading.values.typed import make_clean, typed

# What a value must look like beyond its type: column, condition that is a fault, reason.
RULES = {
    "targets": [
        (
            "period",
            "NOT regexp_full_match(period, '\\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?')",
            Note("period_form"),
        )
    ],
    "spend": [
        (
            "month",
            "NOT regexp_full_match(month, '\\d{4}-(0[1-9]|1[0-2])')",
            Note("month_form"),
        ),
        (
            "channel",
            f"channel NOT IN ({', '.join(map(lit, CHANNELS))})",
            Note("channel_unknown", channels=", ".join(CHANNELS)),
        ),
    ],
    "rates": [("rate", "rate <= 0", Note("rate_range"))],
}


@dataclass(frozen=True)
class Side:
    """A side table: its pandas frame, its name in the connection, and its faults (part, row,
    column, value, reason, general)."""

    frame: Any
    name: str
    bad: list[tuple]


def read_side(db: Connection, what: str, stack: Stack) -> Side:
    """The side table called `what`; raises `KitError` where a required column is missing."""
    columns = SIDE_TABLES[what]
    aliases = vocabulary("profiles/sides.toml").get(what, {})
    found = {}
    for field in columns:
        at = find(
            [h for h in stack.header if h not in found.values()], [field, *aliases.get(field, [])]
        )
        if at is not None:
            found[field] = [h for h in stack.header if h not in found.values()][at]
    missing = [f for f, c in columns.items() if c.required and f not in found]
    if missing:
        raise KitError(
            f"{stack.name} is read as {what} and lacks {', '.join(map(repr, missing))}; it has "
            f"{stack.header}."
        )
    clean = make_clean(
        db, f"clean_{what}", stacked(db, stack, found), {f: columns[f].kind for f in found}
    )
    styles = decide(db, clean, columns, {}, found, stack.name)
    tests = [
        (f, f"said_{f} IS NULL", Note("side_missing", table=what, column=f))
        for f in found
        if columns[f].required
    ]
    tests += [
        (
            f,
            f"said_{f} IS NOT NULL AND {name(f)} IS NULL",
            Note("side_unreadable", kind=columns[f].kind),
        )
        for f in found
    ]
    tests += RULES.get(what, [])
    select = [f"CAST({name(f)} AS VARCHAR) AS said_{f}" for f in found]
    for f, c in columns.items():
        if f not in found:
            value = f"CAST(NULL AS {SQL_TYPES[c.kind]})"
        else:
            value = (
                styles.value(f) if f in styles.styles else typed(name(f), c.kind, clean.types[f])
            )
        select.append(
            f"{code(value) if (what, f) == ('rates', 'currency') else value} AS {name(f)}"
        )
    db.run(
        f"CREATE OR REPLACE TEMP VIEW typed_{what} AS SELECT _part, _row, {', '.join(select)} "
        f"FROM {styles.over(clean.name)}"
    )
    faults = ", ".join(
        f"CASE WHEN {w} THEN {{'column': {lit(f)}, 'value': said_{f}, 'reason': {lit(r)}, "
        f"'general': {lit(encode([r]))}}} END"
        for f, w, r in tests
    )
    bad = db.rows(
        'SELECT _part, _row, fault."column", fault.value, fault.reason, fault.general '
        "FROM (SELECT _part, _row, "
        f"unnest(list_filter([{faults}], lambda f: f IS NOT NULL)) AS fault "
        f"FROM typed_{what}) ORDER BY 1, 2"
    )
    listed = "".join(f", ({p}, {r})" for p, r in {b[:2] for b in bad})
    db.run(
        f"CREATE OR REPLACE TEMP TABLE refused AS SELECT * FROM (VALUES (-1, -1){listed}) "
        f"v(_part, _row)"
    )
    db.run(
        f"CREATE OR REPLACE TEMP TABLE {what} AS SELECT {', '.join(map(name, columns))} "
        f"FROM typed_{what} ANTI JOIN refused USING (_part, _row) ORDER BY _part, _row"
    )
    db.run("DROP TABLE refused")
    return Side(to_pandas(db.connection.table(what), columns), what, bad)
