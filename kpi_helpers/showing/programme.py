"""The programme's report: all partners ranked, who rose and fell and why, and the plan for the
whole."""

import pandas as pd
from markupsafe import Markup

from kpi_helpers.errors import nearest_names
from kpi_helpers.judging import read_rules, recommend_portfolio
from kpi_helpers.showing.claimed import WORDS
from kpi_helpers.showing.deals_named import listed, names
from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.figures.funnel import funnel_plot
from kpi_helpers.showing.figures.quality_map import quality_map
from kpi_helpers.showing.figures.ranks import rank_plot
from kpi_helpers.showing.format import DASH, money, shown, signed
from kpi_helpers.showing.judgement import plan_table
from kpi_helpers.showing.language import _, ngettext
from kpi_helpers.showing.pictures import FEWEST
from kpi_helpers.showing.tables import Html, paragraph, table
from kpi_helpers.views.portfolio import PortfolioView

MOST = 10  # rows of a plan, and partners at either end of the movers
RANKED = 20  # partners in the figure of ranks
LISTED = 100  # partners in the table; the workbook has all


@nearest_names
def ranking(view: PortfolioView) -> Html:
    """Every partner by quality score: the pair first, then what else tells them apart, with the
    intervals.

    Parameters
    ----------
    view : PortfolioView
        What `portfolio_view` gave.

    Returns
    -------
    Html
        Every partner by quality score: the pair first, then what else tells them apart, with the
        intervals.

    Examples
    --------
    >>> "Ada" in str(ranking(programme))
    True
    """
    currency = view.everyone.currency
    rows = []
    for row in view.ranking.head(LISTED).to_dict("records"):
        rank, rate = DASH, shown(row["close_rate"], "ratio")
        if not pd.isna(row["rank"]):
            rank = f"{row['rank']:.0f}"
        if not pd.isna(row["rank_low"]):
            rank = _noted(rank, f"{row['rank_low']:.0f}–{row['rank_high']:.0f}")
        if not pd.isna(row["low"]):
            rate = _noted(rate, f"{shown(row['low'], 'ratio')}–{shown(row['high'], 'ratio')}")
        word = WORDS.get(row["verdict"])
        verdict = DASH if word is None else _(word)
        moved = row["amount"] - row["amount_before"]
        rows.append(
            [
                row["partner"],
                rank,
                shown(row["won"], "number"),
                money(row["amount"], currency),
                _signed(moved, currency),
                rate,
                shown(row["cycle"], "days"),
                money(row["open"], currency),
                verdict,
            ]
        )
    head = [
        _("Partner"),
        _("Rank"),
        _("Deals won"),
        _("Amount won"),
        _("Change"),
        _("Close rate"),
        _("Median cycle"),
        _("Open value"),
        _("Fair comparison"),
    ]
    caption = ""
    if len(view.ranking) > LISTED:
        caption = _(
            "The first {shown} of {all}; the workbook has all.", shown=LISTED, all=len(view.ranking)
        )
    return table(head, rows, caption=caption, kind="numbers ranking", words=head[-1:])


def _noted(text: str, note: str) -> Markup:
    return Markup('{} <span class="note">{}</span>').format(text, note)


def _signed(value: float, currency: str | None) -> str:
    return signed(value, "money", currency)


