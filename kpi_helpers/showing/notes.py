"""Notes and reasons of the numbers in the current language."""

import re
from collections.abc import Iterable
from datetime import date

from kpi_helpers.contract.notes import Note, decode
from kpi_helpers.showing.format import day, shown
from kpi_helpers.showing.language import N_, _, language

# Where a forecast has the chances of open deals from.
SOURCES = (
    N_("history"),
    N_("history and stage"),
    N_("CRM probability, no history"),
    N_("stage default, no history"),
    N_("unknown"),
)


def said(note: str) -> str:
    """A note in the current language; a text without a code is looked up as it is.

    >>> from kpi_helpers.showing.language import using
    >>> with using("tr"):
    ...     said(Note("won_without_amount", n=1200))
    'tutarı olmayan 1.200 kazanılan anlaşma hesaba katılmadı'
    """
    if language() == "en":
        return str(note)
    if not isinstance(note, Note):
        return _(note)
    return _(note.template, **{name: _written(value) for name, value in note.values.items()})


def listed(notes: Iterable[Note]) -> str:
    """Notes in the current language, separated by semicolons."""
    return "; ".join(map(said, notes))


def remarks(row: dict) -> str:
    """All notes of a scorecard's row in the current language."""
    return listed(decode(row["codes"]))


def has(row: dict, code: str) -> bool:
    """Whether a scorecard's row carries the note."""
    return any(note.code == code for note in decode(row["codes"]))


def _written(value):
    """A whole number or a date as the language writes it; anything else stays."""
    if isinstance(value, int):
        return shown(value, "number")
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"\d{1,3}(,\d{3})*|\d+", value):
        return shown(int(value.replace(",", "")), "number")
    return day(date.fromisoformat(value)) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value
