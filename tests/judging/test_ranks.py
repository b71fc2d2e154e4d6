import numpy as np
import pandas as pd

from kpi_helpers import quality_score
from kpi_helpers.judging import rank_intervals
from kpi_helpers.stats import reasons

from .sample import sample_deals


def test_ranks_are_those_of_the_quality_score():
    deals = sample_deals()
    ranks = rank_intervals(deals, "2025-Q4", as_of="2025-12-31").set_index("partner")
    score = quality_score(
        deals, by="partner", window="2025-Q4", as_of="2025-12-31", basis="peers"
    ).set_index("partner")
    score = score.loc[ranks.index, "value"]
    assert (score.rank(ascending=False, method="min") == ranks["rank"]).all()
    sure = ranks[ranks["low"].notna()]
    assert (sure["low"] <= sure["high"]).all() and (sure["high"] - sure["low"]).max() > 10


def test_few_closed_deals_have_no_rank_interval_and_row_order_does_not_matter():
    deals = sample_deals()
    ranks = rank_intervals(deals, "2025-Q4", as_of="2025-12-31")
    few = ranks[ranks["closed"] < 5]
    assert len(few) and few["low"].isna().all() and (few["reason"] == reasons.TOO_FEW_VALUES).all()
    again = rank_intervals(deals.sample(frac=1, random_state=3), "2025-Q4", as_of="2025-12-31")
    pd.testing.assert_frame_equal(ranks, again)
    assert rank_intervals(deals, "2022-Q4", as_of="2022-12-31").empty


def quarter(wins, size=1000.0):
    """Each partner's won deals of one quarter, as many lost, all of one size but for a seesaw."""
    tables = [
        pd.DataFrame(
            {
                "deal_id": [f"{name}{at}" for at in range(2 * n)],
                "partner": name,
                "status": ["won", "lost"] * n,
                "amount": size * np.resize([0.5, 1.0, 2.0, 1.1], 2 * n),
                "created_on": pd.Timestamp("2025-07-02"),
                "closed_on": pd.Timestamp("2025-08-01"),
            }
        )
        for name, n in wins.items()
    ]
    return pd.concat(tables, ignore_index=True)


def ranks(deals):
    return rank_intervals(deals, "2025-Q3", as_of="2025-09-30").set_index("partner")


def test_equal_partners_may_have_any_rank_and_very_different_ones_have_theirs():
    same = ranks(quarter(dict.fromkeys("ABCDEFGHIJ", 12)))
    assert (same["rank"] == 1).all() and (same["low"] == 1).all() and (same["high"] >= 9).all()
    far = ranks(quarter({"A": 400, "B": 90, "C": 20, "D": 5}))
    assert far[["rank", "low", "high"]].loc["A"].tolist() == [1, 1, 1]
    assert far.loc["D", "low"] >= 3


def test_the_rank_itself_is_always_within():
    table = ranks(quarter({name: n for n, name in enumerate("ABCDEFGHIJKLMNOP", 5)}))
    assert ((table["low"] <= table["rank"]) & (table["rank"] <= table["high"])).all()


def test_who_won_nothing_is_ranked_last_and_unpriced_deals_do_no_harm():
    deals = quarter({"A": 9, "B": 8, "C": 7})
    deals.loc[deals["partner"] == "C", "status"] = "lost"
    deals.loc[deals["partner"] == "B", "amount"] = np.nan
    table = ranks(deals)
    assert table.loc["C", "rank"] == table.loc["B", "rank"] == 2 and table["low"].notna().all()


def test_rough_quarters_make_ranks_less_sure():
    steady = quarter({"A": 40, "B": 25, "C": 16, "D": 10})
    rough = [steady]
    for back, times in enumerate((1, 4) * 4, 1):
        past = quarter(dict.fromkeys("ABCD", 6 * times))
        shift = pd.DateOffset(months=3 * back)
        rough.append(
            past.assign(
                deal_id=past["deal_id"] + f"-{back}",
                created_on=past["created_on"] - shift,
                closed_on=past["closed_on"] - shift,
            )
        )
    sure, unsure = ranks(steady), ranks(pd.concat(rough, ignore_index=True))
    assert (unsure["high"] - unsure["low"]).sum() > (sure["high"] - sure["low"]).sum()
