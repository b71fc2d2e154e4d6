"""One line on the data behind a report."""

from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.language import _, ngettext
from kpi_helpers.showing.notes import listed
from kpi_helpers.showing.tables import Html, paragraph
from kpi_helpers.views.partner import PartnerView


@nearest_names
def data_note(view: PartnerView) -> Html:
    """How many rows of the whole export were used, and how many warnings it raised; a partner is
    told its own deals.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        How many rows of the whole export were used, and how many warnings it raised.

    Examples
    --------
    >>> print(data_note(view))
    The whole export: 200 rows in = 200 used + 0 rejected; 1 warning.
    """
    if view.edition == "partner":
        deals = view.deals["deal_id"].nunique()
        text = ngettext(
            "This report is made from {count} deal.",
            "This report is made from {count} deals.",
            deals,
        )
    else:
        text = _("The whole export: {headline}.", headline=listed(view.health))
    return paragraph(text, "note")
