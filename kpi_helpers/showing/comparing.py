"""Sentences that any KPI may say: against its peers, against the window before, and why nothing."""

import pandas as pd

from kpi_helpers.scoring.peers import FEWEST
from kpi_helpers.showing.format import changed, shown
from kpi_helpers.showing.language import _
from kpi_helpers.showing.notes import remarks
from kpi_helpers.views.partner import PartnerView


def against_peers(view: PartnerView, row: dict) -> str:
    """Apart from the peers' median only where the interval is."""
    median = row["peers_median"]
    if pd.isna(row["value"]):
        return ""
    if pd.isna(median):
        return _("There are fewer than {fewest} peers to compare with.", fewest=FEWEST)
    median_text = {"median": shown(median, row["unit"], view.currency)}
    if pd.isna(row["low"]):
        return _(
            "It stands against the peers’ median of {median}; no interval is told, so this is no "
            "verdict.",
            **median_text,
        )
    if row["low"] <= median <= row["high"]:
        return _(
            "Its interval holds the peers’ median of {median}: these numbers do not set the "
            "partner apart.",
            **median_text,
        )
    if row["low"] > median:
        return _(
            "Its interval lies above the peers’ median of {median}, before season, region and "
            "mix are considered.",
            **median_text,
        )
    return _(
        "Its interval lies below the peers’ median of {median}, before season, region and mix "
        "are considered.",
        **median_text,
    )


def against_before(row: dict) -> str:
    if pd.isna(row["value"]):
        return ""
    if pd.isna(row["change"]):
        return (
            _("The previous window had none, so there is no change to tell.")
            if row["before"] == 0
            else ""
        )
    change = changed(row["change"], row["unit"], row["before"], row["value"])
    if pd.isna(row["low"]):
        return _("Against the previous window it moved by {change}.", change=change)
    if row["low"] <= row["before"] <= row["high"]:
        return _(
            "Against the previous window it moved by {change}, within what chance alone can do.",
            change=change,
        )
    return _(
        "Against the previous window it moved by {change}, more than its own interval covers.",
        change=change,
    )


def unknown(row: dict, sentence: str) -> str:
    """`sentence` with the reason filled in where the value is null, else nothing."""
    return sentence.format(why=remarks(row)) if pd.isna(row["value"]) else ""
