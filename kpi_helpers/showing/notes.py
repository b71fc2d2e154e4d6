"""Notes and reasons of the numbers in the current language."""

import re
from datetime import date
from functools import cache

from kpi_helpers.contract.notes import Note, decode
from kpi_helpers.showing.format import day, shown
from kpi_helpers.showing.language import N_, _, language
from kpi_helpers.showing.loader_notes import LOADER

# Where a forecast has the chances of open deals from.
SOURCES = (N_("history"), N_("history and stage"), N_("CRM probability, no history"), N_("unknown"))


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
        return retold(note)
    return _(note.template, **{name: _written(value) for name, value in note.values.items()})


def remarks(row: dict) -> str:
    """All notes of a scorecard's row in the current language, separated by semicolons."""
    return "; ".join(map(said, decode(row["codes"])))


def has(row: dict, code: str) -> bool:
    """Whether a scorecard's row carries the note."""
    return any(note.code == code for note in decode(row["codes"]))


def retold(note: str) -> str:
    """A note, its parts separated by semicolons, in the current language; an unknown part stays as
    it is.

    >>> from kpi_helpers.showing.language import using
    >>> with using("tr"):
    ...     retold("per cent, by its signs")
    'yüzde, işaretlerine göre'
    """
    if language() == "en":
        return note
    whole = _retold(note)
    return "; ".join(map(_retold, note.split("; "))) if whole == note else whole


def _retold(part: str) -> str:
    for template, pattern in _patterns():
        if found := pattern.fullmatch(part):
            values = {name: _written(text) for name, text in found.groupdict().items()}
            return _(template, **values)
    return _(part)


@cache
def _patterns() -> list[tuple[str, re.Pattern]]:
    """Each sentence with a pattern of its own, in which n is a number and anything else any
    text."""
    told = [
        (template, re.sub(r"\\\{(\w+)\\\}", _place, re.escape(template))) for template in LOADER
    ]
    return [(template, re.compile(pattern, re.DOTALL)) for template, pattern in told]


def _place(found: re.Match) -> str:
    return rf"(?P<{found[1]}>{'[0-9,]+' if found[1] == 'n' else '.+'})"


def _written(value):
    """A whole number or a date as the language writes it; anything else stays."""
    if isinstance(value, int):
        return shown(value, "number")
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"\d{1,3}(,\d{3})*|\d+", value):
        return shown(int(value.replace(",", "")), "number")
    return day(date.fromisoformat(value)) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value
