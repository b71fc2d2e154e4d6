"""What all partners' reports share: computed once for a run, then read by each report."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from .errors import KitError
from .scorecards import scorecard, slow_cycle
from .windows import Window, add_months, parse_window, period_start

FILE = "fleet.json"
TABLES = ("now", "previous", "everyone", "trend")
HEADLINES = {
    "average_deal_size": "whole",
    "deal_count": "won",
    "pipeline": "open",
    "marketing_channels": "roi.paid",
    "close_rate": "closed",
    "deal_velocity": "cycle_median",
    "quality_score": "peers",
    "deal_success": "success",
}
TREND = (
    "whole",
    "median",
    "won",
    "amount",
    "open",
    "weighted",
    "closed",
    "cycle_median",
    "peers",
    "success",
    "roi.paid",
)


@dataclass(frozen=True)
class Fleet:
    """Scorecards of all partners (`now`, `previous`), of `everyone`, and the `trend` by period, as tidy tables."""

    window: Window
    as_of: date
    slow_days: float | None
    currency: str | None
    now: pd.DataFrame
    previous: pd.DataFrame
    everyone: pd.DataFrame
    trend: pd.DataFrame

    def save(self, folder: Path) -> None:
        import duckdb

        for name in TABLES:
            duckdb.from_df(getattr(self, name)).write_parquet(str(folder / f"{name}.parquet"))
        facts = {
            "window": self.window.label,
            "as_of": str(self.as_of),
            "slow_days": self.slow_days,
            "currency": self.currency,
        }
        (folder / FILE).write_text(json.dumps(facts, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Fleet":
        import duckdb

        facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
        tables = {name: duckdb.read_parquet(str(folder / f"{name}.parquet")).df() for name in TABLES}
        as_of = date.fromisoformat(facts["as_of"])
        window = parse_window(facts["window"], as_of)
        return cls(window, as_of, facts["slow_days"], facts["currency"], **tables)


def measure_fleet(loaded, window: Window, as_of: date) -> Fleet:
    """All partners' scorecards for the window, the one before, and the trailing trend; one pass each."""
    deals = loaded.deals("pandas")
    if deals.empty:
        raise KitError("There is no usable deal in this data; rejected.csv says why each row was left out.")
    slow = slow_cycle(deals, as_of)
    asked = {"as_of": as_of, "targets": loaded.targets, "spend": loaded.spend, "slow_days": slow}
    before = window.previous()
    now = scorecard(deals, by="partner", window=window, **asked)
    return Fleet(
        window,
        as_of,
        slow,
        loaded.currency,
        now,
        scorecard(deals, by="partner", window=before, **asked | {"as_of": min(as_of, before.end)})
        if before
        else now[:0],
        scorecard(deals, window=window, **asked),
        scorecard(deals, by=f"partner,{trend_unit(window)}", window=trend_window(window, as_of), basis=TREND, **asked),
    )


def trend_unit(window: Window) -> str:
    return "quarter" if window.days > 31 else "month"


def trend_window(window: Window, as_of: date) -> Window:
    """Eight quarters, or twelve months, up to the window's end."""
    unit, span = ("quarter", 7) if trend_unit(window) == "quarter" else ("month", 11)
    end = min(window.end, as_of)
    last = period_start(end, unit)
    return Window(add_months(last, -span * (3 if unit == "quarter" else 1)), end)
