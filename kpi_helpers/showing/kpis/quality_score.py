"""How the quality score is shown: against peers and the own past, deals and amount."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.comparing import unknown
from kpi_helpers.showing.figures import Picture, quality_pair
from kpi_helpers.showing.format import period, shown
from kpi_helpers.showing.language import N_, _, ngettext
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.showing.trends import periods_of
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    row, past = view.row("quality_score"), view.row("quality_score", "past")
    yield unknown(row, _("The index against peers is not known: {why}."))
    if not pd.isna(row["value"]) and ("quality_score", "peers", "average") in view.claims:
        yield told(view.claims["quality_score", "peers", "average"], index=row["value"])
    if not pd.isna(past["value"]):
        yield _("Against the own previous window it is {index:.0f}.", index=past["value"])
    yield _("It says who brings more, not who works better: territory and size are not considered.")


def picture(view: PartnerView) -> Picture | None:
    won, amount = (
        periods_of(view, "quality_score", "won"),
        periods_of(view, "quality_score", "amount"),
    )
    periods = won[["period"]].assign(won=won["value"].to_numpy(), amount=amount["value"].to_numpy())
    if not periods["won"].any():
        return None
    same = period(view.window.label) == periods["period"].iloc[-1]
    peers = {
        name: view.row("quality_score", name)["peers_median"] if same else np.nan
        for name in ("won", "amount")
    }
    text = _("Deals won and amount won") + ": "
    text += "; ".join(
        ngettext(
            "{period} {count} deal, {amount}",
            "{period} {count} deals, {amount}",
            row.won,
            period=row.period,
            amount=shown(row.amount, "money", view.currency),
        )
        for row in periods.itertuples()
    )
    return Picture(
        lambda ax: quality_pair(
            periods,
            ax=ax,
            peer_won=peers["won"],
            peer_amount=peers["amount"],
            title=_("Deals and amount won"),
            currency=view.currency,
        ),
        text,
    )


presentation = Presentation(
    kpi="quality_score",
    title=N_("Quality score"),
    definition=N_(
        "100 × √(won / peers’ mean won × amount / peers’ mean amount), closed in the window."
    ),
    caution=N_(
        "It says who brings more, not who works better: territory and size are not considered."
    ),
    rows={
        "won": Label(N_("Deals won"), "", ""),
        "amount": Label(N_("Amount won"), "", ""),
        "peers": Label(N_("Index (average peer = 100)"), "", ""),
        "past": Label(N_("Index against own past"), "", ""),
        "yield": Label(N_("Yield per opportunity worked"), "money"),
    },
    sentences=sentences,
    picture=picture,
    without_peers="past",
)
