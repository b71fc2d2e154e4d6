"""What-if answers as tables, sentences and pictures, in the language of now."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from kpi_helpers.showing.format import DASH, changed, percent, shown
from kpi_helpers.showing.language import N_, _, filled, ngettext
from kpi_helpers.showing.notes import said
from kpi_helpers.showing.tables import Html, table
from kpi_helpers.whatif.drivers import part

DRIVERS = {
    "opportunities": N_("Opportunities"),
    "leads": N_("New leads"),
    "close_rate": N_("Close rate"),
    "average_deal_size": N_("Average deal size"),
    "cycle_days": N_("Cycle"),
    "spend": N_("Spend"),
    "open_pipeline": N_("Open pipeline"),
    "win_back": N_("Won back losses"),
}
CHANNELS = {
    "paid": N_("paid"),
    "earned": N_("earned"),
    "owned": N_("owned"),
    "partner": N_("partner"),
    "unknown": N_("unknown"),
}
ROWS = {
    "revenue": (N_("Revenue"), "money"),
    "deal_count": (N_("Deals won"), "number"),
    "weighted_pipeline": (N_("Open pipeline, in the end"), "money"),
    "quality_score": (N_("Quality score (100 = average peer)"), "index"),
    "attainment": (N_("Target attained"), "ratio"),
}


def driver_name(driver: str) -> str:
    """A driver in words: close_rate.paid is Close rate, paid."""
    name, column, value = part(driver)
    title = _(DRIVERS[name])
    return (
        title
        if column is None
        else f"{title}, {_(CHANNELS[value]) if value in CHANNELS else value}"
    )


def main_drivers(base) -> list[str]:
    """The drivers worth a line: overall and by channel, measured, spend where there is some."""
    rows = base.drivers
    return [
        driver
        for driver, row in rows.iterrows()
        if part(driver)[1] in (None, "channel")
        and not pd.isna(row["value"])
        and (driver == "win_back" or row["value"] > 0)
        and not driver.startswith("average_deal_size.")
    ]


def driver_rows(base, currency=None) -> Html:
    """The measured drivers with their intervals."""
    rows = []
    for driver in main_drivers(base):
        row = base.drivers.loc[driver]
        value, low, high = (
            shown(row[name], row["unit"], currency) for name in ("value", "low", "high")
        )
        span = (
            DASH
            if pd.isna(row["low"]) or row["low"] == row["high"]
            else _("{low} to {high}", low=low, high=high)
        )
        rows.append(
            [driver_name(driver), driver, value, span, str(int(row["n"])) if row["n"] else DASH]
        )
    return table(
        [_("Driver"), _("Written"), _("Measured"), _("95% interval"), "n"], rows, kind="numbers"
    )


def answer_rows(answers, currency=None, *, small: bool = False) -> Html:
    """Each answer's P10, P50 and P90 of everything, its chance to reach the target and its mean
    beside the first's.

    `small` gives P50 with P10 to P90 below it, for narrow places."""
    names = [answer_name(answer) for answer in answers]
    head = ["", *(names if small else (_("{name}: P10 | P50 | P90", name=name) for name in names))]
    rows = []
    for measure, (label, unit) in ROWS.items():
        ranges = [getattr(answer, measure) for answer in answers]
        if any(ranges):
            rows.append([_(label), *(_ranges(one, unit, currency, small) for one in ranges)])
    if answers[0].chance is not None:
        target = shown(answers[0].target, "money", currency)
        rows.append(
            [_("Chance to reach {target}", target=target), *(percent(a.chance, 1) for a in answers)]
        )
    if len(answers) > 1:
        first = answers[0].revenue.mean
        moves = [_change(a.revenue.mean / first - 1 if first else np.nan) for a in answers[1:]]
        rows.append([_("Mean revenue against the baseline"), DASH, *moves])
    return table(head, rows, kind="numbers")


def _change(share: float) -> str:
    return changed(share, "money", 1, 1)


def answer_name(answer) -> str:
    return _("Baseline") if answer.name == "baseline" else answer.name


def _ranges(ranges, unit, currency, small):
    if ranges is None:
        return DASH
    low, middle, high = (
        shown(value, unit, currency) for value in (ranges.p10, ranges.p50, ranges.p90)
    )
    if small:
        return Markup('<strong>{}</strong><br><span class="note">{}</span>').format(
            middle, _("{low} to {high}", low=low, high=high)
        )
    return f"{low} | {middle} | {high}"


def scenario_rows(compared: pd.DataFrame, currency=None) -> Html:
    """`whatif.compare`, one scenario a line."""
    rows = [
        [
            _("Baseline") if row["scenario"] == "baseline" else row["scenario"],
            *(
                shown(row[f"revenue_{name}"], "money", currency)
                for name in ("p10", "p50", "p90", "mean")
            ),
            _change(row["revenue_change"]) if at else DASH,
            shown(row["deal_count_mean"], "index"),
            shown(row["chance"], "ratio"),
            shown(row["spend"], "money", currency),
        ]
        for at, row in enumerate(compared.to_dict("records"))
    ]
    head = [
        _("Scenario"),
        "P10",
        "P50",
        "P90",
        _("Mean"),
        _("Change"),
        _("Deals"),
        _("Chance of the target"),
        _("Spend"),
    ]
    return table(head, rows, kind="numbers")


def difference_sentence(before, after, currency=None) -> str:
    """What the scenario adds, with the same luck on both sides."""
    difference = after.difference(before)
    return _(
        "The scenario changes revenue by {mean} on average; in eight of ten draws by {low} to "
        "{high}.",
        mean=shown(difference.mean, "money", currency),
        low=shown(difference.p10, "money", currency),
        high=shown(difference.p90, "money", currency),
    )


def goal_sentence(goal, unit: str, currency=None) -> str:
    """What value reaches the target, or that none does."""
    name = driver_name(goal.driver)
    target = shown(goal.target, "money", currency)
    now = shown(goal.measured, unit, currency)
    if goal.value is not None:
        value = shown(goal.value, unit, currency)
        text = _("{name}: {value} instead of {now} reaches {target} on average.")
        return filled(text, name=name, value=value, target=target, now=now)
    best = max(money for _end, money in goal.ends)
    least = min(money for _end, money in goal.ends)
    if goal.target > best:
        best = shown(best, "money", currency)
        return _(
            "{target} cannot be reached by {name} alone: at most {best}.",
            target=target,
            name=name,
            best=best,
        )
    least = shown(least, "money", currency)
    return _(
        "{target} is reached whatever the {name}: at least {least}.",
        target=target,
        name=name,
        least=least,
    )


def assumptions(answer) -> str:
    """What to keep in mind with any what-if, and with this one."""
    limits = _(
        "A driver is moved alone here. That two things went together does not say that one "
        "brings the other; "
        "more spend is assumed to bring ever fewer leads, by the power shown as returns."
    )
    notes = dict.fromkeys(answer.notes)
    return " ".join([limits, *map(said, notes)])


def told_as_text(base, before, after, goal, currency, tornado) -> str:
    """The whole answer for a terminal."""
    who = _("everyone") if base.of_everyone else base.member
    lines = [
        _(
            "{who}, {window}, as known on {day}",
            who=who,
            window=base.window.label,
            day=base.as_of.date(),
        )
    ]
    lines += ["", _columns(answer_rows([before, after], currency).text)]
    lines += ["", difference_sentence(before, after, currency)]
    if goal:
        lines.append(goal_sentence(goal, base.drivers.loc[goal.driver, "unit"], currency))
    lines += ["", _("What moves the mean most, each driver alone over its interval:")]
    for driver, row in tornado.head(5).iterrows():
        low, high = (
            shown(row[name], "money", currency) for name in ("revenue_low", "revenue_high")
        )
        lines.append(f"  {driver_name(driver):32} {_('{low} to {high}', low=low, high=high)}")
    draws = ngettext(
        "{count} draw, the same for both.", "{count} simulations, the same for both.", base.draws.n
    )
    return "\n".join([*lines, "", draws + " " + assumptions(after)])


def _columns(text: str) -> str:
    """Tab-separated lines, set in columns."""
    rows = [line.split("\t") for line in text.splitlines()]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )
