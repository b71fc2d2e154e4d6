"""Run reports: read once, measure what all share once, then one papermill run per partner, side by side."""

import json
import os
import platform
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from ..errors import KitError
from ..fleet import Fleet, measure_fleet
from ..reading import load
from ..reading.health import headline, health
from ..reading.pipeline_history import prepare_history
from ..showing.language import ngettext, using
from ..view import HEALTH, HISTORY
from ..windows import Window, as_date, parse_window
from .brand import read_brand
from .execute import execute
from .files import write_whole
from .health_page import health_page
from .index import index_page
from .pdf import find_chromium, print_reports
from .plan import Job, make_plan
from .workbook import portfolio_workbook

TOLD = ("narwhals", "pandas", "papermill", "partner-kpi-kit", "seaborn")


@dataclass(frozen=True)
class Run:
    """What a run made: the folder, the window, the counts of rows and one record a report."""

    out: Path
    window: Window
    as_of: date
    rows_in: int
    rows_used: int
    rows_rejected: int
    records: list[dict]

    @property
    def failed(self) -> list[dict]:
        return [record for record in self.records if record["status"] != "ok"]


def run_reports(
    source,
    *,
    out="reports",
    window=None,
    as_of=None,
    partners: Iterable[str] | None = None,
    jobs: int | None = None,
    engine: str = "auto",
    lang: str = "en",
    edition: str = "internal",
    store=None,
    cluster: str | None = None,
    share: str | None = None,
    format: str = "html",
    logo=None,
    accent: str | None = None,
    told: Callable[[str], None] = lambda line: None,
    done: Callable[[dict, int], None] = lambda record, total: None,
    **reading,
) -> Run:
    """A report for each partner of an export, in `out`: notebook, page and workbook each, index, scorecard and more.

    `lang` is the language of all that people read in them, "en" or "tr"; in `edition` "partner" each partner's folder
    may be given to it, as nothing there tells of another. `cluster` is the address of a Dask scheduler
    whose workers make the reports, `share` storage for those that do not see `out` (docs/cluster.md). `format` "pdf"
    prints each page, too; `logo` (a file) and `accent` (a colour) are the brand of all pages. `store` is a folder of
    snapshots, for exact history. `reading` goes to `load` (mapping, mapping_file, currency). `told` hears a line about
    each step, `done` each record with the number of all. Bad input raises `KitError` before anything is written; a
    report that fails is a record with status "failed" and never stops the others.
    """
    brand = read_brand(logo, accent)
    if format == "pdf":
        find_chromium()
    if cluster:
        from .cluster import execute_on, slots

        jobs = slots(cluster)
    jobs = jobs or max(1, (os.cpu_count() or 2))
    loaded = load(source, as_of=as_of, **reading)
    if not loaded.rows_used:
        write_whole(_folder(out) / "rejected.csv", loaded.rejected.to_csv(index=False))
        raise KitError(f"{nothing_usable(loaded)} Each is in {Path(out) / 'rejected.csv'}.")
    as_of = as_date(as_of or loaded.as_of, "as_of")
    window = parse_window(window, as_of)
    told(f"{loaded.rows_in:,} rows in = {loaded.rows_used:,} used + {loaded.rows_rejected:,} rejected")
    for warning in loaded.warnings:
        told(f"warning: {warning}")
    fleet = measure_fleet(loaded, window, as_of)
    window = fleet.window
    told(f"window {window.label} ({window.start} to {window.end}), as of {as_of}")
    out = _folder(out)
    names = sorted(fleet.now["partner"].unique())
    parameters = {"source": "prepared", "window": window.label, "as_of": str(as_of), "lang": lang, "edition": edition}
    plan = make_plan(names, list(partners or []) or None, parameters, out, brand)
    history = out / "prepared" / HISTORY
    shutil.rmtree(history, ignore_errors=True)  # an earlier run's
    if store is not None:
        told(prepare_history(loaded, store, as_of, history))
    with using(lang):
        _prepare(loaded, fleet, out)
    told(f"{ngettext('{count} report', '{count} reports', len(plan))}, {jobs} at a time")
    records = []
    for record in execute_on(cluster, plan, engine, share) if cluster else execute(plan, jobs, engine):
        records.append(record)
        done(record, len(plan))
    order = {job.partner: position for position, job in enumerate(plan)}
    records.sort(key=lambda record: order[record["partner"]])
    if format == "pdf":
        told("printing the pages")
        records = print_reports(out, records, as_of)
    lines = _manifest(out, plan, records)
    with using(lang):
        write_whole(out / "kpis.xlsx", portfolio_workbook(fleet))
        write_whole(out / "index.html", index_page(fleet, lines, loaded, out, brand))
    return Run(out, window, as_of, loaded.rows_in, loaded.rows_used, loaded.rows_rejected, records)


def nothing_usable(loaded) -> str:
    """Why no row of an export can be used: the reasons with their counts, most frequent first."""
    reasons = loaded.rejected.groupby(["column", "reason"], dropna=False).size().sort_values(ascending=False)
    told = "; ".join(f"{column}: {reason} ({rows:,})" for (column, reason), rows in reasons.head(5).items())
    return f"{loaded.rows_in:,} rows in = 0 used + {loaded.rows_rejected:,} rejected: {told or 'there are none'}."


def _folder(out) -> Path:
    out = Path(out).resolve()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KitError(f"The output folder {out} cannot be made: {error.strerror}. Name another with --out.") from None
    return out


def _prepare(loaded, fleet: Fleet, out: Path) -> None:
    prepared = out / "prepared"
    prepared.mkdir(exist_ok=True)
    loaded.write_parquet(prepared)
    fleet.save(prepared)
    both = pd.concat([fleet.everyone, fleet.now], ignore_index=True)
    write_whole(out / "scorecard.csv", both.to_csv(index=False))
    write_whole(out / "rejected.csv", loaded.rejected.to_csv(index=False))
    found = health(loaded)
    write_whole(out / "data-health.json", json.dumps(found, ensure_ascii=False, indent=1, default=str))
    write_whole(out / "data-health.html", health_page(found))
    write_whole(prepared / HEALTH, headline(found))


def _manifest(out: Path, plan: list[Job], records: list[dict]) -> list[dict]:
    """A line a report; those of an earlier run for the same window and date, of partners not asked for now, stay."""
    versions = {"python": platform.python_version()} | {name: version(name) for name in TOLD}
    parameters = {job.partner: job.parameters for job in plan}
    lines = [record | {"parameters": parameters[record["partner"]], "versions": versions} for record in records]
    path = out / "manifest.jsonl"
    earlier = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    same = {name: plan[0].parameters[name] for name in ("window", "as_of")} if plan else {}
    lines += [
        line
        for line in earlier
        if line["partner"] not in parameters
        and same.items() <= line["parameters"].items()
        and (out / line["slug"] / "report.html").exists()
    ]
    write_whole(path, "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines))
    return lines
