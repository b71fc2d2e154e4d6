import zipfile
from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
from conftest import write_export

from kpi_helpers.contract.windows import as_date, parse_window
from kpi_helpers.reading import load
from kpi_helpers.reports.pages.workbook import partner_workbook, portfolio_workbook
from kpi_helpers.showing.language import using
from kpi_helpers.views.fleet import measure_fleet
from kpi_helpers.views.partner import partner_view

HOSTILE = [
    "=1+1",
    "+2",
    "-3",
    "@SUM(A1)",
    "http://a.example",
    '=HYPERLINK("http://a.example")',
    "Plain",
]
ASKED = {"window": "2025-Q4", "as_of": "2025-12-31"}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_export(tmp_path_factory.mktemp("workbook") / "deals.csv", HOSTILE)


@pytest.fixture(scope="module")
def fleet(source):
    as_of = as_date(ASKED["as_of"], "as_of")
    return measure_fleet(load(source), parse_window(ASKED["window"], as_of), as_of)


@pytest.fixture(scope="module")
def view(source):
    return partner_view(source, "=1+1", **ASKED)


def opened(data: bytes):
    return openpyxl.load_workbook(BytesIO(data))


def named(sheet) -> list[dict]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_text_stays_text_whatever_it_begins_with(fleet):
    data = portfolio_workbook(fleet)
    names = {cell.value: cell for cell in opened(data)["Partners"]["A"][1:]}
    assert set(names) == set(HOSTILE)
    assert {cell.data_type for cell in names.values()} == {"s"}
    with zipfile.ZipFile(BytesIO(data)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink " in sheet]


def test_numbers_are_numbers_with_the_format_of_their_unit(view):
    rows = opened(partner_workbook(view))["KPIs"]
    head = [cell.value for cell in rows[1]]
    by_name = {row[1].value: row for row in rows.iter_rows(min_row=2)}
    rate = by_name["Of all won or lost"]
    assert rate[head.index("Value")].value == view.row("close_rate", "closed")["value"] == 0.5
    assert rate[head.index("Value")].number_format == "0.0%"
    assert rate[head.index("95% interval, low")].value == pytest.approx(
        view.row("close_rate", "closed")["low"]
    )
    assert "0.00" in by_name["Won amount / won deals"][head.index("Value")].number_format


def test_what_is_not_known_is_blank_and_never_zero(view):
    rows = {row["Measure"]: row for row in named(opened(partner_workbook(view))["KPIs"])}
    assert rows["Target attained"]["Value"] is None
    assert rows["Deals won"]["Value"] == 2


def test_the_tidy_sheet_is_the_scorecard(fleet):
    rows = named(opened(portfolio_workbook(fleet))["Scorecard"])
    assert len(rows) == len(fleet.now) + len(fleet.everyone)
    for row in (r for r in rows if (r["kpi"], r["basis"]) == ("deal_count", "won")):
        assert row["value"] == (2 * len(HOSTILE) if row["partner"] == "*" else 2)


def test_charts_are_native_and_every_kpi_is_defined(view, fleet):
    book = opened(partner_workbook(view))
    assert len(book["Channels"]._charts) == 1
    assert len({row["Definition"] for row in named(book["Definitions"])[:8]}) == 8
    assert len(opened(portfolio_workbook(fleet))["Chart"]._charts) == 1


def cells_of(book, reference):
    """The values of the cells that a chart's series refers to."""
    name, cells = reference.rsplit("!", 1)
    return [cell.value for row in book[name.strip("'")][cells.replace("$", "")] for cell in row]


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_charts_refer_to_cells_that_hold_what_they_draw(view, fleet, lang):
    with using(lang):
        books = [opened(partner_workbook(view)), opened(portfolio_workbook(fleet))]
    for book in books:
        for chart in (chart for sheet in book for chart in sheet._charts):
            drawn = []
            for series in chart.series:
                values = cells_of(book, series.val.numRef.f)
                names = cells_of(book, (series.cat.strRef or series.cat.numRef).f)
                assert len(names) == len(values) and all(names), series.val.numRef.f
                assert all(value is None or isinstance(value, (int, float)) for value in values)
                drawn += values
            assert any(value is not None for value in drawn), chart.series[0].val.numRef.f


def test_a_partners_workbook_names_no_other(view):
    with zipfile.ZipFile(BytesIO(partner_workbook(view))) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist())
    assert b"@SUM(A1)" not in everything
    assert b"Plain" not in everything


def test_the_same_numbers_give_the_same_bytes(view, fleet):
    assert partner_workbook(view) == partner_workbook(view)
    assert portfolio_workbook(fleet) == portfolio_workbook(fleet)


def test_sheets_speak_turkish(view):
    with using("tr"):
        book = opened(partner_workbook(view))
    assert len(book.sheetnames) == 6
    assert "Close rate" not in [row[0] for row in book.worksheets[0].iter_rows(values_only=True)]


def test_deals_stand_by_customer_and_name_with_real_dates_and_amounts(tmp_path):
    export = tmp_path / "deals.csv"
    export.write_text(
        "deal_id,partner,customer,deal_name,status,amount,created_on,closed_on\n"
        "1,Ada,Blau AG,Cloud pilot,won,200,2025-10-01,2025-11-03\n"
        "2,Ada,=1+1,ERP,open,900,2025-12-01,\n"
        "3,Ada,Later,ERP,open,900,2026-01-01,\n",
        encoding="utf-8",
    )
    sheet = opened(partner_workbook(partner_view(export, "Ada", **ASKED)))["Deals"]
    first, second = named(sheet)
    assert (first["Customer"], first["Deal"], first["Status"]) == ("=1+1", "ERP", "Open")
    assert (second["Customer"], second["Amount"]) == ("Blau AG", 200)
    assert second["Closed"] == datetime(2025, 11, 3) and first["Created"] == datetime(2025, 12, 1)
    assert list(second)[-1] == "ID" and sheet.auto_filter.ref
