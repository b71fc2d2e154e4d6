"""Windows: every written form, the window before each, and every wrong one told with the forms
there are."""

from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_helpers import KitError, Window, parse_window
from kpi_helpers.contract.windows import as_date

AS_OF = date(2025, 3, 31)


@pytest.mark.parametrize(
    ("text", "start", "end", "before"),
    [
        ("2025", "2025-01-01", "2025-12-31", "2024-01-01..2024-12-31"),
        ("2025-Q1", "2025-01-01", "2025-03-31", "2024-10-01..2024-12-31"),
        ("2025-q4", "2025-10-01", "2025-12-31", "2025-07-01..2025-09-30"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-01-01..2024-01-31"),
        ("2025-01", "2025-01-01", "2025-01-31", "2024-12-01..2024-12-31"),
        ("15d", "2025-03-17", "2025-03-31", "2025-03-02..2025-03-16"),
        ("1d", "2025-03-31", "2025-03-31", "2025-03-30..2025-03-30"),
        ("2025-01-15..2025-02-14", "2025-01-15", "2025-02-14", "2024-12-15..2025-01-14"),
        (" 2025-01-15 .. 2025-01-15 ", "2025-01-15", "2025-01-15", "2025-01-14..2025-01-14"),
        (("2025-01-01", date(2025, 1, 2)), "2025-01-01", "2025-01-02", "2024-12-30..2024-12-31"),
        (None, "2025-01-01", "2025-03-31", "2024-10-01..2024-12-31"),
    ],
)
def test_forms_and_the_window_before(text, start, end, before):
    window = parse_window(text, AS_OF)
    assert (str(window.start), str(window.end)) == (start, end)
    previous = window.previous()
    assert f"{previous.start}..{previous.end}" == before
    assert previous.kind == window.kind
    assert parse_window(window.label, AS_OF) == window


def test_unset_is_the_last_quarter_that_had_ended():
    assert [parse_window(None, day).label for day in (date(2025, 12, 30), date(2025, 12, 31))] == [
        "2025-Q3",
        "2025-Q4",
    ]


def test_all_has_no_window_before():
    assert parse_window("all").previous() is None
    assert parse_window("all").label == "all"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-13",
        "2025-Q5",
        "25-Q1",
        "last quarter",
        "2025-1",
        "12-2025",
        "-5d",
        "2025Q1",
        "9" * 5000 + "d",
        7,
    ],
)
def test_wrong_text_is_told_with_the_forms(text):
    with pytest.raises(
        KitError, match=r"is not understood; write one of 2025, 2025-Q4, 2025-12, 15d, 4w .* or all"
    ):
        parse_window(text, AS_OF)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0d", "1 to 36600 days"),
        ("36601d", "1 to 36600 days"),
        ("2025-02-01..2025-01-01", "ends before it starts"),
        ("2025-02-30..2025-03-01", "is not a date"),
        ("2025-01-01..2025-01-31x", "is not a date"),
        ("1899-12-31..2025-01-01", "outside the years 1900 to 2199"),
        ("2025-01-01..2200-01-01", "outside the years 1900 to 2199"),
    ],
)
def test_impossible_windows_say_what_is_wrong(text, said):
    with pytest.raises(KitError, match=said):
        parse_window(text, AS_OF)


def test_counting_back_needs_as_of():
    for text in ("15d", None):
        with pytest.raises(KitError, match="give as_of like 2025-12-31"):
            parse_window(text)


@pytest.mark.parametrize(
    "value", [None, pd.NaT, float("nan"), "soon", "2025-02-30", "2025-12-31 and more", 20_251_231.5]
)
def test_what_is_no_date(value):
    with pytest.raises(KitError, match=r"^as_of .* is not a date; write it like 2025-12-31\.$"):
        as_date(value, "as_of")


@pytest.mark.parametrize("value", [date.min, date.max, "9999-12-31"])
def test_dates_out_of_reach(value):
    with pytest.raises(KitError, match="outside the years 1900 to 2199"):
        as_date(value)


