"""The same deals in every format give the same table; what is no table says what to do."""

import bz2
import datetime
import gzip
import json
import lzma
import zipfile

import openpyxl
import pandas as pd
import pyarrow
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load
from kpi_helpers.reading.files import packed

HEADER = ["deal_id", "partner", "status", "amount", "ideal", "created_on", "closed_on"]
DAY = datetime.date
ROWS = [
    ["1001", "Ada", "won", 1234.5, True, DAY(2025, 1, 2), DAY(2025, 2, 3)],
    ["1002", "İpek, Ltd", "open", 70, False, DAY(2025, 1, 3), None],
    ["1003", 'Bo "B"', "lost", None, None, DAY(2025, 1, 4), DAY(2025, 3, 4)],
]


def csv_text(rows=ROWS) -> str:
    return pd.DataFrame(rows, columns=HEADER).to_csv(index=False)


def book(path, sheets: dict[str, list[list]]):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


@pytest.fixture
def expected(tmp_path):
    (tmp_path / "expected.csv").write_text(csv_text(), encoding="utf-8")
    return load(tmp_path / "expected.csv").deals()


def jsonable():
    return [
        {k: str(v) if isinstance(v, DAY) else v for k, v in zip(HEADER, r, strict=True)}
        for r in ROWS
    ]


def make(folder, form):  # noqa: C901  # a case a format
    path, text = folder / f"deals{form}", csv_text().encode()
    match form:
        case ".xlsx":
            return book(path, {"Sheet1": [HEADER, *ROWS]})
        case ".jsonl":
            path.write_text("\n".join(map(json.dumps, jsonable())), encoding="utf-8")
        case ".json":
            path.write_text(json.dumps(jsonable()), encoding="utf-8")
        case ".records.json":
            wrapped = [{"attributes": {"type": "Opportunity"}, "properties": r} for r in jsonable()]
            path.write_text(
                json.dumps({"totalSize": 3, "records": wrapped}, indent=1), encoding="utf-8"
            )
        case ".csv.gz":
            path.write_bytes(gzip.compress(text))
        case ".csv.bz2":
            path.write_bytes(bz2.compress(text))
        case ".csv.xz":
            path.write_bytes(lzma.compress(text))
        case ".csv.zst":
            with pyarrow.output_stream(path, compression="zstd") as out:
                out.write(text)
        case ".zip" | ".csv.zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
                out.writestr("folder/deals.csv", text)
        case ".csv":  # a workbook that is called CSV
            book(folder / "x.xlsx", {"Sheet1": [HEADER, *ROWS]}).rename(path)
        case ".jsonl.gz":
            path.write_bytes(gzip.compress("\n".join(map(json.dumps, jsonable())).encode()))
    return path


FORMS = (
    ".xlsx",
    ".jsonl",
    ".json",
    ".records.json",
    ".csv.gz",
    ".csv.bz2",
    ".csv.xz",
    ".csv.zst",
    ".zip",
    ".csv.zip",
)


@pytest.mark.parametrize("form", (*FORMS, ".csv", ".jsonl.gz"))
def test_every_format_gives_the_same_deals(tmp_path, expected, form):
    data = load(make(tmp_path, form))
    pd.testing.assert_frame_equal(data.deals(), expected)
    assert (data.rows_in, data.rows_used, data.profile) == (3, 3, "kit")


def test_sheets_are_tables_and_bad_cells_keep_their_row(tmp_path):
    orders = [["order_id", "deal_id", "amount"], ["O1", 1001, 1200]]
    deals = [
        ["My report"],
        [],
        HEADER,
        *ROWS,
        [],
        ["1004", "Zoe", "won", "#DIV/0!", True, DAY(2025, 1, 2), 5],
    ]
    data = load(book(tmp_path / "book.xlsx", {"Deals": deals, "Orders": orders, "Empty": []}))
    assert data.orders.iloc[0].to_list()[:2] == ["O1", "1001"]
    assert data.rejected[["file", "line", "column", "value"]].to_numpy().tolist()[0] == [
        "book.xlsx: Deals",
        8,
        "closed_on",
        "5",
    ]
    assert data.rows_in == 4 and any("1 rows above the header" in w for w in data.warnings)


def test_formulas_give_their_stored_value_or_say_that_there_is_none(tmp_path):
    path = book(
        tmp_path / "f.xlsx",
        {"S": [HEADER, ["1", "Ada", "open", "=1+1", True, DAY(2025, 1, 2), None]]},
    )
    data = load(path)
    assert data.deals()["amount"].isna().all() and any(
        "1 formulas have no stored value" in w for w in data.warnings
    )
    path = tmp_path / "f.csv"
    path.write_text('deal_id,partner,status\n1,"=HYPERLINK(""x"")",open\n', encoding="utf-8")
    assert load(path).deals()["partner"].to_list() == ['=HYPERLINK("x")']


