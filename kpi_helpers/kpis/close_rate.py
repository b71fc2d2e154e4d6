"""Close rate: of all potential customers, how many bought; 0 to 1, higher is better.

    cohort  won by as_of among created in the window / created in the window   (the default)
    closed  won / (won + lost), closed in the window
    broad   won / (won + lost + cancelled), closed in the window
    within  won within H days / created in the window and H days or more before as_of
            (H = within_days, 90)
    value   won amount / (won + lost amount), closed in the window

Counts are deals touched; `value` uses credited amounts. Rates carry a Wilson 95 % interval. Nothing
to count: null. A cohort with deals younger than the 90th percentile of won cycles is immature, says
so, and is not to be read as a fall; while more than one in ten of its deals are undecided it is
young: a number so far, and no outcome.

It misleads alone: location, season and trend move it, and `closed` ignores deals that never get an
answer. Source: kpis.md 2.5; interval: Wilson (1927).

>>> import pandas as pd
>>> from kpi_helpers import close_rate
>>> deals = pd.DataFrame(
...     {
...         "deal_id": list("abcdefghij"),
...         "partner": "P",
...         "status": ["won"] * 3 + ["lost"] * 7,
...         "amount": 100.0,
...         "created_on": pd.Timestamp("2025-03-01"),
...         "closed_on": pd.Timestamp("2025-03-20"),
...     }
... )
>>> close_rate(deals, by="partner", window="2025-03", basis="closed")[
...     ["partner", "value", "low", "high"]
... ].round(4)
  partner  value     low    high
0       P    0.3  0.1078  0.6032
"""

from typing import Any

import numpy as np

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi, fraction, ratio
from kpi_helpers.kpis.measure import CLOSED, CREATED, Measure, where
from kpi_helpers.kpis.remarks import Remarks, counts, each
from kpi_helpers.kpis.shared import (
    closed,
    created,
    created_open,
    created_won,
    decided,
    won,
    won_amount,
    young,
)

too_young = Measure(
    "too_young", CREATED, lambda at: at.exists & at.younger_than(at.slow_days or 0), slow=True
)
eligible = Measure("eligible", CREATED, lambda at: at.older_than(at.within_days))
won_within = Measure(
    "won_within",
    CREATED,
    lambda at: at.older_than(at.within_days) & at.won & (at.cycle <= at.within_days),
)
decided_amount = Measure(
    "decided_amount", CLOSED, lambda at: where(at.won | at.lost, at.credited), "money"
)
decided_priced = Measure("decided_priced", CLOSED, lambda at: (at.won | at.lost) & at.priced)
lost_worthless = Measure(
    "lost_worthless", CLOSED, lambda at: at.lost & (~at.priced | (at.credited == 0))
)

won_undated = Measure("won_undated", CREATED, lambda at: at.won & ~at.states("closed_on"))
lost_undated = Measure("lost_undated", CREATED, lambda at: at.lost & ~at.states("closed_on"))
decided_undated = Measure(
    "decided_undated", CLOSED, lambda at: (at.won | at.lost) & ~at.states("closed_on")
)


class Undated:
    """Says how many deals created in the window are won or lost on a day that is not known, and
    what the rate is with them: leaving out more of the one than of the other tilts it."""

    measures = (won, decided, won_undated, lost_undated, decided_undated)

    def __call__(self, t) -> np.ndarray:
        left_out = t[won_undated] + t[lost_undated] - t[decided_undated]
        notes = each((), len(left_out))
        for i in np.flatnonzero(left_out):
            n, of_won, of_lost = (int(x[i]) for x in (left_out, t[won_undated], t[lost_undated]))
            top, both = int(t[won][i]) + of_won, int(t[decided][i]) + n
            notes[i] = (Note("closed_undated", n=n, won=of_won, lost=of_lost, top=top, all=both),)
        return notes


no_closing = Note("nothing_decided")
rate: dict[str, Any] = {"unit": "ratio", "better": "higher", "interval": "wilson"}


def cohort(t) -> Answer:
    slow = t.at.slow_days
    note = young(t) + counts(t[too_young], "immature", days=int(f"{slow or 0:.0f}"))
    return Answer(
        ratio(t[created_won], t[created]),
        t[created_won],
        t[created],
        t[created],
        Note("nothing_created"),
        note,
    )


def within(t) -> Answer:
    days = t.at.within_days
    why = Note("nothing_eligible", days=days)
    value = ratio(t[won_within], t[eligible])
    return Answer(
        value, t[won_within], t[eligible], t[eligible], why, Note("won_within", days=days)
    )


close_rate = Kpi(
    "close_rate",
    __doc__,
    (
        Basis("cohort", cohort, (created_won, created, created_open, too_young), **rate),
        fraction("closed", won, decided, **rate, why=no_closing, note=Undated()),
        fraction("broad", won, closed, **rate, why=Note("nothing_closed")),
        Basis("within", within, (won_within, eligible), **rate),
        fraction(
            "value",
            won_amount,
            decided_amount,
            unit="ratio",
            better="higher",
            why=Note("no_amount_decided"),
            n=decided_priced,
            note=Remarks((lost_worthless, "lost_without_amount")),
        ),
    ),
    headline="closed",
    by_period=("closed",),
)
