"""The default as-of day: the latest date that is no outlier."""

import datetime

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.reading import load
from kpi_helpers.reading.meaning.export_day import latest_usual

START = datetime.date(2024, 1, 1)


def export(last_closings):
    """A deal created and won on each of ninety days, then one deal for each of `last_closings`."""
    days = [START + datetime.timedelta(days=n) for n in range(90)]
    closed = [*days, *last_closings]
    return pd.DataFrame(
        {
            "Deal ID": [f"d{n}" for n in range(len(closed))],
            "Partner": "Ada",
            "Status": "won",
            "Amount": 100.0,
            "Created Date": [*days, *days[-1:] * len(last_closings)],
            "Close Date": closed,
        }
    ).astype({"Created Date": str, "Close Date": str})


def read(frame, tmp_path, kind):
    path = tmp_path / f"deals.{kind}"
    if kind == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return load(path)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_one_date_far_ahead_does_not_move_the_day_and_is_told(tmp_path, kind):
    data = read(export([datetime.date(2024, 9, 30)]), tmp_path, kind)
    assert data.as_of == datetime.date(2024, 3, 30)
    assert any("1 deals were created or closed after 2024-03-30" in str(w) for w in data.warnings)


def test_many_dates_ahead_or_a_usual_gap_move_it(tmp_path):
    many = [datetime.date(2024, 9, 20) + datetime.timedelta(days=n) for n in range(11)]
    assert read(export(many), tmp_path, "csv").as_of == datetime.date(2024, 9, 30)
    near = read(export([datetime.date(2024, 4, 20)]), tmp_path, "csv")
    assert near.as_of == datetime.date(2024, 4, 20)


def test_a_few_planned_closings_on_different_days_do_not_move_it(tmp_path):
    planned = [datetime.date(2024, 6, 1), datetime.date(2024, 8, 1), datetime.date(2024, 10, 1)]
    data = read(export(planned), tmp_path, "csv")
    assert data.as_of == datetime.date(2024, 3, 30)
    assert any("3 deals were created or closed after 2024-03-30" in str(w) for w in data.warnings)


def test_closings_that_trail_off_after_the_last_created_deal_move_it(tmp_path):
    trailing = [datetime.date(2024, 4, 20), datetime.date(2024, 5, 10), datetime.date(2024, 5, 30)]
    assert read(export(trailing), tmp_path, "csv").as_of == trailing[-1]


def test_deals_without_any_date_have_no_day(tmp_path):
    frame = export([]).assign(**{"Created Date": "", "Close Date": ""})
    assert read(frame, tmp_path, "csv").as_of is None


def test_few_dates_show_no_usual_gap():
    dates = pd.Series([9, 9, 1], pd.to_datetime(["2025-01-01", "2025-01-02", "2025-12-31"]))
    assert latest_usual(dates) == datetime.date(2025, 12, 31)
    assert latest_usual(dates.add([1, 0, 0])) == datetime.date(2025, 1, 2)


@pytest.mark.parametrize("mean_gap", [1, 5, 20])
def test_sparse_histories_rarely_lose_their_last_day(mean_gap):
    rng = np.random.default_rng(7)
    kept = 0
    for _ in range(200):
        gaps = 1 + rng.exponential(mean_gap, 60).astype(int)
        days = pd.Timestamp(START) + pd.to_timedelta(gaps.cumsum(), unit="D")
        kept += latest_usual(pd.Series(1, days).iloc[:-1]) == days[-2].date()
    assert kept >= 196


def test_the_later_of_several_outliers_are_left_out_too():
    days = pd.date_range(START, periods=100)
    late = pd.to_datetime(["2025-06-01", "2052-01-01"])
    assert latest_usual(pd.Series([3] * 100 + [1, 1], [*days, *late])) == days[-1].date()
