"""Applying a scenario: from the baseline's world to the one in which the changes hold."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from kpi_helpers.contract.deals import CHANNELS
from kpi_helpers.contract.notes import Note
from kpi_helpers.contract.windows import as_date
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.judging.arrivals import YEAR
from kpi_helpers.whatif.baselines import Baseline, World
from kpi_helpers.whatif.changes import Change, parse_change
from kpi_helpers.whatif.drivers import competitor_losses, part
from kpi_helpers.whatif.scenarios import Scenario


def applied(base: Baseline, scenario: Scenario) -> tuple[World, list[Note]]:
    """The world in which the scenario holds, and what has to be said about it. Changes are of the
    measured values and multiply, so their order does not matter."""
    world = base.world
    notes: list[Note] = []
    for entry in scenario.move:
        world = _moved(base, world, entry)
    for entry in scenario.replace:
        world = _replaced(base, world, entry)
    for entry in scenario.add:
        world = _added(base, world, entry)
    plans = [
        (scenario.set, 1.0),
        *((plan["set"], _share(base, plan.get("starts"))) for plan in scenario.strategies),
    ]
    for changes, share in plans:
        for driver, written in changes.items():
            world = _set(base, world, parse_change(base.drivers, driver, written), share, notes)
    for entry in scenario.shift:
        world = _shifted(base, world, entry)
    return _returned(base, world, scenario.returns, notes), notes


def _set(base, world, change: Change, share, notes):
    name, column, value = part(change.driver)
    if name == "win_back":
        return _won_back(base, world, change.value * share)
    factor = 1 + (change.factor - 1) * share if change.measured else 1.0
    if name == "spend":
        return replace(world, spend=world.spend | {value: world.spend[value] * factor})
    opened, coming = world.opened, world.coming
    now, new = (_rows(base, table, column, value) for table in (opened, coming))
    if name == "close_rate":
        opened = _times(opened, now, factor, "chance", "ever")
        if capped := int((opened["chance"] > 1).sum()):
            notes.append(Note("chance_capped", driver=change.driver, count=capped))
        opened = opened.assign(
            chance=opened["chance"].clip(upper=1), ever=opened["ever"].clip(upper=1)
        )
        wins = _times(coming, new, factor, "wins")["wins"]
        coming = coming.assign(wins=np.where(new, np.minimum(wins, coming["leads"]), wins))
    elif name == "open_pipeline":
        opened = _times(opened, now, factor, "amount")
    elif name == "average_deal_size":
        opened = _times(opened, now, factor, "amount")
        coming = _times(coming, new, factor, "amount")
    elif name == "leads":
        coming = _times(coming, new, factor, "wins", "leads")
    elif name == "opportunities":
        opened, coming = (
            _times(opened, now, factor, "copies"),
            _times(coming, new, factor, "wins", "leads"),
        )
    elif name == "cycle_days":
        opened, coming = (
            _times(opened, now, 1 / factor, "copies"),
            _times(coming, new, 1 / factor, "wins"),
        )
        notes += [Note("pipeline_refilled")] if factor < 1 else []
    return replace(world, opened=opened, coming=coming)


def _times(table, rows, factor, *columns):
    """The table with these columns scaled in these rows."""
    by = np.where(rows, factor, 1.0)
    return table.assign(**{name: table[name].to_numpy() * by for name in columns})


def _rows(base, table, column, value):
    ours = (
        np.full(len(table), True)
        if base.of_everyone
        else (table["member"] == base.member).to_numpy()
    )
    return ours if column is None else ours & (table[column] == value).to_numpy()


def _won_back(base, world, share):
    """Deals like those lost to a competitor in the last year, so many of them, are won in the
    window."""
    lost = base.recent[competitor_losses(base.recent)]
    if not len(lost) or not share:
        return world
    rows = lost.reindex(columns=world.coming.columns).fillna({"amount": 0.0})
    each = base.left / YEAR
    rows = rows.assign(stream="won back", wins=share * each, leads=0.0)
    return replace(world, coming=pd.concat([world.coming, rows], ignore_index=True))


def _moved(base, world, entry):
    """Open deals change hands and keep their chance: nothing tells that another would win them
    sooner."""
    for side in ("from", "to"):
        if entry[side] not in base.members:
            raise UnknownValue("one to move deals " + side, entry[side], base.members)
    opened = world.opened
    theirs = opened["partner" if base.of_everyone else "member"] == entry["from"]
    if "deals" in entry:
        ids = [str(deal) for deal in entry["deals"]]
        missing = sorted(set(ids) - set(opened.loc[theirs, "deal_id"]))
        if missing:
            raise UnknownValue(
                f"open deal of {entry['from']}", missing[0], opened.loc[theirs, "deal_id"]
            )
        share = np.where(theirs & opened["deal_id"].isin(ids), 1.0, 0.0)
    else:
        share = np.where(theirs, _portion(entry["share"], "share"), 0.0)
    gone = opened[share > 0].assign(copies=(opened["copies"] * share)[share > 0])
    if not base.of_everyone:
        gone["member"] = entry["to"]
    opened = opened.assign(copies=opened["copies"] * (1 - share))
    return replace(world, opened=pd.concat([opened, gone], ignore_index=True))


def _added(base, world, entry):
    _everyone(base, "add")
    like = entry.get("like")
    share = _share(base, entry.get("starts"))
    source = world.coming if like is None else _of_partner(base, world.coming, like)
    each = share / source["partner"].nunique() if like is None and len(source) else share
    rows = source.assign(stream=f"{entry['name']}: " + source["channel"], partner=entry["name"])
    rows = _times(rows, np.full(len(rows), True), each, "wins", "leads")
    return replace(world, coming=pd.concat([world.coming, rows], ignore_index=True))


def _replaced(base, world, entry):
    _everyone(base, "replace")
    _of_partner(base, world.coming, entry["member"])
    rows = _of_partner(base, world.coming, entry["like"])
    rows = rows.assign(stream=f"in place of {entry['member']}: " + rows["channel"])
    rest = world.coming[world.coming["partner"] != entry["member"]]
    return replace(world, coming=pd.concat([rest, rows], ignore_index=True))


def _everyone(base, what):
    if not base.of_everyone:
        raise KitError(f"To {what} a partner is asked of the portfolio: leave {base.level} out.")


def _of_partner(base, coming, name):
    known = sorted(base.world.coming["partner"].unique())
    if name not in known:
        raise UnknownValue("partner with new deals in the last year", name, known)
    return coming[coming["partner"] == name]


def _shifted(base, world, entry):
    what, source, into = entry["what"], entry["from"], entry["to"]
    if what not in ("spend", "leads"):
        raise UnknownValue("thing to shift", what, ("spend", "leads"))
    if what == "spend":
        for channel in (source, into):
            if channel not in base.world.spend:
                raise UnknownValue("channel with spend in the last year", channel, base.world.spend)
        there = world.spend[source]
        size = _size(entry["amount"], there, f"spend on {source}")
        return replace(
            world, spend=world.spend | {source: there - size, into: world.spend[into] + size}
        )
    coming = world.coming
    old, new = (_rows(base, coming, "channel", channel) for channel in (source, into))
    sums = [float(coming.loc[rows, "leads"].sum()) for rows in (old, new)]
    for channel, there in zip((source, into), sums, strict=True):
        if not there:
            raise UnknownValue("channel with leads in the last year", channel, CHANNELS)
    size = _size(entry["amount"], sums[0], f"leads of {source}")
    coming = _times(coming, old, 1 - size / sums[0], "wins", "leads")
    return replace(world, coming=_times(coming, new, 1 + size / sums[1], "wins", "leads"))


def _returned(base, world, returns, notes):
    """Leads follow spend, with the returns assumed."""
    coming = world.coming
    for channel, before in base.world.spend.items():
        factor = world.spend[channel] / before
        if factor != 1:
            rows = _rows(base, coming, "channel", channel)
            coming = _times(coming, rows, factor**returns, "wins", "leads")
            notes.append(Note("returns_assumed", driver=f"spend.{channel}", returns=returns))
    return replace(world, coming=coming)


def _share(base, starts):
    """The share of the days to come that a start leaves."""
    if starts is None:
        return 1.0
    end = pd.Timestamp(base.window.end)
    days = (end - pd.Timestamp(as_date(starts, "starts"))).days + 1
    if days <= 0:
        raise KitError(f"It starts on {starts}, after the window {base.window.label} has ended.")
    return min(1.0, days / base.left)


def _portion(written, what):
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", str(written).strip())
    value = float(found[1]) / (100 if found[2] else 1) if found else -1.0
    if not 0 <= value <= 1:
        raise KitError(f"{what} {written!r} is no share; write it like 50% or 0.5.")
    return value


def _size(written, there, what):
    if str(written).strip().endswith("%"):
        return there * _portion(written, "amount")
    try:
        size = float(written)
    except (TypeError, ValueError):
        raise KitError(
            f"amount {written!r} is not understood; write a number or a share like 20%."
        ) from None
    if not 0 <= size <= there * (1 + 1e-12):
        raise KitError(f"amount {written!r} cannot be taken away: the {what} is {there:,.2f}.")
    return min(size, there)
