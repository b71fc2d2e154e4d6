"""`partner-kpis snapshot`."""

import click

from kpi_helpers.commands.source import deals_from, reading_options


@click.command()
@reading_options
@click.option(
    "--store", required=True, metavar="DIR", help="The folder that keeps each day's state."
)
@click.option("--on", "day", help="The date of the state. [default: the as-of date]")
@click.option("--replace", is_flag=True, help="Replace a different state of the same day.")
def snapshot(source, as_of, pairs, mapping_file, store, day, replace, **options) -> None:
    """Keep the state of the deals on a day, for exact pipeline history later."""
    from kpi_helpers.history.store import save_snapshot

    loaded = deals_from(source, as_of, pairs, mapping_file, **options)
    saved = save_snapshot(loaded, store, on=day, replace=replace)
    click.echo(f"{saved.outcome}: {saved.deals:,} deals in {store}")
    if saved.later:
        click.echo(f"warning: {saved.later:,} deals carry dates after this state's day", err=True)
