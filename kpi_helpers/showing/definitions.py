"""Each KPI in a sentence: what is divided by what, counted when, and how the number can mislead."""

from kpi_helpers.showing.language import N_

DEFINITIONS = {
    "average_deal_size": (
        N_("Sum of won amounts / number of won deals, closed in the window."),
        N_("One large deal carries the mean: look at the median, too."),
    ),
    "deal_count": (
        N_(
            "Number of won deals closed in the window; attainment = won / target, pace = won / "
            "elapsed share of target."
        ),
        N_("Many small deals are not many good deals: read it beside the amount."),
    ),
    "pipeline": (
        N_(
            "Sum of open amounts at the as-of date; weighted = Σ amount × its own probability; "
            "coverage = open / (target − won)."
        ),
        N_("Old deals that are left open swell it: look at overdue and stale ones."),
    ),
    "marketing_channels": (
        N_(
            "ROI = (revenue − spend) / spend; close rate = won / leads; over leads created in "
            "the window."
        ),
        N_("Young leads have their wins still to come, and the last touch takes all credit."),
    ),
    "close_rate": (
        N_(
            "Won / (won + lost), closed in the window; of all created: won / created in the window."
        ),
        N_("Location, season and mix move it, and deals that never get an answer are not counted."),
    ),
    "deal_velocity": (
        N_(
            "Days from created to won, deals won in the window; revenue a day = deals × size × "
            "close rate / days."
        ),
        N_(
            "Slow deals that are still open are not in it: read it beside the time-to-outcome "
            "curve."
        ),
    ),
    "quality_score": (
        N_("100 × √(won / peers’ mean won × amount / peers’ mean amount), closed in the window."),
        N_("It says who brings more, not who works better: territory and size are not considered."),
    ),
    "deal_success": (
        N_("Ideal / submitted × won ideal / ideal = won ideal / submitted, created in the window."),
        N_("Open deals may still be won, and a profile filled in only after winning flatters it."),
    ),
}
