"""What the judging room says of one partner: what to do, how it compares fairly, what changed, and
what is ahead."""

import pandas as pd
from markupsafe import Markup

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging import what_changed
from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.deals_named import listed, names
from kpi_helpers.showing.format import DASH, day, money, period, shown, signed
from kpi_helpers.showing.language import N_, _, filled, ngettext
from kpi_helpers.showing.notes import said
from kpi_helpers.showing.tables import Html, table
from kpi_helpers.views.partner import PartnerView

MOST = 5  # deals named, and ranks that an interval needs
FEWEST_TESTED = 20  # earlier outcomes, to say how well forecasts hold
# The changes that are told, by KPI and basis: name and unit.
CHANGES = {
    ("average_deal_size", "whole"): (N_("Average deal size (whole)"), "money"),
    ("deal_count", "won"): (N_("Deal count (won)"), "number"),
    ("won_amount", "credited"): (N_("Amount won (credited)"), "money"),
    ("pipeline", "open"): (N_("Opportunity pipeline (open)"), "money"),
    ("close_rate", "closed"): (N_("Close rate (closed)"), "ratio"),
    ("close_rate", "cohort"): (N_("Close rate (cohort)"), "ratio"),
    ("marketing_channels", "close_rate"): (N_("Marketing channels (close rate)"), "ratio"),
    ("deal_velocity", "cycle_mean"): (N_("Deal velocity (cycle mean)"), "days"),
    ("quality_score", "yield"): (N_("Quality score (yield)"), "money"),
    ("deal_success", "success"): (N_("Deal success (success)"), "ratio"),
}
LEVELS = {
    "employee": N_("employee"),
    "department": N_("department"),
    "unit": N_("unit"),
    "partner manager": N_("partner manager"),
}


def _paragraph(sentences: list[str], before: Html | None = None, after: Html | None = None) -> Html:
    text = " ".join(sentences)
    parts = [
        part
        for part in (before, Html(Markup('<p class="reading">{}</p>').format(text), text), after)
        if part
    ]
    return Html(
        Markup("").join(part.markup for part in parts), "\n".join(part.text for part in parts)
    )


@nearest_names
def plan(view: PartnerView, most: int | None = None) -> Html:
    """The recommendations, largest value at stake first, all or the first `most`: who should
    act, what it may bring, when to look again. In the partner's own edition only what it may
    read.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.
    most : int, optional
        How many are shown; unset, all, with their deals.

    Returns
    -------
    Html
        The recommendations, largest value at stake first, all or the first `most`: who should act,
        what it may bring, when to look again.

    Examples
    --------
    >>> print(plan(view))
    Nothing calls for action: none of the 12 rules checked is backed by the evidence.
    """
    return plan_table(*view.planned, view.currency, most=most, called=names(view.deals))


def plan_table(
    made,
    rules,
    currency: str | None,
    *,
    most: int | None = None,
    everyone: str | None = None,
    called=None,
) -> Html:
    """A `judging.Plan` as a table; `everyone` is what partner `*` is called where several partners
    are told, and `called` how deals are (`names`)."""
    if made.table.empty:
        return _paragraph([said(made.silence)])
    texts = {rule.name: rule.text for rule in rules.rules}
    rows = []
    for row in made.table.head(most).itertuples():
        who = _(LEVELS[row.level])
        if isinstance(row.who, str) and row.who:
            who = _("{level}: {name}", level=who, name=row.who)
        advice = Markup('<span class="advice">{}</span>').format(
            _advice(texts[row.rule], row.evidence)
        )
        if len(row.deal_ids) and most is None:
            advice += Markup(' <span class="note">{}</span>').format(
                _named(row.deal_ids, called or {})
            )
        where = [] if everyone is None else [everyone if row.partner == EVERYONE else row.partner]
        rows.append([advice, *where, who, _worth(row, currency), day(row.review_on)])
    head = [
        _("What to do"),
        *([] if everyone is None else [_("Where")]),
        _("Who acts"),
        _("Value at stake a year"),
        _("Review on"),
    ]
    left = len(made.table) - len(rows)
    caption = _("The first {most} of {all}.", most=len(rows), all=len(made.table)) if left else ""
    if not left and made.table["value_at_stake"].notna().sum() > 1:
        caption = _(
            "Together {amount} a year are at stake, each deal counted once.",
            amount=money(made.together, currency),
        )
    return table(head, rows, caption=caption, kind="plan", words=(_("Where"), _("Who acts")))


