"""How the pipeline is shown: what is open and what it covers, and what moved since last month."""

from collections.abc import Iterator

import pandas as pd

from kpi_helpers.judging.win_chances import HISTORY, STAGE
from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.comparing import unknown
from kpi_helpers.showing.figures import Picture, waterfall
from kpi_helpers.showing.format import day, money, percent, period, shown
from kpi_helpers.showing.labels import STEPS
from kpi_helpers.showing.language import N_, _, lower, ngettext
from kpi_helpers.showing.notes import remarks
from kpi_helpers.showing.presentation import Label, Presentation
from kpi_helpers.views.partner import PartnerView


def sentences(view: PartnerView) -> Iterator[str]:
    row, weighted = (view.row("pipeline", basis) for basis in ("open", "weighted"))
    yield unknown(row, _("The open value is not known: {why}."))
    if not pd.isna(weighted["value"]) and row["value"]:
        yield _stated(view, weighted)
        yield _learned(view)
    yield from _enough(view)
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
            "dates take snapshots."
        )


def _stated(view: PartnerView, weighted: dict) -> str:
    """The weighted value, and of how many open deals it is where it is not of all."""
    amount, count = money(weighted["value"], view.currency), view.row("pipeline", "count")["value"]
    if weighted["n"] < count:
        return ngettext(
            "Weighted by the CRM’s chance, else by that of its stage: {amount}, of {weighed} of "
            "{count} open deal.",
            "Weighted by the CRM’s chances, or else by those of their stages: {amount}, for "
            "{weighed} of {count} open deals.",
            count,
            amount=amount,
            weighed=weighted["n"],
        )
    return _(
        "Weighted by the CRM’s chances, or else by those of their stages: {amount}.", amount=amount
    )


def _learned(view: PartnerView) -> str:
    """What the same deals should bring by the chances that the forecast learned."""
    deals = view.ahead.deals
    learned = deals[deals["source"].isin((HISTORY, STAGE)) & deals["amount"].notna()]
    if learned.empty:
        return ""
    expected = float((learned["amount"] * learned["eventually"]).sum())
    return _(
        "Judging by how such deals ended before, they should bring {amount}; the forecast "
        "uses this figure, because it was checked against what came.",
        amount=money(expected, view.currency),
    )


def _enough(view: PartnerView) -> Iterator[str]:
    """Whether the open deals are enough, by the forecast's chance and never by their sum alone."""
    ahead, found = view.ahead, view.enough
    if found.verdict is None:
        return
    window = period(ahead.window.label)
    target = money(ahead.target, view.currency)
    claim = view.judged["pipeline", "open", "enough"]
    yield told(claim, target=target, window=window, chance=percent(ahead.chance))
    if not found.left:
        return
    yield _(
        "The open deals should bring {expected} of the {left} still to be won in {window}.",
        expected=money(found.expected, view.currency),
        left=money(found.left, view.currency),
        window=window,
    )
    yield from _coverage(found)


def _coverage(found) -> Iterator[str]:
    """How many times what is left has to be open, by what this partner won in time before."""
    if found.in_time is None:
        return
    if not found.needed:
        yield ngettext(
            "Of what was open at this point of the last {count} period, nothing was won in time.",
            "Of what was open at this point of the last {count} periods, nothing was won in time.",
            found.periods,
        )
        return
    yield ngettext(
        "At this point of the last {count} period, {share} of what was open was won in time: by "
        "that measure open deals have to be worth {needed:.1f} times what is left to win; they "
        "are worth {coverage:.1f} times.",
        "At this point of the last {count} periods, {share} of what was open was won in time: by "
        "that measure open deals have to be worth {needed:.1f} times what is left to win; they "
        "are worth {coverage:.1f} times.",
        found.periods,
        share=percent(found.in_time),
        needed=found.needed,
        coverage=found.coverage,
    )


def picture(view: PartnerView) -> Picture | None:
    since, steps = view.history.since, view.history.steps
    drawn = steps.dropna(subset="amount")
    if not drawn["amount"].any():
        return None
    title = _("Open pipeline, {start} to {end}", start=day(since), end=day(view.as_of))
    text = ", ".join(
        f"{lower(_(STEPS[step]))} {shown(amount, 'money', view.currency)}"
        for step, amount in zip(drawn["step"], drawn["amount"], strict=True)
    )
    return Picture(
        lambda ax: waterfall(steps, title=title, currency=view.currency, ax=ax),
        f"{title}: {text}",
        right=0.98,
    )


presentation = Presentation(
    kpi="pipeline",
    title=N_("Opportunity pipeline"),
    definition=N_(
        "Sum of open amounts at the as-of date; weighted = Σ amount × its own probability; "
        "coverage = open / (target − won)."
    ),
    caution=N_("Old deals that are left open swell it: look at overdue and stale ones."),
    rows={
        "open": Label(N_("Open value"), "", "", target="money"),
        "weighted": Label(N_("Weighted value (CRM’s chances)"), "", ""),
        "count": Label(N_("Open deals"), "", ""),
        "age": Label(N_("Median age"), "", ""),
        "overdue": Label(N_("Overdue deals"), "", ""),
        "stale": Label(N_("Stale deals"), "", ""),
        "attainment": Label(N_("Revenue target attained"), "money", "money"),
        "coverage": Label(N_("Coverage of what is left to win"), "money", "money"),
        "competitor": Label(N_("Losses to a competitor")),
    },
    sentences=sentences,
    picture=picture,
    nothing=N_("nothing is open"),
    charts={"open": "line"},
    labels_stand_alone=True,
)
