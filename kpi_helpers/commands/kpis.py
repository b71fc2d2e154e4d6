"""`partner-kpis kpis`."""

import json

import click

from ..errors import KitError
from .source import WINDOW, loaded_from, reading_options, records


@click.command()
@reading_options
@WINDOW
@click.option("--by", help="Levels and at most one period: partner,month. [default: everyone together]")
@click.option("--kpi", "kpis", multiple=True, help="Only this KPI; may be given again. [default: all eight]")
@click.option("--basis", "bases", multiple=True, help="Only this basis; may be given again.")
@click.option("--intervals", is_flag=True, help="Resample the deals for intervals of money, days and indices as well.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def kpis(source, as_of, pairs, mapping_file, window, by, kpis, bases, intervals, form, **options) -> None:
    """The KPIs as a tidy table."""
    from ..scorecards import scorecard

    loaded = loaded_from(source, as_of, pairs, mapping_file, **options)
    if not loaded.rows_used:
        from ..reports.prepare import nothing_usable

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
    if intervals:
        from ..judging import with_intervals

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
