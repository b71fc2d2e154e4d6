"""Everything that was rejected, as one frame: file, line, column, value, reason."""

from kpi_helpers.reading.connection import Engine
from kpi_helpers.reading.table import Stack

COLUMNS = ("file", "line", "column", "value", "reason")


def refused_side(stack: Stack, bad: list[tuple]) -> list[tuple]:
    """A side table's faults (part, row, column, value, reason), and its broken lines, with file and
    line."""
    told = []
    for number, table in enumerate(stack.tables):
        mine = [b for b in bad if b[0] == number]
        rows = [b[1] for b in mine]
        lines = table.lines(rows) if table.lines else [r + 1 for r in rows]
        told += [(table.file, line, *b[2:]) for line, b in zip(lines, mine, strict=True)]
        told += [(table.file, m.line, None, m.text, m.reason) for m in table.malformed]
    return told


def rejected_frame(engine: Engine, deals: Stack, sides: list[tuple]):
    """All faults of deals and side tables, in the order of files and lines. Empty: a frame without
    rows."""
    import pandas as pd

    frames = []
    for number, table in enumerate(deals.tables):
        frame = engine.connection.sql(
            f'SELECT _row, "column", value, reason FROM rejects WHERE _part = {number} ORDER BY '
            f"_row"
        ).df()
        rows = frame.pop("_row").tolist()
        unique = sorted(set(rows))
        line = dict(
            zip(
                unique, table.lines(unique) if table.lines else [r + 1 for r in unique], strict=True
            )
        )
        frame.insert(0, "line", [line[r] for r in rows])
        frame.insert(0, "file", table.file)
        broken = pd.DataFrame(
            [(table.file, m.line, None, m.text, m.reason) for m in table.malformed], columns=COLUMNS
        )
        both = [f for f in (frame, broken) if len(f)]
        if both:
            frames.append(pd.concat(both).sort_values("line", kind="stable"))
    if sides:
        frames.append(pd.DataFrame(sides, columns=COLUMNS))
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    return whole.astype(
        {"file": "str", "line": "int64", "column": "str", "value": "str", "reason": "str"}
    )
