"""The worked examples of docs: kpis.md sections 1 and 2, named by their number, on every engine."""

import math

import pandas as pd
import pytest
from pytest import approx

from kpi_helpers import (
    average_deal_size,
    close_rate,
    deal_count,
    deal_success,
    deal_velocity,
    marketing_channels,
    pipeline,
    quality_score,
    scorecard,
)

from .tables import many, one, table, value

MARCH = {"window": "2025-03", "as_of": "2025-03-31"}
WON, LOST, CANCELLED = {"status": "won"}, {"status": "lost"}, {"status": "cancelled"}


# 1. Conventions


def test_1_as_of_hides_later_deals_and_reopens_later_closings(engine):
    deals = table(
        {"created_on": "2025-03-05"},
        {"created_on": "2025-04-01"},
        {**WON, "closed_on": "2025-04-01"},
        {**WON, "closed_on": "2025-03-31"},
    )
    got = engine.answer(deal_count, deals, **MARCH)
    assert (value(got, "won"), value(got, "open"), value(got, "created")) == (1, 2, 3)


def test_1_window_of_15_days_to_31_march_is_17_to_31(engine):
    days = [f"2025-03-{day}" for day in (16, 17, 31)] + ["2025-04-01"]
    deals = table(*({**WON, "closed_on": day} for day in days))
    assert value(engine.answer(deal_count, deals, window="15d", as_of="2025-03-31"), "won") == 2


def test_1_roll_up_is_a_ratio_of_sums(engine):
    deals = table(
        *many(1, **WON, owner="rep 1", unit="U"),
        *many(1, **LOST, owner="rep 1", unit="U"),
        *many(9, **WON, owner="rep 2", unit="U"),
        *many(21, **LOST, owner="rep 2", unit="U"),
    )
    reps = engine.answer(close_rate, deals, by="employee", basis="closed", **MARCH)
    unit = engine.answer(close_rate, deals, by="unit", basis="closed", **MARCH)
    assert reps["value"].tolist() == approx([0.5, 0.3])
    assert (unit["numerator"].item(), unit["denominator"].item(), unit["value"].item()) == (
        10,
        32,
        approx(0.3125),
    )


def test_1_nothing_to_count_is_null_with_a_reason_and_counts_of_nothing_are_0(engine):
    got = engine.answer(scorecard, table({"created_on": "2024-01-01"}), **MARCH)
    headline = got.groupby("kpi", sort=False).first()
    assert headline.loc["deal_count", "value"] == 0
    for kpi in ("average_deal_size", "close_rate", "deal_velocity", "deal_success"):
        assert math.isnan(got[got["kpi"] == kpi]["value"].iloc[0])
        assert got[got["kpi"] == kpi]["note"].iloc[0]


def test_1_a_missing_amount_leaves_the_deal_counted_and_not_priced(engine):
    got = engine.answer(
        scorecard,
        table({**WON, "amount": 300.0}, {**WON, "amount": None}),
        kpis=["deal_count", "average_deal_size"],
        **MARCH,
    )
    assert value(got, "won", kpi="deal_count") == 2
    whole = one(got, "whole")
    assert (whole["value"], whole["n"], whole["note"]) == (
        300,
        1,
        "1 won deal without amount left out",
    )


def test_1_credited_amounts_sum_to_the_deal(engine):
    deals = table(
        {**WON, "deal_id": "S", "partner": "A", "credit": 0.25, "amount": 1000.0},
        {**WON, "deal_id": "S", "partner": "B", "credit": 0.75, "amount": 1000.0},
    )
    got = engine.answer(deal_count, deals, by="partner", **MARCH)
    assert got[got["basis"] == "amount"]["value"].tolist() == [250, 750]
    assert got[got["basis"] == "won"]["value"].tolist() == [1, 1]
    assert got[got["basis"] == "credited"]["value"].tolist() == [0.25, 0.75]
    everyone = engine.answer(deal_count, deals, **MARCH)
    assert [value(everyone, b) for b in ("amount", "won", "credited")] == [1000, 1, 1]


# 2.1 Average deal size

TWO = (
    {**WON, "amount": 200.0, "closed_on": "2025-03-17"},
    {**WON, "amount": 400.0, "closed_on": "2025-03-31"},
)


def sizes(engine, deals):
    got = engine.answer(average_deal_size, deals, window="15d", as_of="2025-03-31")
    return got.set_index("basis")


