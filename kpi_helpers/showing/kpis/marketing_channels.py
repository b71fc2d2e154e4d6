"""How marketing channels are shown: a row a channel, what each cost and brought."""

from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from kpi_helpers.judging.claims import LEVEL
from kpi_helpers.showing.cells import interval_text, value_text
from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.comparing import so_far
from kpi_helpers.showing.figures import Picture, spend_return
from kpi_helpers.showing.format import DASH, day, shown
from kpi_helpers.showing.labels import CHANNEL_COLUMNS, CHANNELS
from kpi_helpers.showing.language import N_, _, lower, ngettext
from kpi_helpers.showing.notes import remarks, said
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.showing.tables import Html, table
from kpi_helpers.views.partner import PartnerView

OUTCOMES = ("close_rate", "cost_per_won", "roi")  # of leads: what young ones do not have yet


def sentences(view: PartnerView) -> Iterator[str]:
    rates = {
        channel: view.row("marketing_channels", f"close_rate.{channel}")
        for channel in ("paid", "earned", "owned")
    }
    known = {channel: row for channel, row in rates.items() if row["n"]}
    claim = view.judged["marketing_channels", "close_rate", "channels"]
    over = {name: day(claim.behind[name]) for name in ("start", "end")}
    if not known:
        yield _("No leads of the window came through paid, earned or owned channels.")
    elif claim.verdict == LEVEL and len(known) == 1:
        only = lower(_(CHANNELS[next(iter(known))]))
        yield _(
            "Leads came through {channel} channels only: there is nothing to compare.", channel=only
        )
    else:
        yield told(claim, **over, why=said(claim.behind["reason"] or ""))
    unknown = view.row("marketing_channels", "leads.unknown")
    if unknown["value"]:
        yield ngettext(
            "In a row of its own: {count} lead without a known channel.",
            "{count} leads without a known channel have a row of their own.",
            unknown["value"],
        )
    roi = view.row("marketing_channels", "roi.paid")
    if pd.isna(roi["value"]):
        yield _("The return on paid spend is not known: {why}.", why=remarks(roi))
    yield so_far(
        view,
        roi,
        _("Paid leads returned {value} so far; {open:,.0f} of {all:,.0f} are undecided."),
    )


def picture(view: PartnerView) -> Picture | None:
    rows = [
        {"channel": _(name)}
        | {
            metric: view.row("marketing_channels", f"{metric}.{channel}")["value"]
            for metric in ("spend", "revenue", "leads", "close_rate")
        }
        for channel, name in CHANNELS.items()
    ]
    table = pd.DataFrame(rows)
    if not table[["spend", "revenue"]].fillna(0).any(axis=None):
        return None
    text = _("Spend and revenue by channel") + ": "
    text += "; ".join(
        _(
            "{channel} {spent} spent, {won} won",
            channel=row.channel,
            spent=shown(row.spend, "money", view.currency),
            won=shown(row.revenue, "money", view.currency),
        )
        for row in table.itertuples()
    )
    title = _("Spend and the revenue of the window’s leads")
    return Picture(
        lambda ax: spend_return(table, title=title, currency=view.currency, ax=ax), text, right=0.98
    )


def channels(view: PartnerView) -> Html:
    """One line a channel: leads, won, close rate with its interval, revenue, spend, cost per won
    deal, ROI."""
    rows = []
    for channel, name in CHANNELS.items():
        cells = [
            view.row("marketing_channels", f"{metric}.{channel}") for metric in CHANNEL_COLUMNS
        ]
        texts = [
            value_text(cell, view)
            if cell["young"] and metric in OUTCOMES
            else shown(cell["value"], cell["unit"], view.currency)
            for metric, cell in zip(CHANNEL_COLUMNS, cells, strict=True)
        ]
        rate = list(CHANNEL_COLUMNS).index("close_rate")
        if interval_text(cells[rate], None) != DASH:
            texts[rate] = Markup('{} <span class="note">{}</span>').format(
                texts[rate], interval_text(cells[rate], None)
            )
        before = view.row("marketing_channels", f"roi.{channel}")
        extra = [shown(before["before"], "ratio")]
        if len(view.peers):
            extra.append(
                shown(
                    view.row("marketing_channels", f"close_rate.{channel}")["peers_median"], "ratio"
                )
            )
        rows.append([_(name), *texts, *extra])
    head = [
        _("Channel"),
        *(_(name) for name in CHANNEL_COLUMNS.values()),
        _("Previous ROI"),
        _("Peers’ close rate"),
    ]
    return table(head[: len(rows[0])], rows, kind="channels")


presentation = Presentation(
    kpi="marketing_channels",
    title=N_("Marketing channels"),
    definition=N_(
        "ROI = (revenue − spend) / spend; close rate = won / leads; over leads created in "
        "the window."
    ),
    caution=N_(
        "Young leads have their wins still to come, and the last touch takes all the credit."
    ),
    rows={"roi.paid": Label(N_("ROI of paid"), "money", "money")},
    sentences=sentences,
    picture=picture,
    table=channels,
    evidence=tuple(f"{metric}.{channel}" for metric in ("leads", "spend") for channel in CHANNELS),
)
