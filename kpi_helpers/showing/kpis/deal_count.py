"""How the deal count is shown: with the amount and the target beside it, a bar a period."""

from collections.abc import Iterator

import pandas as pd

from kpi_helpers.showing.comparing import against_before, against_peers
from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.format import shown
from kpi_helpers.showing.language import N_, _, ngettext
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.showing.trends import trend_of
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    row, attained, pace = (view.row("deal_count", basis) for basis in ("won", "attainment", "pace"))
    yield from against_before(view, row)
    yield against_peers(view, row)
    if not pd.isna(attained["value"]):
        yield ngettext(
            "The target of {count} deal is {share} attained; the pace is {pace:.2f}.",
            "The target of {count} deals is {share} attained; the pace is {pace:.2f}.",
            attained["denominator"],
            share=shown(attained["value"], "ratio"),
            pace=pace["value"],
        )


def picture(view: PartnerView) -> Picture | None:
    return trend_of(view, "deal_count", "won", "number", _("Deals won"), bars=True)


presentation = Presentation(
    kpi="deal_count",
    title=N_("Deal count"),
    definition=N_(
        "Number of won deals closed in the window; attainment = won / target, pace = won / "
        "elapsed share of target."
    ),
    caution=N_("Many small deals are not many good deals: read it beside the amount."),
    rows={
        "won": Label(N_("Deals won"), "", "", target="number"),
        "amount": Label(N_("Amount won"), "", ""),
        "lost": Label(N_("Deals lost"), "", ""),
        "cancelled": Label(N_("Deals cancelled"), "", ""),
        "created": Label(N_("Deals created"), "", ""),
        "attainment": Label(N_("Target attained")),
        "pace": Label(N_("Pace against target")),
    },
    sentences=sentences,
    picture=picture,
    charts={"amount": "column", "won": "column"},
    labels_stand_alone=True,
)
