"""`partner-kpis kpis`."""

import json
from contextlib import nullcontext

import click

from kpi_helpers.commands.source import WINDOW, deals_from, mapping_of, reading_options, records
from kpi_helpers.errors import KitError


@click.command()
@reading_options
@WINDOW
@click.option(
    "--by", help="Levels and at most one period: partner,month. [default: everyone together]"
)
@click.option(
    "--kpi", "kpis", multiple=True, help="Only this KPI; may be given again. [default: all eight]"
)
@click.option("--basis", "bases", multiple=True, help="Only this basis; may be given again.")
@click.option(
    "--intervals",
    is_flag=True,
    help="Add intervals for money, days and indices, from the deals and their history.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
)
def kpis(
    source, as_of, pairs, mapping_file, window, by, kpis, bases, intervals, form, **options
) -> None:
    """Print the KPIs as a tidy table; SOURCE may also be spark:TABLE or spark:PATH."""
    import narwhals as nw

    from kpi_helpers.engines.lazy import fetch
    from kpi_helpers.engines.spark import PREFIX
    from kpi_helpers.judging import with_intervals
    from kpi_helpers.scoring.scorecard import scorecard

    if intervals and source[0].startswith(PREFIX):
        raise KitError("--intervals needs the deals of an export; there are none on Spark.")
    deals, loaded, known = _deals(source, as_of, pairs, mapping_file, **options)
    with _telling(source[0]):
        answer = scorecard(
            deals, by=by, window=window, kpis=kpis or None, basis=bases or None, **known
        )
        table = fetch(nw.from_native(answer)).drop(columns="codes")  # the note says it in words
    if intervals:
        table = with_intervals(table, loaded.deals("pandas"))
    for name in ("window_start", "window_end", "as_of"):
        table[name] = table[name].dt.strftime("%Y-%m-%d")
    if form == "json":
        click.echo(json.dumps(records(table), ensure_ascii=False, indent=1))
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


def _telling(source: str):
    """Spark reads the files when it counts, so its errors may come as late as that."""
    from kpi_helpers.engines.spark import PREFIX, told_by_spark

    return (
        told_by_spark(source.removeprefix(PREFIX)) if source.startswith(PREFIX) else nullcontext()
    )


def _deals(source, as_of, pairs, mapping_file, **options):
    """The deals on the engine that suits them, and what else the scorecard should know."""
    from kpi_helpers.engines.spark import PREFIX, read_spark

    if source[0].startswith(PREFIX):
        given = [
            f"--{name}"
            for name, value in {"mapping": mapping_file, **options}.items()
            if value is not None
        ]
        if given or len(source) > 1:
            raise KitError(
                f"{source[0]} is read as it is: {', '.join(given) or 'a second source'} is for "
                f"exports only."
            )
        deals = read_spark(source[0].removeprefix(PREFIX), mapping_of(pairs))
        return deals, None, {"as_of": as_of}
    loaded = deals_from(source, as_of, pairs, mapping_file, **options)
    click.echo(loaded.account, err=True)
    known = {"as_of": as_of or loaded.as_of, "targets": loaded.targets, "spend": loaded.spend}
    return loaded.deals("duckdb"), loaded, known
