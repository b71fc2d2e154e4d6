"""ERP orders against CRM deals: both systems should hold every customer, so what only one of them
has is told."""

from dataclasses import dataclass, field
from typing import Any

from kpi_helpers.contract.deals import SIDE_TABLES
from kpi_helpers.errors import KitError, MissingColumns

KINDS = {
    "matched": "a won deal and its orders, of the same amount",
    "amount_differs": "a won deal and its orders, of different amounts",
    "not_priced": "a won deal and its orders, but one of the amounts is missing",
    "no_order": "a won deal without an order",
    "not_won": "orders of a deal that is not won",
    "no_deal": "an order that names no deal, or one the CRM does not have",
}
COLUMNS = (
    "kind",
    "deal_id",
    "partner",
    "status",
    "orders",
    "order_ids",
    "deal_amount",
    "order_amount",
    "difference",
)


@dataclass(frozen=True)
class Coverage:
    """`rows`: one row a deal or unclaimed order (COLUMNS; difference is orders - deal); `totals`:
    one row a kind.

    `share` is how many of the won deals have an order, null without won deals; `amount_share` the
    same by amount.
    """

    rows: Any
    totals: Any
    share: float | None
    amount_share: float | None
    left_out: dict[str, int] = field(default_factory=dict)


def coverage(deals, orders, *, tolerance: float = 0.01, as_of=None) -> Coverage:
    """Which won deals have no order, which orders no deal, and where amounts differ; a higher share
    is better.

    `deals` is the deal table (pandas), `orders` the side table (order_id, deal_id, partner,
    ordered_on, amount). Amounts agree when they differ by at most `tolerance` of the larger one
    (0.01: one per cent); several orders of a deal are added up, a deal split over partners counts
    once, with its whole amount. With `as_of` later orders are left out, and a deal closed later is
    not won yet. It misleads where orders follow weeks after a deal is won: the youngest won deals
    lack them. Empty tables give no rows and null shares. Raises KitError for missing columns.

    >>> import pandas as pd
    >>> deals = pd.DataFrame(
    ...     {"deal_id": ["1", "2"], "partner": "Ada", "status": "won", "amount": [100.0, 50.0]}
    ... )
    >>> orders = pd.DataFrame(
    ...     {"order_id": ["A", "B"], "deal_id": ["1", None], "amount": [90.0, 7.0]}
    ... )
    >>> found = coverage(deals, orders)
    >>> found.rows["kind"].to_list(), found.rows["difference"].sum().item(), found.share
    (['amount_differs', 'no_order', 'no_deal'], -10.0, 0.5)
    """
    import pandas as pd

    if not 0 <= tolerance < 1:
        raise KitError(f"tolerance is a share of the amount, from 0 to below 1, not {tolerance!r}.")
    for who, table, needed in (
        ("coverage", deals, ("deal_id", "partner", "status", "amount")),
        ("coverage (orders)", orders, ("order_id", "deal_id")),
    ):
        missing = [c for c in needed if c not in table]
        if missing:
            raise MissingColumns(who, missing, table.columns)
    orders, left_out = _orders(pd, orders, as_of)
    deal = _deals(pd, deals, as_of)
    known = orders["deal_id"].isin(deal.index)
    placed = (
        orders[known]
        .groupby("deal_id", sort=False)
        .agg(
            orders=("order_id", "size"),
            order_ids=("order_id", ", ".join),
            total=("amount", "sum"),
            priced=("amount", "count"),
        )
    )
    both = deal.join(placed, how="left")
    both["orders"] = both["orders"].fillna(0).astype("int64")
    whole = both["priced"].eq(both["orders"])
    both["order_amount"] = both["total"].where(whole & (both["orders"] > 0))
    both["difference"] = (both["order_amount"] - both["deal_amount"]).round(6)
    won, ordered = both["status"].eq("won"), both["orders"] > 0
    larger = both[["order_amount", "deal_amount"]].abs().max(axis=1)
    agrees = both["difference"].abs() <= tolerance * larger + 1e-9
    both["kind"] = "other"
    both.loc[won & ~ordered, "kind"] = "no_order"
    both.loc[won & ordered & both["difference"].isna(), "kind"] = "not_priced"
    both.loc[won & ordered & both["difference"].notna(), "kind"] = "amount_differs"
    both.loc[won & ordered & agrees, "kind"] = "matched"
    both.loc[~won & ordered, "kind"] = "not_won"
    both = both[both["kind"] != "other"].reset_index()
    loose = (
        orders[~known].assign(kind="no_deal", orders=1).rename(columns={"amount": "order_amount"})
    )
    loose["order_ids"] = loose["order_id"]
    frames = [f.reindex(columns=list(COLUMNS)) for f in (both, loose) if len(f)]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))
    kinds = dict.fromkeys(("kind", "deal_id", "partner", "status", "order_ids"), "str") | {
        "orders": "int64"
    }
    kinds |= dict.fromkeys(("deal_amount", "order_amount", "difference"), "float64")
    rows = rows.astype(kinds)
    return Coverage(rows, _totals(rows), *_shares(rows), left_out)


