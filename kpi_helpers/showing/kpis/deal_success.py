"""How deal success is shown: what was ideal, what of it was won, and how deals were missed."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.comparing import against_peers, so_far, unknown
from kpi_helpers.showing.figures import Picture, submitted
from kpi_helpers.showing.format import shown
from kpi_helpers.showing.labels import MISSED, OUTCOMES
from kpi_helpers.showing.language import N_, _, lower
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    success, identification, conversion = (
        view.row("deal_success", basis) for basis in ("success", "identification", "conversion")
    )
    yield unknown(success, _("Deal success is not known: {why}."))
    if not pd.isna(success["value"]):
        yield _(
            "{ideal} of the submitted deals were ideal, and {won} of those have been won.",
            ideal=shown(identification["value"], "ratio"),
            won=shown(conversion["value"], "ratio"),
        )
        yield so_far(
            view,
            success,
            _("Deal success is {value} so far; {open:,.0f} of {all:,.0f} deals are undecided."),
        )
        yield against_peers(view, success)
    claim = view.claims.get(("deal_success", "missed", "most"))
    if claim is not None:
        counts = {name: claim.behind[name] for name in ("count", "all")}
        outcome = MISSED[claim.behind["outcome"]]
        yield told(claim, outcome=lower(_(outcome)), **counts)


def picture(view: PartnerView) -> Picture | None:
    total = view.row("close_rate", "cohort")
    missed = {kind: view.row("deal_success", f"missed.{kind}")["value"] for kind in MISSED}
    won = np.nan_to_num(total["numerator"])
    still_open = np.nan_to_num(total["denominator"]) - won - sum(missed.values())
    outcomes = pd.Series({"won": won, "open": still_open, **missed})
    if not outcomes.any():
        return None
    text = _("Deals created in the window") + ": "
    text += ", ".join(f"{lower(_(OUTCOMES[name]))} {count:.0f}" for name, count in outcomes.items())
    title = _("What became of the deals created in the window")
    return Picture(lambda ax: submitted(outcomes, title=title, ax=ax), text, left=0.2, right=0.97)


presentation = Presentation(
    kpi="deal_success",
    title=N_("Deal success"),
    definition=N_(
        "Ideal / submitted × won ideal / ideal = won ideal / submitted, created in the window."
    ),
    caution=N_(
        "Open deals may still be won, and a profile filled in only after winning flatters it."
    ),
    rows={
        "success": Label(N_("Won ideal / submitted")),
        "identification": Label(N_("Identification (ideal / submitted)")),
        "conversion": Label(N_("Conversion (won ideal / ideal)")),
    },
    sentences=sentences,
    picture=picture,
)
