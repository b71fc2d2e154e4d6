import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from kpi_helpers.contract.windows import parse_window
from kpi_helpers.errors import KitError, MissingColumns
from kpi_helpers.judging import seasonal_index
from kpi_helpers.judging.season import season_of
from kpi_helpers.stats import reasons, wilson


def months(start="2023-01-01", periods=24):
    return pd.date_range(start, periods=periods, freq="MS")


def deals(rate_of, n=10, **circumstances):
    rows = [
        pd.DataFrame({"on": on, "won": np.arange(n) < round(rate_of(on.month) * n)})
        for on in months()
    ]
    return pd.concat(rows, ignore_index=True).assign(**circumstances)


def summer(month):
    return 0.6 if 4 <= month <= 9 else 0.2


@pytest.mark.parametrize("by", ["month", "quarter"])
def test_example_of_summer_and_winter(by):
    season = seasonal_index(deals(summer), by=by)
    assert season.overall == pytest.approx(0.4)
    expected = [0.5] * 3 + [1.5] * 6 + [0.5] * 3 if by == "month" else [0.5, 1.5, 1.5, 0.5]
    assert season.table["index"].tolist() == pytest.approx(expected, abs=1e-6)


def test_example_holds_with_partners_and_regions_alike():
    trials = pd.concat([deals(summer, partner=p, region=r) for p in "AB" for r in "NS"])
    assert seasonal_index(trials).table["index"][[0, 6]].tolist() == pytest.approx(
        [0.5, 1.5], abs=1e-6
    )


def test_a_strong_partner_who_sells_in_summer_only_is_not_the_season():
    weak = deals(lambda m: 0.2, partner="weak")
    strong = deals(lambda m: 0.8, n=30, partner="strong")
    trials = pd.concat([weak, strong[strong["on"].dt.month.between(4, 9)]])
    table = seasonal_index(trials).table
    raw = table["rate"][6] / table["rate"][0]
    adjusted = table["index"][6] / table["index"][0]
    assert raw > 3
    assert 0.9 < adjusted < 1.3


def test_equals_statsmodels_without_a_penalty():
    rng = np.random.default_rng(1)
    on = rng.choice(months(), 2000)
    trials = pd.DataFrame(
        {"on": on, "partner": rng.choice(list("ABC"), 2000), "region": rng.choice(list("NS"), 2000)}
    )
    trials["won"] = rng.random(2000) < 0.3 + 0.02 * trials["on"].dt.month.mul(
        trials["partner"].eq("A")
    )
    design = pd.get_dummies(
        trials.assign(m=trials["on"].dt.month)[["m", "partner", "region"]].astype(str), dtype=float
    )
    design = design.drop(columns=["partner_A", "region_N"])
    oracle = sm.GLM(trials["won"].astype(float), design, family=sm.families.Binomial()).fit(
        tol=1e-12
    )
    ours = seasonal_index(trials, penalty=1e-9).table
    for month in range(1, 13):
        as_if = design.copy()
        as_if.loc[:, as_if.columns.str.startswith("m_")] = 0.0
        as_if[f"m_{month}"] = 1.0
        assert ours["fitted"][month - 1] == pytest.approx(oracle.predict(as_if).mean(), abs=1e-6)


def test_interval_of_one_month_without_effects_is_the_binomial_error():
    table = seasonal_index(deals(summer)).table
    odds, error = np.log(0.6 / 0.4), 1 / np.sqrt(20 * 0.6 * 0.4)
    for name, z in (("low", -1.959964), ("high", 1.959964)):
        assert table[name][6] * 0.4 == pytest.approx(1 / (1 + np.exp(-odds - z * error)), rel=1e-5)


def test_silences_say_why():
    short = seasonal_index(deals(summer).query("on < '2024-12-01'"))
    assert short.reason == reasons.UNDER_TWO_CYCLES and short.table["index"].isna().all()
    assert short.overall is not None
    assert seasonal_index(deals(summer).iloc[:0]).reason == reasons.NO_DATA
    assert seasonal_index(deals(lambda m: 1.0)).reason == reasons.NO_VARIATION
    gap = seasonal_index(deals(summer).query("on.dt.month != 8")).table
    assert np.isnan(gap["index"][7]) and gap["reason"].dropna().tolist() == [
        reasons.NO_DEALS_IN_SEASON
    ]


def test_a_month_that_won_nothing_has_index_0_but_is_not_certain():
    season = seasonal_index(deals(lambda m: 0.0 if m == 8 else 0.5), by="month")
    row = season.table.iloc[7]
    assert row["index"] == pytest.approx(0, abs=1e-4)
    assert (row["low"], row["high"] * season.overall) == pytest.approx(wilson(0, 20))


def test_bad_input_is_refused():
    with pytest.raises(MissingColumns, match="on"):
        seasonal_index(pd.DataFrame({"won": [True]}))
    with pytest.raises(KitError, match="season 'week'"):
        seasonal_index(deals(summer), by="week")


@pytest.mark.parametrize(
    ("window", "index"),
    [
        ("2024-Q3", [1.5]),
        ("2024-12", [0.5]),
        ("2024-10-05..2024-12-03", [0.5]),
        ("2024-09-01..2024-10-31", []),
        ("2024", []),
    ],
)
def test_a_window_has_the_season_of_its_month_or_quarter(window, index):
    assert season_of(deals(summer), parse_window(window))["index"].tolist() == pytest.approx(
        index, abs=1e-6
    )


def test_no_window_has_a_season_under_two_cycles():
    assert season_of(deals(summer).query("on < '2024-12-01'"), parse_window("2024-Q3")).empty
