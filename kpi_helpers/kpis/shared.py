"""Measures and remarks that several KPIs share."""

from kpi_helpers.kpis.measure import CLOSED, CREATED, Measure, where
from kpi_helpers.kpis.remarks import Young

won = Measure("won", CLOSED, lambda at: at.won)
lost = Measure("lost", CLOSED, lambda at: at.lost)
cancelled = Measure("cancelled", CLOSED, lambda at: at.cancelled)
decided = Measure("decided", CLOSED, lambda at: at.won | at.lost)
closed = Measure("closed", CLOSED, lambda at: at.closed)
won_amount = Measure("won_amount", CLOSED, lambda at: where(at.won, at.credited), "money")
won_credit = Measure("won_credit", CLOSED, lambda at: where(at.won, at.credit), "sum")
won_priced = Measure("won_priced", CLOSED, lambda at: at.won & at.priced)
won_unpriced = won - won_priced

created = Measure("created", CREATED, lambda at: at.exists)
created_won = Measure("created_won", CREATED, lambda at: at.won)
created_open = Measure("created_open", CREATED, lambda at: at.open)
young = Young(created_open, created)

won_rateless = Measure(
    "won_rateless",
    CLOSED,
    lambda at: at.won & at.states("amount_original") & ~at.priced,
    reads=("amount_original",),
)

unpriced_won = won_unpriced, "won_without_amount"
rateless_won = won_rateless, "won_without_rate"
