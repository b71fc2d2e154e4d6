"""What all reports of a run share: the export read, measured once, and written to the run's
folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from kpi_helpers.contract.notes import encode
from kpi_helpers.contract.windows import as_date, parse_window
from kpi_helpers.errors import Argument, KitError
from kpi_helpers.history.changes import prepare_history
from kpi_helpers.reading import load
from kpi_helpers.reading.checking.health import headline, health
from kpi_helpers.reports.pages.brand import Brand
from kpi_helpers.reports.pages.health import health_page
from kpi_helpers.reports.pages.index import index_page
from kpi_helpers.reports.pages.workbook import portfolio_workbook
from kpi_helpers.showing.language import using
from kpi_helpers.system.whole_files import write_whole
from kpi_helpers.views.fleet import Fleet, measure_fleet
from kpi_helpers.views.partner import HEALTH, HISTORY, RULES


def measure(source, window, as_of, out, say: Callable[[str], None], reading: dict, store=None):
    """(loaded, fleet) of an export. Raises `KitError` for one without a usable row, after writing
    rejected.csv."""
    loaded = load(source, as_of=as_of, **reading)
    if not loaded.rows_used:
        write_whole(folder(out) / "rejected.csv", loaded.rejected.to_csv(index=False))
        say(f"every rejected row: {Path(out) / 'rejected.csv'}")
    loaded.need_deals()
    as_of = as_date(as_of or loaded.as_of, "as_of")
    window = parse_window(window, as_of)
    say(loaded.account)
    for warning in loaded.warnings:
        say(f"warning: {warning}")
    fleet = measure_fleet(loaded, window, as_of, store)
    window = fleet.window
    say(f"window {window.label} ({window.start} to {window.end}), as of {as_of}")
    return loaded, fleet


def folder(out) -> Path:
    out = Path(out).resolve()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KitError(
            f"The output folder {out} cannot be made: {error.strerror}. Name another with ",
            Argument("out"),
            ".",
        ) from None
    return out


def write(
    loaded, fleet: Fleet, out: Path, store, rules, lang: str, say: Callable[[str], None]
) -> None:
    """The prepared tables that reports read, and the tables and pages beside the reports."""
    prepared = out / "prepared"
    history = prepared / HISTORY
    shutil.rmtree(history, ignore_errors=True)  # an earlier run's
    if store is not None:
        say(prepare_history(loaded, store, fleet.as_of, history))
    prepared.mkdir(exist_ok=True)
    loaded.write_parquet(prepared)
    fleet.save(prepared)
    (prepared / RULES).unlink(missing_ok=True)
    if rules is not None:
        write_whole(prepared / RULES, Path(rules).read_text(encoding="utf-8"))
    both = pd.concat([fleet.everyone, fleet.now], ignore_index=True)
    write_whole(out / "scorecard.csv", both.drop(columns="codes").to_csv(index=False))
    write_whole(out / "rejected.csv", loaded.rejected.to_csv(index=False))
    found = health(loaded)
    write_whole(
        out / "data-health.json", json.dumps(found, ensure_ascii=False, indent=1, default=str)
    )
    with using(lang):
        write_whole(out / "data-health.html", health_page(found))
        write_whole(prepared / HEALTH, encode(headline(found)))


def write_index(
    fleet: Fleet, lines: list[dict], loaded, out: Path, lang: str, brand: Brand
) -> None:
    with using(lang):
        write_whole(out / "kpis.xlsx", portfolio_workbook(fleet))
        write_whole(out / "index.html", index_page(fleet, lines, loaded, out, brand))
