"""The head of a report: who, window, as of, and one paragraph in words the data supports."""

import pandas as pd
from markupsafe import Markup

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.comparing import compared_name
from kpi_helpers.showing.format import changed, day, money, percent, period, shown
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.language import _, lower, ngettext
from kpi_helpers.showing.tables import Html
from kpi_helpers.views.partner import PartnerView

TARGETS = tuple((kpi, "attainment", "target") for kpi in ("pipeline", "deal_count"))
FEW = 10  # decided deals; the index says so of the partner, too


@nearest_names
def masthead(view: PartnerView) -> Html:
    """The partner's name, the window and a summary paragraph.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        The partner's name, the window and a summary paragraph.

    Examples
    --------
    >>> print(str(masthead(view))[:50])
    Ada: 2025-Q2 (1 Apr 2025 to 30 Jun 2025), as of 31
    """
    when = _(
        "{window} ({start} to {end}), as of {as_of}",
        window=period(view.window.label),
        start=day(view.window.start),
        end=day(view.window.end),
        as_of=day(view.as_of),
    )
    paragraph = " ".join(_sentences(view))
    markup = Markup(
        '<header class="masthead"><p class="name">{}</p><p class="when">{}</p><p '
        'class="lead">{}</p></header>'
    )
    name = _("All partners") if view.partner == EVERYONE else view.partner
    return Html(markup.format(name, when, paragraph), f"{name}: {when}. {paragraph}")


def _sentences(view: PartnerView):
    won, amount = view.row("deal_count", "won"), view.row("deal_count", "amount")
    if not won["value"]:
        yield _("No deal was won in this window.")
    elif pd.isna(amount["value"]):
        yield ngettext(
            "{count} deal won; its amount is not known.",
            "{count} deals won; their amounts are not known.",
            won["value"],
        )
    elif pd.isna(amount["change"]):
        yield ngettext(
            "{count} deal won, worth {amount}.",
            "{count} deals won, worth {amount}.",
            won["value"],
            amount=money(amount["value"], view.currency),
        )
    else:
        yield ngettext(
            "{count} deal won, worth {amount} ({change} against {window}).",
            "{count} deals won, worth {amount} ({change} against {window}).",
            won["value"],
            amount=money(amount["value"], view.currency),
            window=compared_name(view, "previous"),
            change=changed(amount["change"], "money", amount["before"], amount["value"]),
        )
    yield from _target(view)
    rate = view.row("close_rate", "closed")
    if not pd.isna(rate["value"]):
        yield _(
            "{won:,.0f} of {decided:,.0f} decided deals were won: {rate}, with a 95% interval "
            "from {low} to {high}.",
            won=rate["numerator"],
            decided=rate["denominator"],
            rate=shown(rate["value"], "ratio"),
            low=shown(rate["low"], "ratio"),
            high=shown(rate["high"], "ratio"),
        )
    yield _open(view)
    yield from _changed(view)
    if 0 < rate["n"] < FEW:
        yield ngettext(
            "With {count} decided deal the rates are uncertain; read the intervals, not the "
            "points.",
            "With only {count} decided deals the rates are uncertain: read the intervals, "
            "not the single figures.",
            rate["n"],
        )


def _target(view: PartnerView):
    """Whether the target is met: of money where there is one, else of deals."""
    claim = next((view.claims[key] for key in TARGETS if key in view.claims), None)
    if claim is None:
        return
    target = money(claim.behind["target"], view.currency)
    if claim.kpi == "deal_count":
        target = ngettext("{count} deal", "{count} deals", claim.behind["target"])
    yield told(claim, target=target, share=percent(claim.estimate))


def _open(view: PartnerView) -> str:
    """All open deals, with what they are worth and of how many that is known."""
    count, worth = view.row("pipeline", "count")["value"], view.row("pipeline", "open")
    if not count:
        return _("Nothing is open.")
    if pd.isna(worth["value"]):
        return ngettext(
            "Open: {count} deal, of unknown amount.",
            "Open: {count} deals, of unknown amounts.",
            count,
        )
    amount = money(worth["value"], view.currency)
    if worth["n"] < count:
        return ngettext(
            "Open: {count} deal; {amount}, of {priced} of them.",
            "Open: {count} deals; {amount}, of {priced} of them.",
            count,
            amount=amount,
            priced=worth["n"],
        )
    return ngettext(
        "Open: {count} deal worth {amount}.",
        "Open: {count} deals worth {amount}.",
        count,
        amount=amount,
    )


def _changed(view: PartnerView):
    """The clearest change since the window before, of all headline numbers looked at (Holm)."""
    claim = view.claims.get(("", "", "clearest"))
    if claim is None:
        return
    row = view.row(claim.kpi, claim.basis)
    yield told(
        claim,
        window=compared_name(view, "previous"),
        title=lower(_(PRESENTATIONS[claim.kpi].title)),
        before=shown(row["before"], row["unit"], view.currency),
        now=shown(row["value"], row["unit"], view.currency),
    )
