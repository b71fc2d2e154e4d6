"""Notes: what is said beside a number, or in its place, as sentences that know their parts.

A note is plain English text wherever text is wanted. It also keeps its code and its values, so a
page says it in the reader's language without taking the sentence apart again.
"""

import json
from collections.abc import Iterable

import pandas as pd

from kpi_helpers.contract.loader_texts import BY_ROW
from kpi_helpers.contract.note_texts import TEXTS

ELLIPSIS = "…"  # in the place of a value that is left out


class Note(str):
    """A sentence of the catalogue with its values filled in.

    Parameters
    ----------
    code : str
        The sentence's name in `note_texts.TEXTS`. A sentence with two forms takes the first where
        `n` is 1.
    **values : int, float, str or date
        One for each named place of the sentence; whole numbers are written with thousands
        separators.

    Raises
    ------
    KeyError
        For a code the catalogue does not have, or a place without a value: a mistake in the kit.

    Examples
    --------
    >>> note = Note("won_without_amount", n=1200)
    >>> note
    '1,200 won deals without amount left out'
    >>> note.code, note.values
    ('won_without_amount', {'n': 1200})
    """

    code: str
    values: dict
    template: str

    def __new__(cls, code: str, **values):
        form = TEXTS[code]
        if isinstance(form, tuple):
            form = form[0] if values["n"] == 1 else form[1]
        return cls.of(form, code, **values)

    @classmethod
    def of(cls, template: str, code: str = "", **values) -> "Note":
        """A sentence that is not in the catalogue, like one of the user's own rules."""
        values = {name: _plain(value) for name, value in values.items()}
        note = super().__new__(cls, template.format_map(_English(values)))
        note.code, note.values, note.template = code, values, template
        return note

    def generally(self) -> "Note":
        """The note without the values that differ from row to row, to count the rows it is said of.

        >>> Note("line_short", found=3, columns=5).generally()
        'the line has … of … columns'
        """
        left_out = dict.fromkeys(self.values.keys() & set(BY_ROW), ELLIPSIS)
        return Note(self.code, **self.values | left_out)

    def __reduce__(self):
        return _again, (self.template, self.code, self.values)


def encode(notes: Iterable[Note]) -> str:
    """Notes as JSON, for a column of text; nothing is the empty text.

    >>> encode([Note("immature", n=2, days=95), Note("no_target")])
    '[["immature", {"n": 2, "days": 95}], ["no_target", {}]]'
    """
    listed = [[note.code, note.values] for note in notes]
    return json.dumps(listed, ensure_ascii=False, default=str) if listed else ""


def decode(text: str) -> tuple[Note, ...]:
    """What `encode` wrote.

    >>> decode('[["immature", {"n": 2, "days": 95}]]')[0].values["days"]
    95
    """
    return tuple(Note(code, **values) for code, values in json.loads(text)) if text else ()


def noted(card: pd.DataFrame, code: str) -> pd.Series:
    """Which rows of a scorecard carry the note; none where it has no codes.

    >>> noted(pd.DataFrame({"codes": ['[["young", {"n": 3, "all": 9}]]', ""]}), "young").tolist()
    [True, False]
    """
    said = card["codes"] if "codes" in card else pd.Series("", card.index)
    return said.astype("str").str.contains(f'["{code}",', regex=False)


class _English(dict):
    """Values as English writes them in the middle of a sentence."""

    def __getitem__(self, name):
        value = super().__getitem__(name)
        return f"{value:,}" if isinstance(value, int) else value


def _plain(value):
    """A whole number of any library as Python's."""
    return int(value) if hasattr(value, "__index__") and not isinstance(value, bool) else value


def _again(template: str, code: str, values: dict) -> Note:
    return Note.of(template, code, **values)


def first_of(listed: list[str], most: int = 10) -> str:
    """The first of a list for a sentence, and how many more there are.

    >>> first_of(["a", "b", "c"], most=2)
    'a, b, … (+1)'
    """
    more = f", {ELLIPSIS} (+{len(listed) - most})" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
