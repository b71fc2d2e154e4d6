"""The pipeline's movement closes to zero (kpis.md 2.3)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_helpers.history.movement import SIGN, STEPS, UNPROVEN, pipeline_movement


def deals(*rows):
    names = ["deal_id", "amount", "status", "created_on", "closed_on", "expected_close_on"]
    table = pd.DataFrame(rows, columns=names).assign(partner="P", credit=1.0)
    for name in names[3:]:
        table[name] = pd.to_datetime(table[name])
    return table


def closes(table):
    amount = table.set_index("step")["amount"].fillna(0)
    return sum(SIGN[step] * amount[step] for step in STEPS if step != "end") == pytest.approx(
        amount["end"]
    )


def test_the_worked_example():
    """10000 + 4000 + 1000 + 500 - 300 - 1500 - 2000 - 1200 = 10500."""
    old, march, later = "2025-01-15", "2025-03-20", "2025-05-20"
    before = deals(
        ["won", 2000, "open", old, None, march],
        ["lost", 1200, "open", old, None, march],
        ["up", 3000, "open", old, None, march],
        ["down", 2300, "open", old, None, march],
        ["out", 1500, "open", old, None, march],
        ["in", 1000, "open", old, None, later],
    )
    now = deals(
        ["won", 2000, "won", old, "2025-03-05", march],
        ["lost", 1200, "lost", old, "2025-03-06", march],
        ["up", 3500, "open", old, None, march],
        ["down", 2000, "open", old, None, march],
        ["out", 1500, "open", old, None, later],
        ["in", 1000, "open", old, None, march],
        ["new", 4000, "open", "2025-03-02", None, march],
    )
    table = pipeline_movement(
        now, since="2025-02-28", as_of="2025-03-31", before=before, horizon="2025-03"
    )
    assert dict(zip(table["step"], table["amount"], strict=True)) == {
        "start": 10000,
        "created": 4000,
        "pulled_in": 1000,
        "increased": 500,
        "decreased": 300,
        "pushed_out": 1500,
        "won": 2000,
        "lost": 1200,
        "cancelled": 0,
        "end": 10500,
    }


def test_one_export_tells_only_what_dates_prove():
    table = pipeline_movement(
        deals(["a", 10, "open", "2025-01-01", None, None]), since="2025-02-28", as_of="2025-03-31"
    )
    steps = table.set_index("step")
    assert steps.loc[list(UNPROVEN), "amount"].isna().all()
    assert steps.loc["start", "amount"] == steps.loc["end", "amount"] == 10
    assert closes(table)


def test_a_vanished_deal_is_cancelled_and_one_without_amount_is_counted():
    before = deals(
        ["gone", 70, "open", "2025-01-01", None, None],
        ["stays", None, "open", "2025-01-01", None, None],
    )
    now = deals(["stays", None, "open", "2025-01-01", None, None])
    table = pipeline_movement(now, since="2025-02-28", as_of="2025-03-31", before=before).set_index(
        "step"
    )
    assert table.loc["cancelled", "amount"] == 70
    assert table.loc["end", ["amount", "deals", "unpriced"]].tolist() == [0, 1, 1]
    assert closes(table.reset_index())


def test_no_deals_no_movement():
    none = deals(["a", 1, "open", "2025-01-01", None, None])[:0]
    assert (
        pipeline_movement(none, since="2025-02-28", as_of="2025-03-31")["amount"].dropna() == 0
    ).all()


DAYS = [None, "2025-02-10", "2025-02-28", "2025-03-01", "2025-03-31", "2025-04-02"]
one = st.tuples(
    st.sampled_from([None, 0, 5, 12.5, 100]),
    st.sampled_from(["open", "won", "lost", "cancelled"]),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS[1:]),
    st.sampled_from(DAYS),
)


def state(rows):
    return deals(
        *(
            [str(i), amount, status, created, None if status == "open" else closed, expected]
            for i, (amount, status, created, closed, expected) in rows
        )
    )


@given(
    st.dictionaries(st.integers(0, 8), one),
    st.dictionaries(st.integers(0, 8), one),
    st.booleans(),
    st.booleans(),
)
def test_it_closes_whatever_happened(then, now, snapshot, horizon):
    table = pipeline_movement(
        state(now.items()),
        since="2025-02-28",
        as_of="2025-03-31",
        before=state(then.items()) if snapshot else None,
        horizon="2025-03" if horizon else None,
    )
    assert closes(table)
    assert (table["amount"].fillna(0) >= 0).all()
    assert np.isfinite(table["amount"].fillna(0)).all()
