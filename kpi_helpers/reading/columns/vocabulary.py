"""The words CRMs use, read from the data files beside this module."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from kpi_helpers.reading.columns.headers import MEANT, word


@cache
def table(name: str) -> dict:
    """One data file of this room, e.g. `table("stages.toml")`."""
    return tomllib.loads((files("kpi_helpers.reading") / "data" / name).read_text(encoding="utf-8"))


@cache
def languages() -> tuple[dict, ...]:
    """The files of words in other languages than English and Turkish.

    >>> [language["title"] for language in languages()][:2]
    ['German', 'Spanish']
    """
    folder = files("kpi_helpers.reading") / "data" / "languages"
    return tuple(table(f"languages/{file.name}") for file in sorted(folder.iterdir(), key=str))


@cache
def generic_columns() -> dict[str, list[str]]:
    """Field -> the headers that answer it in any CRM, English and Turkish ones first."""
    generic = table("profiles/generic.toml")["columns"]
    return {
        field: [*aliases, *(h for one in languages() for h in one["columns"].get(field, []))]
        for field, aliases in generic.items()
    }


@cache
def statuses() -> dict[str, str]:
    """Stage and status words (as words) -> open, won, lost or cancelled.

    >>> statuses()["closedwon"], statuses()["kazanildi"]
    ('won', 'won')
    """
    known = (table("stages.toml")["status"], *(one["status"] for one in reversed(languages())))
    return {
        word(said): status
        for words_of in reversed(known)
        for status, words in words_of.items()
        for said in words
    }


@cache
def channels() -> dict[str, str]:
    """Lead sources (as words) -> paid, earned, owned, partner or unknown.

    >>> channels()["tradeshow"]
    'paid'
    """
    return {
        word(said): channel
        for channel, words in table("channels.toml")["channels"].items()
        for said in words
    }


@cache
def stage_probabilities() -> dict[str, float]:
    """Stages (as words) -> the chance their CRM lists for them."""
    return {word(stage): float(p) for stage, p in table("stages.toml")["probability"].items()}


@cache
def competitor_words() -> tuple[str, ...]:
    """Words in a lost reason that say a competitor took the deal."""
    others = (w for one in languages() for w in one["competitor"])
    return (*table("stages.toml")["competitor"]["words"], *dict.fromkeys(others))


@cache
def fillers() -> frozenset[str]:
    """Words (as words) that may stand beside the one that says how a deal ended."""
    listed = [table("stages.toml")["filler"]["words"], *(one["filler"] for one in languages())]
    return frozenset(word(said) for words in listed for said in words)


# What a CRM writes around a stage's name: its place in the order before it, its pipeline behind it.
_ORDER = re.compile(r"^\s*(?:[^\W\d_]?\d{1,3}\s*[.):\-–—]|\d{1,3}\s)\s*(?=\S)")
_PIPELINE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_BETWEEN = re.compile(r"\s*[:|/>•]\s*|\s+[-–—]+\s*|\s*[–—]+\s*|[()\[\]]")
CLOSING = ("won", "lost", "cancelled")


def meaning(said: str, known: dict[str, str]) -> str | None:
    """What a stage or status means by `known` words: as a whole, without its number and pipeline,
    or by the one part that says how it ended.

    >>> meaning("Closed lost (Sales Pipeline)", statuses()), meaning("5. Won", statuses())
    ('lost', 'won')
    >>> meaning("Lost - no budget", statuses()), meaning("Won or lost?", statuses())
    ('lost', None)
    """
    if word(said) in known:
        return known[word(said)]
    if any(c in MEANT for c in said):
        return None
    name = _ORDER.sub("", _PIPELINE.sub("", said))
    if word(name) in known:
        return known[word(name)]
    found = set()
    for part in _BETWEEN.split(name):
        bare = " ".join(w for w in part.split() if word(w) not in fillers())
        found.add(known.get(word(part)) or known.get(word(bare)))
    told = found - {None}
    return told.pop() if len(told) == 1 and told <= {*CLOSING} else None
