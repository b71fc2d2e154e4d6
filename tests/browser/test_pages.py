"""Pages as people see them, in a real browser: nothing from outside, no fault of access, no
overflow at any width."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from kpi_helpers.reports import run_reports
from kpi_helpers.reports.running.child import make_report
from kpi_helpers.reports.schedule import make_schedule

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
NAMES = [
    "Çınar Teknoloji",
    "Işık Bilişim",
    "Nordlicht Systemhaus GmbH",
    "Öztürk & Oğulları",
    "Üçler Bilgisayar",
]
# A rich report and one with hardly a deal; the Turkish run makes only these two.
REPORTS = ["isik-bilisim/report.html", "ucler-bilgisayar/report.html", "portfolio/report.html"]
PAGES = ["index.html", "data-health.html", *REPORTS]
LANGS, THEMES, WIDTHS = ["en", "tr"], ["light", "dark"], [360, 768, 1280]
A4 = 688  # pixels of 182 mm, the sheet less its margins


@pytest.fixture(scope="module")
def made(browser, tmp_path_factory):
    """The reports in both languages, made once."""
    out = tmp_path_factory.mktemp("pages")
    asked = {"window": "2025-Q4", "as_of": "2025-12-31", "jobs": 2}
    for lang, names in {"en": NAMES, "tr": [NAMES[1], NAMES[4]]}.items():
        assert run_reports(SAMPLE, out=out / lang, partners=names, lang=lang, **asked).failed == []
        # a run of some partners makes no report on all of them
        told = {"source": "prepared", "window": "2025-Q4", "as_of": "2025-12-31", "lang": lang}
        assert make_report(asdict(make_schedule([], [], told, out / lang)[0]))["status"] == "ok"
    return out


@pytest.fixture
def opened(browser, made):
    """Open a page at a width; what the console says and what is asked of the network is gathered
    beside it."""
    contexts = []

    def open_page(path, width=1280, theme="light"):
        seen = {
            "viewport": {"width": width, "height": 900},
            "color_scheme": theme,
            "reduced_motion": "reduce",
        }
        contexts.append(browser.new_context(**seen))
        page = contexts[-1].new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto((made / path).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def overflow(page) -> int:
    """How many pixels the page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


every_page = pytest.mark.parametrize("path", [f"{lang}/{name}" for lang in LANGS for name in PAGES])


@every_page
def test_nothing_is_asked_of_the_network_and_the_console_is_silent(opened, made, path):
    page = opened(path)
    page.mouse.wheel(0, 20_000)
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("data:")] == [(made / path).as_uri()]
    assert page.evaluate("document.documentElement.lang") == path[:2]


