import numpy as np
import pandas as pd
import pytest

from kpi_helpers.judging import (
    adjusted_trends,
    alerts,
    closed_trials,
    expected,
    expected_each,
)
from kpi_helpers.stats import reasons

from .sample import sample_deals


def test_expected_deal_by_deal_sums_to_expected():
    trials = closed_trials(sample_deals(), "2025-12-31", since="2025-01-01")
    each = pd.Series(expected_each(trials), index=trials.index).groupby(trials["partner"]).sum()
    assert each.to_numpy() == pytest.approx(expected(trials)["expected"].to_numpy())


def test_the_planted_decline_is_seen_and_a_short_history_is_silent():
    trials = closed_trials(sample_deals(), "2025-12-31")
    table = adjusted_trends(trials, as_of="2025-12-31")
    assert table.loc["Öztürk & Oğulları", "verdict"] == "falling"
    assert table.loc["Çiğdem Yazılım", "reason"] == reasons.TOO_FEW_PERIODS
    assert adjusted_trends(trials, as_of="2024-06-30")["verdict"].isna().all()


def test_all_questions_are_one_family():
    p = pd.Series(np.r_[0.004, np.full(39, 0.5)], index=range(40))
    assert not alerts({"a": p, "b": p + 0.1})["alert"].any()
    table = alerts({"a": p.where(p > 0.01, 0.0004), "b": pd.Series([np.nan], index=[0])})
    assert table["alert"].sum() == 1 and np.isnan(table["q"].iloc[-1])
