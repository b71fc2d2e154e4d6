"""Which figure shows which KPI of a partner, with its alternative text."""

import numpy as np
import pandas as pd

from ..judging import ages, time_to_outcome
from ..movement import pipeline_movement
from ..view import PartnerView
from .figures import Picture, outcome_curve, quality_pair, spend_return, submitted, trend, waterfall
from .format import shown
from .labels import CHANNELS, MISSED


def picture(view: PartnerView, kpi: str) -> Picture | None:
    """The figure of one KPI; what it shows is also its alternative text. None where there is nothing to draw."""
    return PICTURES[kpi](view)


def _trend(view: PartnerView, kpi: str, basis: str, unit: str, title: str, bars: bool = False) -> Picture:
    periods, row = view.periods(kpi, basis), view.row(kpi, basis)
    text = f"{title}, {periods['period'].iloc[0]} to {periods['period'].iloc[-1]}: " + ", ".join(
        f"{period} {shown(value, unit, view.currency)}"
        for period, value in zip(periods["period"], periods["value"], strict=True)
    )
    # the peers' median belongs to the whole window; it fits the bars only where a bar is a window
    fits = view.window.label == periods["period"].iloc[-1] or unit in ("ratio", "days", "money")
    peers = row["peers_median"] if fits else np.nan
    return Picture(
        lambda ax: trend(periods, unit=unit, title=title, currency=view.currency, peers=peers, bars=bars, ax=ax), text
    )


def _sizes(view):
    return _trend(view, "average_deal_size", "whole", "money", "Average deal size")


def _deals_won(view):
    return _trend(view, "deal_count", "won", "number", "Deals won", bars=True)


def _close_rate(view):
    return _trend(view, "close_rate", "closed", "ratio", "Close rate of decided deals")


def month_before(view: PartnerView):
    """The last day of the month before the one that as_of lies in."""
    return (pd.Timestamp(view.as_of).replace(day=1) - pd.Timedelta(days=1)).date()


def _movement(view):
    since = month_before(view)
    steps = pipeline_movement(view.deals, since=since, as_of=view.as_of)
    told = steps.dropna(subset="amount")
    text = f"Open pipeline from {since} to {view.as_of}: " + ", ".join(
        f"{step.replace('_', ' ')} {shown(amount, 'money', view.currency)}"
        for step, amount in zip(told["step"], told["amount"], strict=True)
    )
    return Picture(
        lambda ax: waterfall(steps, title=f"Open pipeline, {since} to {view.as_of}", currency=view.currency, ax=ax),
        text,
        right=0.98,
    )


def _channels(view):
    rows = [
        {"channel": name}
        | {
            metric: view.row("marketing_channels", f"{metric}.{channel}")["value"]
            for metric in ("spend", "revenue", "leads", "close_rate")
        }
        for channel, name in CHANNELS.items()
    ]
    table = pd.DataFrame(rows)
    text = "Spend and revenue by channel: " + "; ".join(
        f"{row.channel} {shown(row.spend, 'money', view.currency)} spent, "
        f"{shown(row.revenue, 'money', view.currency)} won"
        for row in table.itertuples()
    )
    return Picture(
        lambda ax: spend_return(
            table, title="Spend and the revenue of the window’s leads", currency=view.currency, ax=ax
        ),
        text,
        right=0.98,
    )


def _velocity(view):
    followed = ages(view.deals, view.as_of)
    curve = time_to_outcome(followed["days"], followed["outcome"])
    if curve.empty:
        return None
    last = curve.iloc[-1]
    text = f"Time to outcome: after {last['day']:.0f} days {last['won']:.0%} won and {last['lost']:.0%} lost"
    return Picture(lambda ax: outcome_curve(curve, title="What became of deals, by days since creation", ax=ax), text)


def _quality(view):
    won = view.periods("quality_score", "won")
    amount = view.periods("quality_score", "amount")
    periods = won[["period"]].assign(won=won["value"].to_numpy(), amount=amount["value"].to_numpy())
    same = view.window.label == periods["period"].iloc[-1]
    peers = {name: view.row("quality_score", name)["peers_median"] if same else np.nan for name in ("won", "amount")}
    text = "Deals won and amount won: " + "; ".join(
        f"{row.period} {row.won:.0f} deals, {shown(row.amount, 'money', view.currency)}" for row in periods.itertuples()
    )
    return Picture(
        lambda ax: quality_pair(
            periods,
            ax=ax,
            peer_won=peers["won"],
            peer_amount=peers["amount"],
            title="Deals and amount won",
            currency=view.currency,
        ),
        text,
    )


def _success(view):
    total = view.row("close_rate", "cohort")
    missed = {name: view.row("deal_success", f"missed.{kind}")["value"] for kind, name in MISSED.items()}
    won = np.nan_to_num(total["numerator"])
    still_open = np.nan_to_num(total["denominator"]) - won - sum(missed.values())
    outcomes = pd.Series({"Won": won, "Open": still_open, **missed})
    text = "Deals created in the window: " + ", ".join(
        f"{name.lower()} {count:.0f}" for name, count in outcomes.items()
    )
    return Picture(
        lambda ax: submitted(outcomes, title="What became of the deals created in the window", ax=ax),
        text,
        left=0.2,
        right=0.97,
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
}