def test_dates_in_their_many_types():
    for value in (
        "2025-12-31",
        "2025-12-31T23:59:59",
        date(2025, 12, 31),
        datetime(2025, 12, 31, 23),
    ):
        assert as_date(value) == date(2025, 12, 31)
    assert as_date(pd.Timestamp("2025-12-31 12:00")) == date(2025, 12, 31)


@given(
    st.text(max_size=12) | st.from_regex(r"[0-9.dqQ-]{1,24}", fullmatch=True),
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
)
def test_any_text_is_a_window_or_one_error(text, as_of):
    try:
        window = parse_window(text, as_of)
    except KitError as error:
        assert str(error)
    else:
        assert window.start <= window.end
        assert window.previous() is None or window.previous().end < window.start


@given(
    st.dates(date(1901, 1, 1), date(2198, 1, 1)),
    st.integers(1, 900),
    st.sampled_from(["month", "quarter", "year"]),
)
def test_periods_tile_the_window(start, days, unit):
    window = Window(start, date.fromordinal(start.toordinal() + days - 1))
    parts = list(window.periods(unit))
    assert sum(part.days for part in parts) == window.days == days
    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert all(part.kind in (unit, "days") for part in parts)
    assert all(part.kind == unit for part in parts[1:-1])


@pytest.mark.parametrize(
    ("text", "label", "days", "before"),
    [
        ("mtd", "mtd", 15, ("2025-10-01", "2025-10-15")),
        ("qtd", "qtd", 46, ("2025-07-01", "2025-08-15")),
        ("ytd", "ytd", 319, ("2024-01-01", "2024-11-14")),
        ("4w", "2025-10-19..2025-11-15", 28, ("2025-09-21", "2025-10-18")),
        ("12m", "2024-11-16..2025-11-15", 365, ("2023-11-16", "2024-11-15")),
        ("3m", "2025-08-16..2025-11-15", 92, ("2025-05-16", "2025-08-15")),
    ],
)
def test_windows_up_to_a_day_and_the_ones_before_them(text, label, days, before):
    window = parse_window(text, date(2025, 11, 15))
    assert (window.label, window.days) == (label, days)
    earlier = window.previous()
    assert (str(earlier.start), str(earlier.end)) == before
    assert parse_window(label, date(2025, 11, 15)).days == days


def test_a_month_to_date_is_set_against_as_many_days_of_a_shorter_month():
    march = parse_window("mtd", date(2025, 3, 31)).previous()
    assert (str(march.start), str(march.end)) == ("2025-02-01", "2025-02-28")


@pytest.mark.parametrize(
    ("text", "as_of", "which", "wanted"),
    [
        ("2025-Q4", "2025-11-15", "previous", ("2025-07-01", "2025-08-15", "2025-08-15")),
        ("2025-Q4", "2025-11-15", "year_before", ("2024-10-01", "2024-11-15", "2024-11-15")),
        ("2025-Q4", "2025-12-31", "previous", ("2025-07-01", "2025-09-30", "2025-09-30")),
        ("2025-Q4", "2026-02-15", "previous", ("2025-07-01", "2025-09-30", "2025-11-15")),
        ("2025-03", "2025-03-30", "previous", ("2025-02-01", "2025-02-28", "2025-02-28")),
        ("2024-02", "2024-02-29", "year_before", ("2023-02-01", "2023-02-28", "2023-02-28")),
        ("2025-02", "2025-02-10", "year_before", ("2024-02-01", "2024-02-10", "2024-02-10")),
    ],
)
def test_earlier_windows_are_seen_like_for_like(text, as_of, which, wanted):
    window, day = parse_window(text), date.fromisoformat(as_of)
    part, seen = window.alike(getattr(window, which)(), day)
    assert (str(part.start), str(part.end), str(seen)) == wanted