def test_2_1_two_deals_of_200_and_400(engine):
    got = sizes(engine, table(*TWO))
    assert got["value"].tolist() == [300, 300, 300]
    assert (got.loc["whole", "numerator"], got.loc["whole", "denominator"]) == (600, 2)


def test_2_1_a_placeholder_of_1_is_counted_and_told(engine):
    got = sizes(engine, table(*TWO, {**WON, "amount": 1.0}))
    assert got.loc["whole", "value"] == approx(200.33, abs=0.005)
    assert got.loc["whole", "note"] == "1 deal of 1 or less"


def test_2_1_a_refund_of_100(engine):
    refunded = {**TWO[1], "amount": 300.0}
    assert sizes(engine, table(TWO[0], refunded)).loc["whole", "value"] == 250


def test_2_1_the_400_shared_half_and_half(engine):
    half = {**TWO[1], "deal_id": "shared", "credit": 0.5}
    deals = table({**TWO[0], "partner": "A"}, {**half, "partner": "A"}, {**half, "partner": "B"})
    got = engine.answer(average_deal_size, deals, by="partner", window="15d", as_of="2025-03-31")
    credited = one(got, "credited", partner="A")
    assert value(got, "whole", partner="A") == 300
    assert (credited["numerator"], credited["denominator"]) == (400, 1.5)
    assert credited["value"] == approx(266.67, abs=0.005)


def test_2_1_no_won_deal_is_null(engine):
    got = sizes(engine, table(LOST, {}))
    assert got["value"].isna().all()
    assert (got["note"] == "no won deal with an amount closed in the window").all()


# 2.2 Deal count


@pytest.mark.parametrize(("won", "low", "high"), [(2, 0.2422, 7.2247), (0, 0, 3.6889)])
def test_2_2_exact_poisson(engine, won, low, high):
    got = one(engine.answer(deal_count, table({}, *many(won, **WON)), **MARCH), "won")
    assert (got["value"], got["low"], got["high"]) == (
        won,
        approx(low, abs=5e-5),
        approx(high, abs=5e-5),
    )


def test_2_2_attainment_and_pace_on_day_15_of_30(engine):
    deals = table(
        *({**WON, "created_on": "2025-05-01", "closed_on": "2025-06-10"} for _ in range(2))
    )
    targets = pd.DataFrame(
        {"partner": ["P"], "period": ["2025-06"], "kpi": ["deal_count"], "target": [4]}
    )
    got = engine.answer(
        deal_count, deals, by="partner", window="2025-06", as_of="2025-06-15", targets=targets
    )
    assert (value(got, "attainment"), value(got, "pace")) == (0.5, 1.0)


# 2.3 Opportunity pipeline

THREE = tuple(
    {"amount": a, "probability": p} for a, p in ((1000.0, 0.2), (2000.0, 0.5), (5000.0, 0.8))
)


def test_2_3_each_deal_is_weighed_by_its_own_probability(engine):
    got = engine.answer(pipeline, table(*THREE), **MARCH)
    assert (value(got, "open"), value(got, "weighted"), value(got, "count")) == (8000, 5200, 3)


def test_2_3_coverage_of_what_is_left_of_the_target(engine):
    deals = table(*THREE, {**WON, "amount": 6000.0})
    targets = pd.DataFrame(
        {"partner": ["*"], "period": ["2025-03"], "kpi": ["won_amount"], "target": [10_000]}
    )
    running = MARCH | {"as_of": "2025-03-30"}
    got = engine.answer(pipeline, deals, targets=targets, **running)
    assert one(got, "coverage")[["value", "numerator", "denominator"]].tolist() == [2.0, 8000, 4000]
    assert value(got, "attainment") == approx(0.6)
    finished = engine.answer(pipeline, deals, targets=targets, **MARCH)  # kpis.md 5
    assert one(finished, "coverage")["note"] == "the period is over"


# 2.4 Marketing channels


def test_2_4_return_on_paid_earned_and_owned(engine):
    won = {"status": "won"}
    deals = table(
        {**won, "channel": "paid", "amount": 500.0},
        {**won, "channel": "earned", "amount": 1200.0},
        {**won, "channel": "owned", "amount": 600.0},
    )
    spend = pd.DataFrame(
        {"month": "2025-03", "channel": ["paid", "earned", "owned"], "amount": [1000, 200, 0]}
    )
    got = engine.answer(marketing_channels, deals, spend=spend, **MARCH)
    assert value(got, "roi.paid") == approx(-0.5)
    assert value(got, "cost_per_won.paid") == 1000
    assert value(got, "roi.earned") == approx(5.0)
    assert math.isnan(value(got, "roi.owned"))
    assert one(got, "roi.owned")["note"] == "no spend on this channel"


