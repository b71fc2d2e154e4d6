"""The what-if panel as people use it: in JupyterLab, and in Voila without it."""

import json

import pytest

from .servers import TOKEN, serving, workplace

LAB = (
    "jupyterlab",
    "--no-browser",
    "--port={port}",
    "--ip=127.0.0.1",
    f"--IdentityProvider.token={TOKEN}",
)
VOILA = (
    "voila",
    "what_if.ipynb",
    "--no-browser",
    "--port={port}",
    "--Voila.ip=127.0.0.1",
    "--token=" + TOKEN,
)
PATIENCE = 240_000  # milliseconds: other tests may run beside these


@pytest.fixture
def notebooks(tmp_path):
    return workplace(tmp_path)


@pytest.mark.long
def test_in_jupyterlab_a_dragged_slider_moves_the_numbers_and_a_scenario_is_kept(page, notebooks):
    page.set_default_timeout(PATIENCE)
    with serving(notebooks, *LAB, "--allow-root") as address:
        run_all(page, address)
        drag_the_close_rate(page)
        by_keyboard(page)
        save(page, notebooks, "Kanal planı")
        page.reload()
        run_all(page, None)
        page.locator(".whatif select[multiple]").select_option(label="Kanal planı")
        page.get_by_role("button", name="Compare", exact=True).click()
        page.locator(".whatif th", has_text="Kanal planı").wait_for()


@pytest.mark.long
def test_in_voila_the_same(page, notebooks):
    page.set_default_timeout(PATIENCE)
    with serving(notebooks, *VOILA) as address:
        page.goto(address)
        assert (
            "/login" in page.url and not page.locator(".whatif").count()
        )  # nothing without the token
        page.goto(f"{address}/?token={TOKEN}")
        ready(page)
        drag_the_close_rate(page)
        save(page, notebooks, "from voila")


def run_all(page, address):
    if address:
        page.goto(f"{address}/lab/tree/what_if.ipynb?token={TOKEN}")
    page.locator(".jp-Notebook").wait_for()
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    ready(page)


def ready(page):
    """The panel is there, with figures in it, and its sliders have names."""
    page.locator(".whatif-answer td").first.wait_for()
    page.get_by_role("slider", name="Close rate", exact=True).wait_for()


def revenue(page):
    return page.locator(".whatif-answer tr", has_text="Revenue").first.inner_text()


def changed_from(page, before):
    page.wait_for_function(
        "before => { const row = [...document.querySelectorAll('.whatif-answer tr')]"
        ".find(row => row.innerText.startsWith('Revenue')); return row && row.innerText !== "
        "before }",
        arg=before,
    )


def drag_the_close_rate(page):
    handle = page.get_by_role("slider", name="Close rate", exact=True)
    handle.scroll_into_view_if_needed()
    before, box = revenue(page), handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(16):
        page.mouse.move(x + step, y)
    page.mouse.up()
    changed_from(page, before)


def by_keyboard(page):
    before = revenue(page)
    page.get_by_role("slider", name="Average deal size", exact=True).focus()
    page.keyboard.press("ArrowRight")
    changed_from(page, before)


def save(page, folder, name):
    box = page.get_by_label("Scenario", exact=True)
    box.fill(name)
    box.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved as").wait_for()
    told = json.loads(
        (folder / f"{name.replace(' ', '-')}.scenario.json").read_text(encoding="utf-8")
    )
    assert told["name"] == name and told["set"]["close_rate"].endswith("pp")
