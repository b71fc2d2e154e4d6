"""Dates as offices, mail programs and other languages write them; what is left open is asked."""

import datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load


def read(said, **options):
    """The creation dates that `said` are read as, and the load."""
    rows = len(said)
    deals = {
        "deal_id": [f"{i:03}" for i in range(rows)],
        "partner": ["Ada"] * rows,
        "status": ["open"] * rows,
        "created_on": said,
    }
    data = load(pd.DataFrame(deals), **options)
    return data.deals().sort_values("deal_id")["created_on"].dt.strftime("%Y-%m-%d").to_list(), data


@pytest.mark.parametrize(
    "said",
    [
        ["7-Mar-24", "18-Mar-24"],
        ["7-Mar-2024 08:05", "18-Mar-2024 23:59:59"],
        ["7 Mar, 2024 08:05:00", "18 Mar, 2024 08:05:00"],
        ["Thursday, March 7, 2024", "Monday, March 18, 2024"],
        ["Thu, 07 Mar 2024 08:05:00 GMT", "Mon, 18 Mar 2024 08:05:00 GMT"],
        ["Thu Mar 07 2024 08:05:00 GMT+0300 (GMT+03:00)", "Mon Mar 18 2024 01:00:00 GMT+0300"],
        ["March 7th, 2024", "Mar 18th, 2024 8 PM"],
        ["3/7/24", "3/18/24"],
        ["3/7/2024, 8:05\u202fPM", "3/18/2024, 8:05\u202fAM"],
        ["3/7/2024 8:05\u00a0p.m.", "3/18/2024 8:05 a.m."],
        ["7/3/2024 ÖS 08:05:00", "18/3/2024 ÖÖ 08:05:00"],
        ["7. 3. 2024", "18. 3. 2024"],
        ["2024. 03. 07.", "2024. 03. 18."],
        ["2024年3月7日", "2024年3月18日"],
        ["2024-Mar-07", "2024/Mar/18"],
        ["07Mar2024", "18Mar2024"],
        ["20240307T080500Z", "20240318"],
        ["2024-3-7 8:05 PM", "2024-03-18 08:05:00 UTC"],
        ["7 MART 2024", "18 Mart 2024"],
        ["Perşembe, 7 Mart 2024", "18 mar. 2024 saat 10:30"],
        ["7. März 2024, 08:05 Uhr", "Montag, 18. März 2024"],
        ["jeudi 7 mars 2024 à 8h05", "18 mars 2024"],
        ["mar. 7 mars 2024", "mar 18, 2024"],
        ["7 de marzo de 2024", "lunes, 18 de marzo de 2024 a las 8:05"],
        ["7 de março de 2024", "18 de mar. de 2024"],
        ["7 marca 2024 r.", "18 marca 2024"],
        ["7 maart 2024", "maandag 18 mrt. 2024 om 10:30"],
        ["7 марта 2024 г., 08:05", "18 марта 2024"],
    ],
)
def test_the_same_two_days_in_every_form(said):
    days, data = read(said)
    assert days == ["2024-03-07", "2024-03-18"] and data.rows_rejected == 0


@pytest.mark.parametrize(
    ("month", "names"),
    [
        (1, ["OCAK", "janv.", "enero", "gennaio", "stycznia", "января"]),
        (2, ["ŞUBAT", "févr.", "fevereiro", "lutego", "февр."]),
        (5, ["MAYIS", "mai", "maj", "mei", "мая"]),
        (8, ["AĞUSTOS", "août", "sierpnia", "augustus", "августа"]),
        (11, ["KASIM", "noviembre", "listopada", "ноября"]),
        (12, ["ARALIK", "déc.", "dez.", "grudnia", "декабря"]),
    ],
)
def test_months_of_many_languages(month, names):
    days, data = read([f"7 {name} 2024" for name in names])
    assert days == [f"2024-{month:02}-07"] * len(names) and data.rows_rejected == 0


def test_years_of_two_digits_are_told_with_what_they_stand_for():
    days, data = read(["31/12/69", "31/12/70", "31/12/2024"])
    assert days == ["2069-12-31", "1970-12-31", "2024-12-31"]
    assert "2 with years of two digits: 00 to 69 are 2000 to 2069" in data.decisions["created_on"]


@pytest.mark.parametrize("said", ["before 31/12/2024", "31/12/2024?", "Mrz 2024", "12 Foo 2024"])
def test_what_is_more_or_less_than_a_date_is_rejected(said):
    days, data = read([said, "30/12/2024"])
    assert days == ["2024-12-30"] and data.rejected["value"].to_list() == [said]


def test_a_year_of_two_digits_that_may_come_first_is_asked_about():
    said = ["24/11/03", "24/12/17", "25/01/30"]
    with pytest.raises(KitError, match=r"whether the day or the year comes first.*dates='ymd'"):
        read(said)
    assert read(said, dates="ymd")[0] == ["2024-11-03", "2024-12-17", "2025-01-30"]
    assert read(said, dates="dmy")[0] == ["2003-11-24", "2017-12-24", "2030-01-25"]
    assert read(["99/12/06", "24/11/07"])[0] == ["1999-12-06", "2024-11-07"]


