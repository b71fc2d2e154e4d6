"""What the numbers of one KPI allow one to say, in sentences written by rules; silence is an answer
too."""

import pandas as pd

from kpi_helpers.contract.as_of import ages
from kpi_helpers.judging import channel_verdicts, pace_of_years
from kpi_helpers.judging.channels import STOP_PAID, WORK_ON_EARNED
from kpi_helpers.scoring.peers import FEWEST
from kpi_helpers.showing.format import changed, money, shown
from kpi_helpers.showing.labels import CHANNELS, MISSED
from kpi_helpers.showing.language import N_, _, lower, ngettext
from kpi_helpers.showing.notes import has, remarks
from kpi_helpers.showing.tables import Html, paragraph, silent
from kpi_helpers.stats import share_won_by
from kpi_helpers.stats.trend import SURE
from kpi_helpers.views.partner import PartnerView


def reading(view: PartnerView, kpi: str) -> Html | None:
    """The reading of one KPI as a paragraph; None where its numbers already say that there is
    nothing to tell."""
    if silent(view, kpi):
        return None
    return paragraph(" ".join(sentence for sentence in READINGS[kpi](view) if sentence))


def against_peers(view: PartnerView, row: dict) -> str:
    """Apart from the peers' median only where the interval is."""
    median = row["peers_median"]
    if pd.isna(row["value"]):
        return ""
    if pd.isna(median):
        return _("There are fewer than {fewest} peers to compare with.", fewest=FEWEST)
    told = {"median": shown(median, row["unit"], view.currency)}
    if pd.isna(row["low"]):
        return _(
            "It stands against the peers’ median of {median}; no interval is told, so this is no "
            "verdict.",
            **told,
        )
    if row["low"] <= median <= row["high"]:
        return _(
            "Its interval holds the peers’ median of {median}: these numbers do not set the "
            "partner apart.",
            **told,
        )
    if row["low"] > median:
        return _(
            "Its interval lies above the peers’ median of {median}, before season, region and "
            "mix are considered.",
            **told,
        )
    return _(
        "Its interval lies below the peers’ median of {median}, before season, region and mix "
        "are considered.",
        **told,
    )


def against_before(row: dict) -> str:
    if pd.isna(row["value"]):
        return ""
    if pd.isna(row["change"]):
        return (
            _("The previous window had none, so there is no change to tell.")
            if row["before"] == 0
            else ""
        )
    change = changed(row["change"], row["unit"], row["before"], row["value"])
    if pd.isna(row["low"]):
        return _("Against the previous window it moved by {change}.", change=change)
    if row["low"] <= row["before"] <= row["high"]:
        return _(
            "Against the previous window it moved by {change}, within what chance alone can do.",
            change=change,
        )
    return _(
        "Against the previous window it moved by {change}, more than its own interval covers.",
        change=change,
    )


def _unknown(row: dict, sentence: str) -> str:
    return sentence.format(why=remarks(row)) if pd.isna(row["value"]) else ""


def _sizes(view):
    row, median = view.row("average_deal_size"), view.row("average_deal_size", "median")
    yield _unknown(row, _("The average deal size cannot be told: {why}."))
    yield against_before(row)
    yield against_peers(view, row)
    if row["n"] >= 3 and row["value"] > 2 * median["value"] > 0:
        times = row["value"] / median["value"]
        yield _(
            "The mean is {times:.1f} times the median: a few large deals carry it.", times=times
        )
    if 0 < row["n"] < 5:
        yield ngettext(
            "It rests on {count} deal only.", "It rests on {count} deals only.", row["n"]
        )


def _count(view):
    row, attained, pace = (view.row("deal_count", basis) for basis in ("won", "attainment", "pace"))
    yield against_before(row)
    yield against_peers(view, row)
    if not pd.isna(attained["value"]):
        yield ngettext(
            "The target of {count} deal is {share} attained; the pace is {pace:.2f}.",
            "The target of {count} deals is {share} attained; the pace is {pace:.2f}.",
            attained["denominator"],
            share=shown(attained["value"], "ratio"),
            pace=pace["value"],
        )


