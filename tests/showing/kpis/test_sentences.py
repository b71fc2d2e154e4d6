"""What each KPI's presentation says of numbers set by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.kpis import KPIS
from kpi_helpers.showing.kpis import PRESENTATIONS

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
    "peers_median": np.nan,
    "codes": "",
    "note": "",
}


def view(kpi, **rows):
    """A partner of which only these rows are known, by basis."""
    known = {basis: NOTHING | row for basis, row in rows.items()}
    headline = KPIS[kpi].headline

    def row(_kpi, basis=None):
        return known.get(basis or headline, NOTHING | {"unit": "number"})

    return SimpleNamespace(
        row=row, currency="EUR", edition="internal", history=SimpleNamespace(exact=True)
    )


def said(kpi, **rows):
    sentences = PRESENTATIONS[kpi].sentences(view(kpi, **rows))
    return " ".join(sentence for sentence in sentences if sentence)


def test_a_mean_far_above_the_median_is_told_with_how_many_times():
    big = {"value": 300.0, "n": 7, "unit": "money"}
    text = said("average_deal_size", whole=big, median={"value": 100.0})
    assert "The mean is 3.0 times the median" in text
    assert "times the median" not in said("average_deal_size", whole=big, median={"value": 150.0})
    few = big | {"n": 2}
    assert "times the median" not in said("average_deal_size", whole=few, median={"value": 100.0})
    assert "It rests on 2 deals only." in said("average_deal_size", whole=few)


def test_few_peers_an_interval_around_and_one_apart():
    own = {"value": 10.0, "n": 10, "unit": "number", "low": 5.0, "high": 18.0}
    assert "fewer than 5 peers" in said("deal_count", won=own)
    assert "do not set the partner apart" in said("deal_count", won=own | {"peers_median": 12.0})
    assert "lies above the peers" in said("deal_count", won=own | {"peers_median": 4.0})
    assert "lies below the peers" in said("deal_count", won=own | {"peers_median": 20.0})
    bare = own | {"peers_median": 4.0, "low": np.nan}
    assert "this is no verdict" in said("deal_count", won=bare)


def test_a_change_within_chance_and_one_beyond():
    own = {"value": 10.0, "n": 10, "before": 8.0, "change": 0.25, "low": 5.0, "high": 18.0}
    assert "within what chance alone can do" in said("deal_count", won=own)
    assert "more than its own interval" in said("deal_count", won=own | {"before": 2.0})
    nothing = own | {"before": 0.0, "change": np.nan}
    assert "no change to tell" in said("deal_count", won=nothing)


def test_a_target_is_told_with_share_and_pace():
    text = said(
        "deal_count",
        won={"value": 3.0, "n": 3},
        attainment={"value": 0.75, "denominator": 4},
        pace={"value": 1.5},
    )
    assert "The target of 4 deals is 75.0% attained; the pace is 1.50." in text


def test_the_pipeline_tells_weight_coverage_overdue_stale_and_competitors():
    text = said(
        "pipeline",
        open={"value": 1000.0, "n": 4, "unit": "money"},
        weighted={"value": 250.0},
        coverage={"value": 2.5},
        overdue={"value": 2.0},
        stale={"value": 1.0},
        competitor={"value": 0.5, "numerator": 2, "denominator": 4},
    )
    for part in ("€250", "2.5 times", "2 open deals", "1 open deal", "2 of 4 lost deals"):
        assert part in text, part


@pytest.mark.parametrize(("index", "where"), [(120, "above"), (80, "below"), (100, "at")])
def test_an_index_stands_above_below_or_at_the_average_peer(index, where):
    text = said("quality_score", peers={"value": float(index)}, past={"value": 110.0})
    assert f"An index of {index} is {where} the average peer’s 100" in text
    assert "previous window it is 110" in text


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
    assert "60.0% of the submitted deals were ideal and 50.0% of these have been won." in text
    assert "Most were missed as: expired (3 of 4)." in text


def test_every_kpi_is_presented_with_a_headline_that_it_has():
    assert PRESENTATIONS.keys() == KPIS.keys()
    for name, kpi in KPIS.items():
        bases = {basis.name for basis in kpi.bases}
        shown = PRESENTATIONS[name]
        assert kpi.headline in bases and kpi.headline in shown.rows
        assert set(shown.rows) | set(kpi.by_period) | set(shown.charts) <= bases
        assert not shown.without_peers or shown.without_peers in shown.rows
    assert pd.Series([kpi.title for kpi in PRESENTATIONS.values()]).is_unique
