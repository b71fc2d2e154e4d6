"""The data-health page: one self-contained HTML file without scripts and without network."""

from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).with_name("template")
# The house's style sheet, shared with the reports.
STYLE = Path(__file__).parents[1] / "reports" / "template"


def health_page(found: dict[str, Any], *, title: str = "Data health") -> str:
    """The page for what `health` found, as HTML text; everything from the data is escaped.

    >>> from kpi_helpers.reading import load
    >>> from kpi_helpers.reading.health import health
    >>> import pandas as pd
    >>> page = health_page(health(load(pd.DataFrame({"deal_id": ["1"], "partner": ["<b>"], "status": ["open"]}))))
    >>> "1 rows in = 1 used + 0 rejected" in page, "<script" in page
    (True, False)
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from kpi_helpers.reading.health import MOST_LISTED, headline

    room = Environment(
        loader=FileSystemLoader([TEMPLATES, STYLE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.filters |= {"count": lambda n: f"{n:,}", "percent": percent, "money": money, "words": words}
    page = room.get_template("data_health.html.j2")
    return page.render(found=found, title=title, headline=headline(found), most=MOST_LISTED)


def percent(share: float | None) -> str:
    """A share as per cent; what is nearly nothing or nearly all is not rounded away.

    >>> percent(0.5), percent(0.0001), percent(0.9999), percent(None)
    ('50 %', '<1 %', '>99 %', '–')
    """
    if share is None:
        return "–"
    if 0 < share < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def money(amount: float | None) -> str:
    """An amount in whole units; a dash for none."""
    return "–" if amount is None else f"{amount:,.0f}"


def words(name: str) -> str:
    """A name of the kit's as words.

    >>> words("close_rate")
    'close rate'
    """
    return name.replace("_", " ")
