"""Rows that are no deals, and columns told by what stands in them; the same in CSV and XLSX."""

import datetime
import json

import pytest
from openpyxl import Workbook

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load

HEAD = ["deal_id", "partner", "status", "amount", "created_on", "closed_on"]
DAY = datetime.date(2025, 1, 2)


def deal(number, partner="Ada", status="won", amount=5):
    """A deal's cells."""
    return [str(number), partner, status, amount, DAY, datetime.date(2025, 2, 1)]


def given(folder, rows, suffix, change=None):
    """The rows as a CSV or a sheet."""
    path = folder / f"deals{suffix}"
    if suffix == ".csv":
        lines = [",".join("" if c is None else str(c) for c in row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    book.save(path)
    return path


def said(data, code):
    """The warnings of one kind."""
    return [note for note in data.warnings if note.code == code]


both = pytest.mark.parametrize("suffix", [".csv", ".xlsx"])


@both
@pytest.mark.parametrize("flag", ["IsDeleted", "_fivetran_deleted", "archived"])
def test_deleted_rows_are_left_out_and_counted(tmp_path, suffix, flag):
    rows = [[*deal(1), False], [*deal(2), True], [*deal(3, status="lost"), False]]
    data = load(given(tmp_path, [[*HEAD, flag], *rows], suffix))
    assert data.deals()["deal_id"].to_list() == ["1", "3"]
    assert said(data, "deleted_rows")[0].values["n"] == 1
    assert (data.rows_in, data.rows_used, data.rows_rejected) == (3, 2, 1)


@both
def test_a_column_of_deletion_dates_is_no_flag(tmp_path, suffix):
    data = load(given(tmp_path, [[*HEAD, "Deleted"], [*deal(1), DAY], [*deal(2), None]], suffix))
    assert data.rows_used == 2


@both
def test_earlier_versions_are_left_out_before_deals_are_compared(tmp_path, suffix):
    rows = [[*deal(1), True], [*deal(1, amount=3), False], [*deal(2), True]]
    data = load(given(tmp_path, [[*HEAD, "_fivetran_active"], *rows], suffix))
    assert data.deals()["amount"].to_list() == [5, 5]
    assert said(data, "superseded_rows")[0].values["n"] == 1


@both
def test_a_header_in_the_middle_is_no_deal(tmp_path, suffix):
    data = load(given(tmp_path, [HEAD, deal(1), HEAD, deal(2)], suffix))
    assert data.deals()["amount"].to_list() == [5, 5]
    assert said(data, "repeated_headers")[0].values["n"] == 1


@both
def test_subtotals_are_no_deals_and_a_company_may_be_called_total(tmp_path, suffix):
    rows = [
        deal(1),
        [None, "Subtotal", None, 5, None, None],
        ["Count", None, None, 1, None, None],
        deal(2, "Total"),
        [None, "Ara toplam", None, 5, None, None],
        deal(3, "Bo"),
    ]
    data = load(given(tmp_path, [HEAD, *rows], suffix))
    assert sorted(data.deals()["partner"]) == ["Ada", "Bo", "Total"]
    assert said(data, "subtotal_rows")[0].values["n"] == 3


@both
def test_many_rows_without_a_partner_are_told_with_what_to_do(tmp_path, suffix):
    rows = [deal(1), deal(2, None), deal(3, None), deal(4, "Bo")]
    data = load(given(tmp_path, [HEAD, *rows], suffix))
    assert said(data, "partners_missing")[0].values["n"] == 2


def test_a_name_merged_over_its_rows_holds_for_each_and_an_amount_does_not(tmp_path):
    rows = [deal(1), deal(2, None), deal(3, None, amount=None), deal(4, "Bo")]

    def merge(sheet):
        sheet.merge_cells("B2:B4")
        sheet.merge_cells("D3:D4")

    data = load(given(tmp_path, [HEAD, *rows], ".xlsx", merge))
    assert data.deals()["partner"].to_list() == ["Ada"] * 3 + ["Bo"]
    assert data.deals()["amount"].isna().to_list() == [False, False, True, False]
    assert said(data, "merged_cells")[0].values["n"] == 2


def test_hidden_rows_are_read_and_told(tmp_path):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True

    data = load(given(tmp_path, [HEAD, deal(1), deal(2)], ".xlsx", hide))
    assert data.rows_used == 2 and said(data, "hidden_rows")[0].values["n"] == 1
    assert not said(load(given(tmp_path, [HEAD, deal(1)], ".xlsx")), "hidden_rows")


RECORD = dict(zip(HEAD, map(str, deal(1)), strict=True))


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        ({"totalSize": 9, "done": False}, "record_count"),
        ({"paging": {"next": {"after": "100"}}}, "first_page"),
        ({"@odata.nextLink": "https://example.org/?page=2"}, "first_page"),
        ({"info": {"more_records": True}}, "first_page"),
        ({"totalSize": 1, "done": True}, None),
        ({"info": {"more_records": False}}, None),
    ],
)
def test_the_first_page_of_an_answer_is_told(tmp_path, envelope, code):
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"records": [RECORD], **envelope}), encoding="utf-8")
    codes = {note.code for note in load(path).warnings}
    assert codes & {"record_count", "first_page"} == ({code} if code else set())