@nearest_names
def movers(view: PortfolioView) -> Html:
    """The partners that carry the change of the amount won: how much, through what, and which
    deals.

    Parameters
    ----------
    view : PortfolioView
        What `portfolio_view` gave.

    Returns
    -------
    Html
        The partners that carry the change of the amount won: how much, through what, and which
        deals.

    Examples
    --------
    >>> "Ada" in str(movers(programme))
    True
    """
    found, currency = view.movers, view.everyone.currency
    if found.empty:
        return paragraph(_("Nothing can be compared with the previous window."))
    rose, fell = (
        found[found["change"] > 0].head(MOST // 2),
        found[found["change"] < 0].tail(MOST // 2),
    )
    called = names(view.everyone.deals)
    rows = [
        [
            row.partner,
            _signed(row.change, currency),
            *(_signed(getattr(row, part), currency) for part in ("volume", "mix", "rate", "size")),
            listed(row.deal_ids, called),
        ]
        for row in pd.concat([rose, fell]).itertuples()
    ]
    rest = found.drop([*rose.index, *fell.index])["change"]
    if len(rest):
        others = ngettext("{count} other partner", "{count} other partners", len(rest))
        rows.append([others, _signed(rest.sum(), currency), *[""] * 5])
    rows.append([_("All partners"), _signed(found["change"].sum(), currency), *[""] * 5])
    head = [
        "",
        _("Change"),
        _("Volume"),
        _("Mix"),
        _("Rate"),
        _("Size"),
        _("Deals behind most of it"),
    ]
    return table(head, rows, kind="changes", words=head[-1:])


@nearest_names
def programme_plan(view: PortfolioView) -> Html:
    """The largest recommendations over all partners and for the programme itself.

    Parameters
    ----------
    view : PortfolioView
        What `portfolio_view` gave.

    Returns
    -------
    Html
        The largest recommendations over all partners and for the programme itself.

    Examples
    --------
    >>> "Ada" in str(programme_plan(programme))
    False
    """
    everyone, rules = view.everyone, read_rules(view.everyone.rules)
    made = recommend_portfolio(
        everyone.deals, view.programme, spend=everyone.spend, targets=view.targets, rules=rules
    )
    return plan_table(
        made,
        rules,
        everyone.currency,
        most=MOST,
        everyone=_("the programme"),
        called=names(everyone.deals),
    )


def _ranks(view: PortfolioView) -> Picture | None:
    """How sure the order of the first partners is."""
    best = view.ranking.dropna(subset="rank").head(RANKED)
    if best.empty:
        return None
    ranks = best[["partner", "rank"]].assign(low=best["rank_low"], high=best["rank_high"])
    text = "; ".join(
        f"{row.partner} {row.rank:.0f} ({row.low:.0f}–{row.high:.0f})" for row in ranks.itertuples()
    )
    title = _("How sure the order is")
    return Picture(
        lambda ax: rank_plot(ranks, title=title, ax=ax),
        f"{title}: {text}",
        left=0.27,
        right=0.97,
        height=0.9 + 0.24 * len(ranks),
    )


def _funnel(view: PortfolioView) -> Picture | None:
    """All partners' wins against those expected; None under five partners. Named are those that
    the ranking gives a verdict: picture and table cannot disagree."""
    compared = view.programme.last_year
    if (compared["expected"] > 0).sum() < FEWEST:
        return None
    verdicts = view.ranking.set_index("partner")["verdict"].reindex(compared.index)
    points = compared.assign(verdict=verdicts).reset_index()
    title = _("Deals won against those expected, and what chance explains")
    apart = points[points["verdict"].notna()]
    text = ", ".join(f"{row.partner} {row.ratio:.2f}" for row in apart.itertuples())
    return Picture(
        lambda ax: funnel_plot(
            points, view.programme.luck, cut=view.programme.cut, title=title, ax=ax
        ),
        _("{title}. Beyond chance: {names}.", title=title, names=text or _("nobody")),
        height=3.8,
    )


def _quality(view: PortfolioView) -> Picture | None:
    """Count and amount of every partner that won something."""
    winners = view.ranking[(view.ranking["won"] > 0) & (view.ranking["amount"] > 0)][
        ["partner", "won", "amount"]
    ]
    if len(winners) < 2:
        return None
    title, currency = _("Deals and amount won, a dot a partner"), view.everyone.currency
    text = "; ".join(
        f"{row.partner} {row.won:.0f}, {money(row.amount, currency)}"
        for row in winners.head(RANKED).itertuples()
    )
    return Picture(
        lambda ax: quality_map(winners, title=title, currency=currency, ax=ax),
        f"{title}: {text}",
        height=3.8,
    )


@nearest_names
def portfolio_picture(view: PortfolioView, name: str) -> Picture | None:
    """The figure "ranks", "funnel" or "quality" of all partners; None where there is too little
    to draw.

    Parameters
    ----------
    view : PortfolioView
        What `portfolio_view` gave.
    name : str
        ranks, funnel or quality.

    Returns
    -------
    Picture or None
        The figure "ranks", "funnel" or "quality" of all partners.

    Examples
    --------
    >>> portfolio_picture(programme, "ranks") is None
    False
    """
    return {"ranks": _ranks, "funnel": _funnel, "quality": _quality}[name](view)
