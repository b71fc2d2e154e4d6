"""The command `partner-kpis`: it parses, calls and prints; a user's mistake is one line and exit code 2."""

import json
import sys
from pathlib import Path

import click

from .errors import KitError


class _Group(click.Group):
    """Turns what bad input raises into one clear message."""

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except KitError as error:
            click.echo(f"partner-kpis: {error}", err=True)
            ctx.exit(2)
        except (BrokenPipeError, KeyboardInterrupt):
            ctx.exit(130)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="partner-kpi-kit")
def main() -> None:
    """Channel-partner KPIs from a CRM export."""


def _reading(command):
    """The options of every command that reads an export."""
    for option in reversed(
        [
            click.argument("source", nargs=-1, required=True),
            click.option(
                "--as-of", help="What was known on this day, like 2025-12-31. [default: the latest in the data]"
            ),
            click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field."),
            click.option("--mapping", "mapping_file", metavar="FILE", help="A file of such mappings."),
            click.option("--currency", help="The reporting currency, like EUR."),
            click.option("--query", metavar="FILE.sql", help="The query of a database source (postgresql://host/db)."),
            click.option("--profile", help="Whose export it is, where that is not clear."),
            click.option("--decimal", type=click.Choice([".", ","]), help="The decimal mark, where that is not clear."),
            click.option("--shares", type=click.Choice(["percent", "fraction"]), help="How probabilities are written."),
            click.option("--dates", type=click.Choice(["dmy", "mdy", "ymd"]), help="The order in dates, likewise."),
        ]
    ):
        command = option(command)
    return command


WINDOW = click.option(
    "--window", help="2025-Q4, 2025-12, 2025, 15d, 2025-10-01..2025-12-31 or all. [default: the last whole quarter]"
)


def _load(source, as_of, pairs, mapping_file, **options):
    from .reading import load

    return load(_one(source), as_of=as_of, mapping=_mapping(pairs), mapping_file=mapping_file, **options)


def _one(source: tuple[str, ...]):
    return source[0] if len(source) == 1 else list(source)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise KitError(f"--map takes FIELD=COLUMN, like --map partner=sales_agent; this is {wrong[0]!r}.")
    return dict(pair.split("=", 1) for pair in pairs)


@main.command()
@_reading
@WINDOW
@click.option("--partner", "partners", multiple=True, help="Only this partner; may be given again. [default: all]")
@click.option("--out", default="reports", show_default=True, help="The folder to write.")
@click.option("--jobs", type=click.IntRange(min=1), help="Reports at a time. [default: one a processor]")
@click.option(
    "--engine",
    type=click.Choice(["auto", "warm", "cold"]),
    default="auto",
    show_default=True,
    help="warm: children forked from one loaded process; cold: a kernel each.",
)
def report(source, as_of, pairs, mapping_file, window, partners, out, jobs, engine, **options) -> None:
    """An executed notebook and a page for every partner."""
    from .progress import Progress
    from .reports import run_reports

    with Progress() as progress:
        run = run_reports(
            _one(source),
            out=out,
            window=window,
            as_of=as_of,
            partners=partners,
            jobs=jobs,
            engine=engine,
            told=progress.told,
            done=progress.done,
            mapping=_mapping(pairs),
            mapping_file=mapping_file,
            **options,
        )
    for record in run.failed:
        click.echo(f"failed: {record['partner']}: {record['error']}", err=True)
    click.echo(
        f"{len(run.records) - len(run.failed)} of {len(run.records)} reports made; open {run.out / 'index.html'}"
    )
    sys.exit(1 if run.failed else 0)


