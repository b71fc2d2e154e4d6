"""What the kit claims of a partner, and how each kind of claim is held against what came."""

from datetime import date
from typing import NamedTuple

FORECAST = "forecast in its range"
TARGET = "target reached"
ENOUGH_OPEN, NOT_ENOUGH_OPEN = "enough pipeline", "not enough pipeline"
OPEN_WON = "open deals won in the period"
STALE = "stale deals never won"
OVERDUE = "overdue deals not won in the period"
YOUNG = "wins of young leads in their interval"
PREVIOUS = "change since the window before lasts"
YEAR = "change since the year before lasts"
CLEAREST = "clearest change lasts"
PAID, EARNED = "paid brings nothing", "earned falls behind"

MEANS = {  # a claim: when it was right
    FORECAST: "what was won lies between P10 and P90, as eight in ten should",
    TARGET: "the target was reached; stated is the mean of the chances",
    ENOUGH_OPEN: "the chance was 75 % or more, and the target was reached",
    NOT_ENOUGH_OPEN: "the chance was under 25 %, and the target was missed",
    OPEN_WON: "deals that were won by the period's end; stated is the sum of their chances",
    STALE: "deals older than nine in ten won ones, and not won by the as-of date",
    OVERDUE: "deals past their expected close date, and not won in the next period",
    YOUNG: "leads of the period that had just ended, nine in ten decided by now: their wins lie in "
    "the interval expected then",
    PREVIOUS: "the next window lies nearer to the new number than to the old; by luck half do",
    YEAR: "the next window has moved the same way within a year; by luck half do",
    CLEAREST: "the same of the one change that a page's head names; by luck half do",
    PAID: "of the leads that came later and are decided, paid ones are won less often than earned "
    "and owned ones",
    EARNED: "of the leads that came later and are decided, earned ones are won less often than "
    "paid and owned ones",
}


class Held(NamedTuple):
    """A claim about a subject (a partner, or * for all), made as of a past day, and what came.

    `right` of `of` cases were right, of which the claim itself `stated` a share (None where it
    states none).
    """

    claim: str
    subject: str
    as_of: date
    about: str
    said: str
    came: str
    right: int
    of: int = 1
    stated: float | None = None
