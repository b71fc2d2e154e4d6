"""How each column writes numbers, shares and dates: decided from all its values, refused when they
leave it open."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from kpi_helpers.contract.deals import Column
from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reading.connection import Connection, name
from kpi_helpers.reading.values import currencies, dates, numbers, shares, values
from kpi_helpers.reading.values.undecided import Undecided
from kpi_helpers.reading.view import View


class Style(Protocol):
    """The SQL of a column's value in three steps, so that none of it is worked out twice."""

    def steps(self, column: str, parts: str, read: str) -> tuple[str, str, str]:
        """From the column's name: its parts; what they read as; the value."""


@dataclass(frozen=True)
class Percent:
    """Numbers, not text, that are per cent."""

    def steps(self, column: str, parts: str, read: str) -> tuple[str, str, str]:  # noqa: ARG002
        """See Style; these have no parts."""
        return "NULL", column, f"({values.cast('share', read)}) / 100"


# What settles an open question: each answer with an example of what it means.
_ANSWERS = {
    "decimal": ((",", "1.234,50"), (".", "1,234.50")),
    "dates": (("dmy", "31.12.2025"), ("mdy", "12/31/2025")),
    "shares": (("percent", "75"), ("fraction", "0.75")),
}


@dataclass(frozen=True)
class Styles:
    """Field -> style; field -> what was decided and why; fields read out of other columns (field ->
    SQL)."""

    styles: dict[str, Style] = field(default_factory=dict)
    decisions: dict[str, tuple[Note, ...]] = field(default_factory=dict)
    open: list[tuple[str | None, str]] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)
    shares: set[str] = field(default_factory=set)
    warnings: list[Note] = field(default_factory=list)

    def settled(self) -> dict[str, str]:
        """The [reading] options on which all columns agree: they read the same data the same way
        next time."""
        said = {
            "decimal": {
                s.decimal
                for s in self.styles.values()
                if isinstance(s, numbers.Writing) and not s.plain
            },
            "dates": {
                s.order for s in self.styles.values() if isinstance(s, dates.Dating) and s.order
            },
            "shares": self.shares,
        }
        return {option: next(iter(found)) for option, found in said.items() if len(found) == 1}

    def value(self, f: str) -> str:
        """The SQL of a styled field's value, over `over`."""
        return self.styles[f].steps(name(f), name(f"p_{f}"), name(f"n_{f}"))[2]

    def over(self, view: str) -> str:
        """`view` with the two steps before each styled field's value as p_FIELD and n_FIELD."""
        steps = {
            f: s.steps(name(f), name(f"p_{f}"), name(f"n_{f}")) for f, s in self.styles.items()
        }
        first = "".join(f", {s[0]} AS {name(f'p_{f}')}" for f, s in steps.items())
        second = "".join(f", {s[1]} AS {name(f'n_{f}')}" for f, s in steps.items())
        return f"(SELECT *{second} FROM (SELECT *{first} FROM {view}))"

    def undecided(self, header: str, question: Undecided) -> None:
        """Keep what only the user can settle, with the option that does it."""
        self.open.append((question.option, f"The column {header!r} {question.why}."))


def decide(
    db: Connection,
    clean: View,
    columns: dict[str, Column],
    said: dict[str, str],
    headers: dict[str, str],
    where: str,
) -> Styles:
    """Decide for all columns of `clean`; KitError names every one that stays open and the argument
    that settles it.

    `columns`: field -> kind; `said`: the mapping's [reading]; `headers`: field -> header.
    """
    result = Styles()
    text = {
        k: [f for f, t in clean.types.items() if t == "VARCHAR" and columns[f].kind in k]
        for k in (("number", "share"), ("date",))
    }
    _numbers(db, clean, text["number", "share"], columns, said, headers, result)
    for f, sql_type in clean.types.items():
        if columns[f].kind == "share":
            _share(db, clean, f, sql_type, said, headers.get(f, f), result)
    iso = dates.iso_only(db, clean.name, text["date",])
    for f in text["date",]:
        if f in iso:
            result.styles[f] = dates.Dating()
            continue
        found = dates.decide(db, clean.name, f, said.get("dates"))
        if isinstance(found, Undecided):
            result.undecided(headers.get(f, f), found)
        else:
            result.styles[f], result.decisions[f] = found
    if result.open:
        raise KitError(
            f"{where}: {' '.join(what for _, what in result.open)}",
            *_settling(list(dict.fromkeys(option for option, _ in result.open if option))),
        )
    return result


def _settling(options: list[str]) -> Iterator[str | Argument]:
    """Parts of a message: which arguments settle the questions."""
    before = " Say which: "
    for option in options:
        for answer, example in _ANSWERS[option]:
            yield from (before, Argument(option, answer), f" ({example})")
            before = " or "
        before = "; "
    if options:
        yield from ("; or under [reading] in the file of ", Argument("mapping_file"), ".")


def _numbers(db, clean: View, fields, columns, said, headers, result: Styles) -> None:
    plain = numbers.plain_enough(db, clean.name, fields)
    for f in fields:
        share = columns[f].kind == "share"
        if f in plain:
            result.styles[f] = numbers.Writing()
            continue
        seen = numbers.evidence(db, clean.name, f)
        found = numbers.decimal(seen, said.get("decimal"), share)
        if isinstance(found, Undecided):
            result.undecided(headers.get(f, f), found)
            continue
        mark, why = found
        result.styles[f] = numbers.Writing(mark, plain=False, share=share)
        result.decisions[f] = why
        if f == "amount" and "currency" in clean.types:
            result.warnings.extend(currencies.contradictions(db, clean.name, headers))
        elif f == "amount" and currencies.written(db, clean.name, f):
            result.derived["currency"] = currencies.beside(name(f"p_{f}"))
            beside = repr(headers.get(f, f))
            result.decisions["currency"] = (Note("currency_signs", header=beside),)


def _share(db, clean: View, f: str, sql_type: str, said, header: str, result: Styles) -> None:
    text = sql_type == "VARCHAR"
    if text and f not in result.styles:
        return  # its decimal mark is open already
    if not text and not values.native("share", sql_type):
        return
    number, under = (
        (result.value(f), result.over(clean.name))
        if text
        else (values.cast("share", f), clean.name)
    )
    found = shares.percent(db, under, f, number, text, header, said.get("shares"))
    if isinstance(found, Undecided):
        result.undecided(header, found)
        return
    percent, why = found
    if percent:
        result.styles[f] = replace(result.styles[f], percent=True) if text else Percent()
    if why.code not in shares.SETTLES_NOTHING:
        result.shares.add("percent" if percent else "fraction")
    result.decisions[f] = (*result.decisions.get(f, ()), why)
