"""How a column writes its numbers: the decimal mark and percentages, decided from all its values,
never guessed."""

import re
from dataclasses import dataclass
from functools import cache

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.columns.vocabulary import table
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.undecided import Undecided

# Values that show one mark beyond doubt outvote typing errors from this many to one.
OUTVOTES = 99
# Real decimals end in a zero about every tenth time; if hardly any is shorter than three digits,
# they are thousands.
RARELY_SHORTER = 20

_SP = r"[ \t\x{a0}\x{202f}\x{2009}]*"
_CORE = r"[.,]?\d(?:[\d.,'’ \x{a0}\x{202f}\x{2009}]*\d)?[.,]?"
_PARTS = ("open", "s1", "pre", "s2", "core", "exp", "unit", "post", "s3", "close")
_GROUPS = (
    r"(?: \d{3})+|(?:'\d{3})+|(?:’\d{3})+|(?:\x{a0}\d{3})+|(?:\x{202f}\d{3})+|(?:\x{2009}\d{3})+"
)


@dataclass(frozen=True)
class Writing:
    """How one column writes numbers: its decimal mark, and whether a bare 75 means 75 %."""

    decimal: str = "."
    percent: bool = False
    plain: bool = True
    share: bool = False

    def steps(self, column: str, parts: str, read: str) -> tuple[str, str, str]:
        """SQL in three steps, each of which names the one before as `parts` and `read`: so that
        nothing is worked out twice. The last gives the number, null where it is none."""
        if self.plain:
            bare = f"CASE WHEN strpos({column}, '_') = 0 THEN try_cast({column} AS DOUBLE) END"
            per = " / 100" if self.percent else ""
            return "NULL", bare, f"CASE WHEN isfinite({read}) THEN {read}{per} END"
        # A value with its own % is a share already.
        per = f" / CASE WHEN contains({column}, '%') THEN 1 ELSE 100 END" if self.percent else ""
        signed = f"CASE WHEN {_minuses(parts)} = 1 THEN -{read} ELSE {read} END"
        return (
            take_apart(column),
            _unsigned(parts, self.decimal, self.share),
            f"CASE WHEN isfinite({read}) THEN {signed}{per} END",
        )


@cache
def marks(share: bool) -> str:
    """The signs and codes that may stand beside a number, as an SQL list: currencies, or % for a
    share."""
    known = table("currencies.toml")
    marks = {"", "%"} if share else {"", *known["codes"], *known["iso"]["codes"].split()}
    return f"({', '.join(lit(m) for m in sorted(marks))})"


def take_apart(column: str) -> str:
    """SQL that takes a written number apart: signs, marks, digits (core), exponent, multiple."""
    mark = r"[^\d.,'’()+−-]*"  # whatever it is: only known marks are let pass afterwards
    unit = "|".join(sorted(table("writing.toml")["multiples"], key=len, reverse=True))
    pattern = (
        rf"^(\(?){_SP}([-+−]?){_SP}({mark}){_SP}([-+−]?){_SP}({_CORE})((?:[eE][-+]?\d+)?)"
        rf"{_SP}((?i:{unit})\b)?{_SP}({mark}){_SP}([-−]?){_SP}(\)?)$"
    )
    return f"regexp_extract({column}, {lit(pattern)}, [{', '.join(map(lit, _PARTS))}])"


def _shape(decimal: str) -> str:
    group = "," if decimal == "." else "."
    return rf"(?:\d{{1,3}}(?:(?:\{group}\d{{3}})+|{_GROUPS})|\d*)(?:\{decimal}\d*)?"


def _minuses(p: str) -> str:
    return (
        f"(({p}.open = '(')::INT + ({p}.s1 IN ('-', '−'))::INT + ({p}.s2 IN ('-', '−'))::INT "
        f"+ ({p}.s3 <> '')::INT)"
    )


def _unsigned(p: str, decimal: str, share: bool) -> str:
    """The value without its sign; null where its groups are not groups of three, or its signs do
    not fit."""
    digits = rf"regexp_replace({p}.core, '[^0-9{decimal}]', '', 'g')"
    if decimal == ",":
        digits = f"replace({digits}, ',', '.')"
    read = f"try_cast({digits} || {p}.exp AS DOUBLE)"
    if share:
        read = f"{read} / CASE WHEN {p}.pre || {p}.post = '' THEN 1 ELSE 100 END"
    else:
        factors = table("writing.toml")["multiples"].items()
        times = " ".join(f"WHEN {lit(word)} THEN {factor!r}" for word, factor in factors)
        read = (
            f"CASE WHEN {p}.unit = '' THEN {read} ELSE round({read} * CASE lower({p}.unit) "
            f"{times} END, 6) END"
        )
    fits = (
        f"{p}.core <> '' AND regexp_full_match({p}.core, {lit(_shape(decimal))}) AND "
        f"{_minuses(p)} <= 1 "
        f"AND ({p}.open = '(') = ({p}.close = ')') AND {p}.unit {'=' if share else '>='} '' "
        f"AND upper(trim({p}.pre)) IN {marks(share)} AND upper(trim({p}.post)) IN {marks(share)}"
    )
    return f"CASE WHEN {fits} THEN {read} END"


