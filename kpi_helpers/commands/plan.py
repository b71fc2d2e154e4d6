"""`partner-kpis plan`."""

import json

import click

from kpi_helpers.commands.source import WINDOW, deals_from, reading_options, records
from kpi_helpers.errors import KitError, UnknownValue


@click.command()
@reading_options
@WINDOW
@click.option(
    "--partner", help="Only this partner's plan. [default: all partners and the programme itself]"
)
@click.option(
    "--rules", metavar="FILE.toml", help="Your own texts and thresholds for the recommendations."
)
@click.option(
    "--weights",
    metavar="KPI=N,...",
    help="Add a composite score by these weights: close_rate=2,deal_velocity=1.",
)
@click.option(
    "--store",
    metavar="DIR",
    help="The folder of earlier states (partner-kpis snapshot), for better chances of open deals.",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def plan(
    source, as_of, pairs, mapping_file, window, partner, rules, weights, store, form, **options
) -> None:
    """Say what to do next: ranked recommendations with their evidence, the value at stake, who
    should act and when to look again."""
    from kpi_helpers.contract.windows import as_date, parse_window
    from kpi_helpers.history.store import monthly_states
    from kpi_helpers.judging import (
        composite,
        fit_programme,
        read_rules,
        recommend,
        recommend_portfolio,
    )
    from kpi_helpers.scoring.scorecard import scorecard

    rules, weights = read_rules(rules), _weights(weights)
    loaded = deals_from(source, as_of, pairs, mapping_file, **options)
    deals, as_of = loaded.deals("pandas"), as_date(as_of or loaded.as_of, "as_of")
    names = sorted(deals["partner"].unique())
    if partner and partner not in names:
        raise UnknownValue("partner", partner, names)
    window = parse_window(window, as_of)
    ranked = None
    if weights:
        ranked = composite(
            scorecard(deals, by="partner", window=window, as_of=as_of, spend=loaded.spend), weights
        )
    programme = fit_programme(
        deals,
        window,
        as_of=as_of,
        snapshots=monthly_states(store, as_of, loaded.currency),
        backtest_periods=0,
    )
    sides = {"spend": loaded.spend, "targets": loaded.targets}
    if partner:
        own = {
            name: side if side is None else side[side["partner"] == partner]
            for name, side in sides.items()
        }
        made = recommend(deals[deals["partner"] == partner], programme, partner, rules=rules, **own)
    else:
        made = recommend_portfolio(deals, programme, rules=rules, **sides)
    facts = {"window": window.label, "as_of": str(as_of), "currency": loaded.currency}
    if form == "json":
        click.echo(json.dumps(facts | _plain(made, ranked), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join([*_lines(made, loaded.currency), *_standing(ranked)]))


def _weights(text):
    if text is None:
        return None
    try:
        pairs = (pair.split("=", 1) for pair in text.split(","))
        return {name.strip(): float(weight) for name, weight in pairs}
    except ValueError:
        raise KitError(
            f"--weights takes KPI=NUMBER,..., like close_rate=2,deal_velocity=1; this is {text!r}."
        ) from None


def _plain(made, ranked):
    rows = records(made.table.assign(review_on=made.table["review_on"].dt.strftime("%Y-%m-%d")))
    for row in rows:
        for name in ("value_at_stake", "brings"):
            ends = {end: row.pop(f"{name}_{end}") for end in ("low", "high")}
            row[name] = {"value": row[name], **ends}
    answer = {"recommendations": rows, "silence": made.silence, "silent": made.silent}
    return answer if ranked is None else answer | {"composite": records(ranked.reset_index())}


def _lines(made, currency):
    """Each recommendation in two lines, then the silences."""
    from kpi_helpers.showing.format import day, money

    for row in made.table.itertuples():
        yield f"{row.rank}. {row.partner if row.partner != '*' else 'The programme'}: {row.text}"
        who = f"{row.level}: {row.who}" if isinstance(row.who, str) else row.level
        worth = "no value in money"
        if row.value_at_stake == row.value_at_stake:
            ends = (row.value_at_stake, row.value_at_stake_low, row.value_at_stake_high)
            worth = "at stake {} a year ({} to {})".format(*(money(x, currency) for x in ends))
        elif row.brings == row.brings:
            ends = (row.brings, row.brings_low, row.brings_high)
            worth = "should bring {} anyway ({} to {})".format(*(money(x, currency) for x in ends))
        ids = ", ".join(map(str, row.deal_ids[:5])) + (", ..." if len(row.deal_ids) > 5 else "")
        yield (
            f"   {who}; {worth}; look again {day(row.review_on)}; {len(row.deal_ids)} deals: {ids}"
        )
    if made.silence:
        yield made.silence
    for partner, said in made.silent.items():
        yield f"{partner}: {said}"


def _standing(ranked):
    """The composite, best first, with the ranks that other weights would give."""
    if ranked is None:
        return
    yield ""
    yield (
        "Composite by your weights (0 to 100), its rank, and the ranks of 95 of 100 weights "
        "around them:"
    )
    for partner, row in ranked.iterrows():
        if row["rank"] != row["rank"]:
            yield f"  {partner}: none, {row['reason']}"
        else:
            ranks = f"rank {row['rank']:.0f} ({row['rank_low']:.0f} to {row['rank_high']:.0f}"
            yield (
                f"  {partner}: {row['composite']:.1f}, {ranks}; {row['rank_equal']:.0f} with "
                f"equal weights)"
            )
