import html
import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pandas as pd
import pytest
from conftest import write_export

from kpi_helpers.contract.notes import Note, encode
from kpi_helpers.contract.windows import as_date, parse_window
from kpi_helpers.reading import load
from kpi_helpers.reports.pages.index import in_order, index_page
from kpi_helpers.showing.language import using
from kpi_helpers.views.fleet import measure_fleet

NAMES = ["Zeta", "Çınar", "Cem", "Cz", "Işık", "İnci", "Ilgaz", "<b>Bold & Co</b>"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    loaded = load(write_export(folder / "deals.csv", NAMES))
    as_of = as_date("2025-12-31", "as_of")
    return measure_fleet(loaded, parse_window("2025-Q4", as_of), as_of), loaded, folder


def records(**failed):
    kinds = {
        name: {"status": "failed", "cell": 3, "error": error} for name, error in failed.items()
    }
    return [
        {"partner": name, "slug": f"p{at}", **kinds.get(name, {"status": "ok"})}
        for at, name in enumerate(NAMES)
    ]


def rows(page):
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    names = re.findall(r'<th scope="row"><a href="[^"]+">(.*?)</a>', body)
    return [html.unescape(name) for name in names]


def test_names_stand_as_a_dictionary_has_them():
    assert in_order(["Cz", "Çınar", "Zeta", "ada"]) == ["ada", "Çınar", "Cz", "Zeta"]
    with using("tr"):
        assert in_order(["İnci", "Ilgaz", "Çınar", "Cz"]) == ["Cz", "Çınar", "Ilgaz", "İnci"]
    assert in_order([]) == []


def test_failures_stand_on_top_with_what_happened(made):
    page = index_page(made[0], records(Zeta="KeyError: '<region>'"), made[1], made[2])
    assert rows(page)[0] == "Zeta"
    assert rows(page)[1:] == in_order([name for name in NAMES if name != "Zeta"])
    assert "KeyError: &#39;&lt;region&gt;&#39;" in page
    assert "1 failed" in page
    assert "Cell 3 failed: " in page


def test_the_only_script_is_the_one_the_policy_allows(made):
    page = index_page(made[0], records(), made[1], made[2])
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == page.count("<script") == 1
    allowed = b64encode(sha256(scripts[0].encode()).digest()).decode()
    assert (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
        f"'sha256-{allowed}'" in page
    )
    assert "&lt;b&gt;Bold &amp; Co&lt;/b&gt;" in page


def test_cells_are_numbers_to_a_spreadsheet_and_to_the_sorting(made):
    page = index_page(made[0], records(), made[1], made[2])
    (cem,) = re.findall(r"<tr[^>]*><th[^>]*><a[^>]*>Cem</a>.*?</tr>", page)
    cells = re.findall(r'<td data-v="([^"]*)">([^<]*)</td>', cem)
    assert cells[0] == ("2.0", "2")
    assert cells[3] == ("0.5", "50.0%")
    assert cells[1][1] == f"{float(cells[1][0]):,.0f}"


def test_links_lead_only_to_files_there_are(made):
    fleet, loaded, folder = made
    (folder / "p0").mkdir()
    (folder / "p0" / "kpis.xlsx").touch()
    page = index_page(fleet, records(), loaded, folder)
    assert re.findall(r'href="([^"]+(?:xlsx|pdf|ipynb))"', page) == ["p0/kpis.xlsx"]


def test_a_thousand_partners_need_few_bytes_each(made):
    fleet, loaded, folder = made
    many = {}
    for name in ("now", "trend"):
        table = getattr(fleet, name)
        one = table[table["partner"] == "Cem"]
        many[name] = pd.concat(
            [one.assign(partner=f"Partner {at}") for at in range(1000)], ignore_index=True
        )
    told = [
        {"partner": f"Partner {at}", "slug": f"partner-{at}", "status": "ok"} for at in range(1000)
    ]
    from dataclasses import replace

    page = index_page(replace(fleet, **many), told, loaded, folder)
    assert page.count("<tr data-kind=") == 1000
    assert len(page.encode()) < 1.2 * 2**20


def test_turkish_words_and_numbers(made):
    with using("tr"):
        page = index_page(made[0], json.loads(json.dumps(records())), made[1], made[2])
    assert '<html lang="tr">' in page
    assert "%50" in page


def test_a_young_cohort_is_not_sorted_by_its_number_so_far(made):
    fleet, loaded, folder = made
    row = (fleet.now["kpi"] == "deal_success") & (fleet.now["basis"] == "success")
    codes = encode([Note("young", n=3, all=9)])
    told = {"value": 0.5, "expected": 0.625, "codes": codes}
    young = replace(
        fleet, now=fleet.now.assign(**{k: fleet.now[k].mask(row, v) for k, v in told.items()})
    )
    page = index_page(young, records(), loaded, folder)
    assert page.count('<td data-v="">62.5% expected</td>') == len(NAMES)
