"""What the judging room says of one partner: what to do, how it compares fairly, what changed, and what is ahead."""

import pandas as pd
from markupsafe import Markup

from ..judging import look_ahead, read_rules, recommend, what_changed
from ..view import PartnerView
from .format import DASH, day, money, period, points, shown
from .language import N_, _, filled, ngettext
from .notes import retold
from .tables import Html, table

MOST = 5
# The changes that are told, by KPI and basis: name and unit.
CHANGES = {
    ("average_deal_size", "whole"): (N_("Average deal size (whole)"), "money"),
    ("deal_count", "won"): (N_("Deal count (won)"), "number"),
    ("won_amount", "credited"): (N_("Amount won (credited)"), "money"),
    ("pipeline", "open"): (N_("Opportunity pipeline (open)"), "money"),
    ("close_rate", "closed"): (N_("Close rate (closed)"), "ratio"),
    ("close_rate", "cohort"): (N_("Close rate (cohort)"), "ratio"),
    ("deal_velocity", "cycle_mean"): (N_("Deal velocity (cycle mean)"), "days"),
}
LEVELS = {
    "employee": N_("employee"),
    "department": N_("department"),
    "unit": N_("unit"),
    "partner manager": N_("partner manager"),
}


def _paragraph(sentences: list[str], more: Html | None = None) -> Html:
    text = " ".join(sentences)
    markup = Markup('<p class="reading">{}</p>').format(text)
    if more is None:
        return Html(markup, text)
    return Html(more.markup + markup, f"{more.text}\n{text}")


def _ahead(view: PartnerView):
    return look_ahead(view.deals, view.common, view.targets)


def plan(view: PartnerView) -> Html:
    """The recommendations, largest prize first: who should act, what it may bring, when to look again."""
    made = recommend(view.deals, view.common, view.partner, told=_ahead(view), spend=view.spend)
    if made.table.empty:
        return _paragraph([retold(made.silence)])
    texts = {rule.name: rule.text for rule in read_rules().rules}
    rows = []
    for row in made.table.head(MOST).itertuples():
        who = _(LEVELS[row.level])
        if isinstance(row.who, str) and row.who:
            who = _("{level}: {name}", level=who, name=row.who)
        prize = DASH
        if not pd.isna(row.prize):
            low, high = money(row.prize_low, view.currency), money(row.prize_high, view.currency)
            ends = _("{low} to {high}", low=low, high=high)
            prize = Markup('{} <span class="note">{}</span>').format(money(row.prize, view.currency), ends)
        rows.append(
            [
                Markup('<span class="advice">{}</span>').format(_advice(texts[row.rule], row.evidence)),
                who,
                prize,
                day(row.review_on),
            ]
        )
    caption = _("The first {most} of {all}.", most=MOST, all=len(made.table)) if len(made.table) > MOST else ""
    return table([_("What to do"), _("Who acts"), _("Prize"), _("Look again")], rows, caption=caption, kind="plan")


def _advice(text: str, evidence: dict) -> str:
    """A rule's text with its evidence in the current language."""
    words = {"owner": lambda name: _("nobody named") if name == "nobody named" else name, "period": period}
    told = {name: words[name](value) if name in words else value for name, value in evidence.items()}
    return filled(_(text), **told)


