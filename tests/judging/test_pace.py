import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import survdiff

from kpi_helpers.errors import KitError
from kpi_helpers.judging import logrank, pace_of_years
from kpi_helpers.stats import reasons


def sample(n, seed):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 40, n), rng.choice(
        ["won", "lost", "cancelled", "open"], n, p=[0.4, 0.3, 0.1, 0.2]
    )


def test_logrank_equals_statsmodels_in_both_directions():
    days, outcome = sample(60, 3)
    group = np.where(np.arange(60) % 3 == 0, "a", "b")
    days = np.where(group == "a", days, days + 5)
    chi2, p = survdiff(days, outcome == "won", group)
    table = logrank(days, outcome, group).set_index("group")
    assert table["p"].to_list() == pytest.approx([p, p], abs=1e-9)
    assert table["z"]["a"] == pytest.approx(chi2**0.5, abs=1e-9)
    assert table["z"]["b"] == pytest.approx(-(chi2**0.5), abs=1e-9)


def test_logrank_of_three_groups_is_each_against_the_rest():
    days, outcome = sample(60, 5)
    group = np.array(list("abc") * 20)
    table = logrank(days, outcome, group)
    rest = logrank(days, outcome, np.where(group == "b", "b", "rest")).set_index("group")
    assert table.set_index("group")["p"]["b"] == pytest.approx(rest["p"]["b"])
    assert table["ended"].sum() == (outcome == "won").sum()


def test_logrank_silences():
    assert logrank([1, 2], ["won", "lost"], ["a", "a"])["reason"].tolist() == [reasons.NO_PEERS]
    assert (
        logrank([1, 2], ["open", "lost"], ["a", "b"])["reason"].tolist() == [reasons.NO_EVENTS] * 2
    )


def test_bad_input_is_refused():
    with pytest.raises(KitError, match="one length"):
        logrank([1, 2], ["won", "won"], ["a"])


def years(slower, won=20, first="2024-01-05"):
    """Two years of won deals, the later one's cycles `slower` days longer."""
    born = pd.Series(pd.date_range(first, periods=won, freq="10D"))
    deals = pd.DataFrame({"created_on": [*born, *(born + pd.DateOffset(years=1))], "status": "won"})
    days = np.tile(np.arange(20, 20 + won), 2) + np.repeat([0, slower], won)
    return deals.assign(closed_on=deals["created_on"] + pd.to_timedelta(days, "D"))


@pytest.mark.parametrize(("slower", "sign"), [(-12, 1), (12, -1)])
def test_the_last_year_is_held_against_the_year_before(slower, sign):
    deals = years(slower)
    told = pace_of_years(deals, "2025-12-31")
    days, group = (deals["closed_on"] - deals["created_on"]).dt.days, np.repeat([0, 1], 20)
    assert (
        told["p"] == pytest.approx(survdiff(days, np.ones(40), group)[1], abs=1e-9)
        and told["p"] < 0.01
    )
    assert np.sign(told["z"]) == sign and pd.isna(told["reason"])


def test_deals_of_earlier_years_and_deals_to_come_do_not_count():
    deals = years(5)
    more = pd.concat(
        [deals, years(300, first="2021-01-05"), years(0, first="2026-01-05")], ignore_index=True
    )
    several, alone = (pace_of_years(table, "2025-12-31") for table in (more, deals))
    assert [several[name] for name in ("n", "ended", "z", "p")] == [
        alone[name] for name in ("n", "ended", "z", "p")
    ]


@pytest.mark.parametrize(
    "deals", [years(12, won=4), years(12)[:20], years(12)[:0], years(12).assign(status="open")]
)
def test_under_five_wins_in_a_year_nothing_is_said(deals):
    told = pace_of_years(deals, "2025-12-31")
    assert np.isnan(told["p"]) and told["reason"] == reasons.TOO_FEW_WON
