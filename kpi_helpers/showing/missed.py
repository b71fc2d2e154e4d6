"""The deals of the window that ended without a sale: which, whose, and why."""

import pandas as pd

from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.deals_named import names
from kpi_helpers.showing.format import DASH, day, money
from kpi_helpers.showing.labels import MISSED
from kpi_helpers.showing.language import _, ngettext
from kpi_helpers.showing.tables import Html, paragraph, table
from kpi_helpers.views.partner import PartnerView

MOST = 12


@nearest_names
def missed(view: PartnerView) -> Html:
    """Deals created in the window that were missed, ideal ones first, then by amount.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        Deals created in the window that were missed, ideal ones first, then by amount.

    Examples
    --------
    >>> "D100" in str(missed(view))
    True
    """
    found = view.missed()
    if found.empty:
        return paragraph(_("No deal created in the window has been missed so far."))
    rows, called = [], names(found)
    for row in found.head(MOST).to_dict("records"):
        ideal, kind = row.get("ideal"), row["missed"]
        rows.append(
            [
                called[str(row["deal_id"])],
                _(MISSED[kind]),
                DASH if pd.isna(ideal) else _("yes") if ideal else _("no"),
                money(row["amount"], view.currency),
                *(
                    DASH if pd.isna(row.get(name)) else row[name]
                    for name in ("owner", "lost_reason")
                ),
                day(row["closed_on"]),
                row["deal_id"],
            ]
        )
    more = len(found) - MOST
    caption = (
        ngettext("{count} more was missed.", "{count} more were missed.", more) if more > 0 else ""
    )
    head = [
        _("Deal"),
        _("What happened"),
        _("Ideal"),
        _("Amount"),
        _("Employee"),
        _("Reason"),
        _("Closed"),
        _("ID"),
    ]
    return table(
        head, rows, caption=caption, kind="missed", words=[head[at] for at in (1, 2, 4, 5, 7)]
    )
