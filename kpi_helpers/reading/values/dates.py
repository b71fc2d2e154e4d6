"""How a column writes its dates: day or month first, Excel's or Unix' numbers; decided from all its
values."""

from dataclasses import dataclass

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.columns.headers import key
from kpi_helpers.reading.columns.vocabulary import table
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.undecided import Undecided

# Dates that show one order beyond doubt outvote typing errors from this many to one.
OUTVOTES = 99

_TIME = r"(?:[ T,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?)?"
_SLASHED = rf"(\d{{1,2}})([./-])(\d{{1,2}})[./-](\d{{4}}|\d{{2}}){_TIME}"
_YEAR_FIRST = rf"\d{{4}}[./]\d{{1,2}}[./]\d{{1,2}}{_TIME}"
_NAMED_DAY = rf"(\d{{1,2}})[ .-]+([^\d\s./-]{{3,9}})\.?[ ,-]+(\d{{4}}){_TIME}"
_NAMED_MONTH = rf"([^\d\s./-]{{3,9}})\.? (\d{{1,2}}),? (\d{{4}}){_TIME}"
# Excel's day numbers of 1982 to 2119: the five digits that no other form of date has.
_SERIAL = r"[3-8]\d{4}(?:[.,]\d+)?"
_SECONDS, _MILLISECONDS, _COMPACT = (
    r"\d{9,10}(?:\.\d+)?",
    r"\d{12,13}(?:\.0)?",
    r"(?:19|20|21)\d{6}",
)
_FORMS = {
    "day or month first": _SLASHED,
    "year first": _YEAR_FIRST,
    "named months": f"{_NAMED_DAY}|{_NAMED_MONTH}",
    "Excel day numbers": _SERIAL,
    "seconds since 1970": _SECONDS,
    "milliseconds since 1970": _MILLISECONDS,
    "digits (yyyymmdd)": _COMPACT,
}
_NOTES = {
    "year first": "dates_year_first",
    "named months": "dates_named_months",
    "Excel day numbers": "dates_excel",
    "seconds since 1970": "dates_seconds",
    "milliseconds since 1970": "dates_milliseconds",
    "digits (yyyymmdd)": "dates_digits",
}
_NUMBERS = ("Excel day numbers", "seconds since 1970", "milliseconds since 1970")


@dataclass(frozen=True)
class Dating:
    """How one column writes dates beside ISO's way: the forms it has, and which comes first, day or
    month."""

    forms: tuple[str, ...] = ()
    order: str | None = None

    def steps(self, column: str, parts: str, read: str) -> tuple[str, str, str]:
        """SQL in three steps, each of which names the one before as `parts` and `read`, as
        Writing.steps does."""
        other = [
            f"WHEN regexp_full_match({column}, {lit(_FORMS[f])}) THEN {self._read(f, column)}"
            for f in self.forms
        ]
        any_form = f"CASE WHEN {parts} IS NOT NULL THEN {parts} {' '.join(other)} END"
        return values.iso(column), any_form if other else parts, values.believable(read)

    def _read(self, form: str, column: str) -> str:
        match form:
            case "day or month first":
                return _slashed(column, self.order)
            case "year first":
                ymd = lit("^(.{4}).(..?).(..?)(?:[^0-9].*)?$")
                return f"try_cast(regexp_replace({column}, {ymd}, '\\1-\\2-\\3') AS DATE)"
            case "named months":
                return _named(column)
            case "Excel day numbers":
                return (
                    f"DATE '1899-12-30' + CAST(floor(try_cast(replace({column}, ',', '.') AS "
                    f"DOUBLE)) AS INTEGER)"
                )
            case "seconds since 1970":
                return (
                    f"CAST(epoch_ms(CAST(try_cast({column} AS DOUBLE) * 1000 AS BIGINT)) AS DATE)"
                )
            case "milliseconds since 1970":
                return f"CAST(epoch_ms(CAST(try_cast({column} AS DOUBLE) AS BIGINT)) AS DATE)"
        return f"CAST(try_strptime({column}, '%Y%m%d') AS DATE)"


def _slashed(column: str, order: str | None) -> str:
    first, second = ("month", "day") if order == "mdy" else ("day", "month")
    p = f"regexp_extract({column}, {lit(f'^{_SLASHED}$')}, ['{first}', 'mark', '{second}', 'year'])"
    year = f"CASE WHEN length(({p}).year) = 2 THEN '20' ELSE '' END || ({p}).year"
    return f"try_cast({year} || '-' || ({p}).month || '-' || ({p}).day AS DATE)"


