"""Peers are anonymous: quartiles of the others, nothing under five of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.mstats import hdquantiles

from kpi_helpers.scoring.peers import FEWEST, peers, shared_peers


def card(values, kpi="close_rate", basis="closed"):
    return pd.DataFrame(
        {"partner": list(values), "kpi": kpi, "basis": basis, "value": list(values.values())}
    )


def test_under_five_peers_nothing_is_told_that_could_be_worked_out():
    table = peers(card({"A": 0.9, "B": 0.1, "C": 0.2, "D": 0.3, "E": 0.4, "F": np.nan})).set_index(
        "partner"
    )
    assert table.loc["A", "count"] == 4
    assert table.loc["A", ["low", "median", "high", "rank"]].isna().all()
    assert table.loc["F", "count"] == 5
    assert table.loc["F", "median"] == 0.3
    assert np.isnan(table.loc["F", "rank"])


@pytest.mark.parametrize(
    ("kpi", "basis", "first"), [("close_rate", "closed", 9), ("deal_velocity", "cycle_median", 1)]
)
def test_rank_one_is_best_in_the_direction_that_is_better(kpi, basis, first):
    table = peers(card(dict(zip("ABCDEFGHI", range(1, 10), strict=True)), kpi, basis)).set_index(
        "partner"
    )
    assert table.loc["I", "rank"] == (1 if first == 9 else 9)


def test_no_rank_where_neither_direction_is_better():
    assert peers(card(dict.fromkeys("ABCDEFG", 1.0), "deal_count", "open"))["rank"].isna().all()


@given(
    st.lists(
        st.one_of(st.none(), st.integers(-5, 5), st.floats(-1e6, 1e6)), min_size=1, max_size=12
    )
)
def test_as_leaving_each_out_by_hand(values):
    values = {f"P{i:02}": np.nan if v is None else float(v) for i, v in enumerate(values)}
    table = peers(card(values)).set_index("partner")
    for name, own in values.items():
        others = pd.Series(
            [v for other, v in values.items() if other != name], dtype=float
        ).dropna()
        row = table.loc[name]
        assert row["count"] == len(others)
        if len(others) < FEWEST:
            assert row[["low", "median", "high", "rank"]].isna().all()
            continue
        expected = others.quantile([0.25, 0.5, 0.75]).to_numpy()
        assert row[["low", "median", "high"]].to_numpy(float) == pytest.approx(
            expected, rel=1e-9, abs=1e-9
        )
        assert np.isnan(row["rank"]) if np.isnan(own) else row["rank"] == 1 + (others > own).sum()


@given(st.lists(st.floats(0.01, 1e6), min_size=6, max_size=30))
def test_shared_quartiles_are_harrell_davis_rounded(values):
    values = {f"P{i:02}": v for i, v in enumerate(values)}
    table = shared_peers(card(values))
    expected = hdquantiles(list(values.values()), prob=[0.25, 0.5, 0.75])
    for name, told in zip(("low", "median", "high"), expected, strict=True):
        assert table[name].nunique() == 1, "the same in everybody's report"
        assert table[name].iloc[0] == pytest.approx(told, rel=0.06)


def test_no_single_partners_value_follows_from_what_is_shared():
    """Solve for each partner's value from all published statistics: none may be determined, not
    even by all reports."""
    rng = np.random.default_rng(4)
    base = np.sort(rng.uniform(1, 100, 7))

    def told(values, by):
        table = by(card({f"P{i}": v for i, v in enumerate(values)}))
        return table[["low", "median", "high"]].to_numpy(float).ravel()

    def unmasked(by, step):
        """How many partners an attacker who knows P0's value can solve for, by the slopes of what
        is published."""
        slopes = [
            (told(base + step * np.eye(7)[i], by) - told(base, by)) / step for i in range(1, 7)
        ]
        known = np.array(slopes).T
        rank = np.linalg.matrix_rank(known, tol=1e-6)
        return sum(
            np.linalg.matrix_rank(np.vstack([known, row]), tol=1e-6) == rank for row in np.eye(6)
        )

    assert unmasked(peers, 1e-6) > 0, (
        "exact quartiles of the others give partners away: they stay inside"
    )
    assert unmasked(lambda table: shared_peers(table, digits=12), 1e-3) == 0, (
        "not even before rounding"
    )


def test_shared_statistics_need_five_others():
    table = shared_peers(
        card({"A": 0.9, "B": 0.1, "C": 0.2, "D": 0.3, "E": 0.4, "F": np.nan})
    ).set_index("partner")
    assert table.loc["A", ["low", "median", "high", "quarter"]].isna().all()
    assert not np.isnan(table.loc["F", "median"])


def test_the_quarter_follows_the_direction_that_is_better():
    values = dict(zip("ABCDEFGH", range(1, 9), strict=True))
    more, less = (
        shared_peers(card(values, *key)).set_index("partner")
        for key in (("close_rate", "closed"), ("deal_velocity", "cycle_median"))
    )
    assert more.loc["H", "quarter"] == less.loc["A", "quarter"] == 1
    assert more.loc["A", "quarter"] == less.loc["H", "quarter"] == 4
