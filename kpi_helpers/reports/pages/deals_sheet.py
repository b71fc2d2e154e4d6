"""The sheet of deals: by customer and name, with real dates and amounts, the id last."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kpi_helpers.contract.as_of import known_at
from kpi_helpers.showing.language import N_, _
from kpi_helpers.views.partner import PartnerView


@dataclass(frozen=True)
class Column:
    """A heading, the unit that its numbers are formatted in ("" for text), and a width in
    characters."""

    title: str
    unit: str = ""
    width: int = 14


COLUMNS = {
    "customer": Column(N_("Customer"), width=30),
    "deal_name": Column(N_("Deal"), width=30),
    "status": Column(N_("Status"), width=10),
    "stage": Column(N_("Stage"), width=16),
    "amount": Column(N_("Amount"), "money"),
    "credit": Column(N_("Share"), "ratio", 8),
    "probability": Column(N_("Chance"), "ratio", 8),
    "owner": Column(N_("Employee"), width=20),
    "created_on": Column(N_("Created"), "date", 11),
    "expected_close_on": Column(N_("Expected"), "date", 11),
    "closed_on": Column(N_("Closed"), "date", 11),
    "lost_reason": Column(N_("Reason"), width=26),
    "deal_id": Column(N_("ID"), width=14),
}
STATUSES = {"open": N_("Open"), "won": N_("Won"), "lost": N_("Lost"), "cancelled": N_("Cancelled")}


def deals_sheet(view: PartnerView) -> tuple[list[Column], Iterator[tuple]]:
    """One partner's deals as they stood on as_of: open ones first, then by amount. Columns that the
    export does not have are left out."""
    deals = known_at(view.deals, view.as_of)
    columns = [name for name in COLUMNS if name in deals and deals[name].notna().any()]
    order = deals["status"].map({name: at for at, name in enumerate(STATUSES)})
    deals = deals.assign(order=order).sort_values(
        ["order", "amount"], ascending=[True, False], kind="stable"
    )
    deals["status"] = deals["status"].map({status: _(name) for status, name in STATUSES.items()})
    heads = [replace(COLUMNS[name], title=_(COLUMNS[name].title)) for name in columns]
    return heads, deals[columns].itertuples(index=False, name=None)
