"""What every command that reads an export shares: its options, and reading it."""

import json

import click

from kpi_helpers.errors import KitError


def reading_options(command):
    """The options of every command that reads an export."""
    for option in reversed(
        [
            click.argument("source", nargs=-1, required=True),
            click.option(
                "--as-of",
                help="Use only what was known on this day, like 2025-12-31. [default: the "
                "latest in the data]",
            ),
            click.option(
                "--map",
                "pairs",
                multiple=True,
                metavar="FIELD=COLUMN",
                help="Which column holds a field.",
            ),
            click.option(
                "--mapping",
                "mapping_file",
                metavar="FILE",
                help="A file of such mappings, as check --save-mapping writes it.",
            ),
            click.option("--currency", help="The reporting currency, like EUR."),
            click.option(
                "--query",
                metavar="FILE.sql",
                help="The query of a database source (postgresql://host/db).",
            ),
            click.option(
                "--profile", help="Which CRM the export is from, where that is not clear."
            ),
            click.option(
                "--decimal",
                type=click.Choice([".", ","]),
                help="The decimal mark, where that is not clear.",
            ),
            click.option(
                "--shares",
                type=click.Choice(["percent", "fraction"]),
                help="How probabilities are written, where that is not clear.",
            ),
            click.option(
                "--encoding",
                help="The text's encoding, like cp1250 or shift_jis, where it is guessed wrongly.",
            ),
            click.option(
                "--dates",
                type=click.Choice(["dmy", "mdy", "ymd"]),
                help="The order of day, month and year, where that is not clear.",
            ),
        ]
    ):
        command = option(command)
    return command


WINDOW = click.option(
    "--window",
    help="2025-Q4, 2025-12, 2025, 15d, 4w, 12m, mtd, qtd, ytd, 2025-10-01..2025-12-31 or all. "
    "[default: the last whole "
    "quarter]",
)


def loaded_from(source, as_of, pairs, mapping_file, **options):
    """The export, as the options say it is to be read."""
    from kpi_helpers.reading import load

    return load(
        one(source), as_of=as_of, mapping=mapping_of(pairs), mapping_file=mapping_file, **options
    )


def deals_from(source, as_of, pairs, mapping_file, **options):
    """The export, its warnings printed. Raises `KitError` where no row of it can be used."""
    loaded = loaded_from(source, as_of, pairs, mapping_file, **options)
    loaded.need_deals()
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}", err=True)
    return loaded


def one(source: tuple[str, ...]):
    return source[0] if len(source) == 1 else list(source)


def mapping_of(pairs: tuple[str, ...]) -> dict[str, str]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise KitError(
            f"--map takes FIELD=COLUMN, like --map partner=sales_agent; this is {wrong[0]!r}."
        )
    return dict(pair.split("=", 1) for pair in pairs)


def records(table) -> list[dict]:
    """Rows as objects, null for what is not known."""
    return json.loads(table.to_json(orient="records", date_format="iso", double_precision=15))
