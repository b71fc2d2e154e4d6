import pandas as pd
import pytest

from kpi_helpers.errors import MissingColumns
from kpi_helpers.judging import closed_trials

DEALS = pd.DataFrame(
    {
        "partner": list("AABBB"),
        "status": ["won", "lost", "cancelled", "won", "lost"],
        "created_on": ["2024-01-01"] * 5,
        "closed_on": ["2024-02-01", "2024-05-01", "2024-05-02", "2024-12-31", None],
        "product": ["x", None, "x", "y", "y"],
    }
)


def test_won_and_lost_by_the_date_are_trials():
    trials = closed_trials(DEALS, "2024-12-31")
    assert trials["won"].tolist() == [True, False, True]
    assert trials["season"].tolist() == ["Q1", "Q2", "Q4"]
    assert trials.columns.tolist() == ["partner", "won", "on", "season", "product"]


def test_window_and_as_of():
    assert len(closed_trials(DEALS, "2024-12-30")) == 2
    assert len(closed_trials(DEALS, "2024-12-31", since="2024-05-01")) == 2
    assert len(closed_trials(DEALS, "2023-12-31")) == 0


def test_missing_columns_are_told():
    with pytest.raises(MissingColumns, match="partner"):
        closed_trials(DEALS.drop(columns="partner"), "2024-12-31")
