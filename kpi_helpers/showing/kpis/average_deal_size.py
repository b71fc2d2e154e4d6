"""How the average deal size is shown: mean and median side by side, the trend of the mean."""

from collections.abc import Iterator

from kpi_helpers.showing.comparing import against_before, against_peers, unknown
from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.format import money
from kpi_helpers.showing.language import N_, _, ngettext
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.showing.trends import periods_of, trend_of
from kpi_helpers.stats.trend import theil_sen
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    row, median = view.row("average_deal_size"), view.row("average_deal_size", "median")
    yield unknown(row, _("The average deal size is not known: {why}."))
    yield from against_before(view, row)
    yield _rising(view)
    yield against_peers(view, row)
    if row["n"] >= 3 and row["value"] > 2 * median["value"] > 0:
        times = row["value"] / median["value"]
        yield _(
            "The mean is {times:.1f} times the median: a few large deals drive it.", times=times
        )
    if 0 < row["n"] < 5:
        yield ngettext(
            "It rests on {count} deal only.", "It rests on only {count} deals.", row["n"]
        )


def _rising(view: PartnerView) -> str:
    """Whether deals grow larger over the trailing periods: rising is the sign of a good partner."""
    periods = periods_of(view, "average_deal_size", "whole")
    found = theil_sen(periods["value"])
    if found.p is None:
        return _("Too few periods have won deals to say whether deal size is rising.")
    ends = {"first": periods["period"].iloc[0], "last": periods["period"].iloc[-1]}
    if found.verdict is None:
        return _("From {first} to {last} it neither rises nor falls steadily.", **ends)
    ends["slope"] = money(abs(found.slope), view.currency)
    if found.verdict == "rising":
        return _("From {first} to {last} it rises steadily, by about {slope} a period.", **ends)
    return _("From {first} to {last} it falls steadily, by about {slope} a period.", **ends)


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