def _pipeline(view):
    row, weighted, coverage = (
        view.row("pipeline", basis) for basis in ("open", "weighted", "coverage")
    )
    yield _unknown(row, _("The open value cannot be told: {why}."))
    if not pd.isna(weighted["value"]) and row["value"]:
        amount = money(weighted["value"], view.currency)
        yield _("Weighted by each deal’s own probability it is {amount}.", amount=amount)
    if not pd.isna(coverage["value"]):
        yield _(
            "It covers what is left of the revenue target {times:.1f} times.",
            times=coverage["value"],
        )
    else:
        yield _("Coverage is not told: {why}.", why=remarks(coverage))
    overdue, stale = view.row("pipeline", "overdue"), view.row("pipeline", "stale")
    if overdue["value"]:
        yield ngettext(
            "Past the expected close date: {count} open deal.",
            "Past the expected close date: {count} open deals.",
            overdue["value"],
        )
    if stale["value"] and not pd.isna(stale["value"]):
        yield ngettext(
            "Stale ({note}): {count} open deal.",
            "Stale ({note}): {count} open deals.",
            stale["value"],
            note=remarks(stale),
        )
    lost = view.row("pipeline", "competitor")
    if lost["value"] > 0:
        yield ngettext(
            "{lost:,.0f} of {count} lost deal went to a competitor.",
            "{lost:,.0f} of {count} lost deals went to a competitor.",
            lost["denominator"],
            lost=lost["numerator"],
        )
    if not view.history.exact:
        yield _(
            "The movement shows only what the dates of one export prove; changed amounts and "
            "dates need snapshots."
        )


def _channels(view):
    rates = {
        channel: view.row("marketing_channels", f"close_rate.{channel}")
        for channel in ("paid", "earned", "owned")
    }
    told = {channel: row for channel, row in rates.items() if row["n"]}
    verdicts = (
        channel_verdicts(view.deals, view.window, as_of=view.as_of).verdicts["verdict"].tolist()
    )
    if not told:
        yield _("No lead of the window came through paid, earned or owned channels.")
    elif STOP_PAID in verdicts:
        yield _(
            "Paid leads bring nothing while earned and owned ones do, intervals apart: stop "
            "investing there."
        )
    elif WORK_ON_EARNED in verdicts:
        yield _(
            "Earned leads fall behind paid and owned ones, intervals apart: work on third-party "
            "relations."
        )
    elif len(told) == 1:
        only = lower(_(CHANNELS[next(iter(told))]))
        yield _(
            "Leads came through {channel} channels only: there is nothing to compare.", channel=only
        )
    else:
        yield _(
            "The data does not support moving money between the channels yet: no verdict’s "
            "intervals are apart."
        )
    unknown = view.row("marketing_channels", "leads.unknown")
    if unknown["value"]:
        yield ngettext(
            "In a row of its own: {count} lead without a known channel.",
            "In a row of its own: {count} leads without a known channel.",
            unknown["value"],
        )
    roi = view.row("marketing_channels", "roi.paid")
    if pd.isna(roi["value"]):
        yield _("The return on paid spend is not told: {why}.", why=remarks(roi))


def _close_rate(view):
    cohort, closed = view.row("close_rate", "cohort"), view.row("close_rate", "closed")
    yield _unknown(closed, _("The close rate of decided deals cannot be told: {why}."))
    yield against_before(closed)
    yield against_peers(view, closed)
    if has(cohort, "immature"):
        yield _(
            "The rate of all created deals is immature and must not be read as a fall: "
            "many are still too young to be won."
        )
    yield from _season(view)
    yield _("Location, season and mix move this number; it is no verdict alone.")