def fair(view: PartnerView) -> Html:
    """Wins of the last twelve months against what peers would have won in the same seasons, regions and sizes."""
    own, rank = (
        part.loc[view.partner] if view.partner in part.index else None
        for part in (view.common.last_year, view.common.ranks)
    )
    if own is None or pd.isna(own["ratio"]):
        return _paragraph([_("No deal was won or lost in the last twelve months: there is nothing to compare.")])
    said = [
        ngettext(
            "In the last twelve months {won:.0f} of {count} decided deal were won; peers would have won {expected:.1f} "
            "of the same seasons, regions, products and sizes: observed against expected {ratio:.2f} "
            "(95% interval {low:.2f} to {high:.2f}).",
            "In the last twelve months {won:.0f} of {count} decided deals were won; peers would have won "
            "{expected:.1f} of the same seasons, regions, products and sizes: observed against expected {ratio:.2f} "
            "(95% interval {low:.2f} to {high:.2f}).",
            own["n"],
            won=own["observed"],
            **own[["expected", "ratio", "low", "high"]],
        )
    ]
    verdict = own["verdict"] if view.common.alert("fair", view.partner) else None
    if verdict == "above":
        said.append(_("That is above expectation, also when all partners are judged at once."))
    elif verdict == "below":
        said.append(_("That is below expectation, also when all partners are judged at once."))
    else:
        said.append(_("That is no verdict: the evidence does not set the partner apart."))
    if rank is not None and not pd.isna(rank["low"]) and len(view.common.ranks) > MOST:
        said.append(
            _(
                "In the quality score its rank lies between {low:.0f} and {high:.0f} of {all}.",
                low=rank["low"],
                high=rank["high"],
                all=len(view.common.ranks),
            )
        )
    return _paragraph(said)


def changes(view: PartnerView) -> Html:
    """Each KPI's change since the previous window, split exactly, with the deals that carry it."""
    if view.window.kind == "all":
        return _paragraph([_("There is no window before all dates.")])
    found = what_changed(view.deals, view.window, as_of=view.as_of)
    rows = []
    for row in found.parts.itertuples():
        if (row.kpi, row.basis) not in CHANGES or pd.isna(row.change):
            continue
        name, unit = CHANGES[row.kpi, row.basis]
        carried = found.deals[(found.deals["kpi"] == row.kpi) & (found.deals["basis"] == row.basis)]
        carried = carried.reindex(carried["contribution"].abs().sort_values(ascending=False).index)
        parts = [
            _signed(getattr(row, part), unit, view.currency) for part in ("change", "volume", "mix", "rate", "size")
        ]
        rows.append([_(name), *parts, ", ".join(carried["deal_id"].head(3).astype(str))])
    if not rows:
        return _paragraph([_("Nothing can be compared with the previous window.")])
    head = ["", _("Change"), _("Volume"), _("Mix"), _("Rate"), _("Size or pace"), _("Deals that carry most")]
    return table(head, rows, kind="changes")


def _signed(value: float, unit: str, currency: str | None) -> str:
    if pd.isna(value):
        return DASH
    if unit == "ratio":
        return points(value)
    return ("+" if value > 0 else "") + shown(round(value, 2), unit, currency)


def outlook(view: PartnerView) -> Html:
    """The forecast with its range, the chance to reach the target, and how earlier forecasts of this kind fared."""
    told = _ahead(view)
    window = period(told.window.label)
    if told.reason:
        return _paragraph([_("No forecast for {window}: {why}.", window=window, why=_(told.reason))])
    amount = {name: money(getattr(told, name), view.currency) for name in ("so_far", "p10", "p50", "p90")}
    said = [
        _(
            "{window}: {so_far} won so far; by its end {p50} is as likely to be passed as not, and eight times in ten "
            "it ends between {p10} and {p90}.",
            window=window,
            **amount,
        )
    ]
    if told.chance is not None:
        target = money(told.target, view.currency)
        said.append(_("The chance to reach the target of {target} is {chance:.0%}.", target=target, chance=told.chance))
    else:
        said.append(_("No chance to reach a target is told: {why}.", why=_(told.target_reason)))
    sources = ", ".join(
        _("{count} from {source}", count=count, source=_(source)) for source, count in told.sources.items()
    )
    if sources:
        said.append(_("Chances of the open deals: {sources}.", sources=sources))
    tested = view.common.backtest
    if tested is not None and len(tested.scores):
        score = tested.scores.set_index("who").loc["partners"]
        if not pd.isna(score["coverage"]):
            said.append(
                _(
                    "Made in the same way on earlier dates for all partners, such ranges held {share:.0%} of "
                    "{all:.0f} outcomes (they are made to hold 80%).",
                    share=score["coverage"],
                    all=score["n"],
                )
            )
    return _paragraph(said)
