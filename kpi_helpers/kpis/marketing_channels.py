"""Marketing channels: what paid, earned, owned (and partner, unknown) leads bring for what they
cost.

    roi = (revenue - spend) / spend;  close_rate = won / leads;  cost_per_won = spend / won

over the leads created in the window, their wins and credited revenue by as_of, and the spend of the
window's months. Bases are metric.channel: leads, won, revenue, spend, close_rate, cost_per_won, roi
and revenue_per_spend of each channel. Higher is better but for spend (neither) and cost_per_won
(lower). No spend: roi is null, not infinite. Spend is known by partner, channel and period only; at
other levels, and for windows that are not whole months, it is null.

It misleads while leads are young (their wins are still to come; while more than one in ten are
undecided the numbers say so) and because the last touch takes
all credit. Source: kpis.md 2.4.

>>> import pandas as pd
>>> from kpi_helpers import marketing_channels
>>> deals = pd.DataFrame(
...     {
...         "deal_id": ["a"],
...         "partner": "P",
...         "status": "won",
...         "amount": 500.0,
...         "channel": "paid",
...         "created_on": pd.Timestamp("2025-03-01"),
...         "closed_on": pd.Timestamp("2025-03-20"),
...     }
... )
>>> spend = pd.DataFrame({"month": ["2025-03"], "channel": ["paid"], "amount": [1000.0]})
>>> rows = marketing_channels(
...     deals, window="2025-03", spend=spend, basis=["roi.paid", "cost_per_won.paid"]
... )
>>> rows[["basis", "value"]]
               basis   value
0           roi.paid    -0.5
1  cost_per_won.paid  1000.0
"""

from typing import Any

import numpy as np

from kpi_helpers.contract.deals import CHANNELS
from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi, fraction, ratio, total
from kpi_helpers.kpis.measure import CREATED, At, Measure, where
from kpi_helpers.kpis.remarks import Remarks, Together, Young, pick


def through(channel: str, at: At):
    """Leads that came through this channel; whatever is not one of the four is unknown, never
    folded in."""
    if channel == "unknown":
        return at.exists & ~at.column("channel").is_in(
            [c for c in CHANNELS if c != "unknown"]
        ).fill_null(False)
    return at.exists & (at.column("channel") == channel).fill_null(False)


def of_channel(channel: str) -> tuple[Basis, ...]:
    """The eight bases of one channel."""

    def measure(name, of, total="count"):
        return Measure(
            f"{name}_{channel}",
            CREATED,
            lambda at: of(at.once(f"_through_{channel}", lambda: through(channel, at)), at),
            total,
            reads=("channel",),
        )

    leads = measure("leads", lambda ours, at: ours)
    won = measure("won", lambda ours, at: ours & at.won)
    young = Young(measure("open", lambda ours, at: ours & at.open), leads)
    revenue = measure("revenue", lambda ours, at: where(ours & at.won, at.credited), "money")
    unpriced = measure("unpriced", lambda ours, at: ours & at.won & ~at.priced)
    so_far = Together(young, Remarks((unpriced, "won_without_amount")))

    def spent(t) -> Answer:
        return Answer(t.spend(channel), t.spend(channel), None, t[leads], t.spend_why)

    def per(top, bottom, why):
        def answer(t) -> Answer:
            over, under = top(t), bottom(t)
            reason = pick(np.isnan(t.spend(channel)), t.spend_why, why)
            return Answer(ratio(over, under), over, under, t[leads], reason, so_far(t))

        return answer

    def cost(t):
        return t.spend(channel)

    cost_per_won = per(cost, lambda t: t[won], Note("no_channel_win"))
    roi = per(lambda t: t[revenue] - cost(t), cost, Note("no_channel_spend"))
    return_on_spend = per(lambda t: t[revenue], cost, Note("no_channel_spend"))
    money: dict[str, Any] = {"unit": "money", "better": "higher"}
    counted = (leads, revenue, won, *so_far.measures)
    return (
        Basis(f"roi.{channel}", roi, counted, "ratio", "higher"),
        total(f"leads.{channel}", leads, unit="number", better="higher"),
        total(f"won.{channel}", won, unit="number", better="higher", n=leads, note=young),
        total(f"revenue.{channel}", revenue, **money, n=won, note=so_far),
        Basis(f"spend.{channel}", spent, (leads,), "money", "neither"),
        fraction(
            f"close_rate.{channel}",
            won,
            leads,
            unit="ratio",
            better="higher",
            interval="wilson",
            why=Note("no_channel_lead"),
            note=young,
        ),
        Basis(f"cost_per_won.{channel}", cost_per_won, counted, "money", "lower"),
        Basis(f"revenue_per_spend.{channel}", return_on_spend, counted, "ratio", "higher"),
    )


marketing_channels = Kpi(
    "marketing_channels",
    __doc__,
    tuple(basis for channel in CHANNELS for basis in of_channel(channel)),
    headline="roi.paid",
    by_period=("roi.paid",),
)
