"""Claims of past days against what came: each counted by hand, none with a look ahead."""

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.judging import backtest, replay
from kpi_helpers.judging.replayed import (
    CLEAREST,
    ENOUGH_OPEN,
    FORECAST,
    MEANS,
    NOT_ENOUGH_OPEN,
    OPEN_WON,
    OVERDUE,
    PAID,
    PREVIOUS,
    STALE,
    TARGET,
    YEAR,
    YOUNG,
)
from kpi_helpers.stats import reasons

from . import world
from .sample import sample_deals, sample_side

EVE = pd.Timestamp("2025-06-30")  # of the third quarter, which two quarters back begins with
SOME = ["Işık Bilişim", "Çınar Teknoloji", "Nordlicht Systemhaus GmbH", "Ümit Elektronik"]


def few():
    deals = sample_deals()
    return deals[deals["partner"].isin(SOME)]


@pytest.fixture(scope="module")
def told():
    return replay(few(), "2025-12-31", back="2q", targets=sample_side("targets"))


def of(told, claim, subject, eve=EVE):
    rows = told.claims
    found = rows[(rows["claim"] == claim) & (rows["subject"] == subject)]
    return found[pd.to_datetime(found["as_of"]) == eve].iloc[0]


def open_then(partner):
    deals = few().query("partner == @partner and created_on <= @EVE")
    return deals[(deals["status"] == "open") | (deals["closed_on"] > EVE)]


def test_forecasts_are_those_of_the_back_test(told):
    tested = backtest(few(), "2025-12-31", periods=2).periods
    told = told.claims[told.claims["claim"] == FORECAST]
    both = tested.merge(told, left_on=["period", "partner"], right_on=["about", "subject"])
    assert len(both) == len(tested) == len(told)
    assert (both["covered"] == both["right"]).all()
    assert (both["stated"] == 0.8).all()
    assert [f"{row.p10:.0f} to {row.p90:.0f}" for row in both.itertuples()] == both["said"].tolist()


@pytest.mark.parametrize("partner", SOME)
def test_open_deals_are_those_won_in_the_next_quarter(told, partner):
    row, there = of(told, OPEN_WON, partner), open_then(partner)
    won = (there["status"] == "won") & (there["closed_on"] <= "2025-09-30")
    assert (row["of"], row["right"], row["came"]) == (len(there), won.sum(), str(won.sum()))
    assert 0 < row["stated"] < 1


@pytest.mark.parametrize("partner", SOME)
def test_stale_deals_are_those_older_than_nine_in_ten_won_ones(told, partner):
    past = few().query("status == 'won' and closed_on <= @EVE")
    slow = (past["closed_on"] - past["created_on"]).dt.days.quantile(0.9)
    old = open_then(partner)
    old = old[(EVE - old["created_on"]).dt.days > slow]
    row = of(told, STALE, partner)
    assert (row["of"], row["right"]) == (len(old), (old["status"] != "won").sum())
    assert row["about"] == f"older than {slow:.0f} days"


@pytest.mark.parametrize("partner", SOME)
def test_young_leads_are_counted_when_they_are_decided(told, partner):
    leads = few().query("partner == @partner and '2025-04-01' <= created_on <= @EVE")
    assert (leads["status"] == "open").mean() <= 0.1
    won, row = int((leads["status"] == "won").sum()), of(told, YOUNG, partner)
    low, high = (int(end) for end in row["said"].split(" of ")[0].split(" to "))
    assert row["came"] == str(won) and row["said"].endswith(f" of {len(leads)}")
    assert row["right"] == (low <= won <= high)
    so_far = (leads["status"] == "won") & (leads["closed_on"] <= EVE)
    assert so_far.sum() <= low < high <= len(leads)


def test_targets_are_reached_or_not_and_the_pipeline_is_called_by_their_chance(told):
    targets = sample_side("targets").query("kpi == 'won_amount' and period == '2025-Q3'")
    targets = targets.set_index("partner")["target"]
    rows = told.claims[pd.to_datetime(told.claims["as_of"]) == EVE]
    by = rows.set_index("subject").groupby("claim").groups
    chances = rows[rows["claim"] == TARGET].set_index("subject")
    won = few().query("status == 'won' and '2025-07-01' <= closed_on <= '2025-09-30'")
    won = (won["amount"] * won["credit"]).groupby(won["partner"]).sum()
    for partner in SOME:
        row, reached = chances.loc[partner], won[partner] >= targets[partner]
        assert row["right"] == reached and row["said"].endswith(f"to reach {targets[partner]:.0f}")
        sure = {ENOUGH_OPEN: row["stated"] >= 0.75, NOT_ENOUGH_OPEN: row["stated"] < 0.25}
        for claim, called in sure.items():
            assert (partner in by.get(claim, ())) == called
    missed = told.claims[told.claims["claim"] == NOT_ENOUGH_OPEN]
    reached = told.claims[told.claims["claim"] == TARGET]
    both = missed.merge(reached, on=["subject", "as_of"])
    assert len(both) and (both["right_x"] == 1 - both["right_y"]).all()
    assert both["stated_x"].to_numpy() == pytest.approx(1 - both["stated_y"].to_numpy())


