"""The cells of a KPI's row: its fraction, interval, change, target, peers and rank as text."""

import pandas as pd
from markupsafe import Markup

from kpi_helpers.showing.format import DASH, changed, percent, shown
from kpi_helpers.showing.language import N_, _
from kpi_helpers.showing.presentation import Label
from kpi_helpers.showing.tables import strong
from kpi_helpers.views.partner import PartnerView


def value_text(row: dict, view: PartnerView) -> Markup:
    """The number; of a young cohort what is expected once it is decided, and the one so far."""
    so_far = shown(row["value"], row["unit"], view.currency)
    if not row["young"]:
        return strong(so_far)
    beside = Markup('{} <span class="note">{}</span>')
    if pd.isna(row["expected"]):
        return beside.format(so_far, _("so far"))
    expected = shown(row["expected"], row["unit"], view.currency)
    return beside.format(strong(expected), _("expected; {value} so far", value=so_far))


def fraction_text(row: dict, label: Label, currency: str | None) -> str:
    """What was divided by what, or how many deals the value rests on."""
    if label.bottom and not pd.isna(row["denominator"]) and not pd.isna(row["numerator"]):
        parts = (
            shown(row[side], unit, currency)
            for side, unit in (("numerator", label.top), ("denominator", label.bottom))
        )
        return " / ".join(parts)
    return _("n = {n:,.0f}", n=row["n"])


def interval_text(row: dict, currency: str | None) -> str:
    """The ends of what the row's number may be, or of what a young one should become."""
    ends = [row["expected_low" if row["young"] else "low"]]
    ends.append(row["expected_high" if row["young"] else "high"])
    if pd.isna(ends).any():
        return DASH
    low, high = (shown(end, row["unit"], currency) for end in ends)
    return _("{low} to {high}", low=low, high=high)


def target_text(row: dict, view: PartnerView, unit: str) -> str:
    """How much of its target a headline number has reached; `unit` is the target's, '' where the
    KPI has no target."""
    if not unit:
        return DASH
    reached = view.row(row["kpi"], "attainment")
    if pd.isna(reached["denominator"]):
        return DASH
    target = shown(reached["denominator"], unit, view.currency)
    return _("{share} of {target}", share=percent(reached["value"]), target=target)


QUARTERS = {
    1: N_("best quarter"),
    2: N_("second quarter"),
    3: N_("third quarter"),
    4: N_("last quarter"),
}


def rank_text(row: dict) -> str:
    """The rank among all; where ranks are not told, the quarter of the partners it lies in."""
    if not pd.isna(row["peers_rank"]):
        return _("{rank:,.0f} of {all:,.0f}", rank=row["peers_rank"], all=row["peers_count"] + 1)
    quarter = row["peers_quarter"]
    return DASH if pd.isna(quarter) else _(QUARTERS[quarter])


COLUMNS = {
    "value": (
        N_("Value"),
        lambda row, label, view: value_text(row, view),
    ),
    "fraction": (N_("Fraction"), lambda row, label, view: fraction_text(row, label, view.currency)),
    "interval": (N_("95% interval"), lambda row, label, view: interval_text(row, view.currency)),
    "before": (
        N_("Previous"),
        lambda row, label, view: shown(row["before"], row["unit"], view.currency),
    ),
    "change": (
        N_("Change"),
        lambda row, label, view: changed(row["change"], row["unit"], row["before"], row["value"]),
    ),
    "year": (
        N_("Year on year"),
        lambda row, label, view: changed(
            row["year_change"], row["unit"], row["year_before"], row["value"]
        ),
    ),
    "target": (
        N_("Target"),
        lambda row, label, view: target_text(row, view, label.target),
    ),
    "peers": (
        N_("Peers’ median"),
        lambda row, label, view: shown(row["peers_median"], row["unit"], view.currency),
    ),
    "rank": (N_("Rank"), lambda row, label, view: rank_text(row)),
}


def columns(view: PartnerView, *names: str) -> dict:
    """Those of COLUMNS that are named and can be told: everyone together has no peers."""
    return {
        name: COLUMNS[name] for name in names if len(view.peers) or name not in ("peers", "rank")
    }
