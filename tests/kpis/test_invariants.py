"""What must always hold (kpis.md section 4), over every KPI of the registry."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from scipy import stats

from kpi_helpers import (
    KPIS,
    close_rate,
    deal_count,
    deal_success,
    deal_velocity,
    pipeline,
    quality_score,
    scorecard,
)

from .engines import ENGINES, SPARK
from .tables import many, table, value
from .test_naive_twin import frame, tables

every_kpi = pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
everywhere = pytest.mark.parametrize(
    ("kpi", "engine"),
    [
        *(
            pytest.param(kpi, e, id=f"{name}-{e.name}")
            for name, kpi in KPIS.items()
            for e in ENGINES.values()
        ),
        pytest.param(
            scorecard, SPARK, id="spark", marks=pytest.mark.long
        ),  # planning takes seconds: all KPIs at once
    ],
)
AS_OF = "2025-12-31"
WINDOW = {"window": "2025-Q4", "as_of": AS_OF}
MONEY = {"money", "money per day"}
ADDED = ["numerator", "denominator"]


@pytest.fixture(scope="session")
def deals() -> pd.DataFrame:
    """400 deals of six partners, a tenth of them split, with blanks everywhere a blank may be."""
    random = np.random.default_rng(7)
    size = 400
    created = pd.Timestamp("2025-06-01") + pd.to_timedelta(random.integers(0, 230, size), unit="D")
    status = random.choice(["open", "won", "lost", "cancelled"], size, p=[0.2, 0.35, 0.35, 0.1])
    closed = created + pd.to_timedelta(random.integers(0, 80, size), unit="D")
    made = pd.DataFrame(
        {
            "deal_id": [f"D{number}" for number in range(size)],
            "partner": random.choice(list("ABCDEF"), size),
            "owner": random.choice(["x", "y", "z", None], size),
            "region": random.choice(["north", "south", None], size),
            "channel": random.choice(["paid", "earned", "owned", "partner", None], size),
            "status": status,
            "credit": 1.0,
            "amount": np.where(
                random.random(size) < 0.1, np.nan, random.integers(1, 500_000, size) * 4 / 100
            ),
            "probability": np.where(
                random.random(size) < 0.3, np.nan, random.integers(0, 5, size) / 4
            ),
            "ideal": random.choice([True, False, None], size),
            "created_on": created.where(random.random(size) < 0.95, pd.NaT),
            "closed_on": closed.where(status != "open", pd.NaT),
            "expected_close_on": created + pd.to_timedelta(random.integers(10, 90, size), unit="D"),
            "lost_reason": random.choice(["price", "never worked", None], size),
            "lost_to_competitor": random.choice([True, False, None], size),
        }
    )
    split = made.iloc[::10].assign(credit=0.25)
    others = split.assign(partner="G", credit=0.75)
    return pd.concat([made.drop(split.index), split, others], ignore_index=True)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True), other.reset_index(drop=True), check_dtype=False
    )


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(tables())
def test_won_lost_cancelled_and_open_are_all(engine, made):
    count = engine.answer(deal_count, frame(*made), by="partner", window="all", as_of="2026-01-31")
    rows = count.pivot(index="partner", columns="basis", values="value")
    assert (rows["won"] + rows["lost"] + rows["cancelled"] + rows["open"] == rows["created"]).all()


def test_missed_won_and_open_are_submitted(deals, engine):
    got = engine.answer(
        scorecard,
        deals,
        by="partner",
        kpis=["deal_success", "close_rate"],
        window="2025-Q3",
        as_of=AS_OF,
    )
    missed = got[got["basis"].str.startswith("missed.")].groupby("partner")["value"].sum()
    cohort = got[got["basis"] == "cohort"].set_index("partner")
    made = deals[deals["created_on"].between("2025-07-01", "2025-09-30")]
    still = made[(made["status"] == "open") | (made["closed_on"] > AS_OF)].groupby("partner").size()
    assert (
        missed + cohort["numerator"] + still.reindex(missed.index, fill_value=0)
        == cohort["denominator"]
    ).all()


def test_credited_amounts_over_partners_are_the_deals_amounts(deals, engine):
    thirds = deals[deals["region"] == "north"].assign(credit=1 / 3)
    thirds = pd.concat([thirds.assign(partner=partner) for partner in "ABC"]).drop_duplicates(
        ["deal_id", "partner"]
    )
    deals = pd.concat([deals[~deals["deal_id"].isin(thirds["deal_id"])], thirds], ignore_index=True)
    won = deals[(deals["status"] == "won") & deals["closed_on"].between("2025-10-01", AS_OF)]
    whole = won.drop_duplicates("deal_id")["amount"].sum()
    for by in (None, "partner", "employee", "region", ["partner", "month"]):
        got = engine.answer(deal_count, deals, by=by, basis="amount", **WINDOW)
        assert got["numerator"].sum() == pytest.approx(whole, abs=1e-6), by


# Peers, past and medians are no sums; `open` and its kin are states, which months do not add up to.
NOT_ADDED = {"median", "cycle_median", "age", "peers", "past"}


@every_kpi
def test_levels_roll_up_exactly(kpi, deals):
    """Numerators and denominators over undivided deals add up from each level to everyone."""
    undivided = deals[deals["credit"] == 1]
    everyone = kpi(undivided, **WINDOW).set_index("basis")[ADDED].fillna(0)
    for by in ("partner", "employee", ["region", "channel"], ["partner", "owner"]):
        parts = kpi(undivided, by=by, **WINDOW).groupby("basis", sort=False)[ADDED].sum(min_count=0)
        for basis in set(everyone.index) - NOT_ADDED - {"revenue_per_day"}:
            got, wanted = parts.loc[basis].tolist(), everyone.loc[basis].tolist()
            assert got == pytest.approx(wanted, abs=1e-6), (by, basis)


@every_kpi
def test_credited_sums_roll_up_with_splits_and_a_split_deal_counts_once_for_everyone(kpi, deals):
    everyone = kpi(deals, **WINDOW).set_index("basis")
    parts = kpi(deals, by="partner", **WINDOW)
    for basis in everyone.index[everyone["unit"] == "money"].difference(
        ["median", "whole", "yield"]
    ):
        got = parts.loc[parts["basis"] == basis, "numerator"].sum()
        assert got == pytest.approx(np.nan_to_num(everyone.loc[basis, "numerator"]), abs=1e-6), (
            basis
        )
    once = deals.drop_duplicates("deal_id").assign(credit=1.0)
    same(kpi(deals, **WINDOW), kpi(once, **WINDOW))


@every_kpi
def test_months_add_up_to_the_quarter(kpi, deals):
    quarter = kpi(deals, **WINDOW).set_index("basis")
    months = kpi(deals, by="month", **WINDOW).groupby("basis", sort=False)[ADDED].sum(min_count=0)
    states = {
        "open",
        "weighted",
        "count",
        "overdue",
        "overdue_amount",
        "stale",
        "stale_amount",
        "coverage",
    }
    for basis in set(quarter.index) - NOT_ADDED - states - {"revenue_per_day"}:
        assert months.loc[basis].tolist() == pytest.approx(
            quarter.loc[basis, ADDED].fillna(0).tolist(), abs=1e-6
        ), basis


@everywhere
def test_the_future_changes_no_past_answer(kpi, deals, engine):
    future = table(
        {"deal_id": "F1", "partner": "A", "created_on": "2026-01-01", "amount": 1e6},
        {
            "deal_id": "F2",
            "partner": "A",
            "created_on": "2026-01-01",
            "status": "won",
            "closed_on": "2026-01-02",
        },
        {
            "deal_id": "F3",
            "partner": "new",
            "created_on": "2026-02-01",
            "status": "lost",
            "closed_on": "2026-02-01",
        },
    )
    born = deals[~(deals["created_on"] > AS_OF)]
    later = born["closed_on"] > AS_OF
    reopened = born.assign(
        closed_on=born["closed_on"].mask(later), status=born["status"].mask(later, "open")
    )
    answer = engine.answer(
        kpi, pd.concat([deals, future], ignore_index=True), by="partner", **WINDOW
    )
    same(answer, engine.answer(kpi, reopened, by="partner", **WINDOW))


@everywhere
def test_row_order_does_not_matter(kpi, deals, engine):
    shuffled = deals.sample(frac=1, random_state=3)
    by = {"by": ["employee", "month"], **WINDOW}
    same(engine.answer(kpi, deals, **by), engine.answer(kpi, shuffled, **by))


@everywhere
def test_engines_agree(kpi, deals, engine):
    options = {"by": ["region", "month"], **WINDOW}
    wanted, got = (
        e.answer(kpi, deals, **options).fillna({"region": "-"}) for e in (ENGINES["pandas"], engine)
    )
    same(wanted, got)


def test_days_between_times_of_day_are_counted_to_the_microsecond(engine):
    won = {
        "status": "won",
        "created_on": "2025-03-01T00:00:30",
        "closed_on": "2025-03-20T12:00:29.5",
    }
    got = engine.answer(
        deal_velocity, table(won), basis="cycle_mean", window="2025-03", as_of=AS_OF
    )
    assert got["value"].item() == pytest.approx(19.5 - 0.5 / 86400, abs=1e-11)


@every_kpi
def test_the_currency_unit_does_not_matter_in_ratios(kpi, deals):
    one, hundred = (
        kpi(table_of, by="partner", **WINDOW)
        for table_of in (deals, deals.assign(amount=deals["amount"] * 100))
    )
    money = one["unit"].isin(MONEY)
    assert one.loc[~money, "value"].tolist() == pytest.approx(
        hundred.loc[~money, "value"].tolist(), nan_ok=True
    )
    assert (one.loc[money, "value"] * 100).tolist() == pytest.approx(
        hundred.loc[money, "value"].tolist(), nan_ok=True
    )


@pytest.mark.parametrize(
    ("kpi", "basis"),
    [
        *((deal_count, basis) for basis in ("won", "amount", "credited")),
        *((quality_score, basis) for basis in ("peers", "past", "won", "amount")),
        *((deal_success, basis) for basis in ("success", "conversion")),
        *((close_rate, basis) for basis in ("closed", "broad", "cohort", "value")),
    ],
    ids=lambda item: getattr(item, "name", item),
)
def test_one_more_win_never_lowers(kpi, basis, deals):
    """Neither a lost ideal deal that is won after all, nor a new ideal deal that is won."""
    deals = deals[deals["credit"] == 1].assign(ideal=deals["ideal"].fillna(False).astype(bool))
    inside = deals["created_on"].between("2025-10-01", AS_OF) & deals["closed_on"].between(
        "2025-10-01", AS_OF
    )
    lost = deals.index[
        inside & (deals["status"] == "lost") & deals["ideal"] & (deals["partner"] == "B")
    ]
    assert len(lost)
    before = value(kpi(deals, by="partner", **WINDOW), basis, partner="B")
    turned = deals.assign(status=deals["status"].mask(deals.index == lost[0], "won"))
    new = {
        "deal_id": "N",
        "partner": "B",
        "status": "won",
        "amount": 50.0,
        "ideal": True,
        "credit": 1.0,
    }
    added = pd.concat(
        [deals, table({**new, "created_on": "2025-10-05", "closed_on": "2025-11-01"})],
        ignore_index=True,
    )
    for more in (turned, added):
        assert value(kpi(more, by="partner", **WINDOW), basis, partner="B") >= before


@everywhere
def test_the_input_is_never_modified(kpi, deals, engine):
    given_frame = engine.frame(deals.drop(columns=["region"]))
    before = engine.back(given_frame).copy()
    kpi(given_frame, by="partner", **WINDOW)
    kpi(given_frame, **WINDOW)
    pd.testing.assert_frame_equal(engine.back(given_frame), before)


@everywhere
def test_nothing_to_count_is_null_with_a_note_and_counts_of_nothing_are_0(kpi, deals, engine):
    dated = deals[deals["created_on"].notna()]
    got = engine.answer(kpi, dated, window="2019-Q1", as_of="2019-03-31")
    sums = got["basis"].str.contains("amount|revenue|open|weighted")
    numbers = got["unit"].eq("number") | (got["unit"].eq("money") & sums)
    numbers &= ~got["basis"].str.contains("stale|_per_")
    assert (got.loc[numbers, "value"] == 0).all()
    nothing = got.loc[~numbers & ~got["basis"].str.startswith(("stale",))]
    assert nothing["value"].isna().all()
    assert got.loc[got["value"].isna(), "note"].str.len().gt(0).all()
    assert (got["n"] == 0).all()


@everywhere
def test_an_empty_table_is_answered(kpi, deals, engine):
    got = engine.answer(kpi, deals.iloc[:0], window="all", as_of=AS_OF)
    assert got["value"].fillna(0).eq(0).all()
    assert engine.answer(kpi, deals.iloc[:0], by=["partner", "month"], **WINDOW).empty


@every_kpi
def test_intervals_are_scipys(kpi, deals):
    kinds = {basis.name: basis.interval for basis in kpi.bases}
    got = kpi(deals, by="partner", **WINDOW)
    assert got.loc[got["basis"].map(kinds) == "", ["low", "high"]].isna().all(axis=None)
    for row in got.to_dict("records"):
        kind, top, bottom = kinds[row["basis"]], row["numerator"], row["denominator"]
        if kind == "wilson" and not np.isnan(row["value"]):
            low, high = stats.binomtest(int(top), int(bottom)).proportion_ci(method="wilson")
        elif kind == "poisson":
            low, high = (
                stats.chi2.ppf(0.025, 2 * top) / 2 if top else 0,
                stats.chi2.ppf(0.975, 2 * top + 2) / 2,
            )
        else:
            continue
        assert [row["low"], row["high"]] == pytest.approx([low, high], abs=1e-9)
        assert row["low"] <= row["value"] <= row["high"]


@every_kpi
def test_every_basis_has_a_unit_a_direction_and_a_docstring_that_names_it(kpi, deals):
    for basis in kpi.bases:
        assert basis.unit in {"number", "money", "money per day", "ratio", "days", "index"}
        assert basis.better in {"higher", "lower", "neither"}
        for word in basis.name.replace("missed_amount", "missed").split("."):
            assert word.split("_")[0] in kpi.__doc__, basis.name


@pytest.mark.parametrize("kpi", [close_rate, pipeline], ids=lambda kpi: kpi.name)
def test_a_single_kpi_is_the_scorecards_rows(kpi, deals):
    whole = scorecard(deals, by="partner", **WINDOW)
    same(whole[whole["kpi"] == kpi.name], kpi(deals, by="partner", **WINDOW))


@given(st.integers(1, 3))
@settings(max_examples=3, deadline=None)
def test_a_split_among_owners_of_one_partner_counts_once_for_each_owner(parts):
    rows = [
        {"deal_id": "S", "partner": p, "owner": "x", "credit": 1 / parts} for p in "ABC"[:parts]
    ]
    got = deal_count(
        table(*rows, *many(1, owner="x", partner="A")), by="employee", basis="open", as_of=AS_OF
    )
    assert got["value"].tolist() == [2]