@pytest.mark.parametrize(
    ("paid", "owned", "rate_paid", "rate_owned", "rate"),
    [((50, 5), (50, 15), 0.10, 0.30, 0.20), ((80, 10), (20, 7), 0.125, 0.35, 0.17)],
)
def test_2_4_both_channels_and_the_whole_before_and_after(
    engine, paid, owned, rate_paid, rate_owned, rate
):
    rows = [
        row
        for channel, (leads, won) in (("paid", paid), ("owned", owned))
        for row in (*many(won, **WON, channel=channel), *many(leads - won, **LOST, channel=channel))
    ]
    got = engine.answer(scorecard, table(*rows), kpis=["marketing_channels", "close_rate"], **MARCH)
    assert value(got, "close_rate.paid") == approx(rate_paid)
    assert value(got, "close_rate.owned") == approx(rate_owned)
    assert value(got, "cohort") == approx(rate)


# 2.5 Close rate


def test_2_5_3_won_7_lost_against_3_of_100_created(engine):
    got = engine.answer(close_rate, table(*many(3, **WON), *many(7, **LOST), *many(90)), **MARCH)
    closed = one(got, "closed")
    assert closed[["value", "low", "high"]].tolist() == approx([0.3, 0.1078, 0.6032], abs=5e-5)
    assert value(got, "cohort") == approx(0.03)


@pytest.mark.parametrize(("outcome", "low", "high"), [(LOST, 0, 0.4345), (WON, 0.5655, 1)])
def test_2_5_wilson_at_the_ends(engine, outcome, low, high):
    got = one(engine.answer(close_rate, table(*many(5, **outcome)), **MARCH), "closed")
    assert [got["low"], got["high"]] == approx([low, high], abs=5e-5)


def test_2_5_cancelled_deals_count_in_broad_only(engine):
    got = engine.answer(
        close_rate, table(*many(3, **WON), *many(3, **LOST), *many(4, **CANCELLED)), **MARCH
    )
    assert (value(got, "closed"), value(got, "broad")) == (approx(0.5), approx(0.3))


def test_2_5_nothing_closed_is_null(engine):
    got = one(engine.answer(close_rate, table({}), **MARCH), "closed")
    assert math.isnan(got["value"])
    assert math.isnan(got["low"])
    assert got["note"] == "nothing won or lost in the window"


def test_2_5_a_young_cohort_is_immature(engine):
    old = {**WON, "created_on": "2025-01-01", "closed_on": "2025-03-02"}  # 60 days
    got = engine.answer(close_rate, table(*many(5, **old), {}), basis="cohort", **MARCH)
    assert (
        got["note"].item() == "young: 1 of 1 deals is still undecided; "
        "immature: 1 deal younger than 60 days, the 90th percentile of won cycles"
    )


# 2.6 Deal velocity


@pytest.mark.parametrize(
    ("won", "lost", "size", "days", "a_day"),
    [(10, 30, 25_000.0, 90, 2777.78), (3, 7, 300.0, 30, 30.0)],
)
def test_2_6_revenue_per_day(engine, won, lost, size, days, a_day):
    created = pd.Timestamp("2025-03-20") - pd.Timedelta(days=days)
    deals = table(
        *many(won, **WON, amount=size, created_on=created), *many(lost, **LOST, created_on=created)
    )
    got = engine.answer(deal_velocity, deals, **MARCH)
    assert value(got, "revenue_per_day") == approx(a_day, abs=0.005)
    assert (value(got, "cycle_median"), value(got, "cycle_mean")) == (days, days)


def test_2_6_a_cycle_of_30_instead_of_37_5_days_is_a_quarter_more(engine):
    def a_day(cycles):
        rows = [
            {**WON, "created_on": pd.Timestamp("2025-03-20") - pd.Timedelta(days=days)}
            for days in cycles
        ]
        return value(engine.answer(deal_velocity, table(*rows), **MARCH), "revenue_per_day")

    assert a_day([30, 30]) / a_day([30, 45]) == approx(1.25)


