"""The head of a report: who, window, as of, and one paragraph in words the data supports."""

import pandas as pd
from markupsafe import Markup

from ..view import PartnerView
from .format import changed, day, money, plural, shown
from .tables import Html


def masthead(view: PartnerView) -> Html:
    """The partner's name, the window and a summary paragraph."""
    window = f"{view.window.label} ({day(view.window.start)} to {day(view.window.end)})"
    paragraph = " ".join(_sentences(view))
    markup = Markup(
        '<header class="masthead"><p class="name">{}</p><p class="when">{}, as of {}</p><p class="lead">{}</p></header>'
    )
    return Html(
        markup.format(view.partner, window, day(view.as_of), paragraph),
        f"{view.partner}: {window}, as of {day(view.as_of)}. {paragraph}",
    )


def _sentences(view: PartnerView):
    won, amount = view.row("deal_count", "won"), view.row("deal_count", "amount")
    deals = plural(won["value"], "deal")
    if not won["value"]:
        yield "No deal was won in this window."
    elif pd.isna(amount["value"]):
        yield f"{deals} won; their amounts are not known."
    else:
        moved = changed(amount["change"], "money", amount["before"], amount["value"])
        against = "" if pd.isna(amount["change"]) else f" ({moved} on the previous window)"
        yield f"{deals} won, worth {money(amount['value'], view.currency)}{against}."
    rate = view.row("close_rate", "closed")
    if not pd.isna(rate["value"]):
        yield (
            f"{rate['numerator']:.0f} of {rate['denominator']:.0f} decided deals were won: "
            f"{shown(rate['value'], 'ratio')}, "
            f"with a 95% interval from {shown(rate['low'], 'ratio')} to {shown(rate['high'], 'ratio')}."
        )
    pipe = view.row("pipeline", "open")
    if not pipe["n"]:
        yield "Nothing is open."
    elif not pd.isna(pipe["value"]):
        yield f"Open: {plural(pipe['n'], 'deal')} worth {money(pipe['value'], view.currency)}."
    decided = int(rate["n"])
    if decided < 10:
        yield f"With {plural(decided, 'decided deal')} the rates are uncertain; read the intervals, not the points."
