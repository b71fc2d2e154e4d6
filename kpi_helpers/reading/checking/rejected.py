"""Everything that was rejected, as one frame: file, line, column, value, reason."""

import json
from typing import Any

from kpi_helpers.contract.notes import decode, encode
from kpi_helpers.reading.checking.checks import Rejects
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.table import Malformed, Stack, Table

COLUMNS = ("file", "line", "column", "value", "reason")
WHOLE_LINE = "(whole line)"


def refused_side(stack: Stack, bad: list[tuple]) -> list[tuple]:
    """A side table's faults (part, row, column, value, reason, general), and its broken lines, with
    file and line."""
    refused = []
    for number, table in enumerate(stack.tables):
        mine = [b for b in bad if b[0] == number]
        lines = _lines(table, [b[1] for b in mine])
        refused += [(table.file, line, *b[2:]) for line, b in zip(lines, mine, strict=True)]
        refused += [_broken(table, line) for line in table.malformed]
    return refused


def rejected_frame(db: Connection, rejects: Rejects, deals: Stack, sides: list[tuple]):
    """All faults of deals and side tables in the order of files and lines, and what `by_reason`
    makes of them. Empty: a frame without rows."""
    import pandas as pd

    columns, frames = [*COLUMNS, "general"], []
    for number, table in enumerate(deals.tables):
        frame = db.connection.sql(
            f'SELECT _row, "column", value, reason, general FROM {rejects.name} '
            f"WHERE _part = {number} ORDER BY _row"
        ).df()
        rows = frame.pop("_row").tolist()
        unique = sorted(set(rows))
        line = dict(zip(unique, _lines(table, unique), strict=True))
        frame.insert(0, "line", [line[r] for r in rows])
        frame.insert(0, "file", table.file)
        broken = pd.DataFrame([_broken(table, line) for line in table.malformed], columns=columns)
        both = [f for f in (frame, broken) if len(f)]
        if both:
            frames.append(pd.concat(both).sort_values("line", kind="stable"))
    if sides:
        frames.append(pd.DataFrame(sides, columns=columns))
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    whole = whole.astype(dict.fromkeys(columns, "str") | {"line": "int64"})
    return whole[list(COLUMNS)], by_reason(whole)


def by_reason(rejected) -> list[dict[str, Any]]:
    """One line for each column and reason, a hundred of a kind together: reason (a `Note` without
    the rows' own values), column, rows, and the first as example with its file and line."""
    found = []
    keys = [rejected["column"].fillna(WHOLE_LINE), rejected["general"]]
    for (column, general), rows in rejected.groupby(keys, sort=False):
        first = json.loads(rows.head(1).to_json(orient="records"))[0]
        (reason,) = decode(general)
        found.append(
            {"reason": reason, "column": column, "rows": len(rows), "example": first["value"]}
            | {name: first[name] for name in ("file", "line")}
        )
    return sorted(found, key=lambda r: -r["rows"])


def _lines(table: Table, rows: list[int]) -> list[int]:
    return table.lines(rows) if table.lines else [row + 1 for row in rows]


def _broken(table: Table, line: Malformed) -> tuple:
    general = encode([line.reason.generally()])
    return (table.file, line.line, None, line.text, line.reason, general)