def _orders(pd, given, as_of):
    """The orders with every column of the contract; later ones and repeated numbers are left out
    and counted."""
    orders = given.reindex(columns=list(SIDE_TABLES["orders"])).reset_index(drop=True)
    orders = orders.astype({"amount": "float64"})
    orders[["order_id", "deal_id"]] = orders[["order_id", "deal_id"]].astype("str")
    left_out = {}
    if as_of is not None:
        later = pd.to_datetime(orders["ordered_on"]) >= pd.Timestamp(
            as_of
        ).normalize() + pd.Timedelta(days=1)
        left_out["later"] = int(later.sum())
        orders = orders[~later]
    again = orders.duplicated(["order_id", "deal_id", "amount", "ordered_on"])
    left_out["repeated"] = int(again.sum())
    return orders[~again], {k: n for k, n in left_out.items() if n}


def _deals(pd, deals, as_of):
    """One row a deal: a split deal's partners are named together, its amount counts once."""
    one = deals[["deal_id", "partner", "status", "amount"]].assign(
        deal_id=deals["deal_id"].astype("str")
    )
    if as_of is not None and "closed_on" in deals:
        open_then = pd.to_datetime(deals["closed_on"]) >= pd.Timestamp(
            as_of
        ).normalize() + pd.Timedelta(days=1)
        one["status"] = one["status"].mask(open_then, "open")
    first = one.groupby("deal_id", sort=False).agg(
        partner=("partner", "first"), status=("status", "first"), deal_amount=("amount", "max")
    )
    split = one[one["deal_id"].duplicated(keep=False)]
    if len(split):
        first.loc[split["deal_id"].unique(), "partner"] = split.groupby("deal_id", sort=False)[
            "partner"
        ].agg(", ".join)
    return first


def _totals(rows):
    """One row a kind, in the order of KINDS: rows, both amounts, difference, and what the kind
    means."""
    summed = ["orders", "deal_amount", "order_amount", "difference"]
    found = rows.groupby("kind")[summed].sum()
    found.insert(0, "rows", rows["kind"].value_counts())
    found = found.reindex(list(KINDS)).fillna(0).astype({"rows": "int64", "orders": "int64"})
    return found.round(4).rename_axis("kind").reset_index().assign(meaning=list(KINDS.values()))


def _shares(rows) -> tuple[float | None, float | None]:
    won = rows[rows["kind"].isin(["matched", "amount_differs", "not_priced", "no_order"])]
    ordered = won[won["kind"] != "no_order"]
    amount = won["deal_amount"].sum()
    return (
        len(ordered) / len(won) if len(won) else None,
        ordered["deal_amount"].sum() / amount if amount > 0 else None,
    )
