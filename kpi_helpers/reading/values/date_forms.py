"""The shapes of written dates, and SQL that reads each.

A weekday before the day, a time, a half of the day and a time zone behind it are let pass: the day
is taken as written.
"""

import re
from functools import cache

from kpi_helpers.reading.columns.headers import key
from kpi_helpers.reading.columns.vocabulary import table
from kpi_helpers.reading.connection import lit

# Of years in two digits those from here on are of the last century.
PIVOT = "70"

_GAP = r"[ \x{a0}\x{202f}\x{2009}]"
_WORD = r"(\pL{3,13})"
_YEAR = r"['’]?(\d{4}|\d{2})"
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª)?"


def _listed(names: list[str]) -> str:
    """Any of the words, the longest first, their spaces of any kind, without regard to case."""
    words = sorted(names, key=len, reverse=True)
    return f"(?i:{'|'.join(re.escape(w).replace(re.escape(' '), _GAP) for w in words)})"


@cache
def _around() -> str:
    """The pattern of a date with what may stand before and behind it; the date is its group."""
    words = table("dates.toml")
    half, at = _listed(words["time"]["halves"]), _listed(words["time"]["before"])
    zone = r"(?:[A-Z]{1,5})?(?:[+-]\d{1,2}(?::?\d{2})?)?(?: ?\([^()]*\))?"
    clock = (
        rf"(?:{half}{_GAP}?)?\d{{1,2}}(?:[:.h]\d{{2}}){{1,2}}(?:[.,]\d+)?"
        rf"(?:{_GAP}?(?:{half}|{_listed(words['time']['behind'])}))?|\d{{1,2}}{_GAP}?{half}"
    )
    time = rf"(?:(?:{_GAP}|[T,])+(?:{at}{_GAP})?(?:{clock})(?:{_GAP}?{zone}))?"
    year = rf"(?:{_GAP}?{_listed(words['date']['behind'])})?"
    weekday = rf"(?:{_listed(words['weekdays']['names'])}\.?,?{_GAP}+)?"
    return rf"^{weekday}(\pL*\d.*?|\pL+[ .,/\x{{a0}}-]\d.*?){year}\.?{time}$"


def bare(column: str) -> str:
    """SQL of the day alone of a written date: what is of one form stays so, all else as it is."""
    return f"coalesce(nullif(regexp_extract({column}, {lit(_around())}, 1), ''), {column})"


@cache
def shapes() -> dict[str, str]:
    """The regular expression of each form of a bare date; in those of written ones the parts are
    groups."""
    words, mark = table("dates.toml"), rf"{_GAP}?([./-]){_GAP}?"
    of, weekday = _listed(words["date"]["between"]), _listed(words["weekdays"]["also_months"])
    again, gap = rf"{_GAP}?[./-]{_GAP}?", rf"(?:[.,/-]|{_GAP})"
    between = rf"{gap}*(?:{of}{_GAP}+)?"
    return {
        "day or month first": rf"(\d{{1,2}}){mark}(\d{{1,2}}){again}{_YEAR}",
        "year first": rf"(\d{{4}}){mark}(\d{{1,2}}){again}(\d{{1,2}})",
        "day and named month": (
            rf"(?:{weekday}\.?,?{_GAP}+)?(\d{{1,2}}){_ORDINAL}{between}{_WORD}\.?{between}{_YEAR}"
        ),
        "named month and day": rf"{_WORD}\.?{gap}*(\d{{1,2}}){_ORDINAL}{gap}+{_YEAR}",
        "year and named month": rf"(\d{{4}}){between}{_WORD}\.?{between}(\d{{1,2}})",
        "year, month and day signs": rf"(\d{{4}})年{_GAP}?(\d{{1,2}})月{_GAP}?(\d{{1,2}})日",
        # Excel's day numbers of 1982 to 2119: the five digits that no other form of date has.
        "Excel day numbers": r"[3-8]\d{4}(?:[.,]\d+)?",
        "seconds since 1970": r"\d{9,10}(?:\.\d+)?",
        "milliseconds since 1970": r"\d{12,13}(?:\.0)?",
        "digits (yyyymmdd)": r"(?:19|20|21)\d{6}(?:T\d{6}Z?)?",
    }


NUMBERS = ("Excel day numbers", "seconds since 1970", "milliseconds since 1970")
# What the groups of a form's shape are, in their order.
GROUPS = {
    "day or month first": ("d", "mark", "m", "y"),
    "year first": ("y", "mark", "m", "d"),
    "day and named month": ("d", "m", "y"),
    "named month and day": ("m", "d", "y"),
    "year and named month": ("y", "m", "d"),
    "year, month and day signs": ("y", "m", "d"),
}
_ORDERED = {
    "dmy": ("d", "mark", "m", "y"),
    "mdy": ("m", "mark", "d", "y"),
    "ymd": ("y", "mark", "m", "d"),
}


def parts(form: str, column: str, groups: tuple[str, ...] | None = None) -> str:
    """SQL that takes a date of the form apart into a struct of its groups."""
    names = ", ".join(map(lit, groups or GROUPS[form]))
    return f"regexp_extract({column}, {lit(f'^{shapes()[form]}$')}, [{names}])"


def read(form: str, column: str, order: str | None) -> str:
    """SQL of the date that a text of the form is."""
    match form:
        case "Excel day numbers":
            number = f"try_cast(replace({column}, ',', '.') AS DOUBLE)"
            return f"DATE '1899-12-30' + CAST(floor({number}) AS INTEGER)"
        case "seconds since 1970":
            return f"CAST(epoch_ms(CAST(try_cast({column} AS DOUBLE) * 1000 AS BIGINT)) AS DATE)"
        case "milliseconds since 1970":
            return f"CAST(epoch_ms(CAST(try_cast({column} AS DOUBLE) AS BIGINT)) AS DATE)"
        case "digits (yyyymmdd)":
            return f"CAST(try_strptime(left({column}, 8), '%Y%m%d') AS DATE)"
    p = parts(form, column, _ORDERED[order] if form == "day or month first" and order else None)
    month = _month(f"({p}).m") if "named" in form else f"({p}).m"
    return f"try_cast({_year(f'({p}).y')} || '-' || {month} || '-' || ({p}).d AS DATE)"


def _year(y: str) -> str:
    """SQL of a year in four digits."""
    return f"CASE WHEN length({y}) > 2 THEN '' WHEN {y} < '{PIVOT}' THEN '20' ELSE '19' END || {y}"


def _month(name: str) -> str:
    """SQL of a month's number by its name, null for other words."""
    # One long text: a choice of hundreds of words keeps DuckDB's optimizer busy for minutes.
    known, said = lit(_months()), f"'|' || lower({name}) || '='"
    at = f"nullif(strpos({known}, {said}), 0)"
    return f"substr({known}, {at} + length({said}), 2)"


@cache
def _months() -> str:
    """Every name of a month with its number: |jan=01|january=01|..."""
    months = {
        spelt: int(n)
        for n, names in table("dates.toml")["months"].items()
        for said in names
        for spelt in (said.lower(), said.replace("ı", "i"), key(said))
    }
    return "".join(f"|{spelt}={n:02}" for spelt, n in months.items()) + "|"
