"""What KPIs and their bases are called, which are shown, and what their fractions are made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """The words for one basis; `top` and `bottom` are the units of its fraction ('' where it has none)."""

    text: str
    top: str = "number"
    bottom: str = "number"


TITLES = {
    "average_deal_size": "Average deal size",
    "deal_count": "Deal count",
    "pipeline": "Opportunity pipeline",
    "marketing_channels": "Marketing channels",
    "close_rate": "Close rate",
    "deal_velocity": "Deal velocity",
    "quality_score": "Quality score",
    "deal_success": "Deal success",
}

# The rows of each KPI's table, in reading order. Marketing channels have a table of their own.
SHOWN = {
    "average_deal_size": {
        "whole": Label("Average (won amount / won deals)", "money"),
        "median": Label("Median deal", "", ""),
        "credited": Label("Credited average (splits shared)", "money"),
    },
    "deal_count": {
        "won": Label("Deals won", "", ""),
        "amount": Label("Amount won", "", ""),
        "lost": Label("Deals lost", "", ""),
        "cancelled": Label("Deals cancelled", "", ""),
        "created": Label("Deals created", "", ""),
        "attainment": Label("Target attained"),
        "pace": Label("Pace against target"),
    },
    "pipeline": {
        "open": Label("Open value", "", ""),
        "weighted": Label("Weighted value", "", ""),
        "count": Label("Open deals", "", ""),
        "age": Label("Median age", "", ""),
        "overdue": Label("Overdue deals", "", ""),
        "stale": Label("Stale deals", "", ""),
        "attainment": Label("Revenue target attained", "money", "money"),
        "coverage": Label("Coverage of what is left to win", "money", "money"),
        "competitor": Label("Losses to a competitor"),
    },
    "close_rate": {
        "cohort": Label("Of all created in the window"),
        "closed": Label("Of all won or lost"),
        "broad": Label("Of all closed, cancelled included"),
        "within": Label("Won within 90 days"),
        "value": Label("By value", "money", "money"),
    },
    "deal_velocity": {
        "cycle_median": Label("Median cycle", "", ""),
        "cycle_mean": Label("Mean cycle", "days"),
        "revenue_per_day": Label("Revenue per day", "money", "days"),
    },
    "quality_score": {
        "won": Label("Deals won", "", ""),
        "amount": Label("Amount won", "", ""),
        "peers": Label("Index against peers (100 = average)", "", ""),
        "past": Label("Index against own past", "", ""),
        "yield": Label("Yield per opportunity worked", "money"),
    },
    "deal_success": {
        "success": Label("Deal success (won ideal / submitted)"),
        "identification": Label("Identification (ideal / submitted)"),
        "conversion": Label("Conversion (won ideal / ideal)"),
    },
}
CHANNELS = {
    "paid": "Paid",
    "earned": "Earned",
    "owned": "Owned",
    "partner": "Partner",
    "unknown": "Unknown",
}
CHANNEL_COLUMNS = {
    "leads": "Leads",
    "won": "Won",
    "close_rate": "Close rate",
    "revenue": "Revenue",
    "spend": "Spend",
    "cost_per_won": "Cost per won",
    "roi": "ROI",
}
MISSED = {
    "rejected": "Rejected",
    "never_worked": "Never worked",
    "expired": "Expired",
    "competitor": "Lost to a competitor",
    "otherwise": "Lost otherwise",
    "cancelled": "Cancelled",
}
STEPS = {
    "start": "Start",
    "created": "Created",
    "pulled_in": "Pulled in",
    "increased": "Increased",
    "decreased": "Decreased",
    "pushed_out": "Pushed out",
    "won": "Won",
    "lost": "Lost",
    "cancelled": "Cancelled",
    "end": "End",
}
