"""What the numbers of one KPI allow one to say, in sentences written by rules; silence is an answer too."""

import pandas as pd

from ..judging import ages, channel_verdicts, share_won_by
from ..judging.channels import STOP_PAID, WORK_ON_EARNED
from ..movement import UNPROVEN, pipeline_movement
from ..peers import FEWEST
from ..view import PartnerView
from .format import changed, money, plural, shown
from .labels import CHANNELS, MISSED
from .pictures import month_before
from .tables import Html, Markup


def reading(view: PartnerView, kpi: str) -> Html:
    """The reading of one KPI as a paragraph."""
    sentences = [sentence for sentence in READINGS[kpi](view) if sentence]
    text = " ".join(sentences)
    return Html(Markup('<p class="reading">{}</p>').format(text), text)


def against_peers(view: PartnerView, row: dict) -> str:
    """Apart from the peers' median only where the interval is."""
    median = row["peers_median"]
    if pd.isna(row["value"]):
        return ""
    if pd.isna(median):
        return f"There are fewer than {FEWEST} peers to compare with."
    says = f"the peers’ median of {shown(median, row['unit'], view.currency)}"
    if pd.isna(row["low"]):
        return f"It stands against {says}; no interval is told, so this is no verdict."
    if row["low"] <= median <= row["high"]:
        return f"Its interval holds {says}: these numbers do not set the partner apart."
    side = "above" if row["low"] > median else "below"
    return f"Its interval lies {side} {says}, before season, region and mix are considered."


def against_before(view: PartnerView, row: dict) -> str:
    if pd.isna(row["value"]):
        return ""
    if pd.isna(row["change"]):
        return "The previous window had none, so there is no change to tell." if row["before"] == 0 else ""
    text = f"Against the previous window it moved by {changed(row['change'], row['unit'], row['before'], row['value'])}"
    if pd.isna(row["low"]):
        return f"{text}."
    inside = row["low"] <= row["before"] <= row["high"]
    return f"{text}, {'within what chance alone can do' if inside else 'more than its own interval covers'}."


def _unknown(row: dict, what: str) -> str:
    return f"{what} cannot be told: {row['note']}." if pd.isna(row["value"]) else ""


def _sizes(view):
    row, median = view.row("average_deal_size"), view.row("average_deal_size", "median")
    yield _unknown(row, "The average deal size")
    yield against_before(view, row)
    yield against_peers(view, row)
    if row["n"] >= 3 and row["value"] > 2 * median["value"] > 0:
        yield f"The mean is {row['value'] / median['value']:.1f} times the median: a few large deals carry it."
    if 0 < row["n"] < 5:
        yield f"It rests on {plural(row['n'], 'deal')} only."


def _count(view):
    row, attained, pace = (view.row("deal_count", basis) for basis in ("won", "attainment", "pace"))
    yield against_before(view, row)
    yield against_peers(view, row)
    if not pd.isna(attained["value"]):
        yield (
            f"The target of {plural(attained['denominator'], 'deal')} is {shown(attained['value'], 'ratio')} attained; "
            f"the pace is {pace['value']:.2f}."
        )


def _pipeline(view):
    row, weighted, coverage = (view.row("pipeline", basis) for basis in ("open", "weighted", "coverage"))
    yield _unknown(row, "The open value")
    if not pd.isna(weighted["value"]) and row["value"]:
        yield f"Weighted by each deal’s own probability it is {money(weighted['value'], view.currency)}."
    if not pd.isna(coverage["value"]):
        yield f"It covers what is left of the revenue target {coverage['value']:.1f} times."
    else:
        yield f"Coverage is not told: {coverage['note']}."
    overdue, stale = view.row("pipeline", "overdue"), view.row("pipeline", "stale")
    if overdue["value"]:
        yield f"Past the expected close date: {plural(overdue['value'], 'open deal')}."
    if stale["value"] and not pd.isna(stale["value"]):
        yield f"Stale ({stale['note']}): {plural(stale['value'], 'open deal')}."
    lost = view.row("pipeline", "competitor")
    if lost["value"] > 0:
        yield f"{lost['numerator']:.0f} of {plural(lost['denominator'], 'lost deal')} went to a competitor."
    steps = pipeline_movement(view.deals, since=month_before(view), as_of=view.as_of).set_index("step")["amount"]
    if steps[list(UNPROVEN)].isna().all():
        yield "The movement shows only what the dates of one export prove; changed amounts and dates need snapshots."


