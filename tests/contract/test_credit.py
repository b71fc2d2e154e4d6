"""A blank credit is 1, whatever asks for it."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from kpi_helpers import judging, load_deals, pipeline_movement, scorecard, whatif
from kpi_helpers.contract.as_of import whole_deals
from kpi_helpers.contract.credit import credit, credited
from kpi_helpers.history.changes import pipeline_history
from kpi_helpers.judging.ranks import rank_intervals

AS_OF, WINDOW = "2025-12-31", "2025-Q4"
BLANKS = {
    "NaN": lambda deals: deals.assign(credit=np.nan),
    "NA": lambda deals: deals.assign(credit=pd.array([pd.NA] * len(deals), dtype="Float64")),
    "some": lambda deals: deals.assign(credit=deals["credit"].where(deals.index % 2 == 0)),
    "no column": lambda deals: deals.drop(columns="credit"),
}


@pytest.fixture(scope="module")
def deals():
    """Three partners of the sample, every deal one partner's alone."""
    found = load_deals(ROOT / "data" / "sample")
    found = found[found["partner"].isin(sorted(found["partner"].unique())[:3])]
    return found.assign(credit=1.0).reset_index(drop=True)


@pytest.fixture(scope="module")
def fitted(deals):
    return judging.learn(deals, AS_OF), judging.fit_programme(
        deals, WINDOW, as_of=AS_OF, backtest_periods=0
    )


def asked(deals, fitted):
    """What every function that counts credited money says, as frames and numbers."""
    learned, programme = fitted
    card = scorecard(deals, by="partner", window=WINDOW, as_of=AS_OF)
    ahead = judging.forecast(deals, learned, "2026-Q1")
    moved = judging.what_changed(deals, WINDOW, as_of=AS_OF)
    return {
        "scorecard": card,
        "with_intervals": judging.with_intervals(card, deals),
        "pipeline_movement": pipeline_movement(deals, since="2025-09-30", as_of=AS_OF),
        "pipeline_history": pipeline_history(deals, None, as_of=AS_OF).steps,
        "forecast": pd.Series(ahead.mean),
        "what_changed": moved.parts,
        "rank_intervals": rank_intervals(deals, WINDOW, as_of=AS_OF),
        "channels": judging.channel_verdicts(deals, WINDOW, as_of=AS_OF).channels,
        "recommend": judging.recommend_portfolio(deals, programme).table.drop(columns="deal_ids"),
        "what_if": pd.Series(whatif.simulate(whatif.baseline(deals, as_of=AS_OF)).revenue.mean),
        "whole_deals": credited(whole_deals(deals)).rename(None),
    }


@pytest.fixture(scope="module")
def full(deals, fitted):
    return asked(deals, fitted)


@pytest.mark.parametrize("blank", BLANKS)
def test_a_blank_credit_is_the_whole_deal(deals, fitted, full, blank):
    found = asked(BLANKS[blank](deals), fitted)
    for name, answer in full.items():
        same = pd.testing.assert_series_equal
        if isinstance(answer, pd.DataFrame):
            same = pd.testing.assert_frame_equal
        same(found[name], answer, obj=name)


def test_a_share_is_taken_as_it_is():
    deals = pd.DataFrame({"amount": [100.0, None], "credit": [0.25, 0.5]})
    assert credit(deals).tolist() == [0.25, 0.5]
    assert credited(deals).tolist()[0] == 25.0 and credited(deals).isna().tolist() == [False, True]
    assert credit(pd.DataFrame()).empty
