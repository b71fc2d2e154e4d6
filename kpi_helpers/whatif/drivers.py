"""Drivers: what a slice's revenue is made of, measured on its own last year, each with its
interval."""

import numpy as np
import pandas as pd

from kpi_helpers.judging.arrivals import YEAR
from kpi_helpers.stats import bootstrap, poisson, wilson

SEGMENTS = ("channel", "region", "product", "size_band")
COLUMNS = ("driver", "value", "low", "high", "unit", "n")


def part(driver: str) -> tuple[str, str | None, str | None]:
    """A driver's name, and the segment it is limited to; a channel needs no column before it.

    >>> part("close_rate"), part("close_rate.paid"), part("close_rate.product.Backup")
    (('close_rate', None, None), ('close_rate', 'channel', 'paid'), ('close_rate', 'product',
    'Backup'))
    """
    name, _, rest = driver.partition(".")
    if not rest:
        return name, None, None
    column, _, value = rest.partition(".")
    return (name, column, value) if value and column in SEGMENTS else (name, "channel", rest)


def measured(
    recent: pd.DataFrame, opened: pd.DataFrame, coming: pd.DataFrame, spend: dict[str, float]
) -> pd.DataFrame:
    """The drivers of a slice: driver, value, low, high (95 %), unit and the n deals each rests on.

    `lately` are its deals created or closed in the last year, as they stood at as_of; `opened` its
    open deals and `coming` those expected (`Baseline`); `spend` is money a channel in the coming
    window. Rates are won / (won + lost) with Wilson's interval, sizes credited amounts per priced
    win and cycles days from created to won with the bootstrap's, opportunities and leads numbers in
    the coming window with the exact Poisson interval of last year's count. Spend, the open pipeline
    and `win_back` (0, the share of losses to a competitor won back) are no estimates.
    """
    rows = [
        _opportunities("opportunities", opened, coming),
        _opportunities("leads", opened[:0], coming),
    ]
    rows += [_rate("close_rate", recent), _size("average_deal_size", recent), _cycle(recent)]
    for column in SEGMENTS:
        for value in sorted(set(recent[column].dropna())):
            name = value if column == "channel" else f"{column}.{value}"
            inside = recent[recent[column] == value]
            rows += [
                _rate(f"close_rate.{name}", inside),
                _size(f"average_deal_size.{name}", inside),
            ]
            rows.append(
                _opportunities(f"leads.{name}", opened[:0], coming[coming[column] == value])
            )
    rows += [
        (f"spend.{channel}", amount, amount, amount, "money", 0)
        for channel, amount in spend.items()
    ]
    value = float(opened["amount"].sum())
    rows.append(("open_pipeline", value, value, value, "money", len(opened)))
    rows.append(("win_back", 0.0, 0.0, 0.0, "ratio", int(competitor_losses(recent).sum())))
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index("driver")


def competitor_losses(recent: pd.DataFrame) -> pd.Series:
    """Which deals were lost to a competitor; blank counts as no."""
    return (recent["status"] == "lost") & recent["lost_to_competitor"].fillna(False).astype(bool)


def _opportunities(name, opened, coming):
    """Open deals are a fact; the deals to come carry the uncertainty of last year's count."""
    low, high = poisson(len(coming))
    each = coming["leads"].sum() / max(len(coming), 1)
    ends = [len(opened) + float(count) * each for count in (len(coming), low, high)]
    return name, *ends, "number", len(opened) + len(coming)


def _rate(name, deals):
    won, lost = (int((deals["status"] == status).sum()) for status in ("won", "lost"))
    low, high = wilson(won, won + lost)
    return (
        name,
        won / (won + lost) if won + lost else np.nan,
        float(low),
        float(high),
        "ratio",
        won + lost,
    )


def _size(name, deals):
    return _interval(name, deals.loc[deals["status"] == "won", "amount"], "money")


def _cycle(deals):
    won = deals[deals["status"] == "won"]
    return _interval("cycle_days", (won["closed_on"] - won["created_on"]).dt.days, "days")


def _interval(name, values, unit):
    interval = bootstrap(values)
    value, low, high = (
        np.nan if end is None else end for end in (interval.value, interval.low, interval.high)
    )
    return name, value, low, high, unit, interval.n


def last_year(known: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The deals closed within a year up to as_of; what the rates, sizes and cycles are measured
    on."""
    return known[known["closed_on"] > as_of - pd.Timedelta(days=YEAR)]
