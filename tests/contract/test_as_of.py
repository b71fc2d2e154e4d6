import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from kpi_helpers.contract.as_of import ages, known_at
from kpi_helpers.errors import KitError, MissingColumns

DEALS = pd.DataFrame(
    {
        "status": ["won", "lost", "open", "won", "cancelled"],
        "created_on": ["2025-01-01", "2025-01-10", "2025-01-20", "2025-02-05", None],
        "closed_on": ["2025-01-31", "2025-02-20", None, "2025-02-06", "2025-01-15"],
    },
    index=list("abcde"),
)


def test_later_deals_do_not_exist_and_later_closings_are_open():
    known = known_at(DEALS, "2025-01-31")
    assert known["status"].to_dict() == {"a": "won", "b": "open", "c": "open", "e": "cancelled"}
    assert known.loc["b", "closed_on"] is pd.NaT
    assert (
        "d" in known_at(DEALS, "2025-02-05").index
        and "d" not in known_at(DEALS, "2025-02-04").index
    )


def test_ages_to_the_outcome_or_to_the_date():
    table = ages(DEALS, "2025-01-31")
    assert table["days"].to_dict() == {"a": 30, "b": 21, "c": 11}


def test_a_deal_dated_in_the_future_changes_no_past_answer():
    future = pd.concat(
        [DEALS, DEALS.iloc[[0]].assign(created_on="2026-01-01", closed_on="2026-01-02")]
    )
    assert_frame_equal(ages(DEALS, "2025-03-01"), ages(future, "2025-03-01"))


@pytest.mark.parametrize(
    "form", [lambda d: d, lambda d: pd.to_datetime(d), lambda d: pd.to_datetime(d).dt.date]
)
def test_dates_as_text_as_timestamps_or_as_dates(form):
    table = DEALS.assign(created_on=form(DEALS["created_on"]), closed_on=form(DEALS["closed_on"]))
    assert_frame_equal(ages(table, "2025-03-01"), ages(DEALS, "2025-03-01"))


def test_the_input_stays_as_it_is():
    before = DEALS.copy(deep=True)
    ages(DEALS, "2025-01-31")
    assert_frame_equal(DEALS, before)


def test_bad_tables_are_refused():
    with pytest.raises(MissingColumns, match="closed_on"):
        known_at(DEALS[["status", "created_on"]], "2025-01-31")
    with pytest.raises(KitError, match="status 'gone'"):
        known_at(DEALS.assign(status="gone"), "2025-01-31")
    with pytest.raises(KitError, match="1 deals were closed before"):
        ages(DEALS.assign(created_on="2025-02-01").iloc[[0]], "2025-03-31")
    with pytest.raises(KitError, match="created_on must hold dates"):
        known_at(DEALS.assign(created_on="yesterday"), "2025-01-31")
