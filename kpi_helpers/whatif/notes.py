"""What has to be said beside an answer: fixed sentences with places, so that they can be
translated."""

from typing import NamedTuple

LITTLE_HISTORY = "Too little history: deals not yet created are left out."
NO_CHANCE = "Open deals left out because nothing tells their chance to win: {count}."
SPEND_BY_PARTNER = "Spend is known by partner only, not at this level."
CAPPED = "{driver}: no chance goes above 1; this many open deals would be won for certain: {count}."
REFILLED = "Deals that close sooner are taken to be followed by others like them."
RETURNS = (
    "{driver}: leads are assumed to grow as spend to the power of {returns}; that spend "
    "brings leads is not shown."
)


class Note(NamedTuple):
    """A sentence and the values for its places."""

    text: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return self.text.format(**dict(self.values))
