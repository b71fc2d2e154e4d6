"""Whether a column of shares means 0.75 or 75 when it says three quarters, decided from all its
values."""

from kpi_helpers.reading.connection import Engine

# Numbers of one kind outvote typing errors of the other from this many to one.
OUTVOTES = 99
# What settles nothing for another export.
NOTHING, SIGNED = "nothing but 0", "per cent, by its signs"


def percent(
    engine: Engine, view: str, field: str, number: str, text: bool, header: str, said: str | None
) -> tuple[bool | None, str]:
    """True for per cent, False for fractions, None when it cannot be told; and why. `number`: SQL
    of the values.

    A bare 1 may be 100 % as well as 1 %, so many of them leave a column open; fewer than one in ten
    do not.
    """
    bare = f"NOT contains({field}, '%')" if text else "true"
    low, over, most, part = engine.one(
        f"SELECT count(*) FILTER (x > 0 AND x <= 1), count(*) FILTER (x > 2 AND x <= 100), max(x), "
        f"count(*) FILTER (x > 0 AND x < 1) "
        f"FROM (SELECT {number} AS x FROM {view} WHERE {field} IS NOT NULL AND {bare})"
    )
    signed = (
        engine.one(f"SELECT count(*) FROM {view} WHERE contains({field}, '%')")[0] if text else 0
    )
    if not low and not over:
        return False, SIGNED if signed else NOTHING
    if signed and low and not over:
        if said:
            return said == "percent", f"{said}, as was said"
        return None, f"has {signed:,} values with % and {low:,} up to 1 without"
    if over > OUTVOTES * low or (over and "%" in header) or (not part and over > 9 * low):
        return True, f"per cent: values up to {most:g}"
    if not over:
        if "%" in header and not part:
            return True, f"per cent, as its header {header!r} says"
        if said:
            return said == "percent", f"{said}, as was said"
        return False, f"fractions of 1: no value is above {most:g}"
    if low > OUTVOTES * over:
        return False, f"fractions of 1; {over:,} values above 1 are rejected"
    if said:
        return said == "percent", f"{said}, as was said"
    return (
        None,
        f"has {low:,} values up to 1 and {over:,} up to {most:g}, so it may be per cent or a "
        f"fraction of 1",
    )