def test_without_targets_no_chance_to_reach_one_is_replayed(told):
    bare = replay(few(), "2025-12-31", back="2q").claims
    kinds = (TARGET, ENOUGH_OPEN, NOT_ENOUGH_OPEN)
    rest = told.claims[~told.claims["claim"].isin(kinds)].reset_index(drop=True)
    assert not bare["claim"].isin(kinds).any()
    pd.testing.assert_frame_equal(bare, rest)


def test_what_was_said_does_not_know_what_came():
    deals = few()
    later = deals["closed_on"] > EVE
    other = deals.assign(
        status=deals["status"].mask(later, deals["status"].map({"won": "lost"}).fillna("won")),
        amount=deals["amount"].where(deals["created_on"] <= EVE, 1e6),
    )
    said, otherwise = (
        table[pd.to_datetime(table["as_of"]) == EVE].set_index(["claim", "subject", "about"])
        for table in (replay(one, "2025-12-31", back="2q").claims for one in (deals, other))
    )
    assert said["said"].equals(otherwise["said"])
    assert not said["came"].equals(otherwise["came"])


def test_one_partners_claims_are_those_it_has_among_all(told):
    targets = sample_side("targets")
    mine = replay(few(), "2025-12-31", back="2q", partner=SOME[0], targets=targets).claims
    among_all = told.claims[told.claims["subject"] == SOME[0]].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, among_all)


def test_the_summary_counts_cases_and_weighs_what_was_stated(told):
    summary, rows = told.summary, told.claims
    rows = rows.assign(who=rows["subject"].where(rows["subject"] == "*", "partners"))
    kinds = [kind for kind in MEANS if kind in set(rows["claim"])]
    assert [*dict.fromkeys(summary["claim"])] == kinds
    assert summary["who"].tolist()[:2] == ["partners", "*"]
    for row in summary.itertuples():
        mine = rows[(rows["claim"] == row.claim) & (rows["who"] == row.who)]
        assert (row.claims, row.right, row.of) == (
            len(mine),
            mine["right"].sum(),
            mine["of"].sum(),
        )
        assert row.low <= row.share == row.right / row.of <= row.high
        known = mine.dropna(subset="stated")
        if len(known):
            assert row.stated == pytest.approx(np.average(known["stated"], weights=known["of"]))
        else:
            assert np.isnan(row.stated)


def steps(*quarters, partner="A", won=1.0):
    """Deals of a partner: so many a quarter from 2023 on, each decided within the quarter."""
    rows = []
    for at, count in enumerate(quarters):
        first = pd.Timestamp("2023-01-01") + pd.DateOffset(months=3 * at)
        days = np.linspace(0, 45, count).astype(int)
        status = np.where(np.arange(count) < won * count, "won", "lost")
        rows.append(
            pd.DataFrame(
                {
                    "deal_id": [f"{partner}{at}-{i}" for i in range(count)],
                    "created_on": first + pd.to_timedelta(days, unit="D"),
                    "closed_on": first + pd.to_timedelta(days + 20, unit="D"),
                    "status": status,
                }
            )
        )
    return pd.concat(rows, ignore_index=True).assign(partner=partner, amount=1000.0, credit=1.0)


def changes(*quarters, claim):
    found = replay(steps(*quarters, won=0.5), "2024-12-31", back="2q").claims
    found = found[(found["claim"] == claim) & (found["subject"] == "A")]
    return found[found["about"].str.startswith("deal_count")]


@pytest.mark.parametrize("claim", [PREVIOUS, CLEAREST])
def test_a_rise_that_stays_is_borne_out_and_one_that_goes_is_not(claim):
    row = changes(20, 20, 20, 20, 20, 80, 78, 80, claim=claim).iloc[0]
    assert (row["said"], row["right"]) == ("rose", 1)
    assert row["about"] == "deal_count (won), 2024-Q2 against 2024-Q1"
    assert row["came"] == "39 in 2024-Q3"
    row = changes(20, 20, 20, 20, 20, 80, 22, 20, claim=claim).iloc[0]
    assert (row["said"], row["right"]) == ("rose", 0)
    fell = changes(80, 80, 80, 80, 80, 20, 22, 22, claim=claim).iloc[0]
    assert (fell["said"], fell["right"]) == ("fell", 1)


