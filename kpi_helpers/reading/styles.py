"""How a column writes its numbers, decided from all its values."""

from kpi_helpers.reading import values
from kpi_helpers.reading.engine import Engine
from kpi_helpers.reading.fields import FIELDS


def decide(
    engine: Engine, types: dict[str, str], said: dict[str, str], own: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Field -> style, and field -> why in words, for the text columns that hold numbers."""
    styles, why = {}, {}
    asked = [f for f, t in types.items() if t == "VARCHAR" and FIELDS[f].kind in ("number", "share")]
    if not asked:
        return styles, why
    unread = [f"count(*) FILTER (WHERE {f} IS NOT NULL AND try_cast({f} AS DOUBLE) IS NULL)" for f in asked]
    other = engine.one(f"SELECT {', '.join(unread)} FROM clean")
    for f, n in zip(asked, other, strict=True):
        styles[f] = "." if n else values.PLAIN
    return styles, why
