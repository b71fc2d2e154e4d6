"""What channels, outcomes and steps of the pipeline are called; `_` translates what is shown."""

from kpi_helpers.showing.language import N_

CHANNELS = {
    "paid": N_("Paid"),
    "earned": N_("Earned"),
    "owned": N_("Owned"),
    "partner": N_("Partner"),
    "unknown": N_("Unknown"),
}
CHANNEL_COLUMNS = {
    "leads": N_("Leads"),
    "won": N_("Won"),
    "close_rate": N_("Close rate"),
    "revenue": N_("Revenue"),
    "spend": N_("Spend"),
    "cost_per_won": N_("Cost per won"),
    "roi": N_("ROI"),
}
MISSED = {
    "rejected": N_("Rejected"),
    "never_worked": N_("Never worked"),
    "expired": N_("Expired"),
    "competitor": N_("Lost to a competitor"),
    "otherwise": N_("Lost otherwise"),
    "cancelled": N_("Cancelled"),
}
OUTCOMES = {"won": N_("Won"), "open": N_("Open"), **MISSED}
STEPS = {
    "start": N_("Start"),
    "created": N_("Created"),
    "pulled_in": N_("Pulled in"),
    "increased": N_("Increased"),
    "decreased": N_("Decreased"),
    "pushed_out": N_("Pushed out"),
    "won": N_("Won"),
    "lost": N_("Lost"),
    "cancelled": N_("Cancelled"),
    "end": N_("End"),
}
