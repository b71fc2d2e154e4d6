"""Which figure shows which KPI of a partner, with its alternative text."""

from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.fairness import ENOUGH
from kpi_helpers.judging.programme_fit import CROWD
from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.figures.funnel import funnel_plot
from kpi_helpers.showing.kpi_tables import silent
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.language import _
from kpi_helpers.views.partner import PartnerView

FEWEST = 5  # partners, for a funnel
PICTURES = (*PRESENTATIONS, "fair")


@nearest_names
def picture(view: PartnerView, kpi: str) -> Picture | None:
    """The figure of one KPI, or of the fair comparison ("fair"); what it shows is also its
    alternative text. None where there is nothing to draw.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.
    kpi : str
        A KPI's name, or "fair".

    Returns
    -------
    Picture or None
        The figure of one KPI, or of the fair comparison ("fair").

    Examples
    --------
    >>> picture(view, "close_rate").__class__.__name__
    'Picture'
    """
    if kpi == "fair":
        return _fair(view)
    return None if silent(view, kpi) else PRESENTATIONS[kpi].picture(view)


def _fair(view):
    """The funnel of all partners with this one marked, the others without names; none in the
    partner's own edition, where what peers would have won stays theirs, nor under five partners
    or five expected wins."""
    year, crowd = view.programme.last_year, view.programme.crowd
    if view.edition == "partner" or (crowd["expected"] > 0).sum() < FEWEST:
        return None
    if view.partner not in year.index or not year.loc[view.partner, "expected"] >= ENOUGH:
        return None
    own, luck = year.loc[view.partner], view.programme.luck
    points = crowd.assign(ratio=crowd["observed"] / crowd["expected"], partner="", verdict=None)
    mine = points.index[(points[CROWD] == own[CROWD].astype(float)).all(axis=1)][:1]
    points.loc[mine, "partner"] = view.partner
    title = _("Deals won against those expected, and what chance explains")
    text = _(
        "{title}: {partner} won {ratio:.2f} times what its peers would have won of the same deals.",
        title=title,
        partner=view.partner,
        ratio=own["ratio"],
    )
    return Picture(
        lambda ax: funnel_plot(
            points, luck, cut=view.programme.cut, title=title, mine=view.partner, ax=ax
        ),
        text,
    )
