"""The words of side tables as the contract writes them: months and periods in the forms of offices
and of Excel, KPIs and channels in any spelling."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from kpi_helpers.contract.deals import CHANNELS
from kpi_helpers.reading.columns.headers import key, word
from kpi_helpers.reading.columns.vocabulary import channels, table
from kpi_helpers.reading.connection import Connection, name
from kpi_helpers.reading.renaming import renamed
from kpi_helpers.reading.values.date_forms import PIVOT
from kpi_helpers.reading.view import View

TARGET_KPIS = ("deal_count", "won_amount")
_QUARTERS = re.compile(r"(\d{4})\W*[qçtk]([1-4])|[qçtk]([1-4])\W*(\d{4})", re.IGNORECASE)
_FIRST_DAY = re.compile(r"(\d{4})-(\d\d)-01(?:[ T]00:00(?::00(?:\.0+)?)?)?|01\.(\d\d)\.(\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})[-./ ]?(\d{1,2})|(\d{1,2})[-./ ](\d{4})")
_NAMED = re.compile(r"([^\W\d_]{3,13})\.?[-./ ]*['’]?(\d{4}|\d{2})|(\d{4})[-./ ]*([^\W\d_]{3,13})")
_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")


def as_agreed(db: Connection, view: View, what: str, own_channels: Mapping[str, str]) -> View:
    """A side table with its words in the contract's form; those that fit nothing stay as they
    are, to be rejected with the reason."""
    readers: dict[str, Callable[[list[str]], Iterable[str | None]]] = {
        "targets": {"kpi": _kpis, "period": _periods},
        "spend": {"month": _months, "channel": lambda said: _channels(said, own_channels)},
    }.get(what, {})
    if what == "spend":
        view = _with_source(db, view)
    for column, read in readers.items():
        if column not in view.types:
            continue
        rows = db.rows(f"SELECT DISTINCT {name(column)} FROM {view.name} ORDER BY 1")
        said = [text for (text,) in rows if text is not None]
        pairs = [(a, b) for a, b in zip(said, read(said), strict=True) if b is not None and b != a]
        view = renamed(db, view, column, pairs)
    return view


def _with_source(db: Connection, view: View) -> View:
    """What a row of spend was paid for, as it is written: two sources of one channel may cost the
    same and are two rows, not one that is given twice."""
    new = f"{view.name}_source"
    db.run(
        f"CREATE OR REPLACE TEMP VIEW {new} AS SELECT *, lower(trim(channel)) AS _source "
        f"FROM {view.name}"
    )
    return View(new, view.types)


def _kpis(said: list[str]) -> Iterable[str | None]:
    known = {key(kpi): kpi for kpi in TARGET_KPIS}
    return [known.get(key(text)) for text in said]


def _channels(said: list[str], own: Mapping[str, str]) -> Iterable[str | None]:
    known = channels() | {word(c): c for c in CHANNELS} | own
    return [known.get(word(text)) for text in said]


def _periods(said: list[str]) -> Iterable[str | None]:
    return [_quarter(text) or month for text, month in zip(said, _months(said), strict=True)]


def _quarter(text: str) -> str | None:
    """A quarter, or a year that a number's fraction was written to."""
    if re.fullmatch(r"\d{4}\.0", text):
        return text[:4]
    found = _QUARTERS.fullmatch(text)
    return f"{found[1] or found[4]}-Q{found[2] or found[3]}" if found else None


def _months(said: list[str]) -> Iterable[str | None]:
    """Months, also those that Excel made the first day of; of dates with strokes only where one
    order makes each a first day and the other does not."""
    days = [found for text in said if (found := _DAY.fullmatch(text))]
    days = days if len(days) > 1 else []  # one alone may be any day
    firsts = [{int(day[part]) for day in days} == {1} for part in (1, 2)]
    at = {(True, False): 2, (False, True): 1}.get(tuple(firsts))
    return [_month(text, at) for text in said]


def _month(text: str, at: int | None) -> str | None:
    year, month = None, 0
    if found := _FIRST_DAY.fullmatch(text) or _YEAR_MONTH.fullmatch(text):
        year, month = found[1] or found[4], int(found[2] or found[3])
    elif found := _NAMED.fullmatch(text):
        year, month = found[2] or found[3], _names().get(key(found[1] or found[4]), 0)
    elif at and (found := _DAY.fullmatch(text)):
        year, month = found[3], int(found[at])
    if year is None or not 1 <= month <= 12:
        return None
    century = "" if len(year) == 4 else "20" if year < PIVOT else "19"
    return f"{century}{year}-{month:02}"


@cache
def _names() -> dict[str, int]:
    return {key(n): int(number) for number, of in table("dates.toml")["months"].items() for n in of}
