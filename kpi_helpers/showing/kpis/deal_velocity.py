"""How deal velocity is shown: the cycle of won deals, and what became of all deals by age."""

from collections.abc import Iterator

from kpi_helpers.contract.as_of import ages
from kpi_helpers.judging.claims import UNKNOWN
from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.comparing import against_before, against_peers, unknown
from kpi_helpers.showing.figures import Picture, outcome_curve
from kpi_helpers.showing.language import N_, _
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.stats import share_won_by, time_to_outcome
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    row = view.row("deal_velocity", "cycle_median")
    followed = ages(view.deals, view.as_of)
    shares = share_won_by(followed["days"], followed["outcome"])
    known = shares.dropna(subset="won")
    listed = ", ".join(
        _("{share:.0%} by day {day:.0f}", share=row.won, day=row.by) for row in known.itertuples()
    )
    if listed:
        yield _("Of all deals, open and lost ones included, {shares} were won.", shares=listed)
    yield unknown(row, _("The cycle is not known: {why}."))
    yield from against_before(view, row)
    yield against_peers(view, row)
    yield from _pace(view)
    yield _(
        "The median covers won deals only; the curve also counts the slow ones that are still open."
    )


def _pace(view):
    claim = view.judged["deal_velocity", "cycle_median", "pace"]
    if claim.verdict == UNKNOWN:
        return
    p = _("p < {p:.3f}", p=0.001) if claim.p < 0.001 else _("p = {p:.3f}", p=claim.p)
    yield _("{said} (log-rank test of this partner alone: {p}).", said=told(claim), p=p)


def picture(view: PartnerView) -> Picture | None:
    followed = ages(view.deals, view.as_of)
    curve = time_to_outcome(followed["days"], followed["outcome"])
    if curve.empty or curve["open"].iloc[-1] == 1:
        return None
    last = curve.iloc[-1]
    text = _(
        "Time to outcome: after {days:.0f} days {won:.0%} won and {lost:.0%} lost",
        days=last["day"],
        won=last["won"],
        lost=last["lost"],
    )
    title = _("What became of deals, by days since creation")
    return Picture(lambda ax: outcome_curve(curve, title=title, ax=ax), text)


presentation = Presentation(
    kpi="deal_velocity",
    title=N_("Deal velocity"),
    definition=N_(
        "Days from created to won, deals won in the window; revenue a day = deals × size × "
        "close rate / days."
    ),
    caution=N_(
        "Slow deals that are still open are not in it: read it beside the time-to-outcome curve."
    ),
    rows={
        "cycle_median": Label(N_("Median cycle"), "", ""),
        "cycle_mean": Label(N_("Mean cycle"), "days"),
        "revenue_per_day": Label(N_("Revenue per day"), "money", "days"),
    },
    sentences=sentences,
    picture=picture,
    charts={"cycle_median": "line"},
    labels_stand_alone=True,
)