def _channels(view):
    rates = {
        channel: view.row("marketing_channels", f"close_rate.{channel}") for channel in ("paid", "earned", "owned")
    }
    told = {channel: row for channel, row in rates.items() if row["n"]}
    verdicts = channel_verdicts(view.deals, view.window, as_of=view.as_of).verdicts["verdict"].tolist()
    if not told:
        yield "No lead of the window came through paid, earned or owned channels."
    elif STOP_PAID in verdicts:
        yield "Paid leads bring nothing while earned and owned ones do, intervals apart: stop investing there."
    elif WORK_ON_EARNED in verdicts:
        yield "Earned leads fall behind paid and owned ones, intervals apart: work on third-party relations."
    elif len(told) == 1:
        only = CHANNELS[next(iter(told))].lower()
        yield f"Leads came through {only} channels only: there is nothing to compare."
    else:
        yield "The data does not support moving money between the channels yet: no verdict’s intervals are apart."
    unknown = view.row("marketing_channels", "leads.unknown")
    if unknown["value"]:
        yield f"In a row of its own: {plural(unknown['value'], 'lead')} without a known channel."
    roi = view.row("marketing_channels", "roi.paid")
    if pd.isna(roi["value"]):
        yield f"The return on paid spend is not told: {roi['note']}."


def _close_rate(view):
    cohort, closed = view.row("close_rate", "cohort"), view.row("close_rate", "closed")
    yield _unknown(closed, "The close rate of decided deals")
    yield against_before(view, closed)
    yield against_peers(view, closed)
    if "immature" in cohort["note"]:
        yield (
            "The rate of all created deals is immature and must not be read as a fall: "
            "many are still too young to be won."
        )
    yield "Location, season and mix move this number; it is no verdict alone."


def _velocity(view):
    row = view.row("deal_velocity", "cycle_median")
    followed = ages(view.deals, view.as_of)
    shares = share_won_by(followed["days"], followed["outcome"])
    known = shares.dropna(subset="won")
    told = ", ".join(f"{row.won:.0%} by day {row.by:.0f}" for row in known.itertuples())
    if told:
        yield f"Of all deals, open and lost ones counted, {told} were won."
    yield _unknown(row, "The cycle")
    yield against_before(view, row)
    yield against_peers(view, row)
    yield "The median looks at won deals only; the curve counts the slow ones that are still open, too."


def _quality(view):
    row, past = view.row("quality_score"), view.row("quality_score", "past")
    yield _unknown(row, "The index against peers")
    if not pd.isna(row["value"]):
        side = "above" if row["value"] > 100 else "below" if row["value"] < 100 else "at"
        yield f"An index of {row['value']:.0f} is {side} the average peer’s 100, in deals and amount together."
    if not pd.isna(past["value"]):
        yield f"Against the own previous window it is {past['value']:.0f}."
    yield "It says who brings more, not who works better: territory and size are not considered."


def _success(view):
    success, identification, conversion = (
        view.row("deal_success", basis) for basis in ("success", "identification", "conversion")
    )
    yield _unknown(success, "Deal success")
    if not pd.isna(success["value"]):
        yield (
            f"{shown(identification['value'], 'ratio')} of the submitted deals were ideal and "
            f"{shown(conversion['value'], 'ratio')} of these have been won."
        )
        yield against_peers(view, success)
    missed = {name: view.row("deal_success", f"missed.{kind}")["value"] for kind, name in MISSED.items()}
    most = max(missed, key=missed.get)
    if missed[most]:
        yield f"Most were missed as: {most.lower()} ({missed[most]:.0f} of {sum(missed.values()):.0f})."


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
