"""`partner-kpis what-if`."""

import json
from dataclasses import replace

import click

from kpi_helpers.commands.source import deals_from, reading_options, records
from kpi_helpers.errors import KitError

DRIVERS = (
    "close_rate, average_deal_size, opportunities, leads, cycle_days, spend.paid, "
    "open_pipeline, win_back"
)


@click.command("what-if")
@reading_options
@click.option("--partner", help="Whose coming window. [default: the whole portfolio]")
@click.option("--employee", help="An employee instead of a partner.")
@click.option("--department", help="A department instead of a partner.")
@click.option("--unit", help="A business unit instead of a partner.")
@click.option(
    "--window",
    help="The coming window, like 2026-Q1. [default: the quarter that runs, else the next]",
)
@click.option(
    "--set",
    "pairs_set",
    multiple=True,
    metavar="DRIVER=CHANGE",
    help=f"+5pp, -20%, +3 or a new value; drivers: {DRIVERS} (also by channel: close_rate.paid).",
)
@click.option(
    "--scenario",
    "file",
    metavar="FILE",
    help="A scenario file (JSON or TOML), as the notebook saves it.",
)
@click.option(
    "--target", type=click.FloatRange(min=0, min_open=True), help="Revenue to reach in the window."
)
@click.option(
    "--goal", metavar="DRIVER", help="Find the value of this driver that reaches the target."
)
@click.option(
    "--returns",
    type=click.FloatRange(0, 1),
    help="Leads grow as spend raised to this power. [default: 0.5]",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@click.option(
    "--save", metavar="FILE.json", help="Save the scenario, for the notebook or for next time."
)
@click.option("--out", metavar="FILE", help="Save the comparison as .csv or .xlsx.")
def what_if(
    source,
    as_of,
    pairs,
    mapping_file,
    pairs_set,
    file,
    target,
    goal,
    returns,
    form,
    save,
    out,
    **options,
):
    """Show what the coming window would bring if drivers changed."""
    from kpi_helpers import whatif

    of_whom = {
        name: options.pop(name) for name in ("partner", "employee", "department", "unit", "window")
    }
    scenario = _scenario(whatif, file, pairs_set, returns)
    target = target or scenario.target
    if goal and not target:
        raise KitError("--goal asks what reaches a target: give it with --target.")
    loaded = deals_from(source, as_of, pairs, mapping_file, **options)
    base = whatif.baseline(
        loaded.deals("pandas"),
        **of_whom,
        as_of=as_of or loaded.as_of,
        spend=loaded.spend,
        targets=loaded.targets,
        target=target,
    )
    scenario = replace(scenario, target=target)
    before, after = whatif.simulate(base), whatif.simulate(base, scenario)
    sought = whatif.goal_seek(base, goal, target, scenario=scenario) if goal else None
    if save:
        click.echo(f"scenario kept in {whatif.save_scenario(scenario, save)}", err=True)
    if out:
        click.echo(
            f"comparison written to {whatif.export(whatif.compare(base, [scenario]), out)}",
            err=True,
        )
    if form == "json":
        click.echo(
            _json(
                base,
                scenario,
                before,
                after,
                sought,
                loaded.currency,
                whatif.tornado(base, scenario),
            )
        )
    else:
        from kpi_helpers.showing.what_if_answers import told_as_text

        click.echo(
            told_as_text(
                base, before, after, sought, loaded.currency, whatif.tornado(base, scenario)
            )
        )


def _scenario(whatif, file, pairs, returns):
    scenario = whatif.read_scenario(file) if file else whatif.Scenario()
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise KitError(
            f"--set takes DRIVER=CHANGE, like --set close_rate=+5pp; this is {wrong[0]!r}."
        )
    changes = dict(pair.split("=", 1) for pair in pairs)
    if len(changes) < len(pairs):
        raise KitError("--set names a driver twice; say each once.")
    scenario = replace(
        scenario, set=scenario.set | {driver.strip(): change for driver, change in changes.items()}
    )
    return scenario if returns is None else replace(scenario, returns=returns)


def _json(base, scenario, before, after, sought, currency, tornado) -> str:
    answer = {
        "level": base.level,
        "member": base.member,
        "window": base.window.label,
        "as_of": str(base.as_of.date()),
        "currency": currency,
        "target": after.target,
        "set": scenario.set,
        "baseline": before.plain(),
        "scenario": after.plain(),
        "difference": vars(after.difference(before)),
        "notes": [str(note) for note in after.notes],
        "drivers": records(base.drivers.reset_index()),
        "tornado": records(tornado.reset_index()),
    }
    if sought:
        answer["goal"] = {"driver": sought.driver, "value": sought.value, "reason": sought.reason}
    return json.dumps(answer, ensure_ascii=False, indent=1, default=str)
