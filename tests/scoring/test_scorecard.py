"""The scorecard: its shape, its golden table, targets and spend, and what it says to wrong
questions."""

from datetime import datetime
from pathlib import Path

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from kpis.tables import many, one, table, value
from pytest import approx

from kpi_helpers import (
    KPIS,
    KitError,
    deal_count,
    marketing_channels,
    pipeline,
    scorecard,
    slow_cycle,
)
from kpi_helpers.errors import MissingColumns, UnknownValue
from kpi_helpers.scoring.scorecard import EVIDENCE

pytestmark = pytest.mark.filterwarnings("error")
HERE = Path(__file__).parents[1] / "kpis"
Q4 = {"window": "2025-Q4", "as_of": "2025-12-31"}
WON = {"status": "won", "created_on": "2025-10-01", "closed_on": "2025-11-10"}


def golden() -> pd.DataFrame:
    deals = pd.read_csv(
        HERE / "golden_deals.csv", parse_dates=["created_on", "closed_on", "expected_close_on"]
    )
    flags = {name: deals[name].astype("boolean") for name in ("ideal", "lost_to_competitor")}
    return deals.assign(**flags)


def shown(answer: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "kpi",
        "basis",
        "partner",
        "value",
        "numerator",
        "denominator",
        "n",
        "low",
        "high",
        "note",
    ]
    return (
        answer.sort_values(["kpi", "partner"], kind="stable")[columns]
        .round(4)
        .reset_index(drop=True)
    )


def golden_answer() -> pd.DataFrame:
    agreed = {
        "partner": "Anka",
        "period": "2025-Q4",
        "kpi": ["deal_count", "won_amount"],
        "target": [4, 5000],
    }
    paid = {
        "month": "2025-11",
        "channel": "paid",
        "partner": ["Anka", "Bora"],
        "amount": [100, 200],
    }
    tables = {"targets": pd.DataFrame(agreed), "spend": pd.DataFrame(paid)}
    return shown(scorecard(golden(), by="partner", **tables, **Q4))


def test_the_golden_scorecard():
    """golden_deals.csv are twelve deals of two partners; golden_scorecard.csv is what every KPI
    says of them.

    Anka agreed on 4 deals and 5000; paid leads cost Anka 100 and Bora 200.
    """
    wanted = pd.read_csv(
        HERE / "golden_scorecard.csv", keep_default_na=False, na_values={"value": ""}
    )
    numbers = ["value", "numerator", "denominator", "n", "low", "high"]
    wanted[numbers] = wanted[numbers].apply(pd.to_numeric)
    pd.testing.assert_frame_equal(golden_answer(), wanted, check_dtype=False)


def test_columns_and_order():
    answer = scorecard(golden(), by=["partner", "month"], **Q4)
    assert list(answer) == ["partner", "month", *EVIDENCE]
    assert answer.groupby(["partner", "month"], sort=False).ngroups == 6
    headline = answer.groupby("kpi", sort=False)["basis"].first()
    assert list(headline.index) == list(KPIS)
    assert headline.to_dict() == {
        "average_deal_size": "whole",
        "deal_count": "won",
        "pipeline": "open",
        "marketing_channels": "roi.paid",
        "close_rate": "cohort",
        "deal_velocity": "cycle_median",
        "quality_score": "peers",
        "deal_success": "success",
    }
    assert answer["month"].unique().tolist() == ["2025-10", "2025-11", "2025-12"]


def test_everyone_together_is_partner_star():
    answer = scorecard(golden(), kpis="deal_count", basis="won", **Q4)
    assert answer["partner"].tolist() == ["*"]
    assert answer["value"].tolist() == [4]
    assert answer[["window_start", "window_end", "as_of"]].iloc[0].astype(str).tolist() == [
        "2025-10-01",
        "2025-12-31",
        "2025-12-31",
    ]


