"""Deal velocity: how fast deals are won, in days (lower is better) and in money a day (higher is
better).

    cycle           days from created to won, deals won in the window: median, and mean
    revenue_per_day opportunities x average deal size x close rate / mean cycle days

where opportunities are the deals won or lost in the window, the close rate is the one of these
(`closed`) and the size is the credited amount per won deal. Nothing won: null. A cycle of 0 days:
revenue per day is null.

It misleads because won-only means ignore the slow deals that are still open: read it beside the
time-to-outcome curve (`kpi_helpers.judging.time_to_outcome`). Source: kpis.md 2.6; the sales
velocity equation.

>>> import pandas as pd
>>> from kpi_helpers import deal_velocity
>>> deals = pd.DataFrame(
...     {
...         "deal_id": list("abcdefghij"),
...         "partner": "P",
...         "status": ["won"] * 3 + ["lost"] * 7,
...         "amount": 300.0,
...         "created_on": pd.Timestamp("2025-03-01"),
...         "closed_on": pd.Timestamp("2025-03-31"),
...     }
... )
>>> deal_velocity(deals, window="2025-03")[["basis", "value", "unit"]]
             basis  value           unit
0     cycle_median   30.0           days
1       cycle_mean   30.0           days
2  revenue_per_day   30.0  money per day
"""

from typing import Any

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi, fraction, ratio, total
from kpi_helpers.kpis.measure import CLOSED, Measure, where
from kpi_helpers.kpis.remarks import Remarks, pick
from kpi_helpers.kpis.shared import decided, won, won_amount, won_priced

cycle_sum = Measure("cycle_sum", CLOSED, lambda at: where(at.won, at.cycle), "sum")
cycle_median = Measure("cycle_median", CLOSED, lambda at: where(at.won, at.cycle), "median")
dated = Measure("won_dated", CLOSED, lambda at: at.won & at.states("created_on"))
undated = won - dated

left_out = Remarks(
    (undated, "won_without_created"),
)
days: dict[str, Any] = {
    "unit": "days",
    "better": "lower",
    "n": dated,
    "why": Note("no_dated_win"),
    "note": left_out,
}


def revenue_per_day(t) -> Answer:
    size = ratio(t[won_amount], t[won_priced])
    rate = ratio(t[won], t[decided])
    mean = ratio(t[cycle_sum], t[dated])
    top = t[decided] * size * rate
    why = pick(mean == 0, Note("no_cycle"), Note("no_dated_priced_win"))
    return Answer(
        ratio(top, mean),
        top,
        mean,
        t[decided],
        why,
        Note("revenue_per_day"),
    )


deal_velocity = Kpi(
    "deal_velocity",
    __doc__,
    (
        total("cycle_median", cycle_median, **days),
        fraction("cycle_mean", cycle_sum, dated, **days),
        Basis(
            "revenue_per_day",
            revenue_per_day,
            (won_amount, won, won_priced, decided, cycle_sum, dated),
            "money per day",
            "higher",
        ),
    ),
    headline="cycle_median",
    by_period=("cycle_median",),
)
