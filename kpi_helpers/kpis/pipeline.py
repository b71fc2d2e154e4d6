"""Opportunity pipeline: what is open at as_of and what it should bring; higher is better.

    open = sum of open amounts;  weighted = sum of (amount x its own probability)

in the reporting currency, credited, as the deals stood at the end of as_of (by month: at each
month's end). Beside it: `count`, `age` (median days since creation, lower is better), `overdue`
(expected close before as_of) and `stale` (older than the 90th percentile of won cycles) in count
and amount, `attainment` = won amount / target, `coverage` = open / (target - won so far in the
window), and `competitor` = the share of the window's lost deals that went to a competitor. Nothing
open: 0; no target, or a target already reached: coverage is null.

It misleads when old deals are left open (look at stale and overdue) and when probabilities are the
CRM's defaults rather than learned. Source: kpis.md 2.3.

>>> import pandas as pd
>>> from kpi_helpers import pipeline
>>> deals = pd.DataFrame(
...     {
...         "deal_id": list("abc"),
...         "partner": "P",
...         "status": "open",
...         "amount": [1e3, 2e3, 5e3],
...         "probability": [0.2, 0.5, 0.8],
...         "created_on": pd.Timestamp("2025-03-01"),
...         "closed_on": pd.NaT,
...     }
... )
>>> pipeline(deals, window="2025-03", as_of="2025-03-31", basis=["open", "weighted"])[
...     ["basis", "value", "n"]
... ]
      basis   value  n
0      open  8000.0  3
1  weighted  5200.0  3
"""

from typing import Any

import numpy as np

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.deal_count import still_open
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi, only, ratio, total
from kpi_helpers.kpis.measure import CLOSED, STATE, At, Measure, where
from kpi_helpers.kpis.remarks import Remarks, counts, pick
from kpi_helpers.kpis.shared import lost, won_amount

chance: dict[str, Any] = {"reads": ("probability",)}
expected: dict[str, Any] = {"reads": ("expected_close_on",)}
to_whom: dict[str, Any] = {"reads": ("lost_to_competitor",)}


def overdue(at: At):
    return at.open & at.states("expected_close_on") & (at.column("expected_close_on") < at.today)


open_amount = Measure("open_amount", STATE, lambda at: where(at.open, at.credited), "money")
open_unpriced = Measure("open_unpriced", STATE, lambda at: at.open & ~at.priced)
open_priced = Measure("open_priced", STATE, lambda at: at.open & at.priced)
weighted_amount = Measure(
    "weighted_amount",
    STATE,
    lambda at: where(at.open, at.credited * at.column("probability")),
    "money",
    **chance,
)
weighable = Measure(
    "weighable", STATE, lambda at: at.open & at.priced & at.states("probability"), **chance
)


def chance_from(source: str) -> Measure:
    def priced_by(at: At):
        return at.open & at.priced & (at.column("probability_source") == source).fill_null(False)

    return Measure(f"by_{source}", STATE, priced_by, reads=("probability_source",))


by_default, learned = chance_from("stage default"), chance_from("learned")
open_age = Measure("open_age", STATE, lambda at: where(at.open, at.age_days), "median")
open_dated = Measure("open_dated", STATE, lambda at: at.open & at.states("created_on"))
overdue_deals = Measure("overdue", STATE, overdue, **expected)
overdue_amount = Measure(
    "overdue_amount", STATE, lambda at: where(overdue(at), at.credited), "money", **expected
)
stale_deals = Measure("stale", STATE, lambda at: at.open & at.slow, slow=True)
stale_amount = Measure(
    "stale_amount", STATE, lambda at: where(at.open & at.slow, at.credited), "money", slow=True
)
to_competitor = Measure(
    "to_competitor", CLOSED, lambda at: at.lost & at.says("lost_to_competitor"), **to_whom
)
competitor_stated = Measure(
    "competitor_stated", CLOSED, lambda at: at.lost & at.states("lost_to_competitor"), **to_whom
)

unpriced = Remarks((open_unpriced, "open_without_amount"))