def _season(view):
    """All partners' season; a partner's own edition tells it only of enough others."""
    if view.edition == "partner" and view.common.ranked <= FEWEST:
        return
    for row in view.common.season.to_dict("records"):
        yield _(
            "Among all partners the seasonal index of this time of the year is {index:.2f} (95% "
            "interval {low:.2f} to "
            "{high:.2f}; 1 is the year’s average, region and partner held equal).",
            **{name: row[name] for name in ("index", "low", "high")},
        )


def _velocity(view):
    row = view.row("deal_velocity", "cycle_median")
    followed = ages(view.deals, view.as_of)
    shares = share_won_by(followed["days"], followed["outcome"])
    known = shares.dropna(subset="won")
    told = ", ".join(
        _("{share:.0%} by day {day:.0f}", share=row.won, day=row.by) for row in known.itertuples()
    )
    if told:
        yield _("Of all deals, open and lost ones counted, {shares} were won.", shares=told)
    yield _unknown(row, _("The cycle cannot be told: {why}."))
    yield against_before(row)
    yield against_peers(view, row)
    yield from _pace(view)
    yield _(
        "The median looks at won deals only; the curve counts the slow ones that are still open, "
        "too."
    )


def _pace(view):
    told = pace_of_years(view.deals, view.as_of)
    if told["p"] < SURE and told["z"] > 0:
        said = N_(
            "Deals created in the last twelve months are won faster than those of the twelve before"
        )
    elif told["p"] < SURE:
        said = N_(
            "Deals created in the last twelve months are won more slowly than those of the "
            "twelve before"
        )
    elif told["p"] >= SURE:
        said = N_(
            "Deals created in the last twelve months show no other pace than those of the twelve "
            "before"
        )
    else:
        return
    p = _("p < {p:.3f}", p=0.001) if told["p"] < 0.001 else _("p = {p:.3f}", p=told["p"])
    yield _("{said} (log-rank test of this partner alone: {p}).", said=_(said), p=p)


def _quality(view):
    row, past = view.row("quality_score"), view.row("quality_score", "past")
    yield _unknown(row, _("The index against peers cannot be told: {why}."))
    if row["value"] > 100:
        index = row["value"]
        yield _(
            "An index of {index:.0f} is above the average peer’s 100, in deals and amount "
            "together.",
            index=index,
        )
    elif row["value"] < 100:
        index = row["value"]
        yield _(
            "An index of {index:.0f} is below the average peer’s 100, in deals and amount "
            "together.",
            index=index,
        )
    elif row["value"] == 100:
        yield _("An index of 100 is at the average peer’s 100, in deals and amount together.")
    if not pd.isna(past["value"]):
        yield _("Against the own previous window it is {index:.0f}.", index=past["value"])
    yield _("It says who brings more, not who works better: territory and size are not considered.")


def _success(view):
    success, identification, conversion = (
        view.row("deal_success", basis) for basis in ("success", "identification", "conversion")
    )
    yield _unknown(success, _("Deal success cannot be told: {why}."))
    if not pd.isna(success["value"]):
        yield _(
            "{ideal} of the submitted deals were ideal and {won} of these have been won.",
            ideal=shown(identification["value"], "ratio"),
            won=shown(conversion["value"], "ratio"),
        )
        yield against_peers(view, success)
    missed = {
        name: view.row("deal_success", f"missed.{kind}")["value"] for kind, name in MISSED.items()
    }
    most = max(missed, key=missed.get)
    if missed[most]:
        yield _(
            "Most were missed as: {outcome} ({count:,.0f} of {all:,.0f}).",
            outcome=lower(_(most)),
            count=missed[most],
            all=sum(missed.values()),
        )


READINGS = {
    "average_deal_size": _sizes,
    "deal_count": _count,
    "pipeline": _pipeline,
    "marketing_channels": _channels,
    "close_rate": _close_rate,
    "deal_velocity": _velocity,
    "quality_score": _quality,
    "deal_success": _success,
}
