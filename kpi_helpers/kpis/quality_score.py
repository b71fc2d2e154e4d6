"""Quality score: won deals and the amount won, as one index; 100 is the average peer, higher is
better.

    peers = 100 x sqrt(won / peers' mean won  x  amount / peers' mean amount)
    past  = the same against the group's own previous window
    yield = amount won / opportunities worked (all deals closed in the window, however they ended)

Peers are the groups of the same level with a deal closed in the same window, this one included. The
pair `won` and `amount` (credited) stands beside the index and is read first. 0 or more; nothing
won: 0; no other group: null.

It misleads across partners of different territory and size: it says who brings more, not who works
better. Source: kpis.md 2.7.

>>> import pandas as pd
>>> from kpi_helpers import quality_score
>>> deals = pd.DataFrame(
...     {
...         "deal_id": range(30),
...         "partner": ["A"] * 10 + ["B"] * 20,
...         "status": ["won"] * 4 + ["lost"] * 6 + ["won"] * 5 + ["lost"] * 15,
...         "amount": [500.0] * 10 + [300.0] * 20,
...         "created_on": pd.Timestamp("2025-03-01"),
...         "closed_on": pd.Timestamp("2025-03-20"),
...     }
... )
>>> rows = quality_score(deals, by="partner", window="2025-03", basis=["peers", "yield"])
>>> rows[["partner", "basis", "value"]].round(2)
  partner  basis   value
0       A  peers  100.79
1       A  yield  200.00
2       B  peers   97.59
3       B  yield   75.00
"""

import numpy as np

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.deal_count import amount
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi, fraction, only, total
from kpi_helpers.kpis.remarks import pick
from kpi_helpers.kpis.shared import closed, won, won_amount, won_priced, won_rateless


def index(
    wins: np.ndarray, amounts: np.ndarray, wins_of: np.ndarray, amounts_of: np.ndarray
) -> np.ndarray:
    """100 x sqrt(wins / wins_of x amounts / amounts_of); 0 where nothing was won, null where a base
    is not above 0."""
    scale = only(wins_of, wins_of > 0) * only(amounts_of, amounts_of > 0)
    score = 100 * np.sqrt(only(wins * amounts, amounts >= 0) / scale)
    return np.where((wins == 0) & ~np.isnan(wins_of), 0.0, score)


def against_peers(t) -> Answer:
    wins, amounts = t.peer_mean(won, among=closed), t.peer_mean(won_amount, among=closed)
    score = index(t[won], t[won_amount], wins, amounts)
    note = pick(np.isnan(wins), (), t.peer_note(closed))
    return Answer(score, None, None, t[won], Note("no_closing_peers"), note)


def against_past(t) -> Answer:
    before_won, before_amount = t.previous(won), t.previous(won_amount)
    score = index(t[won], t[won_amount], only(before_won, before_won > 0), before_amount)
    return Answer(score, None, None, t[won], Note("nothing_won_before"))


quality_score = Kpi(
    "quality_score",
    __doc__,
    (
        Basis("peers", against_peers, (won, won_amount, closed), "index", "higher"),
        Basis("past", against_past, (won, won_amount), "index", "higher", past=True),
        total("won", won, unit="number", better="higher", interval="poisson"),
        Basis("amount", amount, (won_amount, won, won_priced, won_rateless), "money", "higher"),
        fraction(
            "yield",
            won_amount,
            closed,
            unit="money",
            better="higher",
            why=Note("nothing_closed"),
        ),
    ),
    headline="peers",
    by_period=("peers", "won", "amount"),
)
