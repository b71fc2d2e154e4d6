"""Figures are checked by their artists; nobody compares pixels."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from kpi_helpers.history.movement import STEPS
from kpi_helpers.showing.figures import (
    Picture,
    outcome_curve,
    quality_pair,
    spend_return,
    submitted,
    trend,
    waterfall,
)

PERIODS = pd.DataFrame(
    {
        "period": ["Q1", "Q2", "Q3"],
        "value": [0.2, np.nan, 0.4],
        "low": [0.1, np.nan, 0.2],
        "high": [0.3, np.nan, 0.6],
    }
)


@pytest.fixture(autouse=True)
def close():
    yield
    mpl.pyplot.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_trend_leaves_gaps_and_labels_the_latest():
    ax = trend(PERIODS, unit="ratio", title="Close rate", peers=0.3)
    assert np.isnan(ax.lines[0].get_ydata()[1])
    assert "40.0%" in texts(ax)
    assert "peers’ median" in texts(ax)
    assert ax.get_title(loc="left") == "Close rate" or ax.get_title() == "Close rate"


def test_trend_bars_mark_the_latest_period():
    ax = trend(
        PERIODS.assign(value=[1.0, 2, 3], low=[0.0, 1, 2], high=[2.0, 3, 4]),
        unit="number",
        title="Won",
        bars=True,
    )
    colours = [bar.get_facecolor() for bar in ax.patches]
    assert colours[0] == colours[1] != colours[2]
    assert [bar.get_height() for bar in ax.patches] == [1, 2, 3]


def test_trend_of_nothing_known_is_still_a_figure():
    ax = trend(
        PERIODS.assign(value=np.nan, low=np.nan, high=np.nan),
        unit="money",
        title="Size",
        currency="EUR",
    )
    assert texts(ax) == []


def test_waterfall_steps_stand_on_each_other():
    amounts = [100.0, 40, np.nan, np.nan, np.nan, np.nan, 20, 10, 0, 110]
    ax = waterfall(
        pd.DataFrame({"step": STEPS, "amount": amounts}), title="Movement", currency="EUR"
    )
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "Start",
        "Created",
        "Won",
        "Lost",
        "Cancelled",
        "End",
    ]
    tops = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.patches]
    assert tops == [(0, 100), (100, 140), (140, 120), (120, 110), (110, 110), (0, 110)]


def test_unknown_spend_is_said_not_drawn_as_zero():
    table = pd.DataFrame(
        {
            "channel": ["Paid", "Partner"],
            "spend": [10.0, np.nan],
            "revenue": [5.0, 7],
            "leads": [3, 2],
            "close_rate": [0.3, 0.5],
        }
    )
    assert "spend not known" in texts(spend_return(table, title="Channels", currency="EUR"))


def test_outcome_shares_are_labelled():
    curve = pd.DataFrame(
        {
            "day": [0, 30.0],
            "won": [0, 0.5],
            "open": [1, 0.3],
            "cancelled": [0, 0.0],
            "lost": [0, 0.2],
        }
    )
    assert {"won 50%", "open 30%", "lost 20%"} <= set(texts(outcome_curve(curve, title="Outcome")))


def test_quality_pair_marks_the_latest_period():
    periods = pd.DataFrame({"period": ["Q1", "Q2"], "won": [3, 5], "amount": [100.0, 900.0]})
    ax = quality_pair(periods, peer_won=4, peer_amount=300, title="Pair", currency="EUR")
    assert {"Q1", "Q2", "peers’ median", "score 100"} <= set(texts(ax))


def test_submitted_counts_every_outcome():
    ax = submitted(pd.Series({"won": 7, "open": 1400, "expired": 0}), title="Outcomes")
    assert texts(ax) == ["7", "1,400", "0"]


def test_a_picture_is_drawn_once_at_twice_the_size_and_leaves_no_figure_open():
    made = Picture(
        lambda ax: trend(PERIODS, unit="ratio", title="Price is $5 or $6", ax=ax), "what it shows"
    )
    data, metadata = made._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == "what it shows" == repr(made)
    assert mpl.pyplot.get_fignums() == []
    width = int.from_bytes(data["image/png"][16:20], "big")
    assert width / metadata["image/png"]["width"] == 2
