"""Employees, departments, units and other levels side by side."""

import pandas as pd
from markupsafe import Markup

from kpi_helpers.contract.levels import LEVELS
from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.format import DASH, money, shown
from kpi_helpers.showing.language import N_, _, ngettext
from kpi_helpers.showing.tables import Html, paragraph, table
from kpi_helpers.views.partner import PartnerView

MOST = 12
LEVEL_TITLES = {
    "employee": N_("Employee"),
    "department": N_("Department"),
    "unit": N_("Unit"),
    "region": N_("Region"),
    "product": N_("Product"),
    "channel": N_("Channel"),
}


@nearest_names
def levels(view: PartnerView, *names: str) -> Html:
    """One table after the other for `names`: employee, department, unit, region, product,
    channel.

    Amounts add up to the whole; a deal that two of them share counts in both. A level that the data
    does not have is said to be missing.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.
    *names : str
        employee, department, unit, region, product or channel.

    Returns
    -------
    Html
        One table after the other for `names`: employee, department, unit, region, product, channel.

    Examples
    --------
    >>> "Employee" in str(levels(view, "employee"))
    True
    """
    parts = [_level(view, name) for name in names]
    return Html(
        Markup("").join(part.markup for part in parts), "\n\n".join(part.text for part in parts)
    )


def _level(view: PartnerView, level: str) -> Html:
    found, title = view.by(level), _(LEVEL_TITLES[level])
    if found.empty and (LEVELS[level] not in view.deals or view.deals[LEVELS[level]].isna().all()):
        return paragraph(_("{level}: not in this data.", level=title))
    if found.empty:
        return paragraph(
            _("{level}: nothing won or lost in the window, and nothing open.", level=title)
        )
    rows = []
    for row in found.head(MOST).to_dict("records"):
        rate = shown(row["close_rate"], "ratio")
        if not pd.isna(row["low"]):
            ends = f"{shown(row['low'], 'ratio')}–{shown(row['high'], 'ratio')}"
            rate = Markup('{} <span class="note">{}</span>').format(rate, ends)
        rows.append(
            [
                DASH if pd.isna(row[level]) else row[level],
                shown(row["won"], "number"),
                money(row["amount"], view.currency),
                money(row["size"], view.currency),
                rate,
                shown(row["cycle"], "days"),
                money(row["open"], view.currency),
            ]
        )
    more = len(found) - MOST
    caption = ngettext(
        "{count} more, with less won, is not shown.",
        "{count} more, which won less, are not shown.",
        more,
    )
    head = [
        title,
        _("Deals won"),
        _("Amount won"),
        _("Average size"),
        _("Close rate"),
        _("Median cycle"),
    ]
    return table(
        [*head, _("Open value")], rows, caption=caption if more > 0 else "", kind="numbers levels"
    )
