"""The data-health page: one self-contained HTML file without scripts and without network."""

from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kpi_helpers.reading.checking.health import MOST_LISTED, headline
from kpi_helpers.showing.format import DASH, day, shown
from kpi_helpers.showing.format import percent as written
from kpi_helpers.showing.language import _, install
from kpi_helpers.showing.notes import listed, said

TEMPLATES = Path(__file__).with_name("template")


def health_page(found: dict[str, Any], *, title: str = "") -> str:
    """The page for what `health` found, as HTML text in the current language; everything from the
    data is escaped.

    >>> from kpi_helpers.reading import load
    >>> from kpi_helpers.reading.checking.health import health
    >>> import pandas as pd
    >>> page = health_page(
    ...     health(load(pd.DataFrame({"deal_id": ["1"], "partner": ["<b>"], "status": ["open"]})))
    ... )
    >>> "1 rows in = 1 used + 0 rejected" in page, "<script" in page
    (True, False)
    """
    room = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install(room)
    room.filters |= {
        "count": count,
        "percent": percent,
        "money": money,
        "said": said,
        "listed": listed,
        "say": _,
    }
    room.filters |= {
        "words": lambda name: _(words(name)),
        "day": lambda iso: day(date.fromisoformat(iso[:10])),
    }
    page = room.get_template("data_health.html.j2")
    return page.render(
        found=found,
        title=title or _("Data health"),
        headline=listed(headline(found)),
        most=MOST_LISTED,
    )


def count(number: float) -> str:
    """A whole number as the language writes it."""

    return shown(number, "number")


def percent(share: float | None) -> str:
    """A share as per cent; what is nearly nothing or nearly all is not rounded away.

    >>> percent(0.5), percent(0.0001), percent(0.9999), percent(None)
    ('50%', '<1%', '>99%', '–')
    """

    if share is None:
        return DASH
    if 0 < share < 0.01:
        return f"<{written(0.01)}"
    return f">{written(0.99)}" if 0.99 < share < 1 else written(share)


def money(amount: float | None) -> str:
    """An amount in whole units; a dash for none."""

    return DASH if amount is None else count(round(amount))


def words(name: str) -> str:
    """A name of the kit's as words.

    >>> words("close_rate")
    'close rate'
    """
    return name.replace("_", " ")
