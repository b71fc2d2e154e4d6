"""What changed about single deals in the pipeline since an earlier state: exact, or nothing at
all."""

from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.deals_named import names
from kpi_helpers.showing.format import DASH, day, shown
from kpi_helpers.showing.language import N_, _, ngettext
from kpi_helpers.showing.tables import Html, paragraph, table
from kpi_helpers.views.partner import PartnerView

MOST = 15
CHANGES = {
    "created": N_("Created"),
    "reopened": N_("Reopened"),
    "pulled_in": N_("Pulled in"),
    "pushed_out": N_("Pushed out"),
    "increased": N_("Increased"),
    "decreased": N_("Decreased"),
    "priced": N_("Priced"),
    "won": N_("Won"),
    "lost": N_("Lost"),
    "cancelled": N_("Cancelled"),
    "vanished": N_("Vanished from the export"),
}


@nearest_names
def moved(view: PartnerView) -> Html:
    """The deals that changed since the stored state, the largest first; without a store a line
    that says so.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        The deals that changed since the stored state, the largest first.

    Examples
    --------
    >>> print(moved(view))
    Which dates and amounts moved is not known; that takes a snapshot of an earlier day.
    """
    history = view.history
    if not history.exact:
        text = _(
            "Which dates and amounts moved is not known; that takes a snapshot of an earlier day."
        )
        return paragraph(text, "note")
    rows = history.changes.assign(size=history.changes[["amount", "amount_before"]].max(axis=1))
    rows = rows.sort_values("size", ascending=False, kind="stable", na_position="last")
    called = names(view.deals)
    lines = [
        [
            called.get(row.deal_id, row.deal_id),
            _(CHANGES[row.change]),
            shown(row.amount_before, "money", view.currency),
            shown(row.amount, "money", view.currency),
            _day(row.expected_before),
            _day(row.expected),
            row.deal_id,
        ]
        for row in rows.head(MOST).itertuples()
    ]
    since = day(history.since)
    caption = ngettext(
        "Since {day}: {count} change.", "Since {day}: {count} changes.", len(rows), day=since
    )
    if len(rows) > MOST:
        caption += " " + _("The largest {most} are shown.", most=MOST)
    head = [
        _("Deal"),
        _("Change"),
        _("Amount before"),
        _("Amount"),
        _("Expected before"),
        _("Expected"),
        _("ID"),
    ]
    return table(head, lines, caption=caption, kind="moved", words=[head[1], head[-1]])


def _day(value) -> str:
    return DASH if value != value else day(value)
