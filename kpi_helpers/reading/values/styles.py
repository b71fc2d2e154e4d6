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


# What settles an open question: each answer with an example of what it means. Which end of a date
# is the year is an answer about its order.
_OPTIONS = {"years": "dates"}
_ANSWERS = {
    "decimal": ((",", "1.234,50"), (".", "1,234.50")),
    "dates": (("dmy", "31.12.2025"), ("mdy", "12/31/2025")),
    "years": (("dmy", "31.12.25"), ("ymd", "25.12.31")),
    "shares": (("percent", "75"), ("fraction", "0.75")),
}


@dataclass(frozen=True)
class Styles:
    """Field -> style; field -> what was decided and why; fields read out of other columns (field ->
    SQL); columns of dates that wait for the table's others."""

    styles: dict[str, Style] = field(default_factory=dict)
    decisions: dict[str, tuple[Note, ...]] = field(default_factory=dict)
    open: list[tuple[str | None, str]] = field(default_factory=list)
    waiting: dict[str, Undecided] = field(default_factory=dict)
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
        days = "".join(
            s.join(name(f)) for f, s in self.styles.items() if isinstance(s, dates.Dating)
        )
        return f"(SELECT *{second} FROM (SELECT v.*{first} FROM {view} v{days}))"

    def undecided(self, header: str, question: Undecided) -> None:
        """Keep what only the user can settle, with the option that does it."""
        self.open.append((question.option, f"The column {header!r} {question.why}."))

    def settle_date(self, field: str, header: str, found: tuple | Undecided) -> None:
        """Keep how a column writes its dates and why, or the question that it leaves open."""
        if isinstance(found, Undecided) and found.beside:
            self.waiting[field] = found
        elif isinstance(found, Undecided):
            self.undecided(header, found)
        else:
            self.styles[field], self.decisions[field] = found


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
        result.settle_date(f, headers.get(f, f), dates.decide(db, clean.name, f, said.get("dates")))
    _dates_beside(db, clean, headers, result)
    for f, sql_type in clean.types.items():
        if columns[f].kind == "date" and sql_type == "TIMESTAMP WITH TIME ZONE":
            result.settle_date(f, headers.get(f, f), dates.moments(db, clean.name, f))
    if result.open:
        raise KitError(
            f"{where}: {' '.join(what for _, what in result.open)}",
            *_settling(list(dict.fromkeys(option for option, _ in result.open if option))),
        )
    return result


def _dates_beside(db: Connection, clean: View, headers: dict[str, str], result: Styles) -> None:
    """An export writes its dates in one way: a column that leaves day and month open follows those
    that show it, where they agree."""
    shown = {
        s.order: f
        for f, s in result.styles.items()
        if isinstance(s, dates.Dating) and s.order and result.decisions[f][0].code != "order_same"
    }
    for f, question in result.waiting.items():
        if len(shown) != 1:
            result.undecided(headers.get(f, f), question)
            continue
        ((order, other),) = shown.items()
        style, told = dates.decide(db, clean.name, f, order)
        why = Note(f"{order}_beside", header=repr(headers.get(other, other)))
        result.styles[f] = style
        result.decisions[f] = tuple(why if n.code == f"{order}_told" else n for n in told)


def _settling(options: list[str]) -> Iterator[str | Argument]:
    """Parts of a message: which arguments settle the questions."""
    before = " Say which: "
    for option in options:
        for answer, example in _ANSWERS[option]:
            yield from (before, Argument(_OPTIONS.get(option, option), answer), f" ({example})")
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
