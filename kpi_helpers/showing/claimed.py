"""How each claim is said: every sentence that asserts something, by kind of claim and verdict.

No other sentence asserts: a test holds the catalogue of messages against these and the rules'.
"""

from kpi_helpers.judging.channels import STOP_PAID, WORK_ON_EARNED
from kpi_helpers.judging.claims import ABOVE, BELOW, FELL, LEVEL, ROSE, UNKNOWN, Claim
from kpi_helpers.judging.enough import ENOUGH, NOT_ENOUGH, UNCERTAIN
from kpi_helpers.judging.strategies import AHEAD, NOTHING, TOO_FEW
from kpi_helpers.showing.language import N_, _
from kpi_helpers.views.claims import (
    FALLING,
    FASTER,
    FEW_LARGE,
    LARGEST,
    MET,
    MISSED_IT,
    MOST,
    RISING,
    RUNNING,
    SLOWER,
)

TEXTS = {
    "change": {
        ROSE: N_(
            "It rose by {change} against {window}; of the eight changes told here chance alone may "
            "bring one such."
        ),
        FELL: N_(
            "It fell by {change} against {window}; of the eight changes told here chance alone may "
            "bring one such."
        ),
        LEVEL: N_("Against {window} it moved by {change}, within what chance alone can do."),
        UNKNOWN: N_("Against {window} it moved by {change}."),
    },
    "sure change": {
        ROSE: N_("It rose by {change} against {window}, more than chance explains."),
        FELL: N_("It fell by {change} against {window}, more than chance explains."),
    },
    "clearest": dict.fromkeys(
        (ROSE, FELL),
        N_(
            "The clearest change against {window}: {title} from {before} to {now}, more than "
            "chance explains."
        ),
    ),
    "peers": {
        ABOVE: N_(
            "It lies above the peers’ median of {median}, before season, region and mix are "
            "considered."
        ),
        BELOW: N_(
            "It lies below the peers’ median of {median}, before season, region and mix are "
            "considered."
        ),
        LEVEL: N_(
            "The peers’ median is {median}: these numbers do not set the partner apart from it."
        ),
        UNKNOWN: N_("The peers’ median is {median}; without an interval this is no verdict."),
    },
    "average": {
        ABOVE: N_(
            "An index of {index:.0f} is above the average peer’s 100, in deals and amount together."
        ),
        BELOW: N_(
            "An index of {index:.0f} is below the average peer’s 100, in deals and amount together."
        ),
        LEVEL: N_(
            "An index of {index:.0f} cannot be told apart from the average peer’s 100, in deals "
            "and amount together."
        ),
        UNKNOWN: N_(
            "An index of {index:.0f}, where the average peer has 100, has no interval: it is no "
            "verdict."
        ),
    },
    "trend": {
        RISING: N_("From {first} to {last} it rises steadily, by about {slope} a period."),
        FALLING: N_("From {first} to {last} it falls steadily, by about {slope} a period."),
        LEVEL: N_("From {first} to {last} it neither rises nor falls steadily."),
        UNKNOWN: N_("Too few periods have won deals to say whether deal size is rising."),
    },
    "skew": {
        FEW_LARGE: N_("The mean is {times:.1f} times the median: a few large deals drive it."),
    },
    "pace": {
        FASTER: N_(
            "Deals created in the last twelve months are won faster than those of the twelve before"
        ),
        SLOWER: N_(
            "Deals created in the last twelve months are won more slowly than those of the "
            "twelve before"
        ),
        LEVEL: N_(
            "Deals created in the last twelve months show no other pace than those of the twelve "
            "before"
        ),
    },
    "most": {
        MOST: N_("Most were missed as: {outcome} ({count:,.0f} of {all:,.0f})."),
        LARGEST: N_("The largest part was missed as: {outcome} ({count:,.0f} of {all:,.0f})."),
    },
    "target": {
        MET: N_("The target of {target} is met ({share})."),
        MISSED_IT: N_("The target of {target} was missed ({share})."),
        RUNNING: N_("So far {share} of the target of {target} is reached."),
    },
    "enough": {
        ENOUGH: N_(
            "The chance of reaching the target of {target} for {window} is {chance}: enough."
        ),
        NOT_ENOUGH: N_(
            "The chance of reaching the target of {target} for {window} is {chance}: not enough."
        ),
        UNCERTAIN: N_(
            "The chance of reaching the target of {target} for {window} is {chance}: uncertain."
        ),
    },
    "channels": {
        STOP_PAID: N_(
            "Of the leads of {start} to {end}, which are old enough, paid ones bring nothing while "
            "earned and owned ones do, intervals apart: stop investing there."
        ),
        WORK_ON_EARNED: N_(
            "Of the leads of {start} to {end}, which are old enough, earned ones fall behind paid "
            "and owned ones, intervals apart: work on third-party relations."
        ),
        LEVEL: N_(
            "The leads of {start} to {end} do not support moving money between the channels: {why}."
        ),
    },
    "fair": {
        ABOVE: N_("That is above expectation, also when all partners are judged at once."),
        BELOW: N_("That is below expectation, also when all partners are judged at once."),
        LEVEL: N_("No verdict: the evidence does not set the partner apart."),
    },
    "strategy": {
        ROSE: N_(
            "The close rate of the deals created since then rose by {points:.1f} points beyond its "
            "trend (95% interval {low:+.1f} to {high:+.1f})."
        ),
        FELL: N_(
            "The close rate of the deals created since then fell by {points:.1f} points beyond its "
            "trend (95% interval {low:+.1f} to {high:+.1f})."
        ),
        NOTHING: N_(
            "No effect is shown: the close rate of the deals created since then moved by "
            "{change:+.1f} points against its trend (95% interval {low:+.1f} to {high:+.1f}). An "
            "effect under {seen:.0f} points could easily be missed in this data."
        ),
        TOO_FEW: N_(
            "Too early to say: it takes eight months of decided deals before it and after it."
        ),
        AHEAD: N_("It begins after the day of this report."),
    },
}
WORDS = {ABOVE: N_("above"), BELOW: N_("below")}  # of the fair comparison, in a table
MARKS = {ABOVE: N_("▲ above"), BELOW: N_("▼ below")}


def told(claim: Claim, **words) -> str:
    """The claim's sentence in the current language."""
    moved = claim.kind == "change" and claim.verdict in TEXTS["sure change"]
    kind = "sure change" if moved and claim.sure else claim.kind
    return _(TEXTS[kind][claim.verdict], **words)
