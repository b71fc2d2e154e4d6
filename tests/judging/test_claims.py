"""Changes are called by a test of the change, like for like, and rarely where nothing changed."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kpi_helpers import partner_view
from kpi_helpers.contract.windows import Window, parse_window
from kpi_helpers.judging.claims import (
    ABOVE,
    BELOW,
    FELL,
    LEVEL,
    ROSE,
    TOLD,
    UNKNOWN,
    Compared,
    Scatter,
    beside_average,
    beside_peers,
    change_claim,
    clearest,
    learn_scatter,
    together,
)
from kpi_helpers.stats.intervals import wilson

QUARTER = Compared(parse_window("2025-Q4"), date(2025, 12, 31))
BEFORE = Compared(parse_window("2025-Q3"), date(2025, 9, 30))


def count(value):
    return {"kpi": "deal_count", "basis": "won", "unit": "number", "value": float(value)}


def rate(k, n):
    row = {"kpi": "close_rate", "basis": "closed", "unit": "ratio", "value": k / n}
    return row | {"numerator": float(k), "denominator": float(n)}


@pytest.mark.parametrize(
    ("now", "before", "verdict"), [(12, 14, LEVEL), (24, 12, LEVEL), (27, 12, ROSE), (12, 27, FELL)]
)
def test_counts_of_whole_quarters(now, before, verdict):
    assert change_claim(count(now), count(before), QUARTER, BEFORE).verdict == verdict


def test_a_running_quarter_is_measured_by_its_days():
    this = Compared(parse_window("2025-Q4"), date(2025, 11, 15))
    whole = Compared(parse_window("2025-Q3"), date(2025, 9, 30))
    claim = change_claim(count(126), count(273), this, whole)
    assert (round(claim.estimate, 3), round(claim.low, 3), round(claim.high, 3)) == (
        0.923,
        0.741,
        1.144,
    )
    assert claim.verdict == LEVEL


def test_rates_money_and_what_is_not_known():
    claim = change_claim(rate(12, 47), rate(14, 40), QUARTER, BEFORE)
    assert (round(claim.estimate, 3), round(claim.low, 3), claim.verdict) == (-0.095, -0.281, LEVEL)
    assert change_claim(rate(5, 50), rate(30, 50), QUARTER, BEFORE).verdict == FELL
    size = {"kpi": "average_deal_size", "basis": "whole", "unit": "money"}
    now, then = (
        size | {"value": value, "low": low, "high": high}
        for value, low, high in ((300.0, 250.0, 360.0), (150.0, 120.0, 190.0))
    )
    assert change_claim(now, then, QUARTER, BEFORE).verdict == ROSE
    assert change_claim(now, then | {"low": np.nan}, QUARTER, BEFORE).verdict == UNKNOWN
    assert change_claim(count(3), count(np.nan), QUARTER, BEFORE).verdict == UNKNOWN


def test_scatter_beyond_chance_is_learned_and_takes_changes_back():
    rng = np.random.default_rng(3)
    periods = [f"2024-Q{q}" for q in range(1, 5)] + [f"2025-Q{q}" for q in range(1, 5)]

    def trend(wild):
        rows = []
        for partner in range(30):
            for period in periods:
                mean = 12 * (rng.gamma(3, 1 / 3) if wild else 1.0)
                won, lost = rng.poisson(mean), rng.poisson(20)
                base = {"partner": f"P{partner}", "quarter": period}
                rows.append(base | count(won))
                rows.append(base | rate(won, max(1, won + lost)))
        return pd.DataFrame(rows)

    calm, wild = learn_scatter(trend(False), "quarter"), learn_scatter(trend(True), "quarter")
    assert calm.count == pytest.approx(1, abs=0.25) and wild.count > 3
    assert change_claim(count(27), count(12), QUARTER, BEFORE, wild).verdict == LEVEL
    assert learn_scatter(trend(False).head(2), "quarter") == Scatter()


def page(*rows):
    """The claims of changes of one page: of these pairs, in the order of the KPIs it tells."""
    claims = {
        (*key, "previous"): change_claim(*pair, QUARTER, BEFORE)
        for key, pair in zip(TOLD, rows, strict=False)
    }
    return list(together(claims).values())


def test_the_clearest_of_several_counts_all_that_were_looked_at():
    pairs = (60, 12), (27, 12), (12, 14)
    sure, unsure, level = ((count(now), count(then)) for now, then in pairs)
    assert clearest(page(level, unsure, sure)).estimate == 5.0
    alone = page(unsure)
    assert alone[0].p < 0.05 and alone[0].sure
    among = page(unsure, level, level)
    assert among[0].verdict == ROSE and not among[0].sure
    assert clearest(among) is None and clearest(page(level)) is None


def test_equal_programmes_are_rarely_told_to_have_changed():
    rng = np.random.default_rng(8)
    any_told = []
    for _ in range(300):
        claims = page(
            *((count(rng.poisson(12)), count(rng.poisson(12))) for _ in range(2)),
            (rate(rng.binomial(40, 0.4), 40), rate(rng.binomial(40, 0.4), 40)),
        )
        any_told.append(any(claim.sure for claim in claims))
    assert np.mean(any_told) < 0.05


def beside(value, low, high, median=0.3, peers=20, **more):
    row = rate(30, 100) | {"value": value, "low": low, "high": high, "peers_count": peers}
    return row | {f"peers_{name}": median + at * 0.05 for name, at in SPREAD.items()} | more


SPREAD = {"low": -1, "median": 0, "high": 1}


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (beside(0.5, 0.4, 0.6), ABOVE),
        (beside(0.1, 0.05, 0.2), BELOW),
        (beside(0.32, 0.2, 0.45), LEVEL),
        (beside(0.5, np.nan, np.nan), UNKNOWN),
        (beside(0.5, 0.4, 0.6, median=np.nan), UNKNOWN),
        (beside(0.5, 0.4, 0.6, codes='[["young", {"n": 3, "all": 9}]]'), UNKNOWN),
    ],
)
def test_above_or_below_the_peers_median_takes_a_test(row, verdict):
    assert beside_peers([row], "2025-Q4")[0].verdict == verdict


def test_peers_sentences_of_one_page_are_taken_together():
    near, level = beside(0.42, 0.31, 0.54), beside(0.31, 0.2, 0.45)
    assert beside_peers([near], "2025-Q4")[0].verdict == ABOVE
    among = beside_peers([near, *[level] * 4], "2025-Q4")
    assert {claim.verdict for claim in among} == {LEVEL}


def test_equal_partners_are_rarely_set_apart_from_their_peers():
    """Pages of five rates, where twenty partners have the same: with any told apart."""
    rng, told = np.random.default_rng(3), []
    for _ in range(40):
        wins = rng.binomial(60, 0.35, (5, 20))
        low, high = wilson(wins, np.full_like(wins, 60))
        for own in range(5):
            others = np.delete(wins / 60, own, axis=1)
            ends = np.quantile(others, (0.25, 0.5, 0.75), axis=1)
            rows = [
                beside(wins[at, own] / 60, low[at, own], high[at, own])
                | dict(zip(("peers_low", "peers_median", "peers_high"), ends[:, at], strict=True))
                for at in range(5)
            ]
            told.append(any(c.verdict in (ABOVE, BELOW) for c in beside_peers(rows, "2025-Q4")))
    assert np.mean(told) < 0.05


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (99.6, 99.3, 99.9, LEVEL),  # an index of 100 is never below 100
        (100.4, 100.1, 100.4, LEVEL),
        (80.0, 60.0, 99.4, BELOW),
        (130.0, 101.0, 170.0, ABOVE),
        (177.0, 74.0, 445.0, LEVEL),
        (177.0, np.nan, np.nan, UNKNOWN),
    ],
)
def test_an_index_is_above_or_below_100_by_more_than_rounding(value, low, high, verdict):
    row = {"kpi": "quality_score", "basis": "peers", "value": value, "low": low, "high": high}
    assert beside_average(row, "2025-Q4").verdict == verdict


def test_the_page_of_a_running_window_compares_its_first_days(tmp_path):
    """3 won in the first 46 days; 6 in the quarter before, 3 of them in its first 46: no change."""
    won = ["2025-10-05", "2025-10-20", "2025-11-10"]
    earlier = ["2025-07-05", "2025-07-20", "2025-08-10", "2025-08-20", "2025-09-05", "2025-09-25"]
    rows = pd.DataFrame({"closed_on": won + earlier}).assign(
        deal_id=range(9), partner="P", status="won", amount=100, created_on="2025-06-15"
    )
    rows.to_csv(tmp_path / "deals.csv", index=False)
    view = partner_view(tmp_path / "deals.csv", "P", window="2025-Q4", as_of="2025-11-15")
    row = view.row("deal_count")
    assert (row["value"], row["before"], row["change"]) == (3, 3, 0)
    that = view.compared["previous"]
    assert (that.window, that.as_of) == (
        Window(date(2025, 7, 1), date(2025, 8, 15)),
        date(2025, 8, 15),
    )
    assert view.claims["deal_count", "won", "previous"].verdict == LEVEL
    assert view.periods("deal_count", "won")["value"].tolist()[-2:] == [3, 3]


def test_cohorts_of_a_finished_window_are_seen_at_the_same_age(tmp_path):
    """Of 2025-Q3's four deals two were won 46 days after its end, a third much later."""
    rows = pd.DataFrame(
        {
            "deal_id": range(8),
            "partner": "P",
            "status": ["won", "won", "won", "lost", "won", "won", "lost", "lost"],
            "amount": 100,
            "created_on": ["2025-08-01"] * 4 + ["2025-11-01"] * 4,
            "closed_on": [
                *("2025-09-01", "2025-11-10", "2026-01-20", "2025-10-01"),
                *("2025-12-01", "2026-02-10", "2026-01-05", "2026-01-06"),
            ],
        }
    )
    rows.to_csv(tmp_path / "deals.csv", index=False)
    view = partner_view(tmp_path / "deals.csv", "P", window="2025-Q4", as_of="2026-02-15")
    row = view.row("close_rate", "cohort")
    assert (row["value"], row["before"]) == (0.5, 0.5)