def test_2_6_a_cycle_of_0_days_has_no_revenue_per_day(engine):
    got = one(
        engine.answer(deal_velocity, table({**WON, "created_on": "2025-03-20"}), **MARCH),
        "revenue_per_day",
    )
    assert math.isnan(got["value"])
    assert got["note"] == "the cycle is 0 days"


def test_2_6_won_only_mean_beside_cohort_and_closed(engine):
    end = pd.Timestamp("2025-03-31")
    ages = ((10, "won"), (20, "lost"), (30, "won"), (40, "open"), (50, "won"), (60, "lost"))
    deals = table(
        *(
            {
                "status": status,
                "created_on": end - pd.Timedelta(days=age),
                "closed_on": None if status == "open" else end,
            }
            for age, status in ages
        )
    )
    got = engine.answer(
        scorecard, deals, window="2025-Q1", as_of="2025-03-31", kpis=["close_rate", "deal_velocity"]
    )
    assert value(got, "cohort") == approx(0.5)
    assert value(got, "closed") == approx(0.6)
    assert value(got, "cycle_mean") == 30


# 2.7 Quality score


def test_2_7_peer_index_and_yield(engine):
    deals = table(
        *many(4, **WON, partner="A", amount=500.0),
        *many(6, **LOST, partner="A"),
        *many(5, **WON, partner="B", amount=300.0),
        *many(15, **LOST, partner="B"),
    )
    got = engine.answer(quality_score, deals, by="partner", **MARCH)
    assert value(got, "peers", partner="A") == approx(100.79, abs=0.005)
    assert value(got, "peers", partner="B") == approx(97.59, abs=0.005)
    assert [value(got, "yield", partner=p) for p in "AB"] == [200, 75]
    assert [(value(got, "won", partner=p), value(got, "amount", partner=p)) for p in "AB"] == [
        (4, 2000),
        (5, 1500),
    ]


def test_2_7_nothing_won_is_0_and_no_peers_is_null(engine):
    deals = table({**WON, "partner": "A"}, {**LOST, "partner": "B"})
    got = engine.answer(quality_score, deals, by="partner", basis="peers", **MARCH)
    assert value(got, "peers", partner="B") == 0
    assert math.isnan(
        value(engine.answer(quality_score, deals.iloc[:1], by="partner", **MARCH), "peers")
    )


def test_2_7_against_the_own_previous_window(engine):
    before = {**WON, "created_on": "2025-02-01", "closed_on": "2025-02-10"}
    got = engine.answer(
        quality_score, table(before, *many(4, **WON)), by="partner", basis="past", **MARCH
    )
    assert got["value"].item() == approx(400)


# 2.8 Deal success


def test_2_8_identification_times_conversion(engine):
    deals = table(
        *many(5, **WON, ideal=True),
        *many(15, **LOST, ideal=True),
        *many(10, **WON, ideal=False),
        *many(20, ideal=False),
    )
    got = engine.answer(deal_success, deals, **MARCH)
    assert [value(got, b) for b in ("identification", "conversion", "success")] == approx(
        [0.4, 0.25, 0.1]
    )


def test_2_8_without_ideal_only_conversion_can_be_told(engine):
    got = engine.answer(deal_success, table(WON, *many(3, **LOST)), **MARCH)
    assert math.isnan(value(got, "success"))
    assert math.isnan(value(got, "identification"))
    conversion = one(got, "conversion")
    assert conversion["value"] == 0.25
    assert conversion["note"] == "won / submitted: no deal says whether it was ideal"


def test_2_8_what_was_missed_in_count_and_value(engine):
    lost = [
        {**LOST, "lost_reason": "Registration rejected", "amount": 1.0},
        {**LOST, "lost_reason": "Never worked", "amount": 2.0},
        {**LOST, "lost_reason": "süresi doldu", "amount": 4.0},
        {**LOST, "lost_to_competitor": True, "amount": 8.0},
        {**LOST, "lost_reason": "price", "amount": 16.0},
        {**CANCELLED, "amount": 32.0},
    ]
    got = engine.answer(deal_success, table(*lost, WON, {}), **MARCH)
    missed = got[got["basis"].str.startswith("missed.")]
    worth = got[got["basis"].str.startswith("missed_amount.")]
    assert missed["value"].tolist() == [1] * 6
    assert worth["value"].tolist() == [1, 2, 4, 8, 16, 32]
