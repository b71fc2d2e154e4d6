"""Tables as HTML that reads well in a page, in JupyterLab and pasted into a spreadsheet."""

from collections.abc import Collection

import pandas as pd
from markupsafe import Markup, escape

from kpi_helpers.scoring.peers import FEWEST
from kpi_helpers.showing.format import DASH, changed, percent, shown
from kpi_helpers.showing.labels import CHANNEL_COLUMNS, CHANNELS, SHOWN, TITLES, Label
from kpi_helpers.showing.language import N_, _
from kpi_helpers.showing.notes import remarks
from kpi_helpers.showing.sparkline import sparkline
from kpi_helpers.views.fleet import HEADLINES
from kpi_helpers.views.partner import PartnerView

TARGETS = {
    ("deal_count", "won"): "number",
    ("pipeline", "open"): "money",
}  # headlines with a target, and its unit


class Html:
    """HTML for notebooks, with plain text beside it for everything else."""

    def __init__(self, markup: Markup, text: str = "") -> None:
        self.markup, self.text = markup, text

    def _repr_html_(self) -> str:
        return str(self.markup)

    def __repr__(self) -> str:
        return self.text or Markup(self.markup).striptags()


def table(
    head: list[str],
    rows: list[list],
    caption: str = "",
    kind: str = "",
    words: Collection[str] = (),
) -> Html:
    """A table whose first column names the rows; strings are escaped, Markup is not. `words` are
    the headings of columns that hold words: they stand left, numbers right."""
    sides = [Markup(' class="text"') if name in words else "" for name in head]
    ths = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(*pair) for pair in zip(sides, head, strict=True)
    )
    trs = Markup("").join(
        Markup("<tr>{}{}</tr>").format(
            Markup('<th scope="row">{}</th>').format(first),
            Markup("").join(
                Markup("<td{}>{}</td>").format(*pair) for pair in zip(sides[1:], cells, strict=True)
            ),
        )
        for first, *cells in rows
    )
    top = Markup("<caption>{}</caption>").format(caption) if caption else Markup("")
    markup = Markup(
        '<div class="scroll"><table class="kpi '
        '{}">{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    )
    lines = [
        "\t".join(head),
        *("\t".join(Markup(escape(cell)).striptags() for cell in row) for row in rows),
    ]
    return Html(markup.format(kind, top, ths, trs), "\n".join(lines))


def paragraph(text: str, kind: str = "reading") -> Html:
    """A sentence or more; a `reading` stands out, a `note` steps back."""
    return Html(Markup('<p class="{}">{}</p>').format(kind, text), text)


def fraction_text(row: dict, label: Label, currency: str | None) -> str:
    """What was divided by what, or how many deals the value rests on."""
    if label.bottom and not pd.isna(row["denominator"]) and not pd.isna(row["numerator"]):
        parts = (
            shown(row[side], unit, currency)
            for side, unit in (("numerator", label.top), ("denominator", label.bottom))
        )
        return " / ".join(parts)
    return _("n = {n:,.0f}", n=row["n"])


def interval_text(row: dict, currency: str | None) -> str:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return DASH
    low, high = (shown(row[end], row["unit"], currency) for end in ("low", "high"))
    return _("{low} to {high}", low=low, high=high)


COLUMNS = {
    "value": (
        N_("Value"),
        lambda row, label, view: strong(shown(row["value"], row["unit"], view.currency)),
    ),
    "fraction": (N_("Fraction"), lambda row, label, view: fraction_text(row, label, view.currency)),
    "interval": (N_("95% interval"), lambda row, label, view: interval_text(row, view.currency)),
    "before": (
        N_("Previous"),
        lambda row, label, view: shown(row["before"], row["unit"], view.currency),
    ),
    "change": (
        N_("Change"),
        lambda row, label, view: changed(row["change"], row["unit"], row["before"], row["value"]),
    ),
    "target": (N_("Target"), lambda row, label, view: target_text(row, view)),
    "peers": (
        N_("Peers’ median"),
        lambda row, label, view: shown(row["peers_median"], row["unit"], view.currency),
    ),
    "rank": (N_("Rank"), lambda row, label, view: rank_text(row)),
}


def columns(view: PartnerView, *names: str) -> dict:
    """Those of COLUMNS that are named and can be told: everyone together has no peers."""
    return {
        name: COLUMNS[name] for name in names if len(view.peers) or name not in ("peers", "rank")
    }


def strong(text: str) -> Markup:
    return Markup("<strong>{}</strong>").format(text)


def numbers(view: PartnerView, kpi: str) -> Html:
    """A KPI's bases with fraction, interval, the previous window and the peers beside each."""
    if silent(view, kpi):
        why = remarks(view.row(kpi, _bases(kpi)[0]))
        why = why or (
            _("nothing is open") if kpi == "pipeline" else _("nothing happened in the window")
        )
        return paragraph(_("There is nothing to tell: {why}.", why=why))
    if kpi == "marketing_channels":
        return channels(view)
    shown_columns = columns(
        view, "value", "fraction", "interval", "before", "change", "peers", "rank"
    )
    rows = []
    for basis, label in SHOWN[kpi].items():
        row = view.row(kpi, basis)
        note = Markup('<span class="note">{}</span>').format(remarks(row)) if row["note"] else ""
        name = Markup("{} {}").format(_(label.text), note)
        rows.append([name, *(cell(row, label, view) for _head, cell in shown_columns.values())])
    return table(["", *(_(head) for head, _cell in shown_columns.values())], rows, kind="numbers")


def silent(view: PartnerView, kpi: str) -> bool:
    """Whether a KPI has nothing to tell: no number of it is known, but for zeros that rest on no
    deal."""
    rows = [view.row(kpi, basis) for basis in _bases(kpi)]
    return not any(not pd.isna(row["value"]) and (row["value"] or row["n"]) for row in rows)


def _bases(kpi: str) -> list[str]:
    return [*SHOWN.get(kpi, ())] or [
        f"{metric}.{channel}" for metric in ("leads", "spend") for channel in CHANNELS
    ]


def target_text(row: dict, view: PartnerView) -> str:
    """How much of its target a headline number has reached; targets are for deals and amounts
    won."""
    if (row["kpi"], row["basis"]) not in TARGETS:
        return DASH
    told = view.row(row["kpi"], "attainment")
    if pd.isna(told["denominator"]):
        return DASH
    target = shown(told["denominator"], TARGETS[row["kpi"], row["basis"]], view.currency)
    return _("{share} of {target}", share=percent(told["value"]), target=target)


QUARTERS = {
    1: N_("best quarter"),
    2: N_("second quarter"),
    3: N_("third quarter"),
    4: N_("last quarter"),
}


def rank_text(row: dict) -> str:
    """The rank among all; where ranks are not told, the quarter of the partners it lies in."""
    if not pd.isna(row["peers_rank"]):
        return _("{rank:,.0f} of {all:,.0f}", rank=row["peers_rank"], all=row["peers_count"] + 1)
    quarter = row["peers_quarter"]
    return DASH if pd.isna(quarter) else _(QUARTERS[quarter])


def channels(view: PartnerView) -> Html:
    """One line a channel: leads, won, close rate with its interval, revenue, spend, cost per won
    deal, ROI."""
    rows = []
    for channel, name in CHANNELS.items():
        cells = [
            view.row("marketing_channels", f"{metric}.{channel}") for metric in CHANNEL_COLUMNS
        ]
        texts = [shown(cell["value"], cell["unit"], view.currency) for cell in cells]
        rate = list(CHANNEL_COLUMNS).index("close_rate")
        if not pd.isna(cells[rate]["low"]):
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


def summary(view: PartnerView) -> Html:
    """The eight headline numbers on one screen."""
    shown_columns = columns(
        view, "value", "fraction", "interval", "change", "target", "peers", "rank"
    )
    rows = []
    headlines = HEADLINES if len(view.peers) else HEADLINES | {"quality_score": "past"}
    for kpi, basis in headlines.items():
        row = view.row(kpi, basis)
        label = SHOWN.get(kpi, {}).get(basis, Label(N_("ROI of paid"), "money", "money"))
        title = _(TITLES[kpi])
        spark = sparkline(
            view.periods(kpi, basis)["value"], _("{title}, trailing periods", title=title)
        )
        name = Markup('<a href="#{}">{}</a> <span class="note">{}</span>').format(
            kpi, title, _(label.text)
        )
        rows.append(
            [name, *(cell(row, label, view) for _head, cell in shown_columns.values()), spark]
        )
    few = len(view.peers) > 0 and view.peers["count"].max() < FEWEST
    head = [_("KPI"), *(_(head) for head, _cell in shown_columns.values()), _("Trend")]
    return table(
        head,
        rows,
        kind="numbers summary",
        caption=_("Fewer than five peers: not shown.") if few else "",
    )
