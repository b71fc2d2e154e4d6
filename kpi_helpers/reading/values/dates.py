"""How a column writes its dates: day or month first, Excel's or Unix' numbers; decided from all its
values."""

from dataclasses import dataclass

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.values import date_forms, values
from kpi_helpers.reading.values.undecided import Undecided

# Dates that show one order beyond doubt outvote typing errors from this many to one.
OUTVOTES = 99

_NOTES = {
    "year first": "dates_year_first",
    "day and named month": "dates_named_months",
    "named month and day": "dates_named_months",
    "year and named month": "dates_named_months",
    "year, month and day signs": "dates_year_first",
    "Excel day numbers": "dates_excel",
    "seconds since 1970": "dates_seconds",
    "milliseconds since 1970": "dates_milliseconds",
    "digits (yyyymmdd)": "dates_digits",
}
_SLASHED = "day or month first"
TURNED = (
    "as Excel does when it turns day and month around; export it again with dates as text, or as "
    "2025-12-31"
)


@dataclass(frozen=True)
class Dating:
    """How one column writes dates beside ISO's way: which comes first, day or month, and the table
    of what stands there (`said`) with its `day`; None where all is as ISO writes it."""

    order: str | None = None
    days: str | None = None

    def steps(self, column: str, parts: str, read: str) -> tuple[str, str, str]:
        """SQL in three steps, each of which names the one before as `parts` and `read`, as
        Writing.steps does."""
        iso = values.iso(column)
        if self.days is None:
            return "NULL", iso, values.believable(read)
        return f"{self.days}.day", f"coalesce({parts}, {iso})", values.believable(read)

    def join(self, column: str) -> str:
        """The join that brings the table of days to a row."""
        return f" LEFT JOIN {self.days} ON {self.days}.said = v.{column}" if self.days else ""


@dataclass(frozen=True)
class Moments:
    """Moments that are midnights of UTC: days that a library wrote as moments."""

    def steps(self, column: str, parts: str, read: str) -> tuple[str, str, str]:  # noqa: ARG002
        """See Dating; these have no parts."""
        day = f"CAST(make_timestamp(epoch_us({column})) AS DATE)"
        return "NULL", day, values.believable(read)


def iso_only(db: Connection, view: str, fields: list[str]) -> set[str]:
    """The fields all of whose values are dates as ISO writes them: seen in one cheap pass."""
    if not fields:
        return set()
    tests = [f"count(*) FILTER ({f} IS NOT NULL AND ({values.iso(f)}) IS NULL)" for f in fields]
    return {
        f
        for f, n in zip(fields, db.one(f"SELECT {', '.join(tests)} FROM {view}"), strict=True)
        if not n
    }


def moments(db: Connection, view: str, field: str) -> tuple[Moments, tuple[Note, ...]] | Undecided:
    """How moments in a time zone are days: refused unless each is midnight, as the day of any other
    depends on where it is told."""
    within = f"epoch_us({field}) % 86400000000"
    if not db.one(f"SELECT count(*) FILTER ({within} <> 0) FROM {view}")[0]:
        return Moments(), (Note("dates_midnights"),)
    return Undecided(
        "holds moments in a time zone, and which day a moment is depends on the zone; give days "
        "instead, in SQL as CAST(... AT TIME ZONE 'Europe/Istanbul' AS DATE), in pandas as "
        ".dt.tz_convert('Europe/Istanbul').dt.tz_localize(None)",
        None,
    )


def decide(
    db: Connection, view: str, field: str, said: str | None
) -> tuple[Dating, tuple[Note, ...]] | Undecided:
    """How the column writes its dates, and why."""
    iso = values.iso(field)
    # What stands there, each once and how often: it is few, and a regular expression is slow.
    words, days = f"words_{view}_{field}", f"days_{view}_{field}"
    db.run(
        f"CREATE OR REPLACE TEMP TABLE {words} AS SELECT said, n, {date_forms.bare('said')} AS c "
        f"FROM (SELECT {field} AS said, count(*) AS n FROM {view} "
        f"WHERE {field} IS NOT NULL AND ({iso}) IS NULL GROUP BY 1)"
    )
    shapes = date_forms.shapes()
    tests = [_count(f"regexp_full_match(c, {lit(shape)})") for shape in shapes.values()]
    found = dict(zip(shapes, db.one(f"SELECT {', '.join(tests)} FROM {words}"), strict=True))
    forms = [f for f, n in found.items() if n]
    numbers = sorted((f for f in forms if f in date_forms.NUMBERS), key=found.get)
    # One kind of number: the most frequent. A stray other one is no date, and its row is rejected.
    forms = [f for f in forms if f not in numbers[:-1]]
    order, why = None, [Note(c) for c in dict.fromkeys(_NOTES[f] for f in forms if f in _NOTES)]
    if _SLASHED in forms:
        if numbers:
            return Undecided(f"mixes written dates with {numbers[-1]}, {TURNED}", None)
        slashed = _ordered(db, view, iso, words, said)
        if isinstance(slashed, Undecided):
            return slashed
        order, reasons = slashed
        why += reasons
    if short := _short_years(db, words, forms):
        why.append(Note("dates_short_years", n=short))
    read = " ".join(
        f"WHEN regexp_full_match(c, {lit(shapes[f])}) THEN {date_forms.read(f, 'c', order)}"
        for f in forms
    )
    if forms:
        db.run(
            f"CREATE OR REPLACE TEMP TABLE {days} AS SELECT said, CASE {read} END AS day "
            f"FROM {words}"
        )
    return Dating(order, days if forms else None), tuple(why) or (Note("dates_iso"),)


