"""Measures: what one deal adds to a total, and how it is totalled.

A measure is written once, over the columns that an `At` gives, and serves every KPI that names it
and every engine: a formula may do with a column what `engines.base.Column` can, and nothing else.
A scorecard totals each distinct measure once.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from kpi_helpers.errors import KitError

CLOSED, CREATED, STATE = "closed_on", "created_on", "state"
CLOSED_STATUSES = ("won", "lost", "cancelled")
MICRO = (
    10**10
)  # money is summed as whole parts of this size, so that row order and engine cannot move a cent
LARGEST = 1e20  # amount of which every engine adds up a hundred million in 128 bits or 38 digits
FLOAT_DIGITS = 16  # that a float tells apart; the others are what its amounts are off by

EPOCH = date(1970, 1, 1)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def day_number(name: str) -> str:
    """The column that tells a date as days since 1970: engines subtract numbers alike, dates each
    in its own way."""
    return f"_{name}_days"


def midnight_after(name: str) -> str:
    """The column that tells when a column's day ends: told once a day instead of once a deal."""
    return f"{name}_end"


def check_amount(largest: float | None) -> None:
    """Raise `KitError` where the largest amount is more than any engine adds up."""
    if largest is not None and largest > LARGEST:
        raise KitError(
            f"An amount of {largest:g} is too large to add up; amounts go up to {LARGEST:g}. "
            f"Correct it."
        )


def as_money(units: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Totals of whole units and of `rest` MICROths as floats, with no more digits than a float
    has."""
    before = np.floor(np.log10(np.maximum(np.abs(units), 1))) + 1
    step = 10 ** np.clip(before - (FLOAT_DIGITS - np.log10(MICRO)), 0, np.log10(MICRO))
    return units + np.rint(rest / step) * step / MICRO


def unbound(name: str) -> Any:
    """Columns belong to an engine, which puts its own in."""
    raise KitError(f"Column {name!r} is asked for, and no engine has been chosen.")


@dataclass(frozen=True)
class At:
    """The deals as they stood at the end of `as_of`, column by column.

    A deal created later does not exist, one closed later is still open. `slow_days` is the 90th
    percentile of won cycles (None: not known), `within_days` the horizon of the `within` close
    rate, `column` gives a column by its name (an engine puts it in), and `day` names the column of
    the day itself where each row has its own. What several measures ask for is asked once and kept
    in `noted`; with `named` they read it as a column, which the query then has to have.
    """

    as_of: date
    slow_days: float | None = None
    within_days: int = 90
    column: Callable[[str], Any] = unbound
    day: str | None = None
    named: bool = False
    noted: dict = field(default_factory=dict)

    def once(self, name: str, tell: Callable):
        """What `tell()` says, told once for all measures that ask for it."""
        if name not in self.noted:
            self.noted[name] = tell()
        return self.noted[name].under(name) if self.named else self.noted[name]

    @cached_property
    def today(self):
        return midnight(self.as_of) if self.day is None else self.column(self.day)

    @cached_property
    def tomorrow(self):
        """The midnight that ends the day."""
        return (
            self.today + timedelta(days=1)
            if self.day is None
            else self.column(midnight_after(self.day))
        )

    @cached_property
    def amount(self):
        """The whole deal, null where it is not known."""
        return self.column("amount")

    @cached_property
    def priced(self):
        return ~self.amount.is_null()

    @cached_property
    def credit(self):
        return self.column("credit")

    @cached_property
    def credited(self):
        return self.amount * self.credit

    @cached_property
    def cycle(self):
        """Days from created to closed."""
        return self.column(day_number("closed_on")) - self.column(day_number("created_on"))

    @cached_property
    def age_days(self):
        today = (self.as_of - EPOCH).days if self.day is None else self.column(day_number(self.day))
        return today - self.column(day_number("created_on"))

    @property
    def exists(self):
        created = self.column("created_on")
        return self.once("_exists", lambda: created.is_null() | (created < self.tomorrow))

    @property
    def closed(self):
        """Won, lost or cancelled by as_of, or on a day that is not known; a close date without
        such a status is not."""
        on = self.column("closed_on")
        return self.once(
            "_closed",
            lambda: (
                self.exists
                & (on.is_null() | (on < self.tomorrow))
                & self.column("status").is_in(CLOSED_STATUSES).fill_null(False)
            ),
        )

    @property
    def open(self):
        on = self.column("closed_on")
        ended = self.column("status").is_in(CLOSED_STATUSES).fill_null(False)
        return self.once("_open", lambda: self.exists & ((on >= self.tomorrow) | ~ended))

    def _ended(self, status: str):
        return self.once(f"_{status}", lambda: self.closed & (self.column("status") == status))

    @property
    def won(self):
        return self._ended("won")

    @property
    def lost(self):
        return self._ended("lost")

    @property
    def cancelled(self):
        return self._ended("cancelled")

    def says(self, flag: str):
        """True where the flag is; blank counts as no."""
        return self.column(flag).fill_null(False)

    def states(self, name: str):
        """True where the column is not blank."""
        return ~self.column(name).is_null()

    def older_than(self, days: float):
        """Created at least `days` before as_of."""
        return self.column("created_on") < self.tomorrow - timedelta(days=float(days))

    def younger_than(self, days: float):
        """Created within `days` of as_of; not ~older_than, which may be true of a blank date."""
        return self.column("created_on") >= self.tomorrow - timedelta(days=float(days))

    @cached_property
    def slow(self):
        """Older than nine of ten won deals were when they were won."""
        return self.age_days > (math.inf if self.slow_days is None else self.slow_days)


class where(NamedTuple):
    """Which deals add something, and what each of them adds: nothing where that is not known, None
    where it is one."""

    deals: Any
    adds: Any


@dataclass(frozen=True)
class Measure:
    """`of(at)` tells which deals count, or `where` they add what; `total` is count, money, sum or
    median.

    By closing date only deals that have closed count, by creation date those that exist, by state
    those that are open.
    `reads` names the columns it reads beside those every measure may: the core, credit and deal_id.
    """

    name: str
    anchor: str
    of: Callable[[At], object]
    total: str = "count"
    slow: bool = False  # needs at.slow_days
    reads: tuple[str, ...] = ()

    def parts(self, at: At) -> where:
        """Which deals add something, and what."""
        counted = self.of(at)
        deals, adds = counted if isinstance(counted, where) else (counted, None)
        return where(at.open & deals if self.anchor == STATE else deals, adds)

    @property
    def plain(self) -> tuple["Measure", ...]:
        """What a scorecard has to total for this one."""
        return (self,)

    def __sub__(self, other: "Measure") -> "Difference":
        return Difference(self, other)


class Difference(NamedTuple):
    """What a total has over another one: nothing more to count in the deals."""

    whole: Measure
    part: Measure

    @property
    def plain(self) -> tuple[Measure, ...]:
        return tuple(self)
