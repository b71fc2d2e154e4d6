"""`partner-kpis replay`."""

import json
from pathlib import Path

import click

from kpi_helpers.commands.source import deals_from, reading_options, records
from kpi_helpers.errors import KitError

FORMULA = r"^(?=[=+\-@\t\r])"  # how a cell begins that a spreadsheet would compute


@click.command()
@reading_options
@click.option(
    "--back",
    default="8q",
    show_default=True,
    metavar="8q|12m",
    help="How many quarters or months back.",
)
@click.option(
    "--partner", help="Only this partner's claims. [default: all partners and all together]"
)
@click.option(
    "--store",
    metavar="DIR",
    help="The folder of earlier states (partner-kpis snapshot), for what was known on each day.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="Kinds of claims in numbers, every claim, or both.",
)
@click.option("--out", metavar="FILE", help="Write it to this file instead.")
def replay(source, as_of, pairs, mapping_file, back, partner, store, form, out, **options) -> None:
    """Make each kind of claim as of each past period and hold it against what came."""
    from kpi_helpers.contract.windows import as_date
    from kpi_helpers.history.store import monthly_states
    from kpi_helpers.judging import replay as replayed

    loaded = deals_from(source, as_of, pairs, mapping_file, **options)
    day = as_date(as_of or loaded.as_of, "as_of")
    deals = loaded.deals("pandas")
    states = monthly_states(store, day, loaded.currency)
    asked = {"back": back, "partner": partner, "targets": loaded.targets, "snapshots": states}
    found = replayed(deals, day, **asked)
    text = {"table": _table, "csv": _csv, "json": _json}[form](found, day, back, partner)
    if out is None:
        click.echo(text, nl=False)
    else:
        _write(Path(out), text)


def _write(path: Path, text: str) -> None:
    from kpi_helpers.system.whole_files import write_whole

    try:
        write_whole(path, text)
    except OSError as error:
        raise KitError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from error
    click.echo(f"replay written to {path}", err=True)


def _csv(found, *_) -> str:
    """Every claim; a name that a spreadsheet would compute is kept text."""
    names = found.claims["subject"].str.replace(FORMULA, "'", regex=True)
    return found.claims.assign(subject=names).to_csv(index=False)


def _json(found, as_of, back, partner) -> str:
    answer = {
        "as_of": str(as_of),
        "back": back,
        "partner": partner,
        "reason": None if found.reason is None else str(found.reason),
        "summary": records(found.summary),
        "claims": records(found.claims.assign(as_of=found.claims["as_of"].astype(str))),
    }
    return json.dumps(answer, ensure_ascii=False, indent=1) + "\n"


def _table(found, as_of, back, partner) -> str:
    if found.reason is not None:
        return f"Nothing can be replayed: {found.reason}.\n"
    from kpi_helpers.contract.levels import EVERYONE
    from kpi_helpers.judging.replaying import PARTNERS

    table = found.summary
    percent = "{:.0%}".format
    whom = table["who"].mask(table["who"] == PARTNERS, partner or PARTNERS)
    shown = table[["claim"]].assign(
        whom=whom.replace(EVERYONE, "all together"),
        right=table["right"],
        of=table["of"],
        share=table["share"].map(percent),
        interval=[f"{a:.0%} to {b:.0%}" for a, b in zip(table["low"], table["high"], strict=True)],
        stated=table["stated"].map(percent, na_action="ignore"),
    )
    shown = shown.rename(columns={"interval": "95 % interval"})
    means = [
        f"{claim}: {text}."
        for claim, text in dict(zip(table["claim"], table["means"], strict=True)).items()
    ]
    head = f"Claims of the last {back} up to {as_of} held against what came."
    return "\n".join([head, "", shown.to_string(index=False, na_rep="–"), "", *means, ""])
