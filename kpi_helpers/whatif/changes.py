"""A change to a driver, as people write it: +5pp, -20%, 12000, +3."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.errors import KitError, UnknownValue, nearest_names

FORMS = (
    "+5pp or -5pp (points, rates only), +20% or -20% (of the measured value), +3 or -3, or "
    "the new value"
)
_FORM = re.compile(r"([+-]?)\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(pp|%|)", re.IGNORECASE)
AT_MOST = 1000.0  # times the measured value
ROUNDING = 1e-9


@dataclass(frozen=True)
class Change:
    """A driver's measured value and the new one, in the driver's own unit."""

    driver: str
    measured: float
    value: float

    @property
    def factor(self) -> float:
        return self.value / self.measured


@nearest_names
def parse_change(drivers: pd.DataFrame, driver: str, change) -> Change:
    """The new value of one of the `drivers` from what was written; neither direction is better.

    `+5pp` adds points to a rate, `+20%` a share of the measured value, `+3` so many; without a sign
    it is the value itself, for rates as 35% or 0.35. Rates lie in 0..1, everything else is not
    negative; a cycle is above 0 days. A rate measured as 0 of n is changed from (0 + 2) / (n + 4),
    the middle of its interval (Agresti and Coull 1998).

    Parameters
    ----------
    drivers : DataFrame
        By driver: value, unit, n (`Baseline.drivers`).
    driver : str
        The driver's name, like close_rate or spend.paid.
    change : str or float
        `+5pp`, `+20%`, `+3`, or the new value itself.

    Returns
    -------
    Change
        The new value of one of the `drivers` from what was written.

    Raises
    ------
    KitError
        For what is none of these, for drivers there are not and for those that could not be
        measured.

    Examples
    --------
    >>> drivers = pd.DataFrame(
    ...     {"value": [0.30], "unit": ["ratio"], "n": [10]}, index=["close_rate"]
    ... )
    >>> (
    ...     round(parse_change(drivers, "close_rate", "+5pp").value, 2),
    ...     parse_change(drivers, "close_rate", 0.6).factor,
    ... )
    (0.35, 2.0)
    """
    if driver not in drivers.index:
        raise UnknownValue("driver", driver, drivers.index)
    row = drivers.loc[driver]
    measured, unit = float(row["value"]), row["unit"]
    if np.isnan(measured):
        raise KitError(
            f"{driver} could not be measured in the last year (n = {row['n']}), so it cannot be "
            f"changed."
        )
    text = re.sub(r"[−–]", "-", str(change)).strip()
    found = _FORM.fullmatch(text)
    if not found or isinstance(change, bool):
        raise KitError(f"{driver}={change!s} is not understood; write {FORMS}.")
    sign, size, kind = found[1], float(found[2]), found[3].lower()
    if kind == "pp" and not (sign and unit == "ratio"):
        raise KitError(f"{driver}={change!s}: points are added to a rate, like close_rate=+5pp.")
    if unit == "ratio" and sign and not kind:
        raise KitError(
            f"{driver}={change!s}: say whether points (+5pp) or a share of what it is (+5%) is "
            f"meant."
        )
    if kind == "%" and not sign and unit != "ratio":
        raise KitError(
            f"{driver}={change!s}: write +{size:g}% or -{size:g}%, or the new value itself."
        )
    if unit == "ratio" and measured == 0 and driver != "win_back" and row["n"] > 0:
        measured = 2 / (row["n"] + 4)
    scaled = size / 100 if kind else size
    step = measured * scaled if kind == "%" else scaled
    value = scaled if not sign else measured + (step if sign == "+" else -step)
    _within(driver, change, value, measured, unit)
    return Change(driver, measured, min(max(value, 0.0), 1.0) if unit == "ratio" else value)


def _within(driver, change, value, measured, unit):
    if unit == "ratio" and not -ROUNDING <= value <= 1 + ROUNDING:
        raise KitError(
            f"{driver}={change!s} would make it {value:.4g}; a rate lies in 0..1 (35 % is 35% or "
            f"0.35)."
        )
    if value < -ROUNDING or (unit == "days" and value <= 0):
        raise KitError(
            f"{driver}={change!s} would make it {value:,.4g}, and that cannot be: it is "
            f"{measured:,.4g}."
        )
    if measured == 0 and value > 0 and driver != "win_back":
        raise KitError(
            f"{driver} was 0 in the last year: nothing tells what more of it would bring. Change "
            f"another."
        )
    if measured and value / measured > AT_MOST:
        raise KitError(
            f"{driver}={change!s} is more than {AT_MOST:,.0f} times the measured {measured:,.4g}."
        )
    if unit == "days" and measured / value > AT_MOST:
        raise KitError(
            f"{driver}={change!s} is less than a {AT_MOST:,.0f}th of the measured {measured:,.4g}."
        )
