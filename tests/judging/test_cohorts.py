"""Young leads are no outcome: the numbers so far, and what is expected once they are decided."""

import numpy as np
import pandas as pd
import pytest

from kpi_helpers import close_rate, deal_success, marketing_channels
from kpi_helpers.contract.notes import noted
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.judging import channel_verdicts, composite, learn, with_expected
from kpi_helpers.judging.claims import UNKNOWN, Compared, change_claim
from kpi_helpers.judging.uncertainty import with_intervals
from kpi_helpers.scoring.peers import peers, shared_peers
from kpi_helpers.stats import reasons
from kpi_helpers.stats.pipeline_outcome import outcome

Q4 = {"window": "2025-Q4", "as_of": "2025-12-31"}
DAY = pd.Timestamp("2025-12-31")


def cohort(won=0, lost=0, opened=0, chance=0.25, *, partner="P", **columns) -> pd.DataFrame:
    statuses = ["won"] * won + ["lost"] * lost + ["open"] * opened
    deals = pd.DataFrame({"partner": partner, "status": statuses, "amount": 100.0, "credit": 1.0})
    deals = deals.assign(
        deal_id=[f"{partner}{at}" for at in range(len(deals))],
        probability=chance,
        created_on=pd.Timestamp("2025-10-01"),
        closed_on=pd.NaT,
        **columns,
    )
    deals.loc[deals["status"] != "open", "closed_on"] = pd.Timestamp("2025-11-01")
    return deals


def expected(kpi, deals, basis, by=None, **more) -> dict:
    card = kpi(deals, by=by, basis=basis, **Q4, **more)
    return with_expected(card, deals, learn(deals[:0], DAY)).iloc[0].to_dict()


def test_40_leads_7_won_22_open():
    """The worked example: so far 17.5 %, expected 31.25 %."""
    row = expected(close_rate, cohort(7, 11, 22), "cohort", by="partner")
    assert (row["value"], row["expected"]) == pytest.approx((0.175, 0.3125))
    draws = outcome(np.ones(22), np.full(22, 0.25), shock=0.02)
    ends = [(7 + draws.quantile(q)) / 40 for q in (0.025, 0.975)]
    assert [row["expected_low"], row["expected_high"]] == pytest.approx(ends, abs=1 / 40)
    assert row["note"].startswith("young: 22 of 40 deals are still undecided")


def test_roi_so_far_minus_50_expected_plus_10():
    """The worked example: spend 1000, revenue so far 500, open leads worth 2,000 x 30 %."""
    won, opened = cohort(1, 1), cohort(opened=4, chance=0.3, partner="Q").assign(partner="P")
    deals = pd.concat([won, opened]).assign(channel="paid", amount=500.0)
    spend = pd.DataFrame({"month": ["2025-10"], "channel": "paid", "partner": "P", "amount": 1e3})
    row = expected(marketing_channels, deals, "roi.paid", by="partner", spend=spend)
    assert (row["value"], row["expected"]) == pytest.approx((-0.5, 0.10))
    cost = expected(marketing_channels, deals, "cost_per_won.paid", by="partner", spend=spend)
    assert (cost["value"], cost["expected"]) == pytest.approx((1000.0, 1000 / 2.2))
    assert cost["expected_low"] < cost["expected"] < cost["expected_high"]


def test_deal_success_expects_only_ideal_deals():
    deals = cohort(4, 4, 12)
    deals["ideal"] = [True, False] * 10
    row = expected(deal_success, deals, "success", by="partner")
    assert (row["value"], row["expected"]) == pytest.approx((2 / 20, (2 + 6 * 0.25) / 20))
    plain = expected(deal_success, cohort(4, 4, 12), "conversion", by="partner")
    assert plain["expected"] == pytest.approx((4 + 12 * 0.25) / 20)


def test_nine_in_ten_decided_are_an_outcome():
    assert np.isnan(expected(close_rate, cohort(9, 9, 2), "cohort")["expected"])
    assert expected(close_rate, cohort(8, 9, 2), "cohort")["expected"] == pytest.approx(8.5 / 19)


