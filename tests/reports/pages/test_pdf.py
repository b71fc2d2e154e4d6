import shutil
import sys
from datetime import date

import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reports.pages import pdf
from kpi_helpers.reports.pages.pdf import find_chromium, print_reports, settled

DAY = date(2025, 12, 31)
PAGE = (
    "<!DOCTYPE html><html lang=en><title>T</title><table><tr><th "
    "id=a>h</th></tr><tr><td>1</td></tr></table></html>"
)


def test_without_a_browser_one_message_says_what_to_do(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(KitError, match="apt-get install chromium"):
        find_chromium()


def test_without_playwright_one_message_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright", None)
    with pytest.raises(KitError, match=r"partner-kpi-kit\[pdf\]"):
        find_chromium()


def test_nothing_of_the_clock_or_the_order_of_pages_stays():
    one = (
        b"/ModDate (D:20300102030405+00'00')/ID (node00000017)/IDTree[(node00000017) "
        b"(node00000020)]"
    )
    two = (
        b"/ModDate (D:20310102030405+00'00')/ID (node00001002)/IDTree[(node00001002) "
        b"(node00001005)]"
    )
    assert settled(one, DAY) == settled(two, DAY)
    assert len(settled(one, DAY)) == len(one)


@pytest.mark.skipif(
    not any(map(shutil.which, pdf.NAMES)), reason="no Chromium: nothing was printed"
)
def test_pages_are_printed_and_failed_reports_are_not(tmp_path):
    records = [
        {"slug": "a", "status": "ok"},
        {"slug": "b", "status": "failed"},
        {"slug": "c", "status": "ok"},
    ]
    for record in records:
        (tmp_path / record["slug"]).mkdir()
        (tmp_path / record["slug"] / "report.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b" / "report.pdf").write_bytes(b"an earlier run's")
    (tmp_path / "c" / "report.html").unlink()
    told = list(print_reports(tmp_path, records, DAY))
    assert [record["status"] for record in told] == ["ok", "failed", "failed"]
    assert "was not printed" in told[2]["error"]
    first = (tmp_path / "a" / "report.pdf").read_bytes()
    assert first.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 594.95" in first or b"/MediaBox [0 0 595" in first  # A4
    assert not (tmp_path / "b" / "report.pdf").exists()
    list(print_reports(tmp_path, records[:1], DAY))
    assert (tmp_path / "a" / "report.pdf").read_bytes() == first


@pytest.mark.skipif(
    not any(map(shutil.which, pdf.NAMES)), reason="no Chromium: nothing was printed"
)
def test_who_stops_listening_stops_the_printing(tmp_path):
    records = [{"slug": str(number), "status": "ok"} for number in range(30)]
    for record in records:
        (tmp_path / record["slug"]).mkdir()
        (tmp_path / record["slug"] / "report.html").write_text(PAGE, encoding="utf-8")
    printing = print_reports(tmp_path, records, DAY)
    assert next(printing) == records[0]
    printing.close()
    assert len(list(tmp_path.glob("*/report.pdf"))) < 30
