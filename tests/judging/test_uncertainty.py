import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from kpi_helpers import scorecard
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.judging import with_intervals
from kpi_helpers.judging.dispersion import CHANCE, learn_dispersion
from kpi_helpers.stats import (
    Factor,
    bootstrap,
    count_dispersion,
    learn_shape,
    poisson,
    product_interval,
    wilson,
)

Q = pd.period_range("2023Q2", "2025Q2", freq="Q")
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


def test_every_interval_is_made_of_what_its_docstring_says(deals):
    """A naive twin: one partner's answers, computed once more from its rows."""
    told = rows(with_intervals(scorecard(deals, by="partner", **WHEN), deals))
    inside = deals["closed_on"].between("2025-07-01", "2025-09-30")
    won = deals[deals["status"] == "won"]
    sizes = learn_shape(won["amount"], won["partner"])
    days = learn_shape((won["closed_on"] - won["created_on"]).dt.days + 1, won["partner"])
    mine = won_of(deals, "A")
    cycles = (mine["closed_on"] - mine["created_on"]).dt.days
    ended = int((inside & (deals["partner"] == "A")).sum())
    number = Factor(len(mine), *poisson(len(mine)))
    size = Factor(mine["amount"].mean(), *sizes.interval(mine["amount"]))
    cycle = Factor(cycles.mean(), *(np.array(days.interval(cycles + 1)) - 1), -1.0)
    share = Factor(len(mine) / ended, *wilson(len(mine), ended))
    expected = {
        ("deal_count", "won"): number[:3],
        ("average_deal_size", "whole"): size[:3],
        ("average_deal_size", "median"): (
            mine["amount"].median(),
            *sizes.interval(mine["amount"], "median"),
        ),
        ("deal_velocity", "cycle_mean"): cycle[:3],
        ("deal_count", "amount"): by_factors(number, size),
        ("quality_score", "yield"): by_factors(share, size),
        ("deal_velocity", "revenue_per_day"): by_factors(number, size, cycle),
    }
    for key, ends in expected.items():
        assert told.loc[("A", *key)].tolist() == pytest.approx(list(ends)), key


def by_factors(*factors):
    value = float(np.prod([one.value**one.power for one in factors]))
    return value, *product_interval(value, factors)


def test_history_that_varies_beyond_chance_widens_counts_rates_and_sums(deals):
    """Two years before, in which quarters swing between few and many, won and lost."""
    swing = []
    for quarter, (n, share) in enumerate([(30, 0.8), (4, 0.2)] * 4):
        end = pd.Timestamp("2023-05-15") + pd.DateOffset(months=3 * quarter)
        for partner in "ABCDEF":
            swing.append(
                pd.DataFrame(
                    {
                        "deal_id": [f"{partner}{quarter}.{at}" for at in range(n)],
                        "partner": partner,
                        "credit": 1.0,
                        "status": ["won" if at < n * share else "lost" for at in range(n)],
                        "amount": 8000.0,
                        "channel": "paid",
                        "created_on": end - pd.Timedelta(days=9),
                        "closed_on": end,
                    }
                )
            )
    steady = rows(with_intervals(scorecard(deals, by="partner", **WHEN), deals))
    both = pd.concat([deals, *swing], ignore_index=True)
    rough = rows(with_intervals(scorecard(both, by="partner", **WHEN), both))
    for key in (
        ("deal_count", "won"),
        ("deal_count", "amount"),
        ("deal_count", "created"),
        ("close_rate", "closed"),
        ("quality_score", "peers"),
    ):
        width = [np.subtract(*card.loc[("A", *key), ["high", "low"]]) for card in (steady, rough)]
        assert width[1] > 1.3 * width[0], key
    facts = both.assign(won=(both["status"] == "won") * 1.0, decided=1.0)
    learned = learn_dispersion(facts, ["partner"], parse_window("2025-Q3"), "2025-09-30")
    won = [[(both["closed_on"] < "2025-07-01") & (both["partner"] == p)] for p in "ABCDEF"]
    quarters = [
        [int((both[at[0]]["closed_on"].dt.to_period("Q") == q)[facts["won"] > 0].sum()) for q in Q]
        for at in won
    ]
    assert learned.won == pytest.approx(count_dispersion(quarters) * 91.3 / 92)
    year = learn_dispersion(facts, ["partner"], parse_window("2025"), "2025-12-31")
    assert year.won < learned.won / 3


def test_too_little_history_is_chance_alone(deals):
    facts = deals.assign(won=1.0, decided=1.0)
    assert learn_dispersion(facts, ["partner"], parse_window("2025-Q3"), "2025-09-30") == CHANCE


def test_values_without_a_logarithm_are_resampled(deals):
    """A refund among the sizes."""
    deals = deals.copy()
    refund = won_of(deals, "A").index[0]
    deals.loc[refund, "amount"] = -500.0
    told = rows(with_intervals(scorecard(deals, by="partner", **WHEN), deals))
    size = bootstrap(won_of(deals, "A")["amount"])
    assert told.loc["A", "average_deal_size", "whole"].tolist() == pytest.approx(
        [size.value, size.low, size.high]
    )


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


def test_sizes_without_a_spread_have_no_interval(deals):
    """Where all amounts are equal, nothing tells how they scatter: null, and not from 0 to any."""
    equal = deals.assign(amount=100.0)
    card = scorecard(equal, by="partner", kpis=["average_deal_size", "deal_count"], **WHEN)
    told = with_intervals(card, equal).set_index("basis")
    assert told.loc[["whole", "median", "amount"], ["low", "high"]].isna().all(axis=None)
    assert told.loc["won", "low"].notna().all()


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
