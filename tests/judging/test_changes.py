import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_helpers import scorecard
from kpi_helpers.judging import what_changed
from kpi_helpers.judging.changes import EFFECTS

from .sample import sample_deals

DAYS = pd.date_range("2025-01-01", "2025-06-30")
deal = st.tuples(
    st.sampled_from(("open", "won", "lost", "cancelled")),
    st.integers(0, len(DAYS) - 1),
    st.integers(0, 90),
    st.one_of(st.none(), st.integers(0, 1000)),
    st.sampled_from(("A", "B", None)),
    st.sampled_from((True, False, None)),
)


def table(rows):
    status, at, days, amount, product, ideal = zip(*rows, strict=True)
    created = DAYS[list(at)]
    closed = (created + pd.to_timedelta(days, unit="D")).to_series(index=range(len(rows)))
    return pd.DataFrame(
        {
            "deal_id": range(len(rows)),
            "partner": "P",
            "credit": 1.0,
            "status": status,
            "created_on": created,
            "closed_on": closed.mask(np.array(status) == "open"),
            "amount": pd.Series(amount, dtype=float),
            "product": pd.Series(product, dtype=object),
            "channel": pd.Series(product, dtype=object).map({"A": "paid", "B": "earned"}),
            "ideal": pd.Series(ideal, dtype=object),
        }
    )


@given(st.lists(deal, min_size=1, max_size=25))
@settings(max_examples=40, deadline=None)
def test_every_change_closes_and_the_deals_carry_it(rows):
    answer = what_changed(table(rows), "2025-Q2", as_of="2025-06-30")
    told = answer.parts[answer.parts["reason"].isna()]
    assert told[list(EFFECTS)].sum(axis=1).to_numpy() == pytest.approx(
        told["change"].to_numpy(float), abs=1e-9
    )
    carried = answer.deals.groupby(["kpi", "basis"])["contribution"].sum()
    for row in told.itertuples():
        assert carried.get((row.kpi, row.basis), 0.0) == pytest.approx(row.change, abs=1e-8)
    assert {"won_amount", "deal_count", "pipeline"} <= set(told["kpi"])  # sums are never unknown


@pytest.mark.parametrize("partner", ["Işık Bilişim", "Forêt Conseil"])
def test_both_ends_are_the_scorecards_own_numbers(partner):
    deals = sample_deals().query("partner == @partner")
    parts = what_changed(deals, "2025-Q4", as_of="2025-12-31").parts.set_index(["kpi", "basis"])
    for side, window, day in (
        ("after", "2025-Q4", "2025-12-31"),
        ("before", "2025-Q3", "2025-09-30"),
    ):
        card = scorecard(deals, window=window, as_of=day).set_index(["kpi", "basis"])["value"]
        named = {("won_amount", "credited"): ("quality_score", "amount")}
        for key in parts.index.drop(("marketing_channels", "close_rate")):
            assert parts.loc[key, side] == pytest.approx(
                card[named.get(key, key)], nan_ok=True, abs=1e-3
            )


def test_the_portfolio_counts_a_split_deal_once():
    deals = sample_deals()
    parts = what_changed(deals, "2025-Q4", as_of="2025-12-31").parts.set_index(["kpi", "basis"])
    card = scorecard(deals, window="2025-Q4", as_of="2025-12-31").set_index(["kpi", "basis"])[
        "value"
    ]
    for key in (("deal_count", "won"), ("average_deal_size", "whole"), ("pipeline", "open")):
        assert parts.loc[key, "after"] == pytest.approx(card[key])


def shapley(own, other, third):
    """What one of three factors adds to their product, averaged over the orders they can change in
    (Shapley 1953); each is (before, after)."""
    (x0, x1), (y0, y1), (z0, z1) = own, other, third
    return (x1 - x0) * ((y0 * z0 + y1 * z1) / 3 + (y0 * z1 + y1 * z0) / 6)


def midpoint(k, n):
    """How much of a rate's change is rates and how much mix, by midpoint weights (Marshall
    1920)."""
    k, n = np.array(k, float), np.array(n, float)
    shares, rates = n / n.sum(axis=1, keepdims=True), k / np.where(n > 0, n, np.nan)
    rates = np.where(np.isnan(rates), rates[::-1], rates)  # unknown on one side: as on the other
    rates = np.nan_to_num(rates)
    rate = (shares.mean(axis=0) * (rates[1] - rates[0])).sum()
    return rate, ((shares[1] - shares[0]) * rates.mean(axis=0)).sum()


def test_agrees_with_the_two_decompositions_by_hand():
    deals = sample_deals().query("partner == 'Boğaziçi Veri'").assign(amount=100.0, credit=1.0)
    parts = what_changed(deals, "2025-Q4", as_of="2025-12-31", mix="none").parts.set_index(
        ["kpi", "basis"]
    )
    counts = []
    for start, end in (("2025-07-01", "2025-09-30"), ("2025-10-01", "2025-12-31")):
        closed = deals[deals["closed_on"].between(start, end)]
        counts.append(
            (
                len(closed),
                (closed["status"] == "won").sum(),
                (closed["status"] == "won").sum() * 100.0,
            )
        )
    (n0, k0, sum0), (n1, k1, sum1) = counts
    volume, rate, size = (n0, n1), (k0 / n0, k1 / n1), (sum0 / k0, sum1 / k1)
    row = parts.loc["won_amount", "credited"]
    assert (row["volume"], row["rate"], row["size"]) == pytest.approx(
        (shapley(volume, rate, size), shapley(rate, volume, size), shapley(size, volume, rate))
    )
    channels = ("paid", "earned", "owned", "partner", "unknown")
    k, n = [], []
    for start, end in (("2025-07-01", "2025-09-30"), ("2025-10-01", "2025-12-31")):
        made = deals[deals["created_on"].between(start, end)]
        won = made[(made["status"] == "won") & (made["closed_on"] <= end)]
        k.append([(won["channel"] == c).sum() for c in channels])
        n.append([(made["channel"] == c).sum() for c in channels])
    row = parts.loc["marketing_channels", "close_rate"]
    assert (row["rate"], row["mix"]) == pytest.approx(midpoint(k, n))


def test_nothing_before_all_and_the_input_stays_as_it_is():
    deals = sample_deals().head(50)
    copy = deals.copy()
    assert what_changed(deals, "all", as_of="2025-12-31").parts.empty
    what_changed(deals, "2023-Q1", as_of="2025-12-31")
    pd.testing.assert_frame_equal(deals, copy)
