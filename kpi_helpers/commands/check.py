"""`partner-kpis check`."""

import json

import click

from kpi_helpers.commands.source import loaded_from, reading_options, records


@click.command()
@reading_options
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.option(
    "--save-mapping",
    "keep",
    metavar="FILE",
    help="Save the columns and every answer for next month's export.",
)
def check(source, as_of, pairs, mapping_file, form, keep, **options) -> None:
    """Show what was understood of an export, and what was rejected."""
    loaded = loaded_from(source, as_of, pairs, mapping_file, **options)
    if keep:
        from kpi_helpers.reading import save_mapping

        click.echo(f"mapping kept in {save_mapping(loaded, keep)}", err=True)
    if form == "json":
        names = (
            "profile",
            "score",
            "rows_in",
            "rows_used",
            "rows_rejected",
            "mapping",
            "columns",
            "decisions",
        )
        facts = {name: getattr(loaded, name) for name in names}
        facts |= {"as_of": loaded.as_of and str(loaded.as_of), "currency": loaded.currency}
        facts |= {"stages": records(loaded.stages), "warnings": list(loaded.warnings)}
        facts |= {"rejected": records(loaded.rejected)}
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1, default=str))
        return
    click.echo(f"profile: {loaded.profile}, score {loaded.score:.2f} of 1")
    click.echo(f"as of {loaded.as_of}; currency {loaded.currency or 'not told'}")
    click.echo(f"{loaded.account}\n")
    for field, column in loaded.mapping.items():
        click.echo(f"  {field:20} <- {column}")
    for column, field in loaded.columns.items():
        if field is None:
            click.echo(f"  {'(not used)':20} <- {column}")
    for what, why in loaded.decisions.items():
        click.echo(f"decided: {what}: {'; '.join(why)}")
    click.echo(f"\n{loaded.stages.to_string(index=False, na_rep='(none)')}")
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}")
    if len(loaded.rejected):
        click.echo(f"\n{loaded.rejected.head(20).to_string(index=False, na_rep='')}")
        if len(loaded.rejected) > 20:
            click.echo(
                f"... {len(loaded.rejected):,} faults in all; partner-kpis report writes them to "
                f"rejected.csv"
            )
