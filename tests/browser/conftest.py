"""A real browser for pages and notebooks: the system's Chromium, driven by Playwright."""

import os
import shutil
import subprocess

import pytest

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """The system's Chromium; installed first where it is missing and we may."""
    found = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not found and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (
            ["update", "-qq"],
            ["install", "-qq", "-y", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(["apt-get", *words], check=False, capture_output=True)
        found = shutil.which("chromium")
    return found


@pytest.fixture(
    scope="module"
)  # not longer: its event loop would bar the way for others in the same process
def browser():
    """A headless Chromium; tests are skipped, and say so, where there is none."""
    program = chromium()
    if not program:
        pytest.skip(
            "no Chromium: the browser tests did not run; install it, like apt-get install chromium"
        )
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no Playwright: the browser tests did not run"
    )
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=program, args=list(FLAGS), chromium_sandbox=False
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A fresh page of a desktop's size, with nothing kept from others."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
