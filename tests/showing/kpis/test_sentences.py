"""What each KPI's presentation says of numbers set by hand."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.contract.windows import parse_window
from kpi_helpers.judging.claims import FELL, LEVEL, ROSE, UNKNOWN, Compared
from kpi_helpers.judging.enough import Enough, verdict
from kpi_helpers.kpis import KPIS
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.views.claims import _enough, of_the_window

NOTHING = {
    "value": np.nan,
    "unit": "number",
    "numerator": np.nan,
    "denominator": np.nan,
    "n": 0,
    "low": np.nan,
    "high": np.nan,
    "before": np.nan,
    "change": np.nan,
    "year_before": np.nan,
    "year_change": np.nan,
    "peers_count": 0,
    "peers_low": np.nan,
    "peers_median": np.nan,
    "peers_high": np.nan,
    "young": False,
    "expected": np.nan,
    "expected_low": np.nan,
    "expected_high": np.nan,
    "codes": "",
    "note": "",
}


NO_DEALS = pd.DataFrame({"amount": [], "eventually": [], "source": []})


def periods_of(sizes):
    """A value a quarter, as a view tells them."""
    names = [f"{2024 + n // 4}-Q{n % 4 + 1}" for n in range(len(sizes))]
    return pd.DataFrame({"period": names, "value": [float(size) for size in sizes]})


def view(
    kpi, as_of=date(2025, 12, 31), chance=None, deals=NO_DEALS, sizes=(), in_time=None, **rows
):
    """A partner of which only these rows are known, by basis."""
    known = {basis: NOTHING | row for basis, row in rows.items()}

    def row(_kpi, basis=None):
        name = basis or KPIS[_kpi].headline
        found = known.get(name, NOTHING) if _kpi == kpi else NOTHING
        ends = dict.fromkeys(("peers_low", "peers_high"), found["peers_median"])
        return found | ends | {"kpi": _kpi, "basis": name, "peers_count": 20}

    window = parse_window("2025-Q4")
    earlier = {"previous": window.previous(), "year": window.year_before()}
    claims = {
        (kpi, basis, which): SimpleNamespace(
            kind="change", sure=True, verdict=given.get(f"{which}_verdict", UNKNOWN)
        )
        for basis, given in rows.items()
        for which in earlier
    }
    shown = SimpleNamespace(
        row=row,
        window=window,
        compared={n: Compared(*window.alike(w, as_of)) for n, w in earlier.items()},
        peers=[1],
        as_of=as_of,
        periods=lambda kpi, basis: periods_of(sizes),
        currency="EUR",
        edition="internal",
        history=SimpleNamespace(exact=True),
        ahead=SimpleNamespace(
            chance=chance, target=1000.0, window=parse_window("2026-Q1"), deals=deals
        ),
        enough=Enough(verdict(chance), chance, 300.0, 900.0, 180.0, in_time, 8),
    )
    # the window's own claims are made as everywhere, of these numbers
    shown.claims = of_the_window(shown) | claims
    if chance is not None:
        shown.judged = {("pipeline", "open", "enough"): _enough(shown)}
    return shown


def said(kpi, *args, **known):
    sentences = PRESENTATIONS[kpi].sentences(view(kpi, *args, **known))
    return " ".join(sentence for sentence in sentences if sentence)


def test_a_mean_far_above_the_median_is_told_with_how_many_times():
    big = {"value": 300.0, "n": 7, "unit": "money"}
    text = said("average_deal_size", whole=big, median={"value": 100.0})
    assert "The mean is 3.0 times the median" in text
    assert "times the median" not in said("average_deal_size", whole=big, median={"value": 150.0})
    few = big | {"n": 2}
    assert "times the median" not in said("average_deal_size", whole=few, median={"value": 100.0})
    assert "It rests on only 2 deals." in said("average_deal_size", whole=few)


def test_few_peers_an_interval_around_and_one_apart():
    own = {"value": 10.0, "n": 10, "unit": "number", "low": 5.0, "high": 18.0}
    assert "fewer than 5 peers" in said("deal_count", won=own)
    assert "do not set the partner apart" in said("deal_count", won=own | {"peers_median": 12.0})
    assert "lies above the peers" in said("deal_count", won=own | {"peers_median": 4.0})
    assert "lies below the peers" in said("deal_count", won=own | {"peers_median": 20.0})
    bare = own | {"peers_median": 4.0, "low": np.nan}
    assert "this is no verdict" in said("deal_count", won=bare)


def test_a_change_is_called_by_its_claim_and_against_what_is_like():
    own = {"value": 10.0, "n": 10, "before": 8.0, "change": 0.25}
    plain = said("deal_count", won=own)
    assert "Against 2025-Q3 it moved by +25%." in plain
    level = said("deal_count", won=own | {"previous_verdict": LEVEL})
    assert "moved by +25%, within what chance alone can do" in level
    rose = said("deal_count", won=own | {"previous_verdict": ROSE})
    assert "rose by 25% against 2025-Q3, more than chance explains" in rose
    running = said("deal_count", as_of=date(2025, 11, 15), won=own)
    assert "Against the first 46 days of 2025-Q3 it moved" in running
    nothing = own | {"before": 0.0, "change": np.nan}
    assert "no change to report" in said("deal_count", won=nothing)
    fell = {"year_before": 20.0, "year_change": -0.5, "year_verdict": FELL}
    assert "fell by 50% against 2024-Q4" in said("deal_count", won=own | fell)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((10, 20, 30, 40, 50, 60, 70, 80), "From 2024-Q1 to 2025-Q4 it rises steadily, by about"),
        ((80, 70, 60, 50, 40, 30, 20, 10), "From 2024-Q1 to 2025-Q4 it falls steadily, by about"),
        ((10, 80, 20, 70, 30, 60, 40, 50), "it neither rises nor falls steadily"),
        ((10, 20, 30, 40, 50, 60, 70), "Too few periods have won deals"),
    ],
)
def test_deal_size_says_whether_it_rises(sizes, words):
    text = said("average_deal_size", sizes=sizes, whole={"value": 50.0, "n": 5, "unit": "money"})
    assert words in text
    assert ("€10.00 a period" in text) == ("steadily, by" in text)


def test_a_target_is_told_with_share_and_pace():
    text = said(
        "deal_count",
        won={"value": 3.0, "n": 3},
        attainment={"value": 0.75, "denominator": 4},
        pace={"value": 1.5},
    )
    assert "The target of 4 deals is 75.0% attained; the pace is 1.50." in text


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.17, "is 17%: not enough."), (0.8, "is 80%: enough."), (0.5, "is 50%: uncertain.")],
)
def test_enough_pipeline_is_the_forecasts_chance(chance, words):
    text = said("pipeline", chance=chance, open={"value": 9000.0, "n": 4, "unit": "money"})
    assert "chance of reaching the target of €1,000 for 2026-Q1" in text and words in text
    assert "chance" not in said("pipeline", open={"value": 9000.0, "n": 4, "unit": "money"})


@pytest.mark.parametrize(
    ("in_time", "words", "others"),
    [
        (0.2, "20% of what was open was won in time: by that measure", "nothing was won"),
        (0.0, "point of the last 8 periods, nothing was won in time", "by that measure"),
        (None, "should bring €180.00 of the €300.00 still to be won in 2026-Q1", "won in time"),
    ],
)
def test_the_coverage_needed_is_this_partners_own(in_time, words, others):
    own = {"value": 900.0, "n": 4, "unit": "money"}
    text = said("pipeline", chance=0.17, in_time=in_time, open=own)
    assert words in text and others not in text
    if in_time:
        assert "have to be worth 5.0 times what is left to win; they are worth 3.0 times" in text


def test_the_pipeline_tells_weight_overdue_stale_and_competitors():
    text = said(
        "pipeline",
        open={"value": 1000.0, "n": 4, "unit": "money"},
        weighted={"value": 250.0, "n": 3},
        count={"value": 4.0},
        overdue={"value": 2.0},
        stale={"value": 1.0},
        competitor={"value": 0.5, "numerator": 2, "denominator": 4},
    )
    for part in (
        "€250.00, for 3 of 4 open deals",
        "2 open deals",
        "1 open deal",
        "2 of 4 lost deals",
    ):
        assert part in text, part


@pytest.mark.parametrize("source", ["history", "crm"])
def test_what_open_deals_should_bring_stands_beside_their_stated_chances(source):
    deals = pd.DataFrame({"amount": [100.0, 300.0], "eventually": [0.5, 0.2], "source": source})
    text = said(
        "pipeline",
        deals=deals,
        open={"value": 400.0, "n": 2, "unit": "money"},
        weighted={"value": 250.0, "n": 2},
        count={"value": 2.0},
    )
    assert "else by those of their stages: €250.00." in text
    learned = "by how such deals ended before, they should bring €110.00; the forecast uses"
    assert (learned in text) == (source == "history")


@pytest.mark.parametrize(
    ("index", "low", "high", "where"),
    [
        (120, 104.0, 140.0, "is above"),
        (80, 60.0, 97.0, "is below"),
        (177, 90.0, 260.0, "cannot be told apart from"),
    ],
)
def test_an_index_is_above_or_below_where_its_interval_leaves_100_out(index, low, high, where):
    row = {"value": float(index), "low": low, "high": high}
    text = said("quality_score", peers=row, past={"value": 110.0})
    assert f"An index of {index} {where} the average peer’s 100" in text
    assert "previous window it is 110" in text
    bare = row | {"low": np.nan, "high": np.nan}
    assert "has no interval: it is no verdict" in said("quality_score", peers=bare)


def test_deal_success_tells_its_two_factors_and_how_deals_were_missed():
    rows = {
        "success": {"value": 0.3, "unit": "ratio"},
        "identification": {"value": 0.6},
        "conversion": {"value": 0.5},
        "missed.expired": {"value": 3.0},
        "missed.rejected": {"value": 1.0},
    }
    rows |= {
        f"missed.{kind}": {"value": 0.0}
        for kind in ("never_worked", "competitor", "otherwise", "cancelled")
    }
    text = said("deal_success", **rows)
    assert "60.0% of the submitted deals were ideal, and 50.0% of those have been won." in text
    assert "Most were missed as: expired (3 of 4)." in text
    minority = rows | {"missed.rejected": {"value": 2.0}, "missed.otherwise": {"value": 2.0}}
    text = said("deal_success", **minority)
    assert "The largest part was missed as: expired (3 of 7)." in text
    tie = rows | {"missed.rejected": {"value": 3.0}}
    assert "missed as" not in said("deal_success", **tie)


def test_every_kpi_is_presented_with_a_headline_that_it_has():
    assert PRESENTATIONS.keys() == KPIS.keys()
    for name, kpi in KPIS.items():
        bases = {basis.name for basis in kpi.bases}
        shown = PRESENTATIONS[name]
        assert kpi.headline in bases and kpi.headline in shown.rows
        assert set(shown.rows) | set(kpi.by_period) | set(shown.charts) <= bases
        assert not shown.without_peers or shown.without_peers in shown.rows
    assert pd.Series([kpi.title for kpi in PRESENTATIONS.values()]).is_unique
