"""Measures: what one deal adds to a total, and how it is totalled.

A measure is written once and serves every KPI that names it; a scorecard totals each distinct measure once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

import narwhals as nw

CLOSED, CREATED, STATE = "closed_on", "created_on", "state"
CLOSED_STATUSES = ("won", "lost", "cancelled")
MICRO = 10_000  # money is summed as whole ten-thousandths, so that row order and engine cannot move a cent


@dataclass(frozen=True)
class At:
    """The deals as they stood at the end of `as_of`, as Narwhals expressions.

    A deal created later does not exist, one closed later is still open. `slow_days` is the 90th
    percentile of won cycles (None: not known), `within_days` the horizon of the `within` close rate.
    """

    as_of: date
    slow_days: float | None = None
    within_days: int = 90

    @property
    def tomorrow(self) -> datetime:
        return datetime.combine(self.as_of + timedelta(days=1), time())

    @property
    def today(self) -> datetime:
        return datetime.combine(self.as_of, time())

    @cached_property
    def exists(self) -> nw.Expr:
        return nw.col("created_on").is_null() | (nw.col("created_on") < self.tomorrow)

    @cached_property
    def closed(self) -> nw.Expr:
        """Won, lost or cancelled by as_of; a close date without such a status, or such a status without one, is not."""
        dated = ~nw.col("closed_on").is_null() & (nw.col("closed_on") < self.tomorrow)
        return self.exists & dated & nw.col("status").is_in(CLOSED_STATUSES).fill_null(False)

    @cached_property
    def open(self) -> nw.Expr:
        return self.exists & ~self.closed

    @cached_property
    def won(self) -> nw.Expr:
        return self.closed & (nw.col("status") == "won")

    @cached_property
    def lost(self) -> nw.Expr:
        return self.closed & (nw.col("status") == "lost")

    @cached_property
    def cancelled(self) -> nw.Expr:
        return self.closed & (nw.col("status") == "cancelled")

    def told_on(self, frame, tag: str = ""):
        """The frame with each state as a column, and the At that reads them: told once, not once a measure."""
        told = At(self.as_of, self.slow_days, self.within_days)
        for states in (("exists",), ("closed",), ("open", "won", "lost", "cancelled")):  # each builds on those before
            frame = frame.with_columns(**{f"_{state}{tag}": getattr(told, state) for state in states})
            told.__dict__.update({state: nw.col(f"_{state}{tag}") for state in states})
        return frame, told

    @cached_property
    def age_days(self) -> nw.Expr:
        return days_between(nw.col("created_on"), nw.lit(self.today))

    def older_than(self, days: float) -> nw.Expr:
        """Created at least `days` before as_of."""
        return nw.col("created_on") < self.tomorrow - timedelta(days=float(days))

    def younger_than(self, days: float) -> nw.Expr:
        """Created within `days` of as_of; not ~older_than, which on pandas is true of a blank date."""
        return nw.col("created_on") >= self.tomorrow - timedelta(days=float(days))


@dataclass(frozen=True)
class Measure:
    """`of(at)` is what one deal adds (null: nothing); `total` is count, money, sum or median.

    `reads` names the columns it reads beside those every measure may: the core, credit and deal_id.
    """

    name: str
    anchor: str
    of: Callable[[At], nw.Expr]
    total: str = "count"
    slow: bool = False  # needs at.slow_days
    reads: tuple[str, ...] = ()


def where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    """`value` where the condition holds, null elsewhere."""
    return nw.when(condition).then(value)


def yes(flag: str) -> nw.Expr:
    """True where the flag is; blank counts as no."""
    return nw.col(flag).fill_null(False)


def days_between(start: nw.Expr, end: nw.Expr) -> nw.Expr:
    return (end - start).dt.total_minutes() / 1440


amount = nw.col("amount")
credited = nw.col("amount") * nw.col("credit")
cycle = days_between(nw.col("created_on"), nw.col("closed_on"))
priced = ~nw.col("amount").is_null()