@main.command()
@_reading
@WINDOW
@click.option("--by", help="Levels and at most one period: partner,month. [default: everyone together]")
@click.option("--kpi", "kpis", multiple=True, help="Only this KPI; may be given again. [default: all eight]")
@click.option("--basis", "bases", multiple=True, help="Only this basis; may be given again.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def kpis(source, as_of, pairs, mapping_file, window, by, kpis, bases, form, **options) -> None:
    """The KPIs as a tidy table."""
    from .scorecards import scorecard

    loaded = _load(source, as_of, pairs, mapping_file, **options)
    if not loaded.rows_used:
        from .reports.run import nothing_usable

        raise KitError(nothing_usable(loaded))
    click.echo(f"{loaded.rows_in:,} rows in = {loaded.rows_used:,} used + {loaded.rows_rejected:,} rejected", err=True)
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}", err=True)
    table = scorecard(
        loaded.deals("pandas"),
        by=by,
        window=window,
        as_of=as_of or loaded.as_of,
        kpis=kpis or None,
        basis=bases or None,
        targets=loaded.targets,
        spend=loaded.spend,
    )
    for name in ("window_start", "window_end", "as_of"):
        table[name] = table[name].dt.strftime("%Y-%m-%d")
    if form == "json":
        click.echo(json.dumps(_records(table), ensure_ascii=False, indent=1))
    elif form == "csv":
        click.echo(table.to_csv(index=False), nl=False)
    else:
        click.echo(
            table.to_string(
                index=False,
                na_rep="–",
                float_format=lambda value: f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}",
            )
        )


@main.command()
@_reading
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--save-mapping", "keep", metavar="FILE", help="Keep the answer for next month.")
def check(source, as_of, pairs, mapping_file, form, keep, **options) -> None:
    """What was understood of an export, and what was rejected."""
    loaded = _load(source, as_of, pairs, mapping_file, **options)
    if keep:
        from .reading import save_mapping

        click.echo(f"mapping kept in {save_mapping(loaded, keep)}", err=True)
    if form == "json":
        told = ("profile", "score", "rows_in", "rows_used", "rows_rejected", "mapping", "columns", "decisions")
        facts = {name: getattr(loaded, name) for name in told}
        facts |= {"as_of": loaded.as_of and str(loaded.as_of), "currency": loaded.currency}
        facts |= {"stages": _records(loaded.stages), "warnings": list(loaded.warnings)}
        facts |= {"rejected": _records(loaded.rejected)}
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1, default=str))
        return
    click.echo(f"profile: {loaded.profile}; as of {loaded.as_of}; currency {loaded.currency or 'not told'}")
    click.echo(f"{loaded.rows_in:,} rows in = {loaded.rows_used:,} used + {loaded.rows_rejected:,} rejected\n")
    for field, column in loaded.mapping.items():
        click.echo(f"  {field:20} <- {column}")
    for column, field in loaded.columns.items():
        if field is None:
            click.echo(f"  {'(not used)':20} <- {column}")
    for what, why in loaded.decisions.items():
        click.echo(f"decided: {what}: {why}")
    click.echo(f"\n{loaded.stages.to_string(index=False)}")
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}")
    if len(loaded.rejected):
        click.echo(f"\n{loaded.rejected.head(20).to_string(index=False)}")
        if len(loaded.rejected) > 20:
            click.echo(f"... {len(loaded.rejected):,} faults in all; partner-kpis report writes them to rejected.csv")


@main.command()
@_reading
@click.option("--store", required=True, metavar="DIR", help="The folder that keeps each day's state.")
@click.option("--on", "day", help="The state's date. [default: as-of]")
@click.option("--replace", is_flag=True, help="Replace a different state of the same day.")
def snapshot(source, as_of, pairs, mapping_file, store, day, replace, **options) -> None:
    """Keep this month's state of the deals, for exact history later."""
    from .reading.snapshots import save_snapshot

    loaded = _load(source, as_of, pairs, mapping_file, **options)
    saved = save_snapshot(loaded, store, on=day, replace=replace)
    click.echo(f"{saved.outcome}: {saved.deals:,} deals in {store}")
    if saved.later:
        click.echo(f"warning: {saved.later:,} deals carry dates after this state's day", err=True)


def _records(table) -> list[dict]:
    """Rows as objects, null for what is not known."""
    return json.loads(table.to_json(orient="records", date_format="iso", double_precision=15))


if __name__ == "__main__":
    main(prog_name=Path(sys.argv[0]).name)
