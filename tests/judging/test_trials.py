import numpy as np
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
    assert trials.columns.tolist() == ["partner", "won", "on", "season", "ripeness", "product"]


def test_window_and_as_of():
    assert len(closed_trials(DEALS, "2024-12-30")) == 2
    assert len(closed_trials(DEALS, "2024-12-31", since="2024-05-01")) == 2
    assert len(closed_trials(DEALS, "2023-12-31")) == 0


def paced(created, as_of="2024-12-31"):
    """Deals of one day each: of four that end by and by, two are won on day 60, two lost on 20."""
    days = pd.to_datetime(created).repeat(4)
    took, ends = np.tile([60, 60, 20, 20], len(created)), ["won", "won", "lost", "lost"]
    closed = days + pd.to_timedelta(took, unit="D")
    there = closed <= pd.Timestamp(as_of)
    return pd.DataFrame(
        {
            "partner": "A",
            "status": np.where(there, np.tile(ends, len(created)), "open"),
            "created_on": days,
            "closed_on": closed.where(there),
        }
    )


def test_ripeness_is_how_many_wins_a_deal_of_that_age_can_have_shown_yet():
    deals = paced(["2024-03-01", "2024-05-01", "2024-11-20"])
    ripe = closed_trials(deals, "2024-12-31").set_index("on")["ripeness"]
    assert ripe["2024-04-30"].tolist() == pytest.approx([0.0, 0.0], abs=0.15)
    assert (ripe["2024-12-10"] == -3).all()  # 41 days old: no win can have been seen
    since = closed_trials(deals, "2024-12-31", since="2024-06-10")
    assert (since.set_index("on").loc["2024-06-30", "ripeness"] == 3).all()  # losses came before


def test_missing_columns_are_told():
    with pytest.raises(MissingColumns, match="partner"):
        closed_trials(DEALS.drop(columns="partner"), "2024-12-31")
