import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from scipy import stats

from kpi_helpers import scorecard
from kpi_helpers.judging import uncertainty, with_intervals
from kpi_helpers.stats import bootstrap, poisson

WHEN = {"window": "2025-Q3", "as_of": "2025-09-30"}


@pytest.fixture(scope="module")
def deals():
    """Six partners' closed deals of two quarters."""
    rng, n = np.random.default_rng(3), 480
    table = pd.DataFrame(
        {"deal_id": np.arange(n), "partner": rng.choice(list("ABCDEF"), n), "credit": 1.0}
    )
    table["status"] = rng.choice(["won", "lost"], n, p=[0.4, 0.6])
    table["amount"], table["channel"] = (
        np.round(rng.lognormal(9, 0.7, n)),
        rng.choice(["paid", "owned"], n),
    )
    table["created_on"] = pd.Timestamp("2025-04-01") + pd.to_timedelta(
        rng.integers(0, 170, n), unit="D"
    )
    table["closed_on"] = table["created_on"] + pd.to_timedelta(rng.integers(1, 13, n), unit="D")
    return table


def rows(card):
    return (
        card.set_index(["partner", "kpi", "basis"])[["value", "low", "high"]]
        .astype(float)
        .sort_index()
    )


def won_of(deals, partner):
    inside = deals["closed_on"].between("2025-07-01", "2025-09-30") & (deals["status"] == "won")
    return deals[inside & (deals["partner"] == partner)]


def test_sizes_are_those_of_the_bootstrap_and_counts_exact(deals):
    told = rows(with_intervals(scorecard(deals, by="partner", **WHEN), deals))
    mine = won_of(deals, "A")
    size = bootstrap(mine["amount"])
    assert told.loc["A", "average_deal_size", "whole"].tolist() == pytest.approx(
        [size.value, size.low, size.high]
    )
    assert told.loc["A", "deal_count", "won"].tolist() == pytest.approx(
        [len(mine), *poisson(len(mine))]
    )


def test_sums_agree_with_scipy_within_chance(deals):
    """scipy draws a fixed number of deals: all that were closed, each with what it brought; a
    Poisson number of closed deals adds the square of their mean, n times."""
    told = rows(with_intervals(scorecard(deals, by="partner", **WHEN), deals))
    inside = deals["closed_on"].between("2025-07-01", "2025-09-30") & (deals["partner"] == "B")
    brought = deals[inside]["amount"].where(deals[inside]["status"] == "won", 0.0).to_numpy()
    fixed = stats.bootstrap(
        (brought,), np.sum, n_resamples=4000, rng=np.random.default_rng(0), method="percentile"
    )
    width = np.hypot(fixed.standard_error, brought.mean() * np.sqrt(len(brought))) * 2 * 1.96
    value, low, high = told.loc["B", "deal_count", "amount"]
    assert high - low == pytest.approx(width, rel=0.1)
    assert low < value < high


def test_every_known_answer_but_states_and_spend_has_an_interval_around_it(deals):
    spend = pd.DataFrame(
        {"month": ["2025-07", "2025-08", "2025-09"], "channel": "paid", "amount": 9000.0}
    )
    targets = pd.DataFrame(
        {"partner": "*", "period": "2025-Q3", "kpi": ["deal_count", "won_amount"], "target": 100.0}
    )
    card = with_intervals(
        scorecard(deals, spend=spend, targets=targets, slow_days=9, **WHEN), deals
    )
    assert not ((card["low"] > card["value"]) | (card["high"] < card["value"])).any()
    silent = card[card["low"].isna() & (card["value"].fillna(0) != 0)]
    states = (silent["kpi"] == "pipeline") | silent["basis"].str.startswith(
        ("spend", "missed_amount", "open")
    )
    # Everyone alone has no peers; its own index against them is unknown.
    assert silent[~states].empty, silent[~states]
    found = rows(card).loc["*", "marketing_channels"]
    revenue = found.loc["revenue.paid"]
    assert found.loc["roi.paid"].tolist() == pytest.approx(((revenue - 27000) / 27000).tolist())


def test_few_deals_stay_silent(deals):
    few = deals[deals["deal_id"] < 20]
    told = rows(with_intervals(scorecard(few, by="partner", **WHEN), few))
    for basis in ("amount", "won"):
        assert np.isnan(told.loc["A", "deal_count", basis]["low"]) == (basis == "amount")


def test_the_same_whatever_the_order_and_whoever_else_is_there(deals):
    card = scorecard(deals, by="partner", **WHEN)
    told = with_intervals(card, deals)
    pd.testing.assert_frame_equal(told, with_intervals(card, deals.sample(frac=1, random_state=1)))
    alone = with_intervals(card[card["partner"] == "C"], deals)
    own = ~told["basis"].eq("peers") & (told["partner"] == "C")
    shown = alone["basis"].ne("peers").to_numpy()
    pd.testing.assert_frame_equal(
        told[own].reset_index(drop=True), alone[shown].reset_index(drop=True)
    )


@pytest.mark.parametrize("by", [None, ["unit"], ["employee", "month"], ["partner", "quarter"]])
def test_any_levels_and_periods(deals, by):
    deals = deals.assign(
        owner=deals["partner"] + "1", unit=np.where(deals["partner"] < "D", "N", None)
    )
    card = scorecard(deals, by=by, window="2025", as_of="2025-09-30")
    told = with_intervals(card, deals)
    assert told.columns.tolist() == card.columns.tolist() and len(told) == len(card)
    assert told["low"].notna().sum() > card["low"].notna().sum()


def test_very_many_deals_are_drawn_as_normals(deals, monkeypatch):
    card = scorecard(deals, by="partner", **WHEN, kpis=["deal_velocity", "deal_count"])
    poissons = rows(with_intervals(card, deals))
    monkeypatch.setattr(uncertainty, "LARGE", 5)
    normals = rows(with_intervals(card, deals))
    for kpi, basis in (("deal_velocity", "revenue_per_day"), ("deal_count", "amount")):
        both = [
            (x["high"] - x["low"]).xs((kpi, basis), level=("kpi", "basis"))
            for x in (poissons, normals)
        ]
        np.testing.assert_allclose(both[0], both[1], rtol=0.15)


def test_intervals_do_not_hang_on_the_order_of_hashes():
    """Peers are added up in one order, whatever order a set of their names has."""
    sample = str(ROOT / "data" / "sample")
    code = (
        "from kpi_helpers import load_deals, scorecard; from kpi_helpers.judging import *\n"
        f"deals = load_deals({sample!r})\n"
        "card = scorecard(deals, by='partner', window='2025-Q4', as_of='2025-12-31')\n"
        "ends = with_intervals(card, deals)[['low', 'high']].to_numpy()\n"
        "import hashlib; print(hashlib.sha256(ends.tobytes()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
