"""Pages printed to A4 by one running Chromium, for all reports of a run."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from html import escape
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from kpi_helpers.errors import Argument, KitError
from kpi_helpers.system.whole_files import write_whole

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NODE = re.compile(rb"\(node\d{8}\)")
SECONDS = 60  # for one page
LINE = (
    '<div style="font:7pt sans-serif;color:#4b5563;width:100%;padding:0 14mm;display:flex;'
    'justify-content:space-between">{}<span><span class="pageNumber"></span> / <span '
    'class="totalPages"></span></span>'
    "</div>"
)


def find_chromium() -> str:
    """The program that prints. Raises `KitError` where it, or Playwright, is missing."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        raise KitError(
            Argument("format", "pdf"),
            " needs Playwright; install it with pip install 'partner-kpi-kit[pdf]'.",
        ) from None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise KitError(
            Argument("format", "pdf"),
            " needs Chromium, Chrome or Edge, and none is on this machine. Install one, like "
            "apt-get install chromium, or print the pages from a browser: they are laid out for "
            "A4.",
        )
    return found


def print_reports(out: Path, records: Iterable[dict], as_of: date) -> Iterator[dict]:
    """report.pdf beside each report.html that is whole, and its record; a page that cannot be
    printed is its report's failure. Who stops listening stops the printing, too."""
    program, records, printed, stopped = find_chromium(), list(records), SimpleQueue(), Event()
    # Playwright's loop would clash with JupyterLab's, which runs in the main thread
    with ThreadPoolExecutor(1) as thread:
        printing = thread.submit(_print_all, program, out, records, as_of, printed, stopped)
        printing.add_done_callback(lambda _: printed.put(None))
        try:
            while record := printed.get():
                yield record
            printing.result()
        finally:
            stopped.set()


def _print_all(
    program: str, out: Path, records: list[dict], as_of: date, printed: SimpleQueue, stopped: Event
) -> None:
    with _printer(program) as print_page:
        for record in records:
            if stopped.is_set():
                return
            printed.put(_printed(print_page, out / record["slug"], record, as_of))


def _printed(print_page: Callable, folder: Path, record: dict, as_of: date) -> dict:
    from playwright.sync_api import Error

    pdf = folder / "report.pdf"
    pdf.unlink(missing_ok=True)  # an earlier run's
    if record["status"] != "ok":
        return record
    try:
        write_whole(pdf, settled(print_page(folder / "report.html"), as_of))
    except Error as error:
        return record | {
            "status": "failed",
            "cell": None,
            "error": f"The page was not printed: {error.message}"[:2000],
        }
    return record


@contextmanager
def _printer(program: str) -> Iterator[Callable[[Path], bytes]]:
    """A function that prints a page; it runs no script, sees no network and takes the light
    theme."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        sandbox = not hasattr(os, "geteuid") or os.geteuid() != 0  # Chromium has none for root
        browser = driver.chromium.launch(
            executable_path=program, args=list(FLAGS), chromium_sandbox=sandbox
        )
        page = browser.new_context(
            java_script_enabled=False, offline=True, color_scheme="light"
        ).new_page()
        page.set_default_timeout(1000 * SECONDS)

        def print_page(path: Path) -> bytes:
            page.goto(path.as_uri())
            return page.pdf(
                format="A4",
                prefer_css_page_size=True,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=LINE.format(f"<span>{escape(page.title())}</span>"),
                tagged=True,
                outline=True,
            )

        yield print_page
        browser.close()


def settled(pdf: bytes, as_of: date) -> bytes:
    """The same page gives the same bytes: dated by the data instead of the clock, its nodes
    numbered from 0.

    Chromium numbers nodes on through all pages that it prints. Nothing changes its length, so no
    offset moves.

    >>> settled(b"/CreationDate (D:20301231235959+00'00')", date(2025, 12, 31))
    b"/CreationDate (D:20251231000000+00'00')"
    """
    stamp = f"{as_of:%Y%m%d}000000".encode()
    pdf = re.sub(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}", rb"\g<1>" + stamp, pdf)
    numbers = {node: b"(node%08d)" % at for at, node in enumerate(sorted(set(NODE.findall(pdf))))}
    return NODE.sub(lambda found: numbers[found[0]], pdf)