def test_all_pages_of_an_answer_together_are_whole(tmp_path):
    for n in (1, 2):
        page = {"records": [RECORD | {"deal_id": str(n)}], "totalSize": 2}
        (tmp_path / f"page{n}.json").write_text(json.dumps(page), encoding="utf-8")
    assert not said(load(tmp_path), "record_count")


@both
def test_a_first_line_of_values_is_no_header(tmp_path, suffix):
    with pytest.raises(KitError, match="has no header"):
        load(given(tmp_path, [deal(1), deal(2)], suffix), mapping={"partner": "Ada"})


@both
def test_a_header_given_twice_is_asked_about_where_the_columns_differ(tmp_path, suffix):
    header = ["Deal ID", "Partner", "Status", "Amount", "Created", "Closed On", "Amount"]
    path = given(tmp_path, [header, [*deal(1), 4]], suffix)
    with pytest.raises(KitError, match=r"2 columns called 'Amount'.*'Amount \(2\)'}"):
        load(path)
    assert load(path, mapping={"amount": "Amount (2)"}).deals()["amount"].to_list() == [4]
    assert load(given(tmp_path, [header, [*deal(1), 5]], suffix)).rows_used == 1


LINES = [[*deal(1), "Pump"], [*deal(1, amount=7), "Valve"], [*deal(2), "Pump"], [*deal(2), "Pump"]]


@both
def test_lines_of_products_add_up(tmp_path, suffix):
    data = load(given(tmp_path, [[*HEAD, "product"], *LINES], suffix))
    assert data.deals()["amount"].to_list() == [12, 10]
    assert data.deals()["product"].isna().to_list() == [True, False]
    assert said(data, "product_lines_add") and said(data, "line_rows")[0].values["n"] == 2
    assert (data.rows_used, data.rows_rejected) == (2, 2)


def test_lines_that_repeat_the_amount_count_it_once_and_copies_are_no_lines(tmp_path):
    rows = [[*deal(1), "Pump"], [*deal(1), "Valve"], [*deal(2), "Pump"]]
    data = load(given(tmp_path, [[*HEAD, "product"], *rows], ".csv"))
    assert data.deals()["amount"].to_list() == [5, 5] and said(data, "product_lines_repeat")
    data = load(given(tmp_path, [[*HEAD, "product"], rows[0], rows[0]], ".csv"))
    assert said(data, "exact_duplicates") and not said(data, "line_rows")


@both
def test_a_status_is_known_by_its_values(tmp_path, suffix):
    header = ["No", "Reseller", "Opportunity Result", "Value", "Created", "Closed"]
    rows = [header, deal(1, status="Won"), deal(2, status="Loss")]
    data = load(given(tmp_path, rows, suffix))
    assert data.deals()["status"].to_list() == ["won", "lost"]
    assert "'Opportunity Result'" in said(data, "status_by_values")[0]
    twice = [[*row, word] for row, word in zip(rows, ("Ending", "Won", "Lost"), strict=True)]
    with pytest.raises(KitError, match="several columns that may tell"):
        load(given(tmp_path, twice, suffix))


@both
def test_the_proposed_partner_comes_again_and_is_no_flag_or_id(tmp_path, suffix):
    header = ["Id", "Flagged", "Name", "StageName", "Amount", "CloseDate", "Referred_By__c"]
    rows = [
        [n, True, f"Deal {n}", "Closed Won", 5, DAY, "Ada" if n % 2 else "Bo"] for n in range(6)
    ]
    with pytest.raises(KitError, match="'partner': 'Referred_By__c'"):
        load(given(tmp_path, [header, *rows], suffix))
    data = load(given(tmp_path, [header, *rows], suffix), mapping={"partner": "Name"})
    assert said(data, "partner_each_deal")[0].values["n"] == 6
    with pytest.raises(KitError, match="none that looks like one"):
        load(given(tmp_path, [header[:-1], *(row[:-1] for row in rows)], suffix))
