"""The deals as SQL views: raw text, then clean, then typed. Nothing is computed until the checks
and the result ask."""

from pathlib import Path

from kpi_helpers.reading.columns.fields import FIELDS, SQL_TYPES
from kpi_helpers.reading.connection import Engine, lit, name
from kpi_helpers.reading.files.csvfile import stage
from kpi_helpers.reading.table import Stack, Table
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.styles import Styles

# `judged` settles these anew; what was typed in stays as t_FIELD, so that it is known whether it
# could be read.
SETTLED = ("closed_on", "expected_close_on", "amount", "lost_to_competitor")


def parquet_of(
    engine: Engine, table: Table, columns: dict[str, int]
) -> tuple[Path, dict[str, str]]:
    """A Parquet file with the wanted columns (new name -> SQL of it there); a CSV is parsed into
    one here, once."""
    if table.kind == "csv":
        target = engine.new_file()
        untidy = stage(engine, table, columns, target)
        return target, {
            new: values.cleaned(new, name(new)) if new in untidy else name(new) for new in columns
        }
    return table.path, {new: name(table.header[i]) for new, i in columns.items()}


def stacked(engine: Engine, stack: Stack, columns: dict[str, str]) -> str:
    """SQL of all the stack's rows: _part, _row and the wanted columns (new name -> header), by
    name."""
    parts = []
    for number, table in enumerate(stack.tables):
        at = {new: table.header.index(h) for new, h in columns.items() if h in table.header}
        path, there = parquet_of(engine, table, at)
        wanted = "".join(
            f", {_text(table, at[new], old)} AS {name(new)}" for new, old in there.items()
        )
        with engine.reading(table.file):
            parts.append(
                f"SELECT {number} AS _part, file_row_number AS _row{wanted} "
                f"FROM read_parquet({lit(path)}, file_row_number=true)"
            )
            table.rows = engine.one(f"SELECT count(*) FROM read_parquet({lit(path)})")[0]
    return " UNION ALL BY NAME ".join(parts)


def _text(table: Table, at: int, column: str) -> str:
    """Types that are neither text, number, date nor flag are read as their text."""
    sql_type = table.types[at] if table.types else "VARCHAR"
    known = sql_type == "VARCHAR" or any(
        values.native(kind, sql_type) for kind in ("date", "number", "flag")
    )
    return column if known else f"CAST({column} AS VARCHAR)"


def make_clean(
    engine: Engine, view: str, sql: str, kinds: dict[str, str], tidy: bool = False
) -> dict[str, str]:
    """View `view`: the rows of `sql` with blanks as null; gives each column's SQL type. `kinds`:
    column -> kind; `tidy`: text was cleaned while it was parsed."""
    types = {row[0]: row[1] for row in engine.rows(f"DESCRIBE {sql}")}
    columns = []
    for column, kind in kinds.items():
        sql_type = types[column]
        if sql_type == "VARCHAR":
            clean = name(column) if tidy else values.cleaned(column, name(column))
        elif sql_type in ("FLOAT", "DOUBLE"):
            clean = f"CASE WHEN NOT isnan({name(column)}) THEN {name(column)} END"  # pandas' blank
        elif kind in ("text", "name"):
            clean = values.text(f"CAST({name(column)} AS VARCHAR)")
            types[column] = "VARCHAR"
        elif not values.native(kind, sql_type):
            clean = f"CAST({name(column)} AS VARCHAR)"
            types[column] = "VARCHAR"
        else:
            clean = name(column)
        columns.append(f"{clean} AS {name(column)}")
    engine.run(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {', '.join(['_part', '_row', *columns])} "
        f"FROM ({sql})"
    )
    return types


def typed(column: str, kind: str, sql_type: str) -> str:
    """The typed value of a clean column for which no style was decided."""
    if kind in ("text", "name"):
        return column
    if values.native(kind, sql_type):
        return values.cast(kind, column)
    if kind == "flag":
        return values.flag(column)
    if kind == "date":
        return values.date(column)
    return values.number(column)


def make_typed(engine: Engine, types: dict[str, str], styles: Styles) -> None:
    """View `typed`: every field with its value, null where there is none to be read; r_FIELD is
    what stood there.

    `types` gains the fields that the styles derive from other columns, such as a currency written
    beside the amounts.
    """
    columns = []
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
        if column.kind not in ("text", "name"):
            columns.append(f"{field} AS r_{field}")
    kept = ", ".join(
        f"{value} AS t_{field}"
        for value, field in (c.rsplit(" AS ", 1) for c in columns)
        if field in SETTLED
    )
    engine.run(
        f"CREATE OR REPLACE TEMP VIEW typed AS SELECT _part, _row, {', '.join([*columns, kept])} "
        f"FROM {styles.over('clean')}"
    )
    types |= dict.fromkeys(styles.derived, "VARCHAR")
