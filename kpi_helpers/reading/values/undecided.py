"""A question that the values of a column leave open."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Undecided:
    """Why it is open, continuing "The column 'amount' ...", and which option of [reading] settles
    it; None where only another export does."""

    why: str
    option: str | None
    # Whether the table's other columns may settle it.
    beside: bool = False
