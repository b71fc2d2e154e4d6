"""The catalogue of notes: each sentence once, in English, by its code.

A sentence whose number `n` needs two forms has a pair: for 1, and for any other. Values have named
places. The Turkish texts are in the gettext catalogue, which `make messages` keeps in step.
"""

from kpi_helpers.contract.loader_texts import LOADER_TEXTS

KPI_REMARKS: dict[str, str | tuple[str, str]] = {
    # left out, or leaned on
    "won_without_amount": (
        "{n} won deal without amount left out",
        "{n} won deals without amount left out",
    ),
    "won_without_rate": "{n} of them for lack of an exchange rate",
    "placeholder_amount": ("{n} deal of 1 or less", "{n} deals of 1 or less"),
    "open_without_amount": ("{n} open deal without amount", "{n} open deals without amount"),
    "open_without_weight": (
        "{n} open deal without amount or probability",
        "{n} open deals without amount or probability",
    ),
    "weighed_by_history": (
        "{n} weighed by its stage's history",
        "{n} weighed by their stage's history",
    ),
    "weighed_by_default": ("{n} by its stage's default", "{n} by their stage's default"),
    "lost_without_amount": ("{n} lost deal carries no amount", "{n} lost deals carry no amount"),
    "closed_undated": (
        "{n} decided deal created in the window has no closing date and is left out ({won} won, "
        "{lost} lost): {top} of {all} with it",
        "{n} decided deals created in the window have no closing date and are left out ({won} won, "
        "{lost} lost): {top} of {all} with them",
    ),
    "competitor_unsaid": ("{n} lost deal does not say", "{n} lost deals do not say"),
    "won_without_created": (
        "{n} won deal without created date left out",
        "{n} won deals without created date left out",
    ),
    "ideal_unsaid": (
        "{n} submitted deal does not say whether it was ideal",
        "{n} submitted deals do not say whether they were ideal",
    ),
    "of_all_submitted": "won / submitted: no deal says whether it was ideal",
    # what the number is
    "young": (
        "young: {n} of {all} deals is still undecided",
        "young: {n} of {all} deals are still undecided",
    ),
    "immature": (
        "immature: {n} deal younger than {days} days, the 90th percentile of won cycles",
        "immature: {n} deals younger than {days} days, the 90th percentile of won cycles",
    ),
    "of_those_with_target": "of {n} of {all} partners, those with a target",
    "stale_after": "older than {days} days, the 90th percentile of won cycles",
    "won_within": "won within {days} days",
    "against_peers": "against {n} peers, this one included",
    "revenue_per_day": "opportunities x average size x close rate / cycle days",
}
KPI_SILENCES: dict[str, str | tuple[str, str]] = {
    "no_priced_win": "no won deal with an amount closed in the window",
    "wins_without_amount": "no won deal has an amount",
    "no_target": "no target for this window",
    "window_ahead": "the window has not begun",
    "target_reached": "the target is reached",
    "open_without_amounts": "no open deal has an amount",
    "open_without_weights": "no open deal has an amount and a probability",
    "no_dated_open": "nothing open with a created date",
    "no_won_cycle": "no won cycle to compare with",
    "no_competitor_said": "no lost deal says whether a competitor won it",
    "nothing_lost": "nothing lost in the window",
    "nothing_decided": "nothing won or lost in the window",
    "nothing_created": "nothing created in the window",
    "nothing_eligible": "nothing created in the window and {days} days or more before as_of",
    "nothing_closed": "nothing closed in the window",
    "no_amount_decided": "no amount won or lost in the window",
    "no_dated_win": "no won deal with a created date",
    "no_dated_priced_win": "no won deal with an amount and a created date",
    "no_cycle": "the cycle is 0 days",
    "no_closing_peers": "no peers with a closed deal, or no amount to compare",
    "few_peers": "fewer than {n} peers",
    "nothing_won_before": "nothing won in the previous window",
    "nothing_submitted": "nothing submitted in the window",
    "no_ideal_said": "no deal says whether it was ideal",
    "no_ideal": "no ideal deal submitted",
    "no_spend_table": "no spend table",
    "no_spend_known": "no spend known for this channel, level and window",
    "no_channel_win": "nothing won through this channel",
    "no_channel_spend": "no spend on this channel",
    "no_channel_lead": "no lead through this channel",
}
STATISTICS: dict[str, str | tuple[str, str]] = {
    "no_data": "nothing to count",
    "no_total": "no deals in one of the periods",
    "too_few_values": "fewer than 5 values",
    "no_variation": "all values are equal",
    "no_denominator": "the denominator is too often zero",
    "not_followed": "no deal was followed that long",
    "no_events": "no deal reached this outcome",
    "too_few_partners_4": "fewer than 4 partners",
    "no_difference": "no difference shown",
    "no_peers": "no peers to compare with",
    "expected_below_5": "fewer than 5 wins expected",
    "young_leads": "more than one lead in ten is still undecided",
    "within_chance": "within what chance explains",
    "under_two_cycles": "under two full years",
    "no_deals_in_season": "no closed deals in this season",
    "too_few_periods": "fewer than 8 periods",
    "too_few_periods_a_side": "fewer than 8 periods a side",
    "no_placebo": "too few periods before the start for placebo dates",
    "no_history": "too little history: fewer than 5 wins and 5 other endings",
    "no_chance": "neither history nor a CRM probability",
    "no_period_target": "no target for this period",
    "period_over": "the period is over",
    "no_snapshot": "no snapshot shows what the CRM stated then",
    "too_few_created": "fewer than 8 deals created in the last year: deals to come are left out",
    "too_few_won": "fewer than 5 won deals in one of the years",
    "too_few_closed": "too few closed deals",
    "one_year_only": "no value of a year before",
    "no_weights": "a KPI it weighs is unknown",
}
WHAT_IF: dict[str, str | tuple[str, str]] = {
    "little_history": "Too little history: deals not yet created are left out.",
    "chance_unknown": "Open deals left out because nothing tells their chance to win: {count}.",
    "spend_by_partner": "Spend is known by partner only, not at this level.",
    "chance_capped": "{driver}: no chance goes above 1; this many open deals would be won for "
    "certain: {count}.",
    "pipeline_refilled": "Deals that close sooner are taken to be followed by others like them.",
    "returns_assumed": "{driver}: leads are assumed to grow as spend to the power of {returns}; "
    "that spend brings leads is not shown.",
}
TEXTS: dict[str, str | tuple[str, str]] = (
    KPI_REMARKS | KPI_SILENCES | STATISTICS | WHAT_IF | LOADER_TEXTS
)
