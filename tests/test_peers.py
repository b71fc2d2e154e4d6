"""Peers are anonymous: quartiles of the others, nothing under five of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_helpers.peers import FEWEST, peers


def card(values, kpi="close_rate", basis="closed"):
    return pd.DataFrame({"partner": list(values), "kpi": kpi, "basis": basis, "value": list(values.values())})


def test_under_five_peers_nothing_is_told_that_could_be_worked_out():
    table = peers(card({"A": 0.9, "B": 0.1, "C": 0.2, "D": 0.3, "E": 0.4, "F": np.nan})).set_index("partner")
    assert table.loc["A", "count"] == 4
    assert table.loc["A", ["low", "median", "high", "rank"]].isna().all()
    assert table.loc["F", "count"] == 5
    assert table.loc["F", "median"] == 0.3
    assert np.isnan(table.loc["F", "rank"])


@pytest.mark.parametrize(("kpi", "basis", "first"), [("close_rate", "closed", 9), ("deal_velocity", "cycle_median", 1)])
def test_rank_one_is_best_in_the_direction_that_is_better(kpi, basis, first):
    table = peers(card(dict(zip("ABCDEFGHI", range(1, 10), strict=True)), kpi, basis)).set_index("partner")
    assert table.loc["I", "rank"] == (1 if first == 9 else 9)


def test_no_rank_where_neither_direction_is_better():
    assert peers(card(dict.fromkeys("ABCDEFG", 1.0), "deal_count", "open"))["rank"].isna().all()


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5), st.floats(-1e6, 1e6)), min_size=1, max_size=12))
def test_as_leaving_each_out_by_hand(values):
    values = {f"P{i:02}": np.nan if v is None else float(v) for i, v in enumerate(values)}
    table = peers(card(values)).set_index("partner")
    for name, own in values.items():
        others = pd.Series([v for other, v in values.items() if other != name], dtype=float).dropna()
        row = table.loc[name]
        assert row["count"] == len(others)
        if len(others) < FEWEST:
            assert row[["low", "median", "high", "rank"]].isna().all()
            continue
        expected = others.quantile([0.25, 0.5, 0.75]).to_numpy()
        assert row[["low", "median", "high"]].to_numpy(float) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert np.isnan(row["rank"]) if np.isnan(own) else row["rank"] == 1 + (others > own).sum()