def test_a_column_that_shows_no_order_follows_the_one_beside_it():
    deals = {
        "deal_id": ["1", "2"],
        "partner": "Ada",
        "status": "won",
        "created_on": ["1/2/2024 11:30 PM", "3/4/2024 11:30 PM"],
        "closed_on": ["5/13/2024", "6/7/2024"],
    }
    data = load(pd.DataFrame(deals))
    assert data.deals()["created_on"].dt.month.to_list() == [1, 3]
    assert data.decisions["created_on"] == ("month first, as the column 'closed_on' writes",)
    with pytest.raises(KitError, match="'created_on' writes '1/2/2024'"):
        load(pd.DataFrame(deals | {"closed_on": ["5/5/2024", "6/6/2024"]}))
    deals["expected_close_on"] = ["13/5/2025", ""]
    with pytest.raises(KitError, match="'created_on' writes"):  # the two do not agree
        load(pd.DataFrame(deals))


def workbook(path, days):
    book = openpyxl.Workbook()
    book.active.append(["deal_id", "partner", "status", "created_on"])
    for number, day in enumerate(days):
        book.active.append([str(number), "Ada", "open", day])
    book.save(path)
    return path


def test_dates_that_excel_half_turned_are_refused_in_every_kind_of_file(tmp_path):
    turned = [datetime.date(2024, 4, 3), "25/03/2024", datetime.date(2024, 6, 5), "28/03/2024"]
    with pytest.raises(KitError, match="as Excel does when it turns day and month around"):
        load(workbook(tmp_path / "turned.xlsx", turned))
    with pytest.raises(KitError, match="'25/03/2024' of the other days only"):
        read([str(day) for day in turned])
    with pytest.raises(KitError, match="dates='mdy'"):
        read(["2024-04-03", "03/25/2024"])
    assert read([str(day) for day in turned], dates="dmy")[0][:2] == ["2024-04-03", "2024-03-25"]


@pytest.mark.parametrize(
    "days",
    [
        [datetime.date(2024, 4, 30), "25/03/2024"],  # Excel cannot have turned the 30th
        [datetime.date(2024, 4, 3), "25/03/2024", "05/03/2024"],  # and would have turned the 5th
    ],
)
def test_dates_beside_written_ones_are_told(tmp_path, days):
    data = load(workbook(tmp_path / "deals.xlsx", days))
    assert (
        data.rows_rejected == 0
        and "1 beside them as ISO writes them" in data.decisions["created_on"]
    )


def test_a_moment_is_no_day_until_its_zone_is_settled(tmp_path):
    at = pd.to_datetime(["2024-03-07 21:30", "2024-03-18 08:00"]).tz_localize("UTC")
    with pytest.raises(KitError, match="moments in a time zone"):
        read(at)
    path = tmp_path / "deals.parquet"
    pd.DataFrame(
        {"deal_id": ["1"], "partner": "Ada", "status": "open", "created_on": at[:1]}
    ).to_parquet(path)
    with pytest.raises(KitError, match="AT TIME ZONE"):
        load(path)
    days, data = read(pd.to_datetime(["2024-03-07", "2024-03-18"]).tz_localize("UTC"))
    assert days == ["2024-03-07", "2024-03-18"]
    assert data.decisions["created_on"] == ("midnights of UTC",)


def test_a_workbook_that_counts_days_from_1904(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["deal_id", "partner", "status", "created_on"])
    book.active.append(["1", "Ada", "open", datetime.date(2024, 3, 7)])
    book.save(tmp_path / "mac.xlsx")
    assert str(load(tmp_path / "mac.xlsx").deals()["created_on"][0])[:10] == "2024-03-07"


FORMS = [
    "%d/%m/%y",
    "%m-%d-%y",
    "%d-%b-%y",
    "%A, %B %d, %Y",
    "%a %b %d %Y %H:%M:%S GMT+0300",
    "%d.%m.%Y %H:%M Uhr",
    "%m/%d/%Y, %I:%M\u202f%p",
    "%d %B, %Y %H:%M",
    "%Y-%m-%d %I:%M %p",
    "%d%b%Y",
]


@settings(max_examples=30, deadline=None)
@given(
    days=st.lists(
        st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2069, 12, 31)), max_size=6
    ),
    form=st.sampled_from(FORMS),
)
def test_any_days_in_any_everyday_form_are_read_back(days, form):
    days = [datetime.datetime(2024, 1, 31, 15, 5), *days]  # one that shows the order
    order = "mdy" if form.startswith("%m") else "dmy"
    found, data = read([day.strftime(form) for day in days], dates=order)
    assert found == [day.strftime("%Y-%m-%d") for day in days] and data.rows_rejected == 0
