"""Which figure shows which KPI of a partner, with its alternative text."""

from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.figures.funnel import funnel_plot
from kpi_helpers.showing.format import percent
from kpi_helpers.showing.kpi_tables import silent
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.language import _
from kpi_helpers.stats import funnel, funnel_limits
from kpi_helpers.views.partner import PartnerView

PICTURES = (*PRESENTATIONS, "fair")


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
    """
    if kpi == "fair":
        return _fair(view)
    return None if silent(view, kpi) else PRESENTATIONS[kpi].picture(view)


def _fair(view):
    """The funnel of all partners with this one marked; in the partner's own edition without the
    others' dots."""
    year = view.programme.last_year
    if view.partner not in year.index or not year.loc[view.partner, "n"]:
        return None
    own, crowd = year.loc[view.partner], view.programme.crowd
    found = funnel(crowd.index, crowd["observed"], crowd["n"], overdispersed=True)
    if found.reason:
        return None
    points = found.points
    mine = points.index[(points["n"] == own["n"]) & (points["k"] == own["observed"])][:1]
    points.loc[mine, "partner"] = view.partner
    if view.edition == "partner":
        points = points.loc[mine]
    centre, phi = round(found.centre, 2), round(found.phi, 1)
    limits = funnel_limits(range(5, int(points["n"].max() * 1.1) + 6), centre, phi=phi)
    chance = funnel_limits(own["n"], centre, phi=phi).iloc[0]
    title = _("Close rate of the last twelve months, and what chance explains")
    text = _(
        "{title}: {partner} {rate} of {count:,.0f} decided deals; chance alone explains {low} to "
        "{high}.",
        title=title,
        partner=view.partner,
        rate=percent(own["observed"] / own["n"]),
        count=own["n"],
        low=percent(chance["low_95"]),
        high=percent(chance["high_95"]),
    )
    return Picture(
        lambda ax: funnel_plot(
            points, limits, centre=centre, title=title, mine=view.partner, ax=ax
        ),
        text,
    )
