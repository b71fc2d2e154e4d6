"""Every deal and order is told once, and the totals are those of a plain loop."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_helpers.errors import KitError, MissingColumns
from kpi_helpers.reading.checking.coverage import KINDS, coverage

DEALS = pd.DataFrame(
    {
        "deal_id": ["1", "2", "3", "4", "5", "5", "6"],
        "partner": ["Ada", "Ada", "Bo", "Bo", "Ada", "Bo", "Zoe"],
        "status": ["won", "won", "won", "open", "won", "won", "lost"],
        "amount": [100.0, 200.0, None, 70.0, 50.0, 50.0, 9.0],
        "closed_on": pd.to_datetime(["2025-01-10"] * 3 + [None] + ["2025-02-10"] * 3),
    }
)
ORDERS = pd.DataFrame(
    {
        "order_id": ["A", "B", "C", "D", "E", "F", "G"],
        "deal_id": ["1", "1", "3", "4", "9", None, "5"],
        "amount": [60.0, 40.5, 5.0, 70.0, 11.0, 12.0, 80.0],
        "ordered_on": pd.to_datetime(["2025-01-11"] * 6 + ["2025-03-01"]),
    }
)


def test_each_kind():
    found = coverage(DEALS, ORDERS)
    told = dict(zip(found.rows["order_ids"].fillna("-"), found.rows["kind"], strict=True))
    assert told == {
        "A, B": "matched",
        "C": "not_priced",
        "D": "not_won",
        "E": "no_deal",
        "F": "no_deal",
        "G": "amount_differs",
        "-": "no_order",
    }
    assert found.rows.loc[
        found.rows["deal_id"] == "5", ["partner", "difference"]
    ].to_numpy().tolist() == [["Ada, Bo", 30.0]]
    assert found.share == 3 / 4 and found.amount_share == pytest.approx(150 / 350)
    assert found.totals["kind"].to_list() == list(KINDS) and found.totals["rows"].sum() == 7


def test_tolerance_as_of_and_repeated_orders():
    assert "matched" not in set(coverage(DEALS, ORDERS, tolerance=0).rows["kind"])
    found = coverage(DEALS, pd.concat([ORDERS, ORDERS[:1]]), as_of="2025-01-31")
    assert found.left_out == {"later": 1, "repeated": 1}
    assert "5" not in set(found.rows["deal_id"])  # not won yet, and its order not there yet


def test_nothing_and_nonsense():
    empty = coverage(DEALS[:0], ORDERS[:0])
    assert len(empty.rows) == 0 and empty.share is None and empty.totals["rows"].sum() == 0
    assert coverage(DEALS, ORDERS[:0]).share == 0
    with pytest.raises(MissingColumns, match="order_id"):
        coverage(DEALS, ORDERS.drop(columns="order_id"))
    with pytest.raises(KitError, match="tolerance"):
        coverage(DEALS, ORDERS, tolerance=2)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["won", "open", "lost"]), st.one_of(st.none(), st.integers(0, 5))
        ),
        max_size=8,
    ),
    st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 5))), max_size=12),
)
def test_a_plain_loop_says_the_same(deals, orders):
    there = [(str(i), "P", s, a) for i, (s, a) in enumerate(deals)]
    billed = [(f"O{i}", str(d), a) for i, (d, a) in enumerate(orders)]
    found = coverage(
        pd.DataFrame(there, columns=["deal_id", "partner", "status", "amount"]),
        pd.DataFrame(billed, columns=["order_id", "deal_id", "amount"]),
    )
    counts = dict.fromkeys(KINDS, 0)
    for i, (status, amount) in enumerate(deals):
        mine = [a for d, a in orders if d == i]
        if status != "won":
            counts["not_won"] += bool(mine)
        elif not mine:
            counts["no_order"] += 1
        elif amount is None or None in mine:
            counts["not_priced"] += 1
        else:
            counts[
                "matched"
                if abs(sum(mine) - amount) <= 0.01 * max(sum(mine), amount)
                else "amount_differs"
            ] += 1
    counts["no_deal"] = sum(d >= len(deals) for d, _ in orders)
    assert dict(zip(found.totals["kind"], found.totals["rows"], strict=True)) == counts
