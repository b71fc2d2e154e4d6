"""Which figure shows which KPI of a partner, with its alternative text."""

import numpy as np
import pandas as pd

from kpi_helpers.contract.as_of import ages
from kpi_helpers.showing.figures import (
    Picture,
    outcome_curve,
    quality_pair,
    spend_return,
    submitted,
    trend,
    waterfall,
)
from kpi_helpers.showing.figures.funnel import funnel_plot
from kpi_helpers.showing.format import day, percent, period, shown
from kpi_helpers.showing.labels import CHANNELS, MISSED, OUTCOMES, STEPS, TITLES
from kpi_helpers.showing.language import _, lower, ngettext
from kpi_helpers.showing.tables import silent
from kpi_helpers.stats import funnel, funnel_limits, time_to_outcome
from kpi_helpers.views.partner import PartnerView


def picture(view: PartnerView, kpi: str) -> Picture | None:
    """The figure of one KPI; what it shows is also its alternative text. None where there is
    nothing to draw."""
    return None if kpi in TITLES and silent(view, kpi) else PICTURES[kpi](view)


def _trend(
    view: PartnerView, kpi: str, basis: str, unit: str, title: str, bars: bool = False
) -> Picture | None:
    periods, row = _periods(view, kpi, basis), view.row(kpi, basis)
    if not periods["value"].fillna(0).any():
        return None
    text = _(
        "{title}, {first} to {last}: {values}",
        title=title,
        first=periods["period"].iloc[0],
        last=periods["period"].iloc[-1],
        values=", ".join(
            f"{name} {shown(value, unit, view.currency)}"
            for name, value in zip(periods["period"], periods["value"], strict=True)
        ),
    )
    # the peers' median belongs to the whole window; it fits the bars only where a bar is a window
    fits = period(view.window.label) == periods["period"].iloc[-1] or unit in (
        "ratio",
        "days",
        "money",
    )
    peers = row["peers_median"] if fits else np.nan
    return Picture(
        lambda ax: trend(
            periods, unit=unit, title=title, currency=view.currency, peers=peers, bars=bars, ax=ax
        ),
        text,
    )


def _periods(view: PartnerView, kpi: str, basis: str) -> pd.DataFrame:
    periods = view.periods(kpi, basis)
    return periods.assign(period=periods["period"].map(period))


def _sizes(view):
    return _trend(view, "average_deal_size", "whole", "money", _("Average deal size"))


def _deals_won(view):
    return _trend(view, "deal_count", "won", "number", _("Deals won"), bars=True)


def _close_rate(view):
    return _trend(view, "close_rate", "closed", "ratio", _("Close rate of decided deals"))


def _movement(view):
    since, steps = view.history.since, view.history.steps
    told = steps.dropna(subset="amount")
    if not told["amount"].any():
        return None
    title = _("Open pipeline, {start} to {end}", start=day(since), end=day(view.as_of))
    text = ", ".join(
        f"{lower(_(STEPS[step]))} {shown(amount, 'money', view.currency)}"
        for step, amount in zip(told["step"], told["amount"], strict=True)
    )
    return Picture(
        lambda ax: waterfall(steps, title=title, currency=view.currency, ax=ax),
        f"{title}: {text}",
        right=0.98,
    )


def _channels(view):
    rows = [
        {"channel": _(name)}
        | {
            metric: view.row("marketing_channels", f"{metric}.{channel}")["value"]
            for metric in ("spend", "revenue", "leads", "close_rate")
        }
        for channel, name in CHANNELS.items()
    ]
    table = pd.DataFrame(rows)
    if not table[["spend", "revenue"]].fillna(0).any(axis=None):
        return None
    text = _("Spend and revenue by channel") + ": "
    text += "; ".join(
        _(
            "{channel} {spent} spent, {won} won",
            channel=row.channel,
            spent=shown(row.spend, "money", view.currency),
            won=shown(row.revenue, "money", view.currency),
        )
        for row in table.itertuples()
    )
    title = _("Spend and the revenue of the window’s leads")
    return Picture(
        lambda ax: spend_return(table, title=title, currency=view.currency, ax=ax), text, right=0.98
    )


def _velocity(view):
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


def _quality(view):
    won, amount = _periods(view, "quality_score", "won"), _periods(view, "quality_score", "amount")
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


def _success(view):
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


def _fair(view):
    """The funnel of all partners with this one marked; in the partner's own edition without the
    others' dots."""
    year = view.common.last_year
    if view.partner not in year.index or not year.loc[view.partner, "n"]:
        return None
    own, crowd = year.loc[view.partner], view.common.crowd
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


PICTURES = {
    "average_deal_size": _sizes,
    "deal_count": _deals_won,
    "pipeline": _movement,
    "marketing_channels": _channels,
    "close_rate": _close_rate,
    "deal_velocity": _velocity,
    "quality_score": _quality,
    "deal_success": _success,
    "fair": _fair,
}
