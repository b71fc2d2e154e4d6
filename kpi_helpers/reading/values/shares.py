"""Whether a column of shares means 0.75 or 75 when it says three quarters, decided from all its
values."""

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.values.undecided import Undecided

# Numbers of one kind outvote typing errors of the other from this many to one.
OUTVOTES = 99
# What settles nothing for another export.
SETTLES_NOTHING = ("share_zeros", "share_signed")


def percent(
    db: Connection, view: str, field: str, number: str, text: bool, header: str, said: str | None
) -> tuple[bool, Note] | Undecided:
    """True for per cent and False for fractions, with the reason. `number`: SQL of the values.

    A bare 1 may be 100 % as well as 1 %, so many of them leave a column open; fewer than one in ten
    do not.
    """
    bare = f"NOT contains({field}, '%')" if text else "true"
    low, over, most, part = db.one(
        f"SELECT count(*) FILTER (x > 0 AND x <= 1), count(*) FILTER (x > 2 AND x <= 100), max(x), "
        f"count(*) FILTER (x > 0 AND x < 1) "
        f"FROM (SELECT {number} AS x FROM {view} WHERE {field} IS NOT NULL AND {bare})"
    )
    signed = db.one(f"SELECT count(*) FROM {view} WHERE contains({field}, '%')")[0] if text else 0
    header_says = "%" in header
    answer = (said == "percent", Note(f"{said}_told")) if said else None
    if not low and not over:
        return False, Note("share_signed" if signed else "share_zeros")
    if signed and low and not over:
        why = f"has {signed:,} values with % and {low:,} up to 1 without"
        return answer or Undecided(why, "shares")
    if over > OUTVOTES * low or (over and header_says) or (not part and over > 9 * low):
        return True, Note("percent_by_size", most=f"{most:g}")
    if not over:
        if header_says and not part:
            return True, Note("percent_by_header", header=repr(header))
        return answer or (False, Note("fraction_by_size", most=f"{most:g}"))
    if low > OUTVOTES * over:
        return False, Note("fraction_most", n=over)
    why = (
        f"has {low:,} values up to 1 and {over:,} up to {most:g}, so it may be per cent or a "
        "fraction of 1"
    )
    return answer or Undecided(why, "shares")
