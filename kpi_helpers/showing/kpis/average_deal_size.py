"""How the average deal size is shown: mean and median side by side, the trend of the mean."""

from collections.abc import Iterator

from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.comparing import against_before, against_peers, unknown
from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.format import money, period
from kpi_helpers.showing.language import N_, _, ngettext
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.showing.trends import trend_of
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    row = view.row("average_deal_size")
    yield unknown(row, _("The average deal size is not known: {why}."))
    yield from against_before(view, row)
    yield _rising(view)
    yield against_peers(view, row)
    if ("average_deal_size", "whole", "skew") in view.claims:
        claim = view.claims["average_deal_size", "whole", "skew"]
        yield told(claim, times=claim.estimate)
    if 0 < row["n"] < 5:
        yield ngettext(
            "It rests on {count} deal only.", "It rests on only {count} deals.", row["n"]
        )


def _rising(view: PartnerView) -> str:
    """Whether deals grow larger over the trailing periods: rising is the sign of a good partner."""
    claim = view.claims["average_deal_size", "whole", "trend"]
    slope = money(None if claim.estimate is None else abs(claim.estimate), view.currency)
    return told(claim, first=period(claim.before), last=period(claim.window), slope=slope)


def picture(view: PartnerView) -> Picture | None:
    return trend_of(view, "average_deal_size", "whole", "money", _("Average deal size"))


presentation = Presentation(
    kpi="average_deal_size",
    title=N_("Average deal size"),
    definition=N_("Sum of won amounts / number of won deals, closed in the window."),
    caution=N_("One large deal can drive the mean: look at the median, too."),
    rows={
        "whole": Label(N_("Won amount / won deals"), "money"),
        "median": Label(N_("Median deal"), "", ""),
        "credited": Label(N_("Credited average (splits shared)"), "money"),
    },
    sentences=sentences,
    picture=picture,
    charts={"whole": "line"},
)
