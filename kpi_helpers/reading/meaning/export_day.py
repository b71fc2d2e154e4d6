"""The latest day on which an export can have been made: as of when the data is read unless said."""

import datetime

import numpy as np
import pandas as pd

from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.view import View

# A few dates far behind all others are planned or mistyped: at most this share of all, after a gap
# of more days than these and of this many times the gaps that the data has otherwise.
MOST_LATE, LONG_GAP, TIMES_USUAL = 0.01, 30, 3
FEWEST_DATES = 20  # under it no gap is unusual
# Of the closings at most this share is planned: deals that were closed early keep their old date.
MOST_PLANNED = 0.05


def export_day(db: Connection, good: View) -> datetime.date | None:
    """The latest day that a usable row was created or closed on, later outliers left out, and the
    planned days of deals that were closed early."""
    created, closed = (_counted(db, good, column) for column in ("created_on", "closed_on"))
    both = created.add(closed, fill_value=0).astype("int64").sort_index()
    if both.empty:
        return None
    end = _plans_begin(created, closed)
    return latest_usual(both if end is None else both[both.index <= end])


def _counted(db: Connection, good: View, column: str) -> pd.Series:
    rows = db.rows(
        f"SELECT {column}, count(*) FROM {good.name} WHERE {column} IS NOT NULL GROUP BY 1 "
        "ORDER BY 1"
    )
    return pd.Series(dict(rows), dtype="int64", index=pd.Index([d for d, _ in rows], dtype=object))


def _plans_begin(created: pd.Series, closed: pd.Series) -> datetime.date | None:
    """The day behind which closings are plans, as they are few and long after the last deal was
    created; None where none are."""
    if created.sum() < FEWEST_DATES:
        return None
    last = latest_usual(created)
    before = pd.DatetimeIndex([day for day in created.index if day <= last])
    usual = np.diff(before).astype("timedelta64[D]").astype(int).max(initial=0)
    end = last + datetime.timedelta(days=int(max(LONG_GAP, TIMES_USUAL * usual)))
    late, usually = closed[closed.index > end], closed[closed.index <= end]
    if not 0 < late.sum() <= MOST_PLANNED * closed.sum():
        return None
    # Where fewer and fewer deals close, with no gap, it is the deals that end, not the clock.
    gap = late.index[0] - max(last, *usually.index[-1:])
    return end if gap.days > LONG_GAP else None


def latest_usual(dates: pd.Series) -> datetime.date:
    """The last day before the first gap behind which only a few dates lie.

    Parameters
    ----------
    dates : Series
        How many dates fall on each day, by the day, in order.

    Returns
    -------
    date
        The last day of all where no gap stands out.

    Notes
    -----
    It misleads where a business paused for long and has just begun again; say the day then.

    Examples
    --------
    >>> days = [datetime.date(2025, 3, n) for n in range(1, 31)]
    >>> latest_usual(pd.Series([2] * 30 + [1], [*days, datetime.date(2025, 9, 30)])).isoformat()
    '2025-03-30'
    """
    days = pd.DatetimeIndex(dates.index)
    gaps = np.diff(days).astype("timedelta64[D]").astype(int)
    total = int(dates.sum())
    behind = total - dates.cumsum().to_numpy()[:-1]  # dates behind each gap
    few = behind <= max(1, MOST_LATE * total)
    usual = gaps[~few].max(initial=0)
    long = few & (gaps > max(LONG_GAP, TIMES_USUAL * usual))
    if total < FEWEST_DATES or not long.any():
        return days[-1].date()
    return days[int(np.argmax(long))].date()