def test_long_ids_in_json_lose_no_digit_and_broken_lines_are_rejected(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text(
        '{"deal_id": 12345678901234567890123, "partner": "Ada", "status": "open", "amount": '
        "1.234}\n\n"
        '{"deal_id": 2, "partner"\n[1]\n{"deal_id": 3, "partner": "Bo", "status": "open", '
        '"region": {"a": 1}}\n'
        "\xff\n",
        encoding="latin-1",
    )
    data = load(path)
    assert data.deals()["deal_id"].to_list() == ["12345678901234567890123", "3"]
    assert data.deals()["amount"].to_list()[0] == 1.234
    assert data.rejected["line"].to_list() == [3, 4, 6]
    assert (data.rows_in, data.rows_used, data.rows_rejected) == (5, 2, 3)


FOOTER = (
    '"Grand Totals (3 records)","","","1304.5"\n\n"Partner deals"\n'
    '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
    '"Confidential Information - Do Not Distribute"\n'
    '"Generated By:  Ada  11/2/2025 9:24 AM"\n"Acme"\n'
)


def test_report_footers_are_dropped_and_their_count_is_checked(tmp_path):
    path = tmp_path / "report.csv"
    path.write_text(csv_text() + FOOTER, encoding="utf-8")
    data = load(path)
    assert (data.rows_in, data.rows_rejected) == (3, 0)
    assert any("6 lines below the rows" in w for w in data.warnings)
    assert not any("RECORD COUNT" in w for w in data.warnings)
    path.write_text(csv_text(ROWS[:2]) + "\n" + FOOTER, encoding="utf-8")
    assert "states 3 records and holds 2" in load(path).warnings[0]
    lines = [
        [c.strip('"') for c in line.split('","')] if line else [] for line in FOOTER.splitlines()
    ]
    data = load(book(tmp_path / "report.xlsx", {"Report": [HEADER, *ROWS, [], *lines]}))
    assert (data.rows_in, data.rows_rejected) == (3, 0) and not any(
        "RECORD COUNT" in w for w in data.warnings
    )


def test_a_deal_that_is_called_total_stays(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(
        "deal_id,partner,status\nTotal,Confidential Information,open\n2,Ada,open\n",
        encoding="utf-8",
    )
    assert load(path).rows_used == 2
    path.write_text(
        'deal_id,partner,status\n1,Ada,open\n2,"x\nGrand Totals (9 records)\n",open\n',
        encoding="utf-8",
    )
    assert load(path).rows_used == 2


@pytest.mark.parametrize(
    ("form", "opened"), [(".gz", gzip.open), (".bz2", bz2.open), (".xz", lzma.open), (".zip", None)]
)
def test_bombs_are_refused_by_a_stated_limit(tmp_path, monkeypatch, form, opened):
    monkeypatch.setattr(packed, "SMALL", 1 << 20)
    path = tmp_path / f"bomb.csv{form}"
    if opened:
        with opened(path, "wb") as out:
            out.write(b"a,b\n" * (2 << 20))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("bomb.csv", b"a,b\n" * (2 << 20))
    with pytest.raises(KitError, match=r"unpacks to more than .* GiB, the limit"):
        load(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "save it as .xlsx"),
        ("a.csv", b"<html><table>", "web page"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.docx", b"hello", "no kind that can be read"),
        ("a.xlsx", b"hello", "no .xlsx file"),
        ("a.xlsx", b"PK\x03\x04hello", "not a workbook"),
        ("a.zip", b"PK\x03\x04hello", "cannot be unpacked"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:30], "cannot be unpacked"),
        ("a.json", b'{"a": [', "not JSON"),
        ("a.json", b"[" * 100_000, "nests objects too deeply"),
        ("a.jsonl", b"5\n6\n", "no JSON objects"),
        ("a.zst", b"\x28\xb5\x2f\xfdhello", "cannot be"),
    ],
)
def test_what_is_no_table_says_so(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(KitError, match=said):
        load(tmp_path / name)


def test_a_zip_of_several_tables_is_like_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as out:
        out.writestr("deals.csv", csv_text() + "x\n")
        out.writestr("targets.csv", "partner,period,kpi,target\nAda,2025,deal_count,5\n")
        out.writestr("__MACOSX/._deals.csv", b"\0")
    data = load(tmp_path)
    assert len(data.targets) == 1 and data.rejected["file"].to_list() == ["export.zip: deals.csv"]


@pytest.mark.parametrize("blank", ["\n", "\r\n\r\n", " \n\n", "\ufeff\n\n"])
def test_blank_lines_above_the_header_change_no_line_number(tmp_path, blank):
    path = tmp_path / "deals.csv"
    end = "\r\n" if "\r" in blank else "\n"
    path.write_text(
        blank + "deal_id,partner,status\n1,Ada,open\n\n2,,open\n3\n".replace("\n", end),
        encoding="utf-8",
        newline="",
    )
    data = load(path)
    assert (data.rows_in, data.rows_used) == (3, 1)
    assert data.rejected["line"].to_list() == [n + blank.count("\n") for n in (4, 5)]


def test_a_frame_that_runs_backwards():
    frame = pd.DataFrame({"deal_id": ["1", "2"], "partner": "Ada", "status": "open"})
    assert load(frame[::-1]).deals()["deal_id"].to_list() == ["1", "2"]
