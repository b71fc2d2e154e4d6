"""The state by period: each period's end as if it had been asked for alone, on every engine."""

import numpy as np
import pandas as pd
import pytest

from kpi_helpers import deal_velocity, pipeline

from .tables import one, table

SAME_EACH_DAY = ["open", "weighted", "count"]  # of a deal that is open
WINDOWS = [  # the unit, the window, as_of: whole periods, cut ones, and some that are still to come
    ("month", "2025", "2025-12-31"),
    ("month", "2025-02-10..2025-05-20", "2026-03-31"),
    ("month", "2025-02-10..2025-05-20", "2025-04-07"),
    ("quarter", "2025", "2025-08-15"),
    ("year", "2024-03-01..2025-10-31", "2025-10-31"),
]


@pytest.fixture(scope="module")
def deals() -> pd.DataFrame:
    """300 deals with times of day, blank dates, statuses without a date and dates without a
    status."""
    random = np.random.default_rng(3)
    size = 300
    created = pd.Timestamp("2023-12-20") + pd.to_timedelta(
        random.integers(0, 800 * 24, size), unit="h"
    )
    closed = created + pd.to_timedelta(random.integers(0, 200 * 24, size), unit="h")
    closed = closed.where(random.random(size) < 0.8, closed.normalize() + pd.offsets.MonthBegin())
    made = table(
        *(
            {"partner": partner, "status": status, "amount": amount, "probability": chance}
            for partner, status, amount, chance in zip(
                random.choice(list("ABC"), size),
                random.choice(["open", "won", "lost", "cancelled", None], size),
                np.where(random.random(size) < 0.1, np.nan, random.integers(1, 90_000, size) / 4),
                random.choice([0.25, 0.5, np.nan], size),
                strict=True,
            )
        )
    )
    return made.assign(
        created_on=pd.Series(created).where(random.random(size) < 0.9).astype("datetime64[us]"),
        closed_on=pd.Series(closed).where(random.random(size) < 0.8).astype("datetime64[us]"),
    )


@pytest.mark.parametrize(("unit", "window", "as_of"), WINDOWS)
def test_each_period_ends_as_if_asked_for_alone(engine, deals, unit, window, as_of):
    asked = {"by": ["partner", unit], "window": window, "as_of": as_of}
    alone = engine.answer(pipeline, deals, basis=SAME_EACH_DAY, **asked)
    beside = engine.answer(pipeline, deals, **asked)  # an age is another one on every day
    beside = beside[beside["basis"].isin(SAME_EACH_DAY)].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, beside, check_dtype=False)
    assert alone["value"].gt(0).any()
    for day, rows in alone.groupby("window_end"):
        end = min(pd.Timestamp(day), pd.Timestamp(as_of))
        then = pipeline(deals, by="partner", window="all", as_of=end.date(), basis=SAME_EACH_DAY)
        wanted = then.set_index(["partner", "basis"])["value"]
        found = rows.set_index(["partner", "basis"])["value"].loc[wanted.index]
        pd.testing.assert_series_equal(found, wanted, check_exact=True)


def test_days_are_told_to_the_microsecond_on_both_sides_of_1970(engine):
    deals = table(
        {
            "status": "won",
            "created_on": "1969-12-30 23:59:59.999999",
            "closed_on": "1970-01-02 00:00:00.000001",
        },
        {
            "status": "won",
            "created_on": "1901-02-03 04:05:06.000007",
            "closed_on": "1970-01-01 10:00:00.000000",
        },
    )
    dates = {name: deals[name].astype("datetime64[us]") for name in ("created_on", "closed_on")}
    answer = engine.answer(
        deal_velocity, deals.assign(**dates), window="all", as_of="1970-01-31", basis="cycle_mean"
    )
    days = [
        (gone - pd.Timestamp(0)) / pd.Timedelta(days=1) for gone in pd.concat([*dates.values()])
    ]
    assert one(answer, "cycle_mean")["value"] == (days[2] - days[0] + days[3] - days[1]) / 2
