"""The deals as SQL views: raw text, then clean, then typed. Nothing is computed until the checks
and the result ask."""

from kpi_helpers.contract.deals import SQL_TYPES
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.connection import Connection, name
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.styles import Styles
from kpi_helpers.reading.view import View

# `judged` settles these anew; what was typed in stays as t_FIELD, so that it is known whether it
# could be read.
SETTLED = ("closed_on", "expected_close_on", "amount", "lost_to_competitor")


def make_clean(
    db: Connection, view: str, sql: str, kinds: dict[str, str], tidy: bool = False
) -> View:
    """The rows of `sql` with blanks as null, under the name `view`. `kinds`: column -> kind;
    `tidy`: text was cleaned while it was parsed."""
    types = {row[0]: row[1] for row in db.rows(f"DESCRIBE {sql}")}
    columns = []
    for column, kind in kinds.items():
        sql_type = types[column]
        if sql_type == "VARCHAR":
            clean = name(column) if tidy else values.cleaned(column, name(column))
        elif kind == "text" and sql_type in ("FLOAT", "DOUBLE"):
            clean = values.whole(name(column))
            types[column] = "VARCHAR"
        elif sql_type in ("FLOAT", "DOUBLE"):
            clean = f"CASE WHEN NOT isnan({name(column)}) THEN {name(column)} END"  # pandas' blank
        elif kind == "text":
            clean = values.text(f"CAST({name(column)} AS VARCHAR)")
            types[column] = "VARCHAR"
        elif not values.native(kind, sql_type):
            clean = f"CAST({name(column)} AS VARCHAR)"
            types[column] = "VARCHAR"
        else:
            clean = name(column)
        columns.append(f"{clean} AS {name(column)}")
    db.run(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {', '.join(['_part', '_row', *columns])} "
        f"FROM ({sql})"
    )
    return View(view, {column: types[column] for column in kinds})


def typed(column: str, kind: str, sql_type: str) -> str:
    """The typed value of a clean column for which no style was decided."""
    if kind == "text":
        return column
    if values.native(kind, sql_type):
        return values.cast(kind, column)
    if kind == "flag":
        return values.flag(column)
    if kind == "date":
        return values.date(column)
    return values.number(column)


def make_typed(db: Connection, clean: View, styles: Styles) -> View:
    """Every field with its value, null where there is none to be read; r_FIELD is what stood there.

    It also has the fields that the styles derive from other columns, such as a currency written
    beside the amounts.
    """
    types, columns = clean.types, []
    for field, column in FIELDS.items():
        if field in styles.derived:
            columns.append(f"{styles.derived[field]} AS {field}")
            continue
        if field not in types:
            columns.append(f"CAST(NULL AS {SQL_TYPES[column.kind]}) AS {field}")
            continue
        value = (
            styles.value(field)
            if field in styles.styles
            else typed(field, column.kind, types[field])
        )
        columns.append(f"{value} AS {field}")
        if column.kind != "text":
            columns.append(f"{field} AS r_{field}")
    kept = ", ".join(
        f"{value} AS t_{field}"
        for value, field in (c.rsplit(" AS ", 1) for c in columns)
        if field in SETTLED
    )
    db.run(
        f"CREATE OR REPLACE TEMP VIEW typed AS SELECT _part, _row, {', '.join([*columns, kept])} "
        f"FROM {styles.over(clean.name)}"
    )
    return View("typed", {**types, **dict.fromkeys(styles.derived, "VARCHAR")})
