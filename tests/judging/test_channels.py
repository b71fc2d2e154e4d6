from datetime import date

import pandas as pd
import pytest

from kpi_helpers import marketing_channels, slow_cycle
from kpi_helpers.judging import channel_verdicts
from kpi_helpers.judging.channels import ripe_year
from kpi_helpers.stats import reasons

from .sample import sample_deals, sample_side


def leads(**won_of):
    rows = [(channel, i < won) for channel, (won, n) in won_of.items() for i in range(n)]
    table = pd.DataFrame(rows, columns=["channel", "won"])
    table["status"] = table.pop("won").map({True: "won", False: "lost"})
    return table.assign(
        deal_id=range(len(table)), amount=100.0, created_on="2025-02-01", closed_on="2025-03-01"
    )


def verdicts(**won_of):
    return channel_verdicts(leads(**won_of), "2025-Q1", as_of="2025-12-31")


def test_paid_that_brings_nothing_is_stopped():
    answer = verdicts(paid=(0, 40), earned=(12, 40), owned=(12, 40))
    assert answer.verdicts["verdict"].tolist() == ["paid brings nothing"]
    assert len(answer.verdicts["deal_ids"].iloc[0]) == 40


@pytest.mark.parametrize(
    "won_of",
    [
        {"paid": (0, 8), "earned": (3, 10), "owned": (3, 10)},
        {"paid": (0, 40), "earned": (12, 40), "owned": (1, 40)},
        {"paid": (1, 60), "earned": (30, 60), "owned": (30, 60)},
    ],
)
def test_intervals_that_touch_or_a_win_say_nothing(won_of):
    answer = verdicts(**won_of)
    assert answer.verdicts.empty or "paid brings nothing" not in set(answer.verdicts["verdict"])


def test_earned_that_falls_behind():
    answer = verdicts(paid=(20, 50), earned=(3, 50), owned=(20, 50))
    assert answer.verdicts["verdict"].tolist() == ["earned falls behind"]
    assert verdicts(paid=(1, 5)).reason == reasons.WITHIN_CHANCE
    assert verdicts().reason == reasons.NO_DATA


def test_only_the_planted_partner_is_told_to_stop_paid():
    leads = ripe_year("2025-12-31", slow_cycle(sample_deals(), "2025-12-31"))
    told = {
        name: channel_verdicts(mine, leads, as_of="2025-12-31").verdicts["verdict"].tolist()
        for name, mine in sample_deals().groupby("partner")
    }
    assert {name for name, found in told.items() if "paid brings nothing" in found} == {
        "Çınar Teknoloji"
    }


def test_the_table_is_the_kpis_own():
    deals, spend = (
        t.query("partner == 'Çınar Teknoloji'") for t in (sample_deals(), sample_side("spend"))
    )
    table = channel_verdicts(deals, "2025", as_of="2025-12-31", spend=spend).channels.set_index(
        "channel"
    )
    card = marketing_channels(deals, window="2025", as_of="2025-12-31", spend=spend).set_index(
        "basis"
    )["value"]
    for name, basis in (
        ("leads", "leads"),
        ("won", "won"),
        ("revenue", "revenue"),
        ("roi", "roi"),
        ("rate", "close_rate"),
    ):
        for channel in ("paid", "earned", "owned"):
            assert table.loc[channel, name] == pytest.approx(card[f"{basis}.{channel}"])


def test_young_leads_are_no_outcome():
    """The same leads: as long as more than one in ten is open nothing is said of any channel."""
    deals = leads(paid=(0, 40), earned=(20, 40), owned=(20, 40))
    young = deals.assign(closed_on="2025-12-20")
    answer = channel_verdicts(young, "2025-Q1", as_of="2025-04-15")
    assert answer.verdicts.empty and answer.reason == reasons.YOUNG
    assert channel_verdicts(young, "2025-Q1", as_of="2025-12-31").reason is None


def test_a_ripe_year_is_of_whole_months_that_ended_long_enough_ago():
    assert ripe_year("2025-12-31", 92).label == "2025-01-01..2025-09-30"
    assert ripe_year("2025-12-30", 0).label == "2024-12-01..2025-11-30"
    assert ripe_year("2025-12-31", 900).label == "2025-01-01..2025-01-31"
    assert ripe_year("2025-12-31", None).end == date(2025, 12, 31)
