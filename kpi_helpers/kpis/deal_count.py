"""Deal count: deals won with a close date in the window; higher is better, never shown without the
value.

    number of won deals closed in the window

Counts are deals touched (a split deal counts once for each partner and once for everyone together);
`credited` is the sum of the shares. Beside it: the won `amount`, the `lost`, `cancelled`, `created`
and `open` counts, `attainment` = won / target and `pace` = won / (target x elapsed share of the
window). Counts carry an exact Poisson interval. Nothing won: 0. No target: attainment and pace are
null.

It misleads alone: many small deals are not many good deals. Source: kpis.md 2.2.

>>> import pandas as pd
>>> from kpi_helpers import deal_count
>>> deals = pd.DataFrame(
...     {
...         "deal_id": ["a", "b"],
...         "partner": "P",
...         "status": "won",
...         "amount": [200.0, 400.0],
...         "created_on": pd.Timestamp("2025-03-01"),
...         "closed_on": pd.to_datetime(["2025-03-20", "2025-03-31"]),
...     }
... )
>>> deal_count(deals, window="2025-03", basis="won")[["value", "low", "high"]].round(4)
   value     low    high
0    2.0  0.2422  7.2247
"""

from typing import Any

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi, only, ratio, total
from kpi_helpers.kpis.measure import STATE, Measure
from kpi_helpers.kpis.remarks import Remarks, pick
from kpi_helpers.kpis.shared import (
    cancelled,
    created,
    lost,
    rateless_won,
    unpriced_won,
    won,
    won_amount,
    won_credit,
    won_priced,
    won_rateless,
)

still_open = Measure("open", STATE, lambda at: at.open)


left_out = Remarks(unpriced_won, rateless_won)


def amount(t) -> Answer:
    """The won amount; unknown rather than 0 when deals were won and none of them has an amount."""
    known = only(t[won_amount], (t[won] == 0) | (t[won_priced] > 0))
    return Answer(
        known, t[won_amount], None, t[won_priced], Note("wins_without_amount"), left_out(t)
    )


def attainment(t) -> Answer:
    target, count = t.target("deal_count"), t.toward("deal_count", won)
    note = t.members("deal_count")
    return Answer(ratio(count, target), count, target, t[won], Note("no_target"), note)


def pace(t) -> Answer:
    due, count = t.target("deal_count") * t.elapsed, t.toward("deal_count", won)
    return Answer(
        ratio(count, due),
        count,
        due,
        t[won],
        pick(t.elapsed > 0, Note("no_target"), Note("window_ahead")),
        t.members("deal_count"),
    )


count: dict[str, Any] = {"unit": "number", "interval": "poisson"}

deal_count = Kpi(
    "deal_count",
    __doc__,
    (
        total("won", won, better="higher", **count),
        Basis("amount", amount, (won_amount, won, won_priced, won_rateless), "money", "higher"),
        total("credited", won_credit, unit="number", better="higher", n=won),
        total("created", created, better="higher", **count),
        total("lost", lost, better="lower", **count),
        total("cancelled", cancelled, better="lower", **count),
        total("open", still_open, unit="number", better="neither"),
        Basis("attainment", attainment, (won,), "ratio", "higher", toward=(won,)),
        Basis("pace", pace, (won,), "ratio", "higher", toward=(won,)),
    ),
    headline="won",
    by_period=("won", "amount"),
)