@every_page
def test_axe_finds_no_serious_fault_in_either_theme(opened, path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for theme in THEMES:
        found = axe.run(opened(path, theme=theme)).response["violations"]
        grave = [fault for fault in found if fault["impact"] in ("serious", "critical")]
        told = [(fault["id"], node["html"][:120]) for fault in grave for node in fault["nodes"][:2]]
        assert told == [], theme


@every_page
@pytest.mark.parametrize("theme", THEMES)
def test_nothing_overflows_from_phone_to_desktop(opened, screenshots, path, theme):
    for width in WIDTHS:
        page = opened(path, width=width, theme=theme)
        name = path.removesuffix(".html").replace("/", "-")
        page.screenshot(path=screenshots / f"{name}-{width}-{theme}.png", full_page=True)
        assert overflow(page) <= 0, width


@every_page
def test_the_print_layout_fits_a4_and_cuts_no_figure(opened, screenshots, path):
    page = opened(path, width=A4, theme="dark")
    page.emulate_media(media="print")
    page.screenshot(
        path=screenshots / f"{path.removesuffix('.html').replace('/', '-')}-print.png",
        full_page=True,
    )
    assert overflow(page) <= 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    figures = page.evaluate(
        "[...document.querySelectorAll('figure')].map(f => getComputedStyle(f).breakInside)"
    )
    assert set(figures) <= {"avoid"}
    assert not path.endswith("report.html") or len(figures) >= 5
    assert not page.locator("nav").is_visible()


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_weighs_under_100_kib_besides_its_figures(made, lang):
    page = (made / lang / "isik-bilisim/report.html").read_text(encoding="utf-8")
    assert len(re.sub(r'data:image/png;base64,[^"]+', "", page).encode()) < 100 * 1024


@pytest.mark.parametrize("lang", LANGS)
def test_contents_lead_to_their_sections(opened, lang):
    page = opened(f"{lang}/isik-bilisim/report.html")
    links = page.locator("nav ol a")
    assert links.count() >= 10
    for at in range(links.count()):
        target = page.locator(f'[id="{links.nth(at).get_attribute("href")[1:]}"]')
        assert target.count() == 1
    links.nth(5).click()
    target = page.locator(f'[id="{links.nth(5).get_attribute("href")[1:]}"]')
    assert 0 <= target.bounding_box()["y"] < 200


def test_code_is_folded_behind_one_switch(opened):
    page = opened("en/isik-bilisim/report.html")
    code = page.locator(".code")
    assert code.count() > 5
    assert not code.first.is_visible()
    page.get_by_label("Show code").check()
    assert code.first.is_visible()
    assert code.last.is_visible()
    page.get_by_label("Show code").uncheck()
    assert not code.last.is_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_figures_take_the_theme_and_are_twice_as_sharp(opened, theme):
    page = opened("en/isik-bilisim/report.html", theme=theme)
    figures = page.locator("figure img")
    assert figures.evaluate_all(
        "all => all.every(img => img.naturalWidth >= 2 * img.width && img.alt.length > 20)"
    )
    inverted = figures.first.evaluate("img => getComputedStyle(img).filter") != "none"
    assert inverted == (theme == "dark")


def test_the_first_screen_reaches_to_what_should_be_done(opened):
    """Who, window, summary and the eight KPIs leave room for the first advice on a screen of 1280 x
    900."""
    page = opened("en/isik-bilisim/report.html")
    assert page.locator("table.summary tbody tr").count() == 8
    advice = page.locator("table.plan tbody tr, .reading:has-text('calls for action')")
    assert advice.first.bounding_box()["y"] < 860


@pytest.mark.parametrize("lang", LANGS)
def test_the_summary_stands_whole_on_the_first_screen(opened, made, lang):
    """Nothing of the last column is cut, however wide the intervals are."""
    for file in sorted((made / lang).glob("*/report.html")):
        table = opened(file.relative_to(made)).locator("table.summary").first
        hidden = table.evaluate("t => t.parentElement.scrollWidth - t.parentElement.clientWidth")
        assert hidden <= 0, file.parent.name


def shown(page) -> list[str]:
    return page.locator("tbody tr:visible th a").all_inner_texts()


def amounts(page) -> list[float]:
    return page.locator("tbody tr").evaluate_all("rows => rows.map(row => +row.cells[3].dataset.v)")


def test_the_index_sorts_by_mouse_and_by_keyboard(opened):
    page = opened("en/index.html")
    assert shown(page) == NAMES
    button = page.get_by_role("button", name="Amount won, €")
    button.click()
    assert amounts(page) == sorted(amounts(page), reverse=True)
    assert (
        page.get_by_role("columnheader", name="Amount won, €").get_attribute("aria-sort")
        == "descending"
    )
    button.press("Enter")
    assert amounts(page) == sorted(amounts(page))
    page.get_by_role("button", name="Partner").click()
    assert shown(page) == NAMES
    assert page.locator("th[aria-sort]").count() == 1


def test_the_index_puts_what_is_not_known_last_in_either_order(opened):
    page = opened("en/index.html")
    button = page.get_by_role("button", name="Median cycle, days")
    for _ in range(2):
        button.click()
        assert page.locator("tbody tr").last.locator("th").inner_text() == "Üçler Bilgisayar"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("isik", ["Işık Bilişim"]),
        ("ÇINAR", ["Çınar Teknoloji"]),
        ("ogullari ozturk", ["Öztürk & Oğulları"]),
        ("zz", []),
    ],
)
def test_the_index_finds_names_without_their_marks(opened, typed, found):
    page = opened("en/index.html")
    page.get_by_label("Search").fill(typed)
    assert shown(page) == found
    assert page.locator("output").inner_text() == f"{len(found)} / 5"


def test_the_index_filters_by_status_and_by_verdict(opened):
    page = opened("en/index.html")
    page.get_by_label("Status").select_option("few deals")
    assert shown(page) == ["Üçler Bilgisayar"]
    page.get_by_label("Status").select_option("all")
    page.get_by_label("Compared fairly").select_option(label="▲ above")
    assert shown(page) == ["Nordlicht Systemhaus GmbH"]


def test_the_index_copies_into_a_spreadsheet(opened):
    page = opened("en/index.html")
    text = page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('table')) ?? "
        "getSelection().toString()"
    )
    head, *rows = [line.split("\t") for line in text.splitlines() if "\t" in line]
    assert len(rows) == 5
    assert {len(row) for row in rows} == {len(head)}
    won = {row[0]: row[head.index("Deals won")] for row in rows}
    assert won["Işık Bilişim"] == "20"
