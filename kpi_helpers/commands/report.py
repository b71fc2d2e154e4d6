"""`partner-kpis report`."""

import sys

import click

from kpi_helpers.commands.source import WINDOW, mapping_of, one, reading_options
from kpi_helpers.reports.schedule import LIMITS, Limits
from kpi_helpers.system.stopping import raise_on_sigterm


def _limit(name: str, default: float, what: str):
    kind = (
        click.IntRange(min=1)
        if isinstance(default, int)
        else click.FloatRange(min=0, min_open=True)
    )
    return click.option(name, type=kind, default=default, show_default=True, help=what)


@click.command()
@reading_options
@WINDOW
@click.option(
    "--partner",
    "partners",
    multiple=True,
    help="Only this partner; may be given again. [default: all]",
)
@click.option("--out", default="reports", show_default=True, help="The folder to write to.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="How many reports to make at a time. [default: one per processor]",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "tr"]),
    default="en",
    show_default=True,
    help="The reports' language.",
)
@click.option(
    "--store",
    metavar="DIR",
    help="The folder of earlier states (partner-kpis snapshot), for exact pipeline history "
    "and better chances of open deals.",
)
@click.option(
    "--rules", metavar="FILE.toml", help="Your own texts and thresholds for the recommendations."
)
@click.option(
    "--cluster",
    metavar="tcp://HOST:PORT",
    help="Make the reports on this Dask scheduler's workers.",
)
@click.option(
    "--share", metavar="URL", help="With --cluster: storage for workers that do not see --out."
)
@click.option(
    "--format",
    type=click.Choice(["html", "pdf"]),
    default="html",
    show_default=True,
    help="pdf: each page as a PDF as well.",
)
@click.option(
    "--edition",
    type=click.Choice(["internal", "partner"]),
    default="internal",
    show_default=True,
    help="partner: each folder may be handed to its partner.",
)
@click.option("--logo", metavar="FILE", help="A logo on every page: PNG, JPEG, WebP or SVG.")
@click.option("--accent", metavar="COLOUR", help="The colour of links and marks, like '#0a7'.")
@click.option(
    "--server",
    type=click.Choice(["auto", "warm", "cold"]),
    default="auto",
    show_default=True,
    help="warm: children forked from one loaded server process; cold: a kernel for each report.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Make every report, even if nothing has changed since the last run.",
)
@click.option("--only-failed", is_flag=True, help="Make only the reports that failed last time.")
@_limit("--cell-timeout", LIMITS.cell_seconds, "Seconds a cell may take.")
@_limit("--timeout", LIMITS.seconds, "Seconds a report may take.")
@_limit("--memory", LIMITS.memory_mb, "MiB of memory a report may take.")
def report(
    source,
    as_of,
    pairs,
    mapping_file,
    window,
    partners,
    out,
    jobs,
    server,
    cell_timeout,
    timeout,
    memory,
    **options,
) -> None:
    """Make a notebook, a page and a workbook for every partner; reports that have not changed since
    the last run are kept."""
    from kpi_helpers.reports import run_reports
    from kpi_helpers.system.progress import Progress

    raise_on_sigterm()
    with Progress() as progress:
        run = run_reports(
            one(source),
            out=out,
            window=window,
            as_of=as_of,
            partners=partners,
            jobs=jobs,
            server=server,
            limits=Limits(timeout, cell_timeout, memory),
            say=progress.say,
            done=progress.done,
            mapping=mapping_of(pairs),
            mapping_file=mapping_file,
            **options,
        )
    for record in run.failed:
        click.echo(f"failed: {record['partner']}: {record['error']}", err=True)
    unchanged = f" ({run.unchanged} unchanged since the last run)" if run.unchanged else ""
    click.echo(
        f"{len(run.records) - len(run.failed)} of {len(run.records)} reports made{unchanged}; "
        f"open {run.out / 'index.html'}"
    )
    sys.exit(1 if run.failed else 0)
