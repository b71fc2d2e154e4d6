"""What the numbers of one KPI allow one to say, in sentences written by rules; silence is an answer
too."""

from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.kpi_tables import silent
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.tables import Html, paragraph
from kpi_helpers.views.partner import PartnerView


@nearest_names
def reading(view: PartnerView, kpi: str) -> Html | None:
    """The reading of one KPI as a paragraph; None where its numbers already say that there is
    nothing to tell.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.
    kpi : str
        A KPI's name.

    Returns
    -------
    Html or None
        The reading of one KPI as a paragraph.

    Examples
    --------
    >>> "within what chance alone can do" in str(reading(view, "close_rate"))
    True
    """
    if silent(view, kpi):
        return None
    return paragraph(
        " ".join(sentence for sentence in PRESENTATIONS[kpi].sentences(view) if sentence)
    )