def test_a_change_within_a_year_is_held_against_the_next_quarters_own_year():
    row = changes(20, 20, 30, 20, 20, 80, 40, 20, claim=YEAR).iloc[0]
    assert (row["about"], row["said"], row["right"]) == (
        "deal_count (won), 2024-Q2 against 2023-Q2",
        "rose",
        1,
    )
    assert changes(20, 20, 44, 20, 20, 120, 40, 20, claim=YEAR).iloc[0]["right"] == 0


def test_no_change_is_no_claim():
    assert changes(20, 20, 20, 20, 20, 20, 20, 20, claim=PREVIOUS).empty


def test_no_change_of_a_young_cohort_is_told():
    """Of the second quarter's 60 leads none is decided by its end."""
    deals = steps(60, 60, 60, 60, 60, 60, 60, 60, won=0.7)
    slow = deals["deal_id"].str.startswith("A5-")
    deals.loc[slow, "status"] = "lost"
    told = []
    for closed_on in ("2024-06-30", "2024-08-01"):
        deals.loc[slow, "closed_on"] = pd.Timestamp(closed_on)
        found = replay(deals, "2024-12-31", back="2q").claims["about"]
        told.append(found.str.startswith("close_rate (cohort), 2024-Q2 against 2024-Q1").any())
    assert told == [True, False]


@pytest.mark.parametrize(("status", "right"), [("lost", 1), ("won", 0)])
def test_a_verdict_on_paid_is_held_against_the_leads_that_came_later(status, right):
    deals = steps(*[60] * 8)
    deals["channel"] = np.tile(["paid", "earned", "owned"], len(deals) // 3)
    paid, late = deals["channel"] == "paid", deals["created_on"] > "2024-09-30"
    deals["status"] = np.where(paid, "lost", "won")
    deals.loc[late, "status"] = np.where(paid[late], status, {"won": "lost", "lost": "won"}[status])
    found = replay(deals, "2024-12-31", back="1q").claims
    found = found[(found["claim"] == PAID) & (found["subject"] == "A")]
    assert found["right"].tolist() == [right]
    shares = {"lost": "0%, others 100%", "won": "100%, others 0%"}
    assert found["came"].tolist() == [shares[status]]


def test_overdue_deals_are_replayed_of_days_with_a_snapshot_only():
    deck, day = world.programme(0, partners=3), pd.Timestamp("2024-09-30")
    deals, then = world.export(deck, "2024-12-31"), world.export(deck, "2024-09-30")
    then.loc[then["status"] == "open", "expected_close_on"] = pd.Timestamp("2024-09-01")
    bare = replay(deals, "2024-12-31", back="1q").claims
    assert OVERDUE not in set(bare["claim"])
    rows = replay(deals, "2024-12-31", back="1q", snapshots={day: then}).claims
    rows = rows[rows["claim"] == OVERDUE].set_index("subject")
    there = then[(then["status"] == "open") & (then["partner"] == "P00")]
    now = deals.set_index("deal_id").loc[there["deal_id"]]
    assert rows.loc["P00", ["right", "of"]].tolist() == [(now["status"] != "won").sum(), len(there)]


def test_months_can_be_replayed_too():
    told = replay(few(), "2025-12-31", back="3m", partner=SOME[0]).claims
    said = told[told["claim"] == FORECAST]
    assert said["about"].tolist() == ["2025-10", "2025-11", "2025-12"]


def test_without_history_it_says_why_there_is_nothing():
    answer = replay(steps(2, 2), "2023-06-30")
    assert answer.claims.empty and answer.summary.empty
    assert answer.reason == reasons.NO_HISTORY


@pytest.mark.parametrize("back", ["8", "q", "0q", "121m", "8y", "-2q", ""])
def test_a_wrong_number_of_periods_is_told(back):
    with pytest.raises(KitError, match="like 8q or 12m") as error:
        replay(steps(2), "2023-06-30", back=back)
    assert error.value.for_command().startswith("--back takes")


def test_an_unknown_partner_and_a_missing_column_are_told():
    with pytest.raises(KitError, match="Did you mean 'A'"):
        replay(steps(2), "2023-06-30", partner="a")
    with pytest.raises(KitError, match="amount"):
        replay(steps(2).drop(columns="amount"), "2023-06-30")