def _sure(decimal: str) -> str:
    """Digits that can only be read with this decimal mark."""
    group = "," if decimal == "." else "."
    d, g = rf"\{decimal}", rf"\{group}"
    grouped = rf"\d{{1,3}}(?:(?:{g}\d{{3}})+|{_GROUPS}){d}\d*|\d{{1,3}}(?:{g}\d{{3}}){{2,}}"
    return rf"{grouped}|\d*{d}(?:\d{{0,2}}|\d{{4,}})|\d{{4,}}{d}\d{{3}}|0\d*{d}\d{{3}}"


def _ambiguous(mark: str) -> str:
    return rf"[1-9]\d{{0,2}}\{mark}\d{{3}}"


@dataclass
class Evidence:
    """What the values of one column show; the examples are its own words."""

    values: int
    dot: int
    dot_example: str | None
    comma: int
    comma_example: str | None
    either_dot: int
    either_comma: int
    either_example: str | None


def plain_enough(db: Connection, view: str, fields: list[str]) -> set[str]:
    """The fields all of whose values are plain numbers that nothing could read otherwise: seen in
    one cheap pass."""
    if not fields:
        return set()
    tests = [
        f"count(*) FILTER ({f} IS NOT NULL AND (({values.number(f)}) IS NULL OR left(right({f}, "
        f"4), 1) = '.'))"
        for f in fields
    ]
    return {
        f
        for f, n in zip(fields, db.one(f"SELECT {', '.join(tests)} FROM {view}"), strict=True)
        if not n
    }


def evidence(db: Connection, view: str, field: str) -> Evidence:
    """Count what the values of a text column show."""
    exact = {"dot": _sure("."), "comma": _sure(",")}
    is_ = {k: f"(core <> '' AND regexp_full_match(core, {lit(v)}))" for k, v in exact.items()}
    is_ = {
        k: f"(({v}) OR (exp <> '' AND contains(core, {lit('.' if k == 'dot' else ',')})))"
        for k, v in is_.items()
    }
    eithers = {
        k: f"(core <> '' AND exp = '' AND regexp_full_match(core, {lit(_ambiguous(k))}))"
        for k in ".,"
    }
    row = db.one(f"""SELECT count(c), count(*) FILTER ({is_["dot"]}),
      min(c) FILTER ({is_["dot"]}),
        count(*) FILTER ({is_["comma"]}), min(c) FILTER ({is_["comma"]}),
        count(*) FILTER ({eithers["."]}), count(*) FILTER ({eithers[","]}),
        min(c) FILTER ({eithers["."]} OR {eithers[","]})
        FROM (SELECT c, unnest(p) FROM (SELECT {field} AS c, {take_apart(field)} AS p FROM {view}
              WHERE {field} IS NOT NULL))""")
    return Evidence(*row)


def decimal(
    seen: Evidence, said: str | None, share: bool
) -> tuple[str, tuple[Note, ...]] | Undecided:
    """The decimal mark, and why.

    >>> many = Evidence(3, 2, "95,570.69", 0, None, 0, 1, "1,500")
    >>> decimal(many, None, False)
    ('.', ("decimal point: '95,570.69' can be read in no other way",))
    """
    counts = {".": seen.dot, ",": seen.comma}
    example = {".": seen.dot_example, ",": seen.comma_example}
    either = {".": seen.either_dot, ",": seen.either_comma}
    word = {".": "point", ",": "comma"}
    best, other = sorted(counts, key=counts.get, reverse=True)
    if share and not counts[other] and not (either["."] and either[","]):
        mark = best if counts[best] else ("," if either[","] else ".")
        return mark, (Note(f"{word[mark]}_share"),)
    if counts[best] > OUTVOTES * counts[other] and either[best] <= RARELY_SHORTER * counts[best]:
        why = [Note(f"{word[best]}_sure", example=repr(example[best]))]
        if counts[other]:
            odd = repr(example[other])
            why.append(Note("other_mark_rejected", n=counts[other], example=odd))
        return best, tuple(why)
    if not counts["."] and not counts[","] and not either["."] and not either[","]:
        return ".", (Note("whole_numbers"),)
    if said:
        return said, (Note(f"{word[said]}_told"),)
    if counts["."] and counts[","]:
        return Undecided(
            f"holds both {example['.']!r} and {example[',']!r}, so its decimal mark cannot be told",
            "decimal",
        )
    text = seen.either_example
    core = re.search(r"\d+[.,]\d{3}", text).group()
    mark = "." if "." in core else ","
    whole, small = re.sub(r"[.,]", "", core), core.replace(",", ".")
    return Undecided(
        f"writes {text!r}, which is {whole} if {mark!r} separates thousands and {small} if it is "
        f"decimal",
        "decimal",
    )
