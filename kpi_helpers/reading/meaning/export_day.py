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


def export_day(db: Connection, good: View) -> datetime.date | None:
    """The latest day that a usable row was created or closed on, later outliers left out."""
    rows = db.connection.execute(
        "SELECT day, count(*) AS n FROM (SELECT created_on AS day FROM "
        f"{good.name} UNION ALL SELECT closed_on FROM {good.name}) "
        "WHERE day IS NOT NULL GROUP BY day ORDER BY day"
    ).fetchall()
    return latest_usual(pd.Series(dict(rows), dtype="int64")) if rows else None


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
