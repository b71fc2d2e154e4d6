"""What KPIs and their bases are called, which are shown, and their fractions' units; `_` translates
what is shown."""

from dataclasses import dataclass

from kpi_helpers.showing.language import N_


@dataclass(frozen=True)
class Label:
    """The words for one basis; `top` and `bottom` are the units of its fraction ('' where it has
    none)."""

    text: str
    top: str = "number"
    bottom: str = "number"


TITLES = {
    "average_deal_size": N_("Average deal size"),
    "deal_count": N_("Deal count"),
    "pipeline": N_("Opportunity pipeline"),
    "marketing_channels": N_("Marketing channels"),
    "close_rate": N_("Close rate"),
    "deal_velocity": N_("Deal velocity"),
    "quality_score": N_("Quality score"),
    "deal_success": N_("Deal success"),
}

# The rows of each KPI's table, in reading order. Marketing channels have a table of their own.
SHOWN = {
    "average_deal_size": {
        "whole": Label(N_("Won amount / won deals"), "money"),
        "median": Label(N_("Median deal"), "", ""),
        "credited": Label(N_("Credited average (splits shared)"), "money"),
    },
    "deal_count": {
        "won": Label(N_("Deals won"), "", ""),
        "amount": Label(N_("Amount won"), "", ""),
        "lost": Label(N_("Deals lost"), "", ""),
        "cancelled": Label(N_("Deals cancelled"), "", ""),
        "created": Label(N_("Deals created"), "", ""),
        "attainment": Label(N_("Target attained")),
        "pace": Label(N_("Pace against target")),
    },
    "pipeline": {
        "open": Label(N_("Open value"), "", ""),
        "weighted": Label(N_("Weighted value"), "", ""),
        "count": Label(N_("Open deals"), "", ""),
        "age": Label(N_("Median age"), "", ""),
        "overdue": Label(N_("Overdue deals"), "", ""),
        "stale": Label(N_("Stale deals"), "", ""),
        "attainment": Label(N_("Revenue target attained"), "money", "money"),
        "coverage": Label(N_("Coverage of what is left to win"), "money", "money"),
        "competitor": Label(N_("Losses to a competitor")),
    },
    "close_rate": {
        "cohort": Label(N_("Of all created in the window")),
        "closed": Label(N_("Of all won or lost")),
        "broad": Label(N_("Of all closed, cancelled included")),
        "within": Label(N_("Won within 90 days")),
        "value": Label(N_("By value"), "money", "money"),
    },
    "deal_velocity": {
        "cycle_median": Label(N_("Median cycle"), "", ""),
        "cycle_mean": Label(N_("Mean cycle"), "days"),
        "revenue_per_day": Label(N_("Revenue per day"), "money", "days"),
    },
    "quality_score": {
        "won": Label(N_("Deals won"), "", ""),
        "amount": Label(N_("Amount won"), "", ""),
        "peers": Label(N_("Index (average peer = 100)"), "", ""),
        "past": Label(N_("Index against own past"), "", ""),
        "yield": Label(N_("Yield per opportunity worked"), "money"),
    },
    "deal_success": {
        "success": Label(N_("Won ideal / submitted")),
        "identification": Label(N_("Identification (ideal / submitted)")),
        "conversion": Label(N_("Conversion (won ideal / ideal)")),
    },
}
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
