"""Average deal size: won amount per won deal; higher is better.

    sum of won amounts / number of won deals, closed in the window

in the reporting currency; 0 or more (refunds may pull it below). Bases: `whole` counts each deal a
group touched with its whole amount, `median` is the middle deal, `credited` divides credited
amounts by credited deals. Deals without an amount are left out and counted in the note. No won
deal: null.

It misleads when one large deal carries the mean (look at `median`) and when placeholder amounts of
0 or 1 stand for unknown ones (the note counts them). Source: kpis.md 2.1.

>>> import pandas as pd
>>> from kpi_helpers import average_deal_size
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
>>> average_deal_size(deals, by="partner", window="15d")[["partner", "basis", "value", "n"]]
  partner     basis  value  n
0       P     whole  300.0  2
1       P    median  300.0  2
2       P  credited  300.0  2
"""

from typing import Any

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.kpi import Kpi, fraction, total
from kpi_helpers.kpis.measure import CLOSED, Measure, where
from kpi_helpers.kpis.remarks import Remarks
from kpi_helpers.kpis.shared import rateless_won, unpriced_won, won_amount, won_priced

won_priced_credit = Measure(
    "won_priced_credit", CLOSED, lambda at: where(at.won & at.priced, at.credit), "sum"
)
won_whole = Measure("won_whole", CLOSED, lambda at: where(at.won, at.amount), "money")
won_median = Measure("won_median", CLOSED, lambda at: where(at.won, at.amount), "median")
won_placeholder = Measure(
    "won_placeholder", CLOSED, lambda at: at.won & at.priced & (at.amount <= 1)
)

left_out = Remarks(unpriced_won, rateless_won, (won_placeholder, "placeholder_amount"))
money: dict[str, Any] = {
    "unit": "money",
    "better": "higher",
    "why": Note("no_priced_win"),
    "n": won_priced,
    "note": left_out,
}

average_deal_size = Kpi(
    "average_deal_size",
    __doc__,
    (
        fraction("whole", won_whole, won_priced, **money),
        total("median", won_median, **money),
        fraction("credited", won_amount, won_priced_credit, **money),
    ),
    headline="whole",
    by_period=("whole", "median"),
)