def test_as_of_unset_is_the_latest_date_and_window_unset_the_quarter_before():
    answer = deal_count(golden(), basis="won")
    assert str(answer["as_of"].item().date()) == "2026-01-05"
    assert str(answer["window_end"].item().date()) == "2025-12-31"


@pytest.mark.parametrize("window", ["all", " all "])
def test_all_runs_from_the_first_date_to_as_of(window):
    row = deal_count(golden(), basis="created", window=window, as_of="2025-12-31").iloc[0]
    assert (str(row["window_start"].date()), str(row["window_end"].date()), row["value"]) == (
        "2025-08-01",
        "2025-12-31",
        11,
    )
    assert deal_count(golden(), basis="won", window="all", as_of="2000-01-01")["value"].item() == 0


def test_without_any_date_as_of_has_to_be_given():
    deals = table({"created_on": None})
    with pytest.raises(KitError, match="as_of has to be given"):
        deal_count(deals)
    assert deal_count(deals, basis="open", window="all", as_of="2025-12-31")["value"].item() == 1


@pytest.mark.parametrize("as_of", ["0001-01-01", "9999-12-31", "yesterday", datetime.min])
def test_impossible_as_of(as_of):
    with pytest.raises(KitError, match="as_of"):
        scorecard(golden(), as_of=as_of)


@pytest.mark.parametrize("window", ["1900", "2199", "1900-01-01..2199-12-31", "1d", "36600d"])
def test_extreme_windows_do_not_crash(window):
    for by in ("partner", ["partner", "year"]):
        assert not deal_count(golden(), by=by, window=window, as_of="2025-12-31").empty


def test_unknown_kpis_and_bases_get_a_suggestion():
    with pytest.raises(
        UnknownValue, match=r"There is no KPI 'close_rat'. Did you mean 'close_rate'"
    ):
        scorecard(golden(), kpis=["close_rat"])
    with pytest.raises(
        UnknownValue, match=r"There is no basis of close_rate 'closd'. Did you mean 'closed'"
    ):
        scorecard(golden(), kpis="close_rate", basis="closd")


def test_slow_cycle_counts_a_split_deal_once():
    split = [
        {**WON, "deal_id": "S", "partner": p, "credit": 0.25, "closed_on": "2025-12-20"}
        for p in "ABCD"
    ]
    deals = table(*many(10, **WON), *split)
    assert slow_cycle(deals, "2025-12-31") == np.quantile([40] * 10 + [80], 0.9)
    assert slow_cycle(deals, "2025-10-01") is None


# Targets


def targets(*rows, kpi="deal_count"):
    return pd.DataFrame(rows, columns=["partner", "period", "target"]).assign(kpi=kpi)


def attainment(*rows, by="partner", window="2025-Q4", **kwargs):
    deals = table(*many(3, **WON, partner="A"), *many(2, **WON, partner="B"))
    agreed = targets(*rows)
    return deal_count(
        deals,
        by=by,
        window=window,
        as_of="2025-12-31",
        basis="attainment",
        targets=agreed,
        **kwargs,
    )


def test_three_months_make_a_quarters_target_and_two_do_not():
    months = [("A", f"2025-{month}", 2) for month in (10, 11, 12)]
    assert attainment(*months)["denominator"].tolist() == approx([6, np.nan], nan_ok=True)
    missing = attainment(*months[:2])
    assert missing["value"].isna().all()
    assert missing["note"].tolist() == ["no target for this window"] * 2


def test_partners_may_agree_on_different_periods():
    rows = [("A", "2025-Q4", 6), *(("B", f"2025-{month}", 1) for month in (10, 11, 12))]
    assert attainment(*rows)["value"].tolist() == approx([0.5, 2 / 3])
    assert attainment(*rows, by=None)["denominator"].tolist() == [9]


def test_the_programmes_own_target_goes_before_the_sum_of_the_partners():
    rows = [("A", "2025-Q4", 6), ("B", "2025-Q4", 4)]
    assert attainment(*rows, by=None)["value"].tolist() == [0.5]
    for everyone in ("*", None):
        assert attainment(*rows, (everyone, "2025-Q4", 20), by=None)["value"].tolist() == [0.25]


