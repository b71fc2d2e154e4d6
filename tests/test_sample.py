"""The sample is what data/README.md says: reproducible, clean enough to load, true to
data/sample-truth.json."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from kpi_helpers.contract.deals import CHANNELS, DEAL_COLUMNS, SIDE_TABLES, STATUSES

DATA = Path(__file__).parent.parent / "data"
FILES = ("deals", "targets", "spend", "orders", "events", "rates")
DATES = ["created_on", "closed_on", "expected_close_on"]
TRUTH = json.loads((DATA / "sample-truth.json").read_text(encoding="utf-8"))
AS_OF = pd.Timestamp(TRUTH["as_of"])


def read(name):
    flags = {"ideal": str, "lost_to_competitor": str}
    return pd.read_csv(DATA / "sample" / f"{name}.csv", encoding="utf-8", dtype=flags)


@pytest.fixture(scope="module")
def rows():
    table = read("deals").fillna({"ideal": "blank"})
    return table.assign(**{name: pd.to_datetime(table[name]) for name in DATES})


@pytest.fixture(scope="module")
def decided(rows):
    """One row per deal that was won or lost, the first-named partner's; rates are won of won +
    lost."""
    deals = rows[~rows["deal_id"].duplicated() & rows["status"].isin(["won", "lost"])]
    return deals.assign(
        won=(deals["status"] == "won").astype(int), month=deals["created_on"].dt.month
    )


@pytest.fixture(scope="module")
def of_partner(decided):
    return lambda truth: decided[decided["partner"] == TRUTH[truth]["partner"]]


@pytest.fixture(scope="module")
def logit(decided):
    """The model the sample was drawn from, fitted to deals old enough for nearly all to be
    decided."""
    strategy, decline, paid = TRUTH["strategy"], TRUTH["decline"], TRUTH["paid_nothing"]
    deals = decided[
        (decided["created_on"] <= "2025-06-30") & (decided["partner"] != TRUTH["lucky"]["partner"])
    ]
    deals = deals[~((deals["partner"] == paid["partner"]) & (deals["channel"] == "paid"))]
    steps = (
        quarter(deals["created_on"]) - quarter_number(decline["first_lower_quarter"]) + 1
    ).clip(lower=0)
    deals = deals.assign(
        decline=(deals["partner"] == decline["partner"]) * steps,
        strategy=(
            (deals["partner"] == strategy["partner"]) & (deals["created_on"] >= strategy["began"])
        ).astype(int),
        placebo=(
            (deals["partner"] == "Delta Réseaux") & (deals["created_on"] >= "2024-09-02")
        ).astype(int),
    )
    factors = [f"C({name}, Treatment({REFERENCE[column]!r}))" for name, column in TERMS.items()]
    formula = "won ~ C(partner) + strategy + placebo + decline + " + " + ".join(factors)
    return smf.logit(formula, deals).fit(disp=0, maxiter=100)


TERMS = {name: name for name in ("region", "product", "size_band", "channel", "ideal")} | {
    "month": "created_month"
}
REFERENCE = {
    "region": "Marmara",
    "product": "Networking",
    "size_band": "mid",
    "channel": "owned",
    "ideal": "blank",
    "created_month": 4,
}


def quarter(dates):
    return dates.dt.year * 4 + dates.dt.quarter


def quarter_number(name):
    return pd.Period(name).year * 4 + pd.Period(name).quarter


def true_log_odds():
    """The model's terms and the log odds they were drawn with, the reference levels being exactly
    1."""
    known = {}
    for name, column in TERMS.items():
        for level, odds in TRUTH["odds"][column].items():
            if level != str(REFERENCE[column]):
                known[f"C({name}, Treatment({REFERENCE[column]!r}))[T.{level}]"] = np.log(odds)
    planted = {
        "strategy": np.log(TRUTH["strategy"]["odds"]),
        "decline": TRUTH["decline"]["log_odds_per_quarter"],
    }
    return pd.Series(known | planted | {"placebo": 0.0})


def two_by_two(left, right):
    return [[left.sum(), (1 - left).sum()], [right.sum(), (1 - right).sum()]]


def covers(model, term, value):
    low, high = model.conf_int().loc[term]
    return low <= value <= high


# Made again


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    subprocess.run(
        [sys.executable, str(DATA / "make_sample.py"), str(tmp_path / "sample")], check=True
    )
    made = {
        path.relative_to(tmp_path): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert set(made) == {
        Path("sample-truth.json"),
        *(Path("sample") / f"{name}.csv" for name in FILES),
    }
    different = [
        str(name) for name, content in made.items() if content != (DATA / name).read_bytes()
    ]
    assert different == []


def test_the_files_are_small():
    assert sum((DATA / "sample" / f"{name}.csv").stat().st_size for name in FILES) < 2_500_000


# Fit to load


def test_columns_are_the_kits_own(rows):
    worked_out = ("amount_original", "currency_original", "probability_source")
    assert list(rows.columns) == [name for name in DEAL_COLUMNS if name not in worked_out]
    for name, columns in SIDE_TABLES.items():
        assert list(read(name).columns) == list(columns)


def test_no_row_is_unusable(rows):
    required = [name for name, column in DEAL_COLUMNS.items() if column.required]
    assert rows[required].notna().all(axis=None)
    assert set(rows["status"]) == set(STATUSES)
    assert set(rows["channel"]) == set(CHANNELS)
    assert set(rows["ideal"]) == {"true", "false", "blank"}
    assert set(rows["lost_to_competitor"].dropna()) == {"true", "false"}
    assert (rows["lost_to_competitor"].notna() == (rows["status"] == "lost")).all()
    assert rows["probability"].dropna().between(0, 1).all()
    assert (rows["amount"].dropna() > 0).all()
    assert not rows.duplicated(["deal_id", "partner"]).any()
    for name, columns in SIDE_TABLES.items():
        table = read(name)
        assert (
            table[[column for column, about in columns.items() if about.required]]
            .notna()
            .all(axis=None)
        ), name


def test_size(rows):
    assert rows["partner"].nunique() == 40
    assert rows["deal_id"].nunique() == pytest.approx(8000, abs=250)
    assert set(rows["currency"]) == {"EUR", "USD", "TRY"}
    assert (rows.groupby("owner")["partner"].nunique() == 1).all()
    assert rows.groupby("partner")["owner"].nunique().between(2, 5).all()


def test_dates(rows):
    is_open = rows["status"] == "open"
    assert rows["created_on"].between("2023-01-01", AS_OF).all()
    assert (rows["closed_on"].isna() == is_open).all()
    assert rows["closed_on"].max() <= AS_OF
    assert (rows["closed_on"] >= rows["created_on"])[~is_open].all()
    assert (rows["expected_close_on"] >= rows["created_on"]).all()
    days = (rows["closed_on"] - rows["created_on"]).dt.days
    assert 45 <= days.median() <= 55
    assert days[rows["status"] == "lost"].median() > days[rows["status"] == "won"].median()


def test_open_deals_are_recent_but_for_a_few(rows):
    still_open = rows[rows["status"] == "open"]
    assert (still_open["created_on"] > "2025-07-01").mean() > 0.8
    assert 10 <= (still_open["expected_close_on"] < AS_OF).sum() <= 60


def test_splits(rows):
    total = rows.groupby("deal_id")["credit"].agg(["sum", "size"])
    assert np.allclose(total["sum"], 1)
    assert (total["size"] == 2).mean() == pytest.approx(0.03, abs=0.005)
    split = rows[rows["credit"] < 1]
    same = [
        name for name in rows if name not in ("partner", "owner", "department", "unit", "credit")
    ]
    assert len(split[same].drop_duplicates()) == split["deal_id"].nunique() == len(split) / 2


def test_volumes(rows):
    deals = rows[~rows["deal_id"].duplicated()]
    counts = deals.groupby(["partner", quarter(deals["created_on"])]).size().unstack(fill_value=0)
    rate = pd.Series({name: about["per_quarter"] for name, about in TRUTH["partners"].items()})[
        counts.index
    ]
    assert (counts[rate > 10].min(axis=1) >= 10).all()
    small = counts[(rate > 0) & (rate < 10)]
    assert len(small) == 5 and small.stack().between(1, 3).all()
    share = counts.sum(axis=1).sort_values(ascending=False) / counts.sum(axis=None)
    assert share.iloc[:8].sum() > 0.35


def test_dirt(rows):
    won = rows[~rows["deal_id"].duplicated() & (rows["status"] == "won")]
    assert (won["amount"].isna().sum(), (won["amount"] == 1).sum()) == (6, 6)


def test_orders_follow_won_deals(rows):
    won, orders = rows[rows["status"] == "won"].drop_duplicates("deal_id"), read("orders")
    assert len(orders) / len(won) == pytest.approx(0.97, abs=0.01)
    assert (
        orders["deal_id"].dropna().isin(won["deal_id"]).all()
        and not orders["deal_id"].dropna().duplicated().any()
    )
    assert 5 <= orders["deal_id"].isna().sum() <= 40
    assert pd.to_datetime(orders["ordered_on"]).max() <= AS_OF
    both = orders.merge(won[(won["currency"] == "EUR") & (won["amount"] > 1)], on="deal_id")
    differs = (both["amount_x"] / both["amount_y"] - 1).abs()
    assert 0 < (differs > 0.001).mean() < 0.05 and differs.max() <= 0.051


def test_side_tables_cover_the_programme(rows):
    targets, spend, rates = read("targets"), read("spend"), read("rates")
    partners = set(rows["partner"])
    assert (targets.groupby(["period", "kpi"])["partner"].agg(set) == partners | {"*"}).all()
    assert (targets["period"].nunique(), set(targets["kpi"])) == (12, {"won_amount", "deal_count"})
    assert len(spend) == 36 * 3 * 40 and set(spend["partner"]) == partners
    assert (rates.groupby("currency")["date"].agg(["min", "size"]) == ["2022-12-01", 37]).all(
        axis=None
    )
    lira = rates[rates["currency"] == "TRY"]["rate"]
    assert lira.iloc[-1] < 0.6 * lira.iloc[0]


def test_lira_amounts_grow_so_that_sizes_stay_comparable(rows):
    rates = read("rates").assign(month=lambda table: table["date"].str[:7])[
        ["currency", "month", "rate"]
    ]
    won = rows[(rows["status"] == "won") & (rows["amount"] > 1) & (rows["size_band"] == "mid")]
    won = won.assign(month=won["closed_on"].dt.strftime("%Y-%m"), year=won["closed_on"].dt.year)
    lira = won.merge(rates, on=["currency", "month"]).query("currency == 'TRY'")
    lira = (
        lira.assign(euros=lira["amount"] * lira["rate"])
        .groupby("year")[["amount", "euros"]]
        .median()
    )
    assert lira.at[2025, "amount"] > 1.4 * lira.at[2023, "amount"]
    assert lira.at[2025, "euros"] == pytest.approx(lira.at[2023, "euros"], rel=0.2)


# True to what was planted


def test_season_is_in_the_raw_rates(decided):
    summer, winter = decided["month"].isin([6, 7, 8]), decided["month"].isin([12, 1, 2])
    assert (
        stats.fisher_exact(
            two_by_two(decided[summer]["won"], decided[winter]["won"]), "greater"
        ).pvalue
        < 1e-12
    )
    by_month = (
        decided[decided["created_on"] <= "2025-06-30"].groupby("month")["won"].agg(["sum", "size"])
    )
    true = pd.Series(TRUTH["season"]["close_rate"]).rename(int)
    z = (by_month["sum"] - by_month["size"] * true) / np.sqrt(by_month["size"] * true * (1 - true))
    assert stats.chi2.sf((z**2).sum(), 12) > 0.001


def test_strategy_is_in_the_raw_rates_of_its_partner_alone(decided):
    after = (decided["created_on"] >= TRUTH["strategy"]["began"]) & (
        decided["created_on"] <= "2025-06-30"
    )
    before = decided["created_on"] < TRUTH["strategy"]["began"]
    own = decided["partner"] == TRUTH["strategy"]["partner"]
    change = {
        who: decided[after & mask]["won"].mean() - decided[before & mask]["won"].mean()
        for who, mask in [("own", own), ("rest", ~own)]
    }
    assert (
        stats.fisher_exact(
            two_by_two(decided[after & own]["won"], decided[before & own]["won"]), "greater"
        ).pvalue
        < 1e-4
    )
    assert change["own"] > 0.12 and abs(change["rest"]) < 0.04
    events = read("events").set_index("partner")["date"]
    assert events[TRUTH["strategy"]["partner"]] == TRUTH["strategy"]["began"]


def test_region_only_partner_shines_but_not_among_its_peers(decided, of_partner):
    own, region = of_partner("region_only"), TRUTH["region_only"]["region"]
    assert (
        stats.binomtest(int(own["won"].sum()), len(own), decided["won"].mean(), "greater").pvalue
        < 1e-6
    )
    there = decided[decided["region"] == region]
    peers = there[there["partner"] != TRUTH["region_only"]["partner"]]
    assert (peers["partner"].value_counts() >= 20).sum() >= 8
    same_region = own[own["region"] == region]
    assert stats.fisher_exact(two_by_two(same_region["won"], peers["won"]), "greater").pvalue > 0.05


def test_paid_brings_nothing_to_one_partner(decided, of_partner):
    own, spend = of_partner("paid_nothing"), read("spend")
    paid = own[own["channel"] == "paid"]["won"]
    elsewhere = decided[
        (decided["channel"] == "paid") & (decided["partner"] != TRUTH["paid_nothing"]["partner"])
    ]["won"]
    assert paid.sum() == 0 and len(paid) >= 100
    assert (1 - elsewhere.mean()) ** len(paid) < 1e-9
    for channel in ("earned", "owned"):
        other = own[own["channel"] == channel]["won"]
        assert stats.binomtest(int(other.sum()), len(other), 0.2, "greater").pvalue < 0.01
    spent = (
        spend[spend["partner"] == TRUTH["paid_nothing"]["partner"]]
        .groupby("channel")["amount"]
        .sum()
    )
    assert spent["paid"] > 2 * (spent["earned"] + spent["owned"])


def test_decline_is_in_the_raw_rates(of_partner):
    own = of_partner("decline")
    rates = own.groupby(quarter(own["created_on"]))["won"].mean()
    trend = stats.kendalltau(rates.index, rates)
    assert len(rates) == 12 and trend.statistic < 0 and trend.pvalue < 0.01


def test_lucky_partner_proves_nothing(of_partner):
    own, lucky = of_partner("lucky"), TRUTH["lucky"]
    won = int(own["won"].sum())
    assert (won, len(own)) == (lucky["won"], lucky["deals"])
    assert (own["closed_on"].dt.to_period("Q") == pd.Period(lucky["closed"])).all()
    chance = TRUTH["partners"][lucky["partner"]]["close_rate"]
    assert stats.binomtest(won, len(own), chance).pvalue > 0.05
    assert stats.binomtest(won, len(own), chance).proportion_ci(method="wilson").low < chance


def test_every_other_partner_sells_as_stated(decided):
    made = (
        decided[decided["partner"] != TRUTH["lucky"]["partner"]]
        .groupby("partner")["won"]
        .agg(["sum", "size"])
    )
    true = pd.Series({name: about["close_rate"] for name, about in TRUTH["partners"].items()})[
        made.index
    ]
    z = (made["sum"] - made["size"] * true) / np.sqrt(made["size"] * true * (1 - true))
    assert len(z) == 39 and z.abs().max() < 3.5
    assert 0.001 < stats.chi2.sf((z**2).sum(), len(z)) < 0.999


# What an estimator can recover


@pytest.mark.parametrize(
    "term",
    [
        "strategy",
        "decline",
        "C(region, Treatment('Marmara'))[T.Ege]",
        "C(month, Treatment(4))[T.7]",
        "C(month, Treatment(4))[T.1]",
    ],
)
def test_logit_recovers_what_was_planted(logit, term):
    assert covers(logit, term, true_log_odds()[term])
    assert not covers(logit, term, 0)


def test_logit_sees_no_effect_where_none_was_planted(logit):
    assert covers(logit, "placebo", 0)


def test_logit_recovers_all_terms_together(logit):
    known = true_log_odds()
    gap = (logit.params[known.index] - known).to_numpy()
    wald = gap @ np.linalg.solve(logit.cov_params().loc[known.index, known.index].to_numpy(), gap)
    assert stats.chi2.sf(wald, len(known)) > 0.01
    assert np.mean([covers(logit, term, value) for term, value in known.items()]) >= 0.85


def test_logit_gives_the_region_only_partner_no_effect_of_its_own(logit):
    """Against the mean own effect of the other partners of medium size or more, whose true mean is
    near 0."""
    sized = [name for name, about in TRUTH["partners"].items() if about["per_quarter"] > 10]
    true = pd.Series({name: TRUTH["partners"][name]["own_log_odds"] for name in sized})
    contrast = pd.Series(0.0, index=logit.params.index)
    terms = {name: f"C(partner)[T.{name}]" for name in sized}
    for name in sized:
        if terms[name] in contrast:
            contrast[terms[name]] -= 1 / len(sized)
    own = TRUTH["region_only"]["partner"]
    contrast[terms[own]] += 1
    result = logit.t_test(contrast.to_numpy())
    low, high = result.conf_int()[0]
    assert low <= true[own] - true.mean() <= high
    assert high < np.log(TRUTH["region_only"]["region_odds"])
