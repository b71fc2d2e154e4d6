"""How close rates are shown: of the decided and of all created, with the season told."""

from collections.abc import Iterator

from kpi_helpers.scoring.peers import FEWEST
from kpi_helpers.showing.comparing import against_before, against_peers, so_far, unknown
from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.language import N_, _
from kpi_helpers.showing.notes import has
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.showing.trends import trend_of
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    cohort, closed = view.row("close_rate", "cohort"), view.row("close_rate", "closed")
    yield unknown(closed, _("The close rate of decided deals is not known: {why}."))
    yield from against_before(view, closed)
    yield against_peers(view, closed)
    yield so_far(
        view,
        cohort,
        _("Of all created deals {value} are won so far; {open:,.0f} of {all:,.0f} are undecided."),
    )
    if has(cohort, "immature") and not cohort["young"]:
        yield _(
            "The rate of all created deals is not mature and must not be read as a fall: "
            "many are still too young to have been won."
        )
    yield from _season(view)
    yield _("Location, season and mix move this number; on its own it is no verdict.")


def _season(view):
    """All partners' season; a partner's own edition tells it only of enough others."""
    if view.edition == "partner" and view.programme.ranked <= FEWEST:
        return
    for row in view.programme.season.to_dict("records"):
        yield _(
            "Among all partners the seasonal index of this time of the year is {index:.2f} (95% "
            "interval {low:.2f} to "
            "{high:.2f}; 1 is the year’s average, region and partner held equal).",
            **{name: row[name] for name in ("index", "low", "high")},
        )


def picture(view: PartnerView) -> Picture | None:
    return trend_of(view, "close_rate", "closed", "ratio", _("Close rate of decided deals"))


presentation = Presentation(
    kpi="close_rate",
    title=N_("Close rate"),
    definition=N_(
        "Won / (won + lost), closed in the window; of all created: won / created in the window."
    ),
    caution=N_(
        "Location, season and mix move it, and deals that never get an answer are not counted."
    ),
    rows={
        "cohort": Label(N_("Of all created in the window")),
        "closed": Label(N_("Of all won or lost")),
        "broad": Label(N_("Of all closed, cancelled included")),
        "within": Label(N_("Won within 90 days")),
        "value": Label(N_("By value"), "money", "money"),
    },
    sentences=sentences,
    picture=picture,
    charts={"closed": "line"},
)