def _worth(row, currency) -> str | Markup:
    """What acting would add in a year; of housekeeping, what its deals should bring anyway."""
    if not pd.isna(row.value_at_stake):
        text = money(row.value_at_stake, currency)
        ends = row.value_at_stake_low, row.value_at_stake_high
    elif not pd.isna(row.brings):
        text = _("should bring {amount} anyway", amount=money(row.brings, currency))
        ends = row.brings_low, row.brings_high
    else:
        return DASH
    if not ends[0] < ends[1]:
        return text
    low, high = (money(end, currency) for end in ends)
    note = _("{low} to {high}", low=low, high=high)
    return Markup('{} <span class="note">{}</span>').format(text, note)


def _named(deal_ids, called: dict[str, str]) -> str:
    """The first deals by their names, and how many more there are."""
    named = listed(deal_ids[:MOST], called)
    more = len(deal_ids) - MOST
    return (
        ngettext("{ids} and {count} more", "{ids} and {count} more", more, ids=named)
        if more > 0
        else named
    )


def _advice(text: str, evidence: dict) -> str:
    """A rule's text with its evidence in the current language."""
    words = {
        "owner": lambda name: _("nobody named") if name == "nobody named" else name,
        "period": period,
    }
    filling = {
        name: words[name](value) if name in words else value for name, value in evidence.items()
    }
    return filled(_(text), **filling)


@nearest_names
def fair(view: PartnerView) -> Html:
    """Wins of the last twelve months against what peers would have won in the same seasons,
    regions and sizes.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        Wins of the last twelve months against what peers would have won in the same seasons,
        regions and sizes.

    Examples
    --------
    >>> print(str(fair(view))[:57])
    In the last twelve months 46 of 91 decided deals were won
    """
    own, rank = (
        part.loc[view.partner] if view.partner in part.index else None
        for part in (view.programme.last_year, view.programme.ranks)
    )
    if own is None or pd.isna(own["ratio"]):
        return _paragraph(
            [
                _(
                    "No deals were won or lost in the last twelve months, so there is nothing to "
                    "compare."
                )
            ]
        )
    said = [_observed(own, view.edition == "internal")]
    said.append(told(view.judged["close_rate", "closed", "fair"]))
    if (
        view.edition == "internal"
        and rank is not None
        and not pd.isna(rank["low"])
        and view.programme.ranked > MOST
    ):
        said.append(
            _(
                "In the quality score its rank lies between {low:.0f} and {high:.0f} of {all}.",
                low=rank["low"],
                high=rank["high"],
                all=view.programme.ranked,
            )
        )
    return _paragraph(said)


def _observed(own, internal: bool) -> str:
    """What was won; what peers would have won is theirs, and stays in the internal edition."""
    if not internal:
        return ngettext(
            "In the last twelve months {won:.0f} of {count} decided deal was won.",
            "In the last twelve months {won:.0f} of {count} decided deals were won.",
            own["n"],
            won=own["observed"],
        )
    return ngettext(
        "In the last twelve months {won:.0f} of {count} decided deal were won; peers would have "
        "won {expected:.1f} "
        "of the same seasons, regions, products and sizes: observed against expected {ratio:.2f} "
        "(95% interval {low:.2f} to {high:.2f}).",
        "In the last twelve months {won:.0f} of {count} decided deals were won; peers would have "
        "won "
        "{expected:.1f} of the same seasons, regions, products and sizes: observed against "
        "expected {ratio:.2f} "
        "(95% interval {low:.2f} to {high:.2f}).",
        own["n"],
        won=own["observed"],
        **own[["expected", "ratio", "low", "high"]],
    )


