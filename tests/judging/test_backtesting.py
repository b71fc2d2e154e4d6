import numpy as np
import pandas as pd
import pytest

from kpi_helpers.judging import backtest, reliability
from kpi_helpers.stats import reasons

from . import world
from .sample import sample_deals


@pytest.fixture(scope="module")
def answer():
    return backtest(sample_deals(), "2025-12-31", periods=2, draws=500)


def test_periods_and_actuals_are_the_deals_own(answer):
    table = answer.periods
    assert table["period"].unique().tolist() == ["2025-Q3", "2025-Q4"]
    deals = sample_deals()
    won = deals[(deals["status"] == "won") & deals["closed_on"].between("2025-10-01", "2025-12-31")]
    worth = (won["amount"] * won["credit"]).groupby(won["partner"]).sum()
    mine = table[(table["period"] == "2025-Q4") & (table["partner"] != "*")].set_index("partner")[
        "actual"
    ]
    assert mine.to_numpy() == pytest.approx(worth.reindex(mine.index).fillna(0).to_numpy())
    total = table[(table["period"] == "2025-Q4") & (table["partner"] == "*")].iloc[0]
    assert total["actual"] == pytest.approx(worth.sum())
    year_before = deals[
        (deals["status"] == "won") & deals["closed_on"].between("2024-10-01", "2024-12-31")
    ]
    assert total["last_year"] == pytest.approx(
        (year_before["amount"] * year_before["credit"]).sum()
    )


def test_only_what_was_known_then_is_used(answer):
    deals = sample_deals()
    later = deals["closed_on"] > "2025-06-30"
    upside_down = deals.assign(
        status=deals["status"].mask(later, deals["status"].map({"won": "lost"}).fillna("won"))
    )
    first = [
        a.periods.query("period == '2025-Q3'")[["p10", "p50", "p90"]].to_numpy()
        for a in (answer, backtest(upside_down, "2025-12-31", periods=2, draws=500))
    ]
    assert np.array_equal(*first)


def test_without_a_snapshot_the_crm_is_unknown_and_chances_beat_one_for_all(answer):
    assert answer.periods["crm"].isna().all()
    scores = answer.scores.set_index("who")
    assert scores.loc["partners", "reason_crm"] == reasons.NO_SNAPSHOT
    assert scores.loc["partners", "mae"] < scores.loc["partners", "mae_last_year"]
    assert answer.brier < answer.brier_base
    assert answer.reliability["n"].sum() == answer.n


def test_with_snapshots_the_crms_own_forecast_is_compared():
    deck = world.programme(0, partners=4)
    days = pd.to_datetime(["2024-03-31", "2024-06-30", "2024-09-30"])
    told = backtest(
        world.export(deck, "2024-12-31"),
        "2024-12-31",
        periods=1,
        draws=300,
        snapshots={day: world.export(deck, day) for day in days},
    )
    then = world.export(deck, "2024-09-30").query(
        "status == 'open' and expected_close_on <= '2024-12-31'"
    )
    row = told.periods.set_index("partner").loc["*"]
    assert row["crm"] == pytest.approx((then["amount"] * then["probability"]).sum())


def test_no_history_is_silent():
    early = sample_deals().query("created_on < '2023-02-01'")
    assert backtest(early, "2023-03-31", periods=4).reason == reasons.NO_HISTORY


def test_reliability_of_honest_and_of_boastful_chances():
    rng = np.random.default_rng(0)
    chance = rng.random(4000)
    won = rng.random(4000) < chance
    honest = reliability(chance, won)
    assert (
        (honest["low"] <= honest["expected"] + 0.02) & (honest["expected"] - 0.02 <= honest["high"])
    ).all()
    boastful = reliability(np.sqrt(chance), won)
    assert (boastful["expected"] > boastful["seen"]).all()


def test_of_many_partners_some_stand_for_all_and_everyone_still_counts(answer):
    deals = sample_deals()
    some = backtest(deals, "2025-12-31", periods=2, draws=500, most=5).periods
    sizes, asked = deals["partner"].value_counts(), set(some["partner"])
    assert "*" in asked
    assert len(asked) == 1 + 5
    assert {sizes.max(), sizes.min()} <= set(sizes[list(asked - {"*"})])
    same = some.merge(answer.periods, on=["as_of", "partner"], suffixes=("", "_all"))
    assert len(same) == len(some)
    assert np.array_equal(
        same[["p10", "p90", "actual"]], same[["p10_all", "p90_all", "actual_all"]]
    )


def test_partners_too_small_for_a_forecast_leave_that_of_all():
    days = pd.date_range("2024-01-01", periods=72, freq="10D")
    deals = pd.DataFrame(
        {
            "deal_id": [f"d{n}" for n in range(72)],
            "partner": [f"Partner {n % 12}" for n in range(72)],
            "status": ["won", "lost", "lost"] * 24,
            "amount": 100.0,
            "created_on": days,
            "closed_on": days,
        }
    )
    answer = backtest(deals, "2025-12-31")
    assert {*answer.periods["partner"]} == {"*"} and len(answer.scores)
    assert (answer.brier, answer.n, answer.reason) == (None, 0, reasons.NO_HISTORY)
