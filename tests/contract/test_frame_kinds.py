"""What works on pandas frames only says so of other engines' frames, with the call that makes a
pandas frame."""

import inspect

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from kpi_helpers import KitError, judging, pipeline_movement, scorecard
from kpi_helpers.contract import as_of
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.history.changes import pipeline_history

DEALS = pd.DataFrame({"partner": ["P", "Q", "R"] * 20, "status": ["won", "lost"] * 30}).assign(
    deal_id=[str(i) for i in range(60)],
    amount=100.0,
    created_on=pd.Timestamp("2024-03-01"),
    closed_on=pd.Timestamp("2025-02-01"),
)
AS_OF = "2025-12-31"
CARD = scorecard(DEALS, by="partner", window="2025", as_of=AS_OF)
# What each public function is given beside the frame; a function without an entry is given none.
BESIDE = {
    **{
        name: {"window": "2025"}
        for name in ("what_changed", "channel_verdicts", "fit_programme", "rank_intervals")
    },
    "strategy_answers": {"events": None},
    "strategy_effect": {"began": "2025-01-01", "partner": "P"},
    "win_chances": {"history": None},
    "enough_pipeline": {"ahead": None},
    "forecast": {"history": None, "window": "2026"},
    **{name: {"programme": None} for name in ("look_ahead", "recommend_portfolio")},
    "recommend": {"programme": None, "partner": "P"},
    "composite": {"weights": {"close_rate": 1}},
    "with_intervals": {"card": CARD},
    "with_expected": {"card": CARD, "history": None},
    "pipeline_movement": {"since": "2025-01-01"},
    "pipeline_history": {"store": None},
}
FRAMES = {"deals", "trials", "card"}
FUNCTIONS = {
    name: getattr(room, name)
    for room, names in ((judging, judging.__all__), (as_of, ("ages", "known_at", "whole_deals")))
    for name in names
    if FRAMES & {*inspect.signature(getattr(room, name)).parameters} and name[0].islower()
} | {"pipeline_movement": pipeline_movement, "pipeline_history": pipeline_history}
OTHERS = {
    r"Polars DataFrame; \.to_pandas\(\)": pl.from_pandas,
    r"Polars LazyFrame; \.collect\(\)\.to_pandas\(\)": lambda table: pl.from_pandas(table).lazy(),
    r"DuckDB Relation; \.df\(\)": duckdb.from_df,
    r"Arrow Table; \.to_pandas\(\)": pa.Table.from_pandas,
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_frames_are_refused_with_what_makes_a_pandas_frame(name, other):
    takes = inspect.signature(FUNCTIONS[name]).parameters
    beside = BESIDE.get(name, {}) | ({"as_of": AS_OF} if "as_of" in takes else {})
    frame = next(
        parameter for parameter in takes if parameter in FRAMES and parameter not in beside
    )
    with pytest.raises(
        KitError, match=rf"takes a pandas frame, not an? {other} makes one of it"
    ) as told:
        FUNCTIONS[name](**{frame: OTHERS[other](DEALS)}, **beside)
    who = {"fair_comparison": "expected", "expected_each": "expected"}.get(name, name)
    assert str(told.value).startswith(f"{who} takes")


def test_the_functions_are_those_that_take_frames():
    assert len(FUNCTIONS) >= 24


@pytest.mark.parametrize("side", ["spend", "targets"])
def test_side_tables_are_pandas_too(side):
    with pytest.raises(KitError, match="recommend takes a pandas frame, not a Polars"):
        judging.recommend(DEALS, None, "P", **{side: pl.DataFrame({"month": ["2025-01"]})})


@pytest.mark.parametrize("learns", [judging.learn, judging.backtest])
def test_snapshots_are_pandas_too(learns):
    with pytest.raises(KitError, match="takes a pandas frame, not a Polars"):
        learns(DEALS, AS_OF, snapshots={"2025-01-01": pl.from_pandas(DEALS)})


def test_what_no_call_makes_a_frame_of_is_told_as_well():
    with pytest.raises(KitError, match=r"not a list; load\(\.\.\.\)\.deals\('pandas'\)"):
        need_pandas("x", [1])
    with pytest.raises(KitError, match=r"not a numpy.ndarray; load"):
        need_pandas("x", np.zeros(2))
    with pytest.raises(KitError, match=r"not a narwhals.*; \.to_native\(\)"):
        need_pandas("x", nw.from_native(DEALS))
    need_pandas("x", DEALS, None)