@nearest_names
def changes(view: PartnerView) -> Html:
    """Each KPI's change since the previous window, split exactly, with the deals that carry it.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        Each KPI's change since the previous window, split exactly, with the deals that carry it.

    Examples
    --------
    >>> "Deals behind most of it" in str(changes(view))
    True
    """
    if view.window.kind == "all":
        return _paragraph([_("There is no window before all dates.")])
    found = what_changed(view.deals, view.window, as_of=view.as_of)
    rows, called = [], names(view.deals)
    for row in found.parts.itertuples():
        if (row.kpi, row.basis) not in CHANGES or not pd.isna(row.reason):
            continue
        name, unit = CHANGES[row.kpi, row.basis]
        carried = found.deals[(found.deals["kpi"] == row.kpi) & (found.deals["basis"] == row.basis)]
        carried = carried.reindex(carried["contribution"].abs().sort_values(ascending=False).index)
        parts = [
            signed(getattr(row, part), unit, view.currency)
            for part in ("change", "volume", "mix", "rate", "size")
        ]
        if set(parts) <= {signed(0, unit, view.currency), DASH}:
            continue
        rows.append([_(name), *parts, listed(carried["deal_id"].head(3), called)])
    if not rows:
        return _paragraph([_("Nothing changed, or there is nothing to compare with.")])
    head = [
        "",
        _("Change"),
        _("Volume"),
        _("Mix"),
        _("Rate"),
        _("Size or pace"),
        _("Deals behind most of it"),
    ]
    return table(head, rows, kind="changes", words=head[-1:])


@nearest_names
def outlook(view: PartnerView) -> Html:
    """The forecast with its range, the chance to reach the target, and how earlier forecasts of
    this kind fared.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        The forecast with its range, the chance to reach the target, and how earlier forecasts of
        this kind fared.

    Examples
    --------
    >>> print(str(outlook(view))[:8])
    2025-Q3:
    """
    ahead = view.ahead
    window = period(ahead.window.label)
    if ahead.reason:
        return _paragraph(
            [_("No forecast for {window}: {why}.", window=window, why=_(ahead.reason))]
        )
    if not ahead.so_far and not ahead.p90:
        return _paragraph([_("{window}: nothing is likely to be won by its end.", window=window)])
    amount = {
        name: money(getattr(ahead, name), view.currency) for name in ("so_far", "p10", "p50", "p90")
    }
    said = [
        _(
            "{window}: {so_far} won so far; by its end {p50} is as likely to be passed as not, "
            "and eight times in ten "
            "it ends between {p10} and {p90}.",
            window=window,
            **amount,
        )
    ]
    if ahead.chance is not None:
        target = money(ahead.target, view.currency)
        said.append(
            _(
                "The chance of reaching the target of {target} is {chance:.0%}.",
                target=target,
                chance=ahead.chance,
            )
        )
    else:
        said.append(
            _("The chance of reaching a target is not known: {why}.", why=_(ahead.target_reason))
        )
    sources = ", ".join(
        _("{count} from {source}", count=count, source=_(source))
        for source, count in ahead.sources.items()
    )
    if sources:
        said.append(_("Chances of the open deals: {sources}.", sources=sources))
    paragraph, tested = _paragraph(said), view.programme.backtest
    tested = None if tested is None or tested.scores.empty else tested
    outcomes = 0 if tested is None else int(tested.scores.set_index("who")["n"].get("partners", 0))
    if outcomes < FEWEST_TESTED:
        few = _(
            "Too few earlier forecasts to say how reliable these are: {outcomes}.",
            outcomes=outcomes,
        )
        return _paragraph([few], paragraph)
    return _paragraph(_tested(tested, outcomes), paragraph, _reliability(tested.reliability))


def _tested(tested, outcomes: int) -> list[str]:
    """How forecasts made in the same way on earlier dates fared."""
    score = tested.scores.set_index("who").loc["partners"]
    return [
        _(
            "Ranges made the same way on earlier dates, for all partners, contained "
            "{share:.0%} of {all:.0f} outcomes (they aim for 80%).",
            share=score["coverage"],
            all=outcomes,
        ),
        _(
            "The Brier score of the {deals} chances given then is {brier:.3f}; one chance "
            "for all would score {base:.3f}; lower is better.",
            deals=tested.n,
            brier=tested.brier,
            base=tested.brier_base,
        ),
    ]


def _reliability(bands: pd.DataFrame) -> Html:
    """Whether of the deals told to have a chance of 30% three in ten were won."""
    rows = [
        [
            f"{shown(band.low_chance, 'ratio')}–{shown(band.high_chance, 'ratio')}",
            shown(band.n, "number"),
            shown(band.expected, "ratio"),
            shown(band.seen, "ratio"),
            f"{shown(band.low, 'ratio')}–{shown(band.high, 'ratio')}",
        ]
        for band in bands.itertuples()
    ]
    head = [_("Stated chance"), _("Deals"), _("Mean chance"), _("Won by then"), _("95% interval")]
    return table(head, rows, kind="numbers")