def test_a_target_of_months_by_month_and_of_years_by_quarter():
    got = attainment(
        *(("A", f"2025-{month}", 2) for month in (10, 11, 12)), by=["partner", "month"]
    )
    assert got.loc[got["partner"] == "A", "value"].tolist() == [0, 1.5, 0]
    assert attainment(("A", "2025", 12))["value"].isna().all()


def test_targets_are_of_partners_only():
    deals = table({**WON, "region": "north"})
    got = deal_count(
        deals, by="region", basis="attainment", targets=targets(("P", "2025-Q4", 6)), **Q4
    )
    assert got["value"].isna().all()


def test_pace_before_the_window_has_begun():
    got = deal_count(
        table(WON), window="2026-01", as_of="2025-12-31", targets=targets(("*", "2026-01", 6))
    )
    assert one(got, "pace")["note"] == "the window has not begun"


def test_coverage_of_a_target_that_is_reached():
    deals = table({**WON, "amount": 500.0}, {"amount": 100.0})
    got = pipeline(deals, targets=targets(("*", "2025-Q4", 500), kpi="won_amount"), **Q4)
    assert one(got, "coverage")["note"] == "the target is reached"


# Spend


def spend(*rows):
    return pd.DataFrame(rows, columns=["month", "channel", "partner", "amount"])


def test_spend_by_partner_and_for_the_whole_programme():
    deals = table(
        {**WON, "partner": "A", "channel": "paid", "amount": 500.0}, {**WON, "partner": "B"}
    )
    paid = spend(
        ("2025-10", "paid", "A", 60), ("2025-12", "paid", "A", 40), ("2025-10", "paid", None, 900)
    )
    ours = {"spend": paid, "basis": ["roi.paid", "spend.paid"]}
    everyone = marketing_channels(deals, **Q4, **ours)
    assert (value(everyone, "spend.paid"), value(everyone, "roi.paid")) == (1000, approx(-0.5))
    each = marketing_channels(deals, by="partner", **Q4, **ours)
    assert (value(each, "spend.paid", partner="A"), value(each, "roi.paid", partner="A")) == (
        100,
        approx(4.0),
    )
    assert np.isnan(value(each, "spend.paid", partner="B"))


@pytest.mark.parametrize("options", [{"window": "15d"}, {"window": "2025-Q4", "by": "region"}])
def test_spend_is_not_known_for_parts_of_months_and_other_levels(options):
    deals = table({**WON, "channel": "paid", "region": "north"})
    paid = spend(("2025-12", "paid", None, 60))
    got = marketing_channels(deals, as_of="2025-12-31", spend=paid, basis="roi.paid", **options)
    assert got["value"].isna().all()
    assert got["note"].tolist() == ["no spend known for this channel, level and window"]


def test_side_tables_of_any_engine_and_wrong_ones():
    agreed = targets(("*", "2025-Q4", 2))
    for frame in (
        agreed,
        pl.from_pandas(agreed),
        nw.from_native(agreed).lazy("duckdb").to_native(),
    ):
        assert deal_count(table(WON), targets=frame, basis="attainment", **Q4)[
            "value"
        ].tolist() == [0.5]
    with pytest.raises(MissingColumns, match="targets needs column 'period'"):
        deal_count(table(WON), targets=agreed.drop(columns="period"), **Q4)
    with pytest.raises(MissingColumns, match="spend needs column 'month'"):
        marketing_channels(table(WON), spend=spend().drop(columns="month"), **Q4)
    with pytest.raises(KitError, match="targets takes a pandas"):
        deal_count(table(WON), targets={"period": 1}, **Q4)
    with pytest.raises(KitError, match="'Q4/2025' is not understood"):
        deal_count(table(WON), targets=agreed.assign(period="Q4/2025"), **Q4)
