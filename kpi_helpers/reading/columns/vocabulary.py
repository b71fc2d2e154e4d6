"""The words CRMs use, read from the data files beside this module."""

import tomllib
from functools import cache
from importlib.resources import files

from kpi_helpers.reading.columns.headers import word


@cache
def table(name: str) -> dict:
    """One data file of this room, e.g. `table("stages.toml")`."""
    return tomllib.loads((files("kpi_helpers.reading") / "data" / name).read_text(encoding="utf-8"))


@cache
def statuses() -> dict[str, str]:
    """Stage and status words (as words) -> open, won, lost or cancelled.

    >>> statuses()["closedwon"], statuses()["kazanildi"]
    ('won', 'won')
    """
    return {
        word(said): status
        for status, words in table("stages.toml")["status"].items()
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
    return tuple(table("stages.toml")["competitor"]["words"])