def _named(column: str) -> str:
    months = {name: n for n, names in table("writing.toml")["months"].items() for name in names}
    a = f"regexp_extract({column}, {lit(f'^{_NAMED_DAY}$')}, ['d', 'm', 'y'])"
    b = f"regexp_extract({column}, {lit(f'^{_NAMED_MONTH}$')}, ['m', 'd', 'y'])"
    words = {**{n.lower(): m for n, m in months.items()}, **{key(n): m for n, m in months.items()}}
    listed = " ".join(f"WHEN {lit(w)} THEN {lit(m)}" for w, m in words.items())

    def one(p: str) -> str:
        return f"({p}).y || '-' || CASE lower(({p}).m) {listed} END || '-' || ({p}).d"

    return f"try_cast(CASE WHEN ({a}).y <> '' THEN {one(a)} ELSE {one(b)} END AS DATE)"


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


def decide(
    db: Connection, view: str, field: str, said: str | None
) -> tuple[Dating, tuple[Note, ...]] | Undecided:
    """How the column writes its dates, and why."""
    other = (
        f"(SELECT {field} AS c FROM {view} WHERE {field} IS NOT NULL AND "
        f"({values.iso(field)}) IS NULL)"
    )
    tests = [f"count(*) FILTER (regexp_full_match(c, {lit(shape)}))" for shape in _FORMS.values()]
    found = dict(zip(_FORMS, db.one(f"SELECT {', '.join(tests)} FROM {other}"), strict=True))
    forms = [f for f, n in found.items() if n]
    numbers = sorted((f for f in forms if f in _NUMBERS), key=found.get)
    # One kind of number: the most frequent. A stray other one is no date, and its row is rejected.
    forms = [f for f in forms if f not in numbers[:-1]]
    order, why = None, [Note(_NOTES[f]) for f in forms if f in _NOTES]
    if "day or month first" in forms:
        if numbers:
            return Undecided(
                f"mixes written dates with {numbers[-1]}, as Excel does when it turns day and "
                f"month around; "
                "export it again with dates as text, or as 2025-12-31",
                None,
            )
        found = _order(db, other, said)
        if isinstance(found, Undecided):
            return found
        order, reasons = found
        why += reasons
    return Dating(tuple(forms), order), tuple(why) or (Note("dates_iso"),)


def _order(
    db: Connection, other: str, said: str | None
) -> tuple[str, tuple[Note, ...]] | Undecided:
    """dmy or mdy, and why."""
    day, day_example, month, month_example, open_, example, dotted = db.one(f"""
        SELECT count(*) FILTER (a > 12 AND b <= 12), min(c) FILTER (a > 12 AND b <= 12),
               count(*) FILTER (b > 12 AND a <= 12), min(c) FILTER (b > 12 AND a <= 12),
               count(*) FILTER (a <= 12 AND b <= 12 AND a <> b), min(c) FILTER (a <= 12
                 AND b <= 12 AND a <> b),
               count(*) FILTER (p.mark = '.')
        FROM (SELECT c, p, try_cast(p.a AS INTEGER) AS a, try_cast(p.b AS INTEGER) AS b
              FROM (SELECT c, regexp_extract(c, {lit(f"^{_SLASHED}$")}, ['a', 'mark', 'b',
                'y']) AS p FROM {other}))""")
    votes = {"dmy": (day, day_example), "mdy": (month, month_example)}
    best, least = ("dmy", "mdy") if day >= month else ("mdy", "dmy")
    if votes[best][0] > OUTVOTES * votes[least][0]:
        sure = Note(f"{best}_sure", example=repr(votes[best][1]))
        odd = votes[least][0]
        return best, (sure, Note("other_order_rejected", n=odd)) if odd else (sure,)
    if said in votes:
        return said, (Note(f"{said}_told"),)
    if day and month:
        return Undecided(
            f"holds both {day_example!r} and {month_example!r}, so whether day or month comes "
            f"first is open",
            "dates",
        )
    if not open_:
        return "dmy", (Note("order_same"),)
    if dotted:
        return "dmy", (Note("dmy_points", example=repr(example)),)
    return Undecided(
        f"writes {example!r}, and no value shows whether the day or the month comes first", "dates"
    )