def test_a_split_deal_is_expected_once():
    deals = pd.concat([cohort(5, 5, 10), cohort(opened=10).assign(partner="Q")])
    shared = deals["status"] == "open"
    deals.loc[shared, "deal_id"] = [f"s{at % 10}" for at in range(20)]
    deals.loc[shared, "credit"] = 0.5
    deals = deals.assign(channel="paid")
    assert expected(close_rate, deals, "cohort")["expected"] == pytest.approx(7.5 / 20)
    money = expected(marketing_channels, deals, "revenue.paid")
    assert money["expected"] == pytest.approx(500 + 10 * 0.25 * 100)


def test_what_nothing_tells_is_not_expected():
    assert np.isnan(expected(close_rate, cohort(1, 1, 8, np.nan), "cohort")["expected"])
    deals = cohort(2, 2, 8).assign(channel="paid")
    deals.loc[deals.index[-3:], "amount"] = np.nan
    row = expected(marketing_channels, deals, "revenue.paid")
    assert row["expected"] == pytest.approx(200 + 5 * 25)
    assert "3 open deals without amount" in row["note"]


def six_partners(opened: int) -> pd.DataFrame:
    old = [cohort(won, 10 - won, partner=name) for won, name in enumerate("ABCDEF", 2)]
    return pd.concat([*old, cohort(0, 3, opened, partner="Y")], ignore_index=True)


@pytest.mark.parametrize("beside", [peers, shared_peers])
def test_young_numbers_rank_nobody(beside):
    card = close_rate(six_partners(7), by="partner", basis="cohort", **Q4)
    table = beside(card).set_index("partner")
    assert np.isnan(table.loc["Y", ["rank", "quarter"]].astype(float)).all()
    old = beside(card[card["partner"] != "Y"]).set_index("partner")
    pd.testing.assert_frame_equal(table.drop(index="Y"), old)


def test_young_numbers_have_no_composite():
    card = close_rate(six_partners(7), by="partner", basis="cohort", **Q4)
    made = composite(card, {"close_rate.cohort": 1.0})
    assert made.loc["Y", "reason"] == reasons.NO_WEIGHTS
    assert made["composite"].notna().sum() == 6


def test_young_numbers_have_not_changed():
    deals = pd.concat([cohort(0, 2, 38), cohort(30, 10, partner="O").assign(partner="P")])
    old = deals["deal_id"].str.startswith("O")
    deals.loc[old, ["created_on", "closed_on"]] = [pd.Timestamp("2025-07-01")] * 2
    sides = []
    for window in ("2025-Q4", "2025-Q3"):
        card = close_rate(deals, by="partner", window=window, as_of=DAY, basis="cohort")
        row = with_intervals(card, deals).iloc[0].to_dict()
        sides.append((row, Compared(parse_window(window, DAY.date()), DAY.date())))
    (now, this), (then, that) = sides
    assert change_claim(now, then, this, that).verdict == UNKNOWN
    assert change_claim(now | {"codes": ""}, then, this, that).verdict == "fell"


def test_no_advice_while_one_channel_is_young():
    """A channel's own leads have to be decided, however many of the others are."""

    def leads(channel, **numbers):
        return cohort(**numbers, partner=channel).assign(channel=channel)

    others = [leads("earned", won=100, lost=100), leads("owned", won=100, lost=100)]
    young = pd.concat([leads("paid", lost=30, opened=10), *others])
    found = channel_verdicts(young, "2025-Q4", as_of=DAY)
    assert (list(found.verdicts["verdict"]), found.reason) == ([], reasons.YOUNG)
    ripe = pd.concat([leads("paid", lost=40), *others])
    assert list(channel_verdicts(ripe, "2025-Q4", as_of=DAY).verdicts["verdict"]) == [
        "paid brings nothing"
    ]


def test_the_note_is_on_every_number_of_the_cohort():
    deals = cohort(2, 2, 8).assign(channel="paid", ideal=True)
    spend = pd.DataFrame({"month": ["2025-10"], "channel": "paid", "partner": "P", "amount": 1e3})
    for kpi, some in (
        (close_rate, {"cohort"}),
        (deal_success, {"success", "conversion"}),
        (
            marketing_channels,
            {f"{name}.paid" for name in ("won", "revenue", "close_rate", "roi", "cost_per_won")}
            | {"revenue_per_spend.paid"},
        ),
    ):
        card = kpi(deals, by="partner", spend=spend, **Q4)
        assert set(card.loc[noted(card, "young"), "basis"]) == some