def open_value(t) -> Answer:
    """Open value; unknown rather than 0 when deals are open and none of them has an amount."""
    n = t[still_open] - t[open_unpriced]
    known = only(t[open_amount], (t[still_open] == 0) | (n > 0))
    return Answer(known, t[open_amount], None, n, Note("open_without_amounts"), unpriced(t))


def weighted(t) -> Answer:
    """Weighted value of the deals that can be weighed; unknown where none can. At an earlier as_of
    it is too low: deals lose their probability when they close, which the note's count of those
    left out shows."""
    missing = t[still_open] - t[weighable]
    known = only(t[weighted_amount], (t[still_open] == 0) | (t[weighable] > 0))
    left_out = counts(missing, "open_without_weight")
    by_history = counts(t[learned], "weighed_by_history")
    note = left_out + by_history + counts(t[by_default], "weighed_by_default")
    why = Note("open_without_weights")
    return Answer(known, t[weighted_amount], None, t[weighable], why, note)


def staleness(measure: Measure):
    def answer(t) -> Answer:
        slow = t.at.slow_days
        known = t[measure] * (np.nan if slow is None else 1.0)
        note = () if slow is None else Note("stale_after", days=int(f"{slow:.0f}"))
        return Answer(known, t[measure], None, t[stale_deals], Note("no_won_cycle"), note)

    return answer


def attainment(t) -> Answer:
    target, amount = t.target("won_amount"), t.toward("won_amount", won_amount)
    return Answer(
        ratio(amount, target),
        amount,
        target,
        t[still_open],
        Note("no_target"),
        t.members("won_amount"),
    )


def coverage(t) -> Answer:
    """Open amount over what is left to win, while the window runs: a finished one has none."""
    target, amount = t.target("won_amount"), t.toward("won_amount", won_amount)
    reached = amount >= target
    why = pick(np.isnan(target), Note("no_target"), Note("period_over"))
    why = np.where(reached, pick(reached, Note("target_reached"), ()), why)
    to_go = only(target - amount, ~reached & (t.elapsed < 1))
    open_of = t.toward("won_amount", open_amount)
    return Answer(ratio(open_of, to_go), open_of, to_go, t[still_open], why, unpriced(t))


def competitor(t) -> Answer:
    stated = t[competitor_stated]
    why = pick(t[lost] > 0, Note("no_competitor_said"), Note("nothing_lost"))
    untold = counts(t[lost] - stated, "competitor_unsaid")
    known = only(t[lost], stated > 0)
    return Answer(ratio(t[to_competitor], known), t[to_competitor], t[lost], t[lost], why, untold)


pipeline = Kpi(
    "pipeline",
    __doc__,
    (
        Basis("open", open_value, (open_amount, open_unpriced, still_open), "money", "higher"),
        Basis(
            "weighted",
            weighted,
            (weighted_amount, weighable, by_default, learned, still_open),
            "money",
            "higher",
        ),
        total("count", still_open, unit="number", better="higher"),
        total(
            "age",
            open_age,
            unit="days",
            better="lower",
            n=open_dated,
            why=Note("no_dated_open"),
        ),
        total("overdue", overdue_deals, unit="number", better="lower"),
        total("overdue_amount", overdue_amount, unit="money", better="lower", n=overdue_deals),
        Basis("stale", staleness(stale_deals), (stale_deals,), "number", "lower"),
        Basis(
            "stale_amount", staleness(stale_amount), (stale_amount, stale_deals), "money", "lower"
        ),
        Basis(
            "attainment",
            attainment,
            (won_amount, still_open),
            "ratio",
            "higher",
            toward=(won_amount,),
        ),
        Basis(
            "coverage",
            coverage,
            (won_amount, open_amount, still_open, open_unpriced),
            "ratio",
            "higher",
            toward=(won_amount, open_amount),
        ),
        Basis(
            "competitor",
            competitor,
            (to_competitor, competitor_stated, lost),
            "ratio",
            "lower",
            "wilson",
        ),
    ),
    headline="open",
    by_period=("open", "weighted"),
)
