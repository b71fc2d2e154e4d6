"""Run reports: read once, measure what all share once, then one papermill run per partner, side by
side."""

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from kpi_helpers.contract.windows import Window
from kpi_helpers.errors import Argument, KitError, nearest_names
from kpi_helpers.reports import digest, resume
from kpi_helpers.reports.manifest import Manifest
from kpi_helpers.reports.pages.brand import read_brand
from kpi_helpers.reports.running.child import PDF
from kpi_helpers.reports.running.execute import execute
from kpi_helpers.reports.schedule import LIMITS, Job, Limits, make_schedule
from kpi_helpers.system.progress import shown_in_notebooks
from kpi_helpers.system.whole_files import sweep


@dataclass(frozen=True)
class Run:
    """What a run made: the folder, the window, the counts of rows and one record a report,
    `unchanged` of them as an earlier run had made them."""

    out: Path
    window: Window
    as_of: date
    rows_in: int
    rows_used: int
    rows_rejected: int
    records: list[dict]
    unchanged: int = 0

    @property
    def failed(self) -> list[dict]:
        return [record for record in self.records if record["status"] != "ok"]


@nearest_names
@shown_in_notebooks
def run_reports(
    source,
    *,
    out="reports",
    window=None,
    as_of=None,
    partners: Iterable[str] | None = None,
    jobs: int | None = None,
    server: str = "auto",
    lang: str = "en",
    edition: str = "internal",
    force: bool = False,
    only_failed: bool = False,
    limits: Limits = LIMITS,
    store=None,
    rules=None,
    cluster: str | None = None,
    share: str | None = None,
    format: str = "html",
    logo=None,
    accent: str | None = None,
    say: Callable[[str], None] = lambda line: None,
    done: Callable[[dict, int], None] = lambda record, total: None,
    query=None,
    mapping=None,
    mapping_file=None,
    profile=None,
    decimal=None,
    dates=None,
    shares=None,
    encoding=None,
    currency=None,
) -> Run:
    """A report for each partner of an export, in `out`: notebook, page and workbook each, index,
    scorecard and more.

    Only what changed is made again: a report whose notebook, parameters, prepared data, brand, kit
    and libraries are those of an earlier run stays, if nobody touched it. In `edition` "partner"
    each partner's folder may be given to it, as nothing there tells of another. Without `say` and
    `done` a notebook shows a bar. Bad input raises `KitError` before anything is written; a report
    that fails is a record with status "failed" and never stops the others. When the run itself is
    stopped, manifest and index hold what was made.

    Parameters
    ----------
    source : path, paths, frame or address
        As for `load`.
    out : str or path
        The folder of the run.
    window : str or Window, optional
        As in `parse_window`; unset, the last whole quarter.
    as_of : date or str, optional
        As for `load`.
    partners : iterable of str, optional
        Only these; unset, all.
    jobs : int, optional
        Reports made at a time; unset, one a processor.
    server : str
        auto, warm (kernels forked from a warm server) or cold.
    lang : str
        "en" or "tr".
    edition : str
        internal, or partner for what may be given to the partner itself.
    force : bool
        Make all anew.
    only_failed : bool
        Make those that failed last time.
    limits : Limits
        What one report may take.
    store : path, optional
        A folder of snapshots, for exact history.
    rules : path, optional
        A changed copy of rules.toml.
    cluster : str, optional
        The address of a Dask scheduler whose workers make the reports.
    share : str, optional
        Storage for workers that do not see `out`.
    format : str
        "pdf" prints each page, too.
    logo : path, optional
        An image for all pages.
    accent : str, optional
        A colour for all pages.
    say : callable
        Hears a line about each step.
    done : callable
        Hears each record, and how many are to be made.
    query : str or path, optional
        SQL, or a .sql file, for a database source; user and password come from the environment.
    mapping : mapping of str to str, optional
        Field of the deal table -> column of the export.
    mapping_file : str or path, optional
        A TOML file of such answers, as `save_mapping` writes it.
    profile : str, optional
        Which CRM the export is from, where the headers leave it open.
    decimal : str, optional
        The decimal mark, "." or ",", where the values leave it open.
    dates : str, optional
        dmy or mdy, where the values leave the order open.
    shares : str, optional
        percent (75) or fraction (0.75), where the values leave it open.
    encoding : str, optional
        The text's encoding, like cp1250 or shift_jis, where it is not UTF-8 and guessed wrongly.
    currency : str, optional
        The reporting currency's code, like EUR.

    Returns
    -------
    Run
        The folder, the window and a record for each report.
    """
    reading = {
        "query": query,
        "mapping": mapping,
        "mapping_file": mapping_file,
        "profile": profile,
        "decimal": decimal,
        "dates": dates,
        "shares": shares,
        "encoding": encoding,
        "currency": currency,
    }
    wanted = list(partners or [])
    if share and not cluster:
        raise KitError(
            Argument("share"),
            " hands reports over between the machines of a cluster: give ",
            Argument("cluster"),
            ", too.",
        )
    said = {
        "window": window,
        "as_of": as_of,
        "store": store,
        "rules": rules,
        "lang": lang,
        "edition": edition,
    }
    asked = resume.request(
        source, reading | said | {"format": format, "logo": logo, "accent": accent}
    )
    if not force and (state := resume.finished(Path(out).resolve(), asked, wanted)):
        say("nothing has changed since the last run")
        return _run(out, state, state["records"], len(state["records"]))

    from kpi_helpers.judging import read_rules
    from kpi_helpers.reports import prepare
    from kpi_helpers.reports.pages.pdf import find_chromium

    brand = read_brand(logo, accent)
    read_rules(rules)  # so that a faulty file is told before anything is made
    if format == "pdf":
        find_chromium()
    if cluster:
        from kpi_helpers.reports.running.cluster import execute_on, slots

        jobs = slots(cluster)
    jobs = jobs or max(1, (os.cpu_count() or 2))
    loaded, fleet = prepare.measure(source, window, as_of, out, say, reading, store)
    out = prepare.folder(out)
    parameters = {"source": "prepared", "window": fleet.window.label, "as_of": str(fleet.as_of)}
    parameters |= {"lang": lang, "edition": edition}
    every = make_schedule(
        sorted(fleet.now["partner"].unique()), wanted, parameters, out, limits, brand
    )
    schedule = [job for job in every if not wanted or job.partner in wanted]
    with resume.alone(out):
        prepare.write(loaded, fleet, out, store, rules, lang, say)
        slices = digest.of_slices(out / "prepared")
        keys = {job.partner: _key(job, slices) for job in every}
        manifest = Manifest(out)
        if only_failed:
            todo = [job for job in schedule if manifest.failed(job.partner)]
        else:
            todo = [
                job
                for job in schedule
                if force or not manifest.is_current(job.partner, keys[job.partner])
            ]
        say(f"{len(todo)} of {len(schedule)} reports to make, {jobs} at a time")
        by_partner = {job.partner: job for job in todo}
        try:
            made = (
                execute_on(cluster, todo, server, share) if cluster else execute(todo, jobs, server)
            )
            with closing(made) as records:
                for record in records:
                    manifest.add(by_partner[record["partner"]], record, keys[record["partner"]])
                    done(record, len(todo))
            if format == "pdf":
                say("printing the pages")
                _print(schedule, manifest, keys, fleet.as_of)
        finally:
            for job in todo:
                sweep(Path(job.folder))
            lines = manifest.close(schedule)
            prepare.write_index(fleet, lines, loaded, out, lang, brand)
        window = fleet.window
        facts = {
            "window": [str(window.start), str(window.end), window.kind],
            "as_of": str(fleet.as_of),
            "rows": [loaded.rows_in, loaded.rows_used, loaded.rows_rejected],
        }
        if digest.of_kit.__wrapped__() == digest.of_kit():
            resume.finish(out, asked, keys, facts)
        else:
            say(
                "warning: kpi_helpers changed during the run, whose server keeps the code it "
                "began with: run again"
            )
    mine = {job.partner for job in schedule}
    return _run(
        out, facts, [line for line in lines if line["partner"] in mine], len(schedule) - len(todo)
    )


def _print(schedule: list[Job], manifest: Manifest, keys: dict[str, str], as_of: date) -> None:
    """A PDF beside each page that has none."""
    from kpi_helpers.reports.pages.pdf import print_reports

    jobs = {job.partner: job for job in schedule if PDF not in manifest.lines[job.partner]["files"]}
    for record in print_reports(
        manifest.path.parent, [manifest.lines[partner] for partner in jobs], as_of
    ):
        manifest.add(jobs[record["partner"]], record, keys[record["partner"]])


def _key(job: Job, slices: digest.Slices) -> str:
    """What a report is made of, limits aside."""
    notebook = digest.of_file(Path(job.notebook))
    return digest.of(
        [digest.of_kit(), notebook, job.parameters, asdict(job.brand), slices[job.partner]]
    )


def _run(out, facts: dict, records: list[dict], unchanged: int) -> Run:
    start, end, kind = facts["window"]
    window = Window(date.fromisoformat(start), date.fromisoformat(end), kind)
    return Run(
        Path(out).resolve(),
        window,
        date.fromisoformat(facts["as_of"]),
        *facts["rows"],
        records,
        unchanged,
    )
