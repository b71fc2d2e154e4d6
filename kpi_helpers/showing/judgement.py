"""What the judging room says of one partner: what to do, how it compares fairly, what changed, and what is ahead."""

import pandas as pd
from markupsafe import Markup

from ..judging import forecast, period_ahead, recommend, what_changed
from ..view import PartnerView
from ..windows import parse_window
from .format import DASH, day, money, plural, shown
from .labels import TITLES
from .tables import Html, table

MOST = 5
UNITS = {
    "average_deal_size": "money",
    "deal_count": "number",
    "won_amount": "money",
    "pipeline": "money",
    "close_rate": "ratio",
    "deal_velocity": "days",
}


def _paragraph(sentences: list[str], more: Html | None = None) -> Html:
    text = " ".join(sentences)
    markup = Markup('<p class="reading">{}</p>').format(text)
    if more is None:
        return Html(markup, text)
    return Html(more.markup + markup, f"{more.text}\n{text}")


def ahead(view: PartnerView):
    """The forecast of the period that runs on as_of, else of the next one."""
    whole = view.window.kind in ("month", "quarter", "year")
    window = period_ahead(view.window if whole else parse_window(None, view.as_of), view.as_of)
    return forecast(view.deals, view.common.history, window, target=view.target(window), shock=view.common.shock)


def plan(view: PartnerView) -> Html:
    """The recommendations, largest prize first: who should act, what it may bring, when to look again."""
    made = recommend(view.deals, view.common, view.partner, told=ahead(view), spend=view.spend)
    if made.table.empty:
        return _paragraph([made.silence])
    rows = []
    for row in made.table.head(MOST).itertuples():
        who = f"{row.level}: {row.who}" if isinstance(row.who, str) and row.who else row.level
        prize = DASH
        if not pd.isna(row.prize):
            ends = f"{money(row.prize_low, view.currency)} to {money(row.prize_high, view.currency)}"
            prize = Markup('{} <span class="note">{}</span>').format(money(row.prize, view.currency), ends)
        rows.append([Markup('<span class="advice">{}</span>').format(row.text), who, prize, day(row.review_on)])
    caption = f"The first {MOST} of {len(made.table)}." if len(made.table) > MOST else ""
    return table(["What to do", "Who acts", "Prize", "Look again"], rows, caption=caption, kind="plan")


def fair(view: PartnerView) -> Html:
    """Wins of the last twelve months against what peers would have won in the same seasons, regions and sizes."""
    own, rank = (
        part.loc[view.partner] if view.partner in part.index else None
        for part in (view.common.last_year, view.common.ranks)
    )
    if own is None or pd.isna(own["ratio"]):
        return _paragraph(["No deal was won or lost in the last twelve months: there is nothing to compare."])
    said = [
        f"In the last twelve months {own['observed']:.0f} of {plural(own['n'], 'decided deal')} were won; peers would "
        f"have won {own['expected']:.1f} of the same seasons, regions, products and sizes: observed against expected "
        f"{own['ratio']:.2f} (95% interval {own['low']:.2f} to {own['high']:.2f})."
    ]
    if view.common.alert("fair", view.partner) and isinstance(own["verdict"], str):
        said.append(f"That is {own['verdict']} expectation, also when all partners are judged at once.")
    else:
        said.append("That is no verdict: the evidence does not set the partner apart.")
    if rank is not None and not pd.isna(rank["low"]) and len(view.common.ranks) > MOST:
        said.append(
            f"In the quality score its rank lies between {rank['low']:.0f} and {rank['high']:.0f} of "
            f"{len(view.common.ranks)}."
        )
    return _paragraph(said)


def changes(view: PartnerView) -> Html:
    """Each KPI's change since the previous window, split exactly, with the deals that carry it."""
    if view.window.kind == "all":
        return _paragraph(["There is no window before all dates."])
    found = what_changed(view.deals, view.window, as_of=view.as_of)
    rows = []
    for row in found.parts[found.parts["kpi"].isin(UNITS)].itertuples():
        unit = UNITS[row.kpi]
        if pd.isna(row.change):
            continue
        carried = found.deals[(found.deals["kpi"] == row.kpi) & (found.deals["basis"] == row.basis)]
        carried = carried.reindex(carried["contribution"].abs().sort_values(ascending=False).index)
        name = TITLES.get(row.kpi, "Amount won")
        parts = [
            _signed(getattr(row, part), unit, view.currency) for part in ("change", "volume", "mix", "rate", "size")
        ]
        rows.append(
            [f"{name} ({row.basis.replace('_', ' ')})", *parts, ", ".join(carried["deal_id"].head(3).astype(str))]
        )
    if not rows:
        return _paragraph(["Nothing can be compared with the previous window."])
    return table(["", "Change", "Volume", "Mix", "Rate", "Size or pace", "Deals that carry most"], rows, kind="changes")


def _signed(value: float, unit: str, currency: str | None) -> str:
    if pd.isna(value):
        return DASH
    if unit == "ratio":
        return f"{100 * value:+.1f} pp"
    return ("+" if value > 0 else "") + shown(round(value, 2), unit, currency)


def outlook(view: PartnerView) -> Html:
    """The forecast with its range, the chance to reach the target, and how earlier forecasts of this kind fared."""
    told = ahead(view)
    if told.reason:
        return _paragraph([f"No forecast for {told.window.label}: {told.reason}."])
    amount = {name: money(getattr(told, name), view.currency) for name in ("so_far", "p10", "p50", "p90")}
    said = [
        f"{told.window.label}: {amount['so_far']} won so far; by its end {amount['p50']} is as likely to be passed as "
        f"not, and eight times in ten it ends between {amount['p10']} and {amount['p90']}."
    ]
    if told.chance is not None:
        said.append(f"The chance to reach the target of {money(told.target, view.currency)} is {told.chance:.0%}.")
    else:
        said.append(f"No chance to reach a target is told: {told.target_reason}.")
    sources = ", ".join(f"{count} from {source}" for source, count in told.sources.items())
    if sources:
        said.append(f"Chances of the open deals: {sources}.")
    tested = view.common.backtest
    if tested is not None and len(tested.scores):
        score = tested.scores.set_index("who").loc["partners"]
        if not pd.isna(score["coverage"]):
            said.append(
                f"Made in the same way on earlier dates for all partners, such ranges held {score['coverage']:.0%} of "
                f"{score['n']:.0f} outcomes (they are made to hold 80%)."
            )
    return _paragraph(said)