def _count(condition: str) -> str:
    """SQL of how many values of a table of words meet a condition."""
    return f"CAST(coalesce(sum(n) FILTER ({condition}), 0) AS BIGINT)"


def _short_years(db: Connection, words: str, forms: list[str]) -> int:
    """How many dates write their year in two digits."""
    years = [f"length(({date_forms.parts(f, 'c')}).y)" for f in forms if f in date_forms.GROUPS]
    tests = " OR ".join(f"{length} = 2" for length in years)
    return db.one(f"SELECT {_count(tests)} FROM {words}")[0] if years else 0


@dataclass(frozen=True)
class _Seen:
    """What the dates written with marks show: how many can have only one order, with an example of
    each; how many are the same day in either (`same`), or another (`open_`); whether all can begin
    with a year of two digits, and have fewer different ones there than at their end."""

    day: int
    day_example: str | None
    month: int
    month_example: str | None
    same: int
    open_: int
    example: str | None
    dotted: int
    year: int
    year_example: str | None
    any_year: bool
    fewer_years: bool


def _seen(db: Connection, words: str) -> _Seen:
    day, month = "a BETWEEN 13 AND 31 AND b <= 12", "b BETWEEN 13 AND 31 AND a <= 12"
    either, short = "a <= 12 AND b <= 12 AND a <> b", "length(y) = 2 AND b <= 12 AND y <= '31'"
    return _Seen(
        *db.one(f"""
        SELECT {_count(day)}, min(c) FILTER ({day}), {_count(month)}, min(c) FILTER ({month}),
               {_count("a <= 12 AND a = b")}, {_count(either)}, min(c) FILTER ({either}),
               {_count("mark = '.'")},
               {_count(f"a > 31 AND {short}")}, min(c) FILTER (a > 31 AND {short}),
               coalesce(bool_and({short}), false), count(DISTINCT a) < count(DISTINCT y)
        FROM (SELECT c, n, p.mark AS mark, p.y AS y, try_cast(p.d AS INTEGER) AS a,
                     try_cast(p.m AS INTEGER) AS b
              FROM (SELECT c, n, {date_forms.parts(_SLASHED, "c")} AS p FROM {words}))
        WHERE a IS NOT NULL""")
    )


def _ordered(
    db: Connection, view: str, iso: str, words: str, said: str | None
) -> tuple[str, tuple[Note, ...]] | Undecided:
    """The order of a column that writes dates with marks, beside those of ISO."""
    seen = _seen(db, words)
    days, late = db.one(
        f"SELECT count(*), count(*) FILTER (day({iso}) > 12) FROM {view} WHERE ({iso}) IS NOT NULL"
    )
    # Excel turns round each date that it can read in its own order, which are those of the first
    # twelve days, and leaves all others as text.
    one_sided = not (seen.same or seen.open_) and bool(seen.day) != bool(seen.month)
    if days and not late and one_sided and said is None:
        return Undecided(
            f"holds dates of the first twelve days of a month only, and written ones like "
            f"{seen.day_example or seen.month_example!r} of the other days only, {TURNED}; if the "
            "dates are right as they stand, say the order of the written ones",
            "dates",
        )
    found = _order(seen, said)
    if isinstance(found, Undecided) or not days:
        return found
    return found[0], (*found[1], Note("dates_mixed", n=days))


def _order(seen: _Seen, said: str | None) -> tuple[str, tuple[Note, ...]] | Undecided:
    """dmy, mdy or ymd, and why."""
    votes = {
        "dmy": (seen.day, seen.day_example),
        "mdy": (seen.month, seen.month_example),
        "ymd": (seen.year, seen.year_example),
    }
    if seen.any_year and seen.year:
        return "ymd", (Note("ymd_sure", example=repr(seen.year_example)),)
    # What shows a day of the month may be a year in two digits, where all can be.
    years = seen.any_year and seen.fewer_years
    best, *others = sorted(votes, key=lambda order: -votes[order][0])
    odd = sum(votes[order][0] for order in others)
    if votes[best][0] > OUTVOTES * odd and not years:
        sure = Note(f"{best}_sure", example=repr(votes[best][1]))
        return best, (sure, Note("other_order_rejected", n=odd)) if odd else (sure,)
    if said in votes:
        return said, (Note(f"{said}_told"),)
    if years:
        return Undecided(
            f"writes {seen.day_example or seen.example!r}, and no value shows whether the day or "
            "the year comes first",
            "years",
        )
    if odd:
        shown = [repr(example) for n, example in votes.values() if n]
        return Undecided(
            f"holds both {shown[0]} and {shown[1]}, so whether day or month comes first is open",
            "dates",
        )
    if not seen.open_:
        return "dmy", (Note("order_same"),)
    if seen.dotted:
        return "dmy", (Note("dmy_points", example=repr(seen.example)),)
    return Undecided(
        f"writes {seen.example!r}, and no value shows whether the day or the month comes first",
        "dates",
        beside=True,
    )
