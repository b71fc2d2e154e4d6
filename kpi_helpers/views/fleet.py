"""What all partners' reports share: computed once for a run, then read by each report."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from kpi_helpers.contract.windows import MONTHS_IN, Window, add_months, period_start
from kpi_helpers.engines.frames import conform
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.judging import fit_programme, with_intervals
from kpi_helpers.kpis import KPIS
from kpi_helpers.scoring.peers import peers, shared_peers
from kpi_helpers.scoring.scorecard import scorecard, slow_cycle
from kpi_helpers.views.files import read_fit, read_table, save_fit, write_table

FILE = "fleet.json"
TABLES = ("now", "previous", "trend", "peers", "shared")  # by partner
EVERYONES = ("everyone", "everyone_before", "everyone_trend")
FOLLOWED = tuple(dict.fromkeys(basis for kpi in KPIS.values() for basis in kpi.by_period))


@dataclass(frozen=True)
class Fleet:
    """Scorecards of all partners now, in the `previous` window and by period (`trend`), each one's
    `peers`, what is `shared` of them in partners' editions, and the scorecards of everyone
    together."""

    window: Window
    as_of: date
    slow_days: float | None
    currency: str | None
    now: pd.DataFrame
    previous: pd.DataFrame
    trend: pd.DataFrame
    peers: pd.DataFrame
    shared: pd.DataFrame
    everyone: pd.DataFrame | None
    everyone_before: pd.DataFrame | None
    everyone_trend: pd.DataFrame | None
    programme: object  # judging.ProgrammeFit: what judging fits once for all partners

    def save(self, folder: Path) -> None:
        for name in (*TABLES, *EVERYONES):
            write_table(getattr(self, name), folder, name)
        save_fit(self.programme, folder)
        facts = {
            "window": [str(self.window.start), str(self.window.end), self.window.kind],
            "as_of": str(self.as_of),
            "slow_days": self.slow_days,
            "currency": self.currency,
        }
        (folder / FILE).write_text(
            json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def read(cls, folder: Path, partner: str | None = None) -> "Fleet":
        """What was saved, whole or of one partner only: then without everyone's. Tables are sorted
        by partner."""
        facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
        tables = {name: read_table(folder, name, partner) for name in TABLES}
        tables |= {
            name: read_table(folder, name) if partner is None else None for name in EVERYONES
        }
        if partner is not None and tables["now"].empty:
            raise UnknownValue("partner", partner, [*cls.read(folder).now["partner"].unique()])
        start, end, kind = facts["window"]
        window = Window(date.fromisoformat(start), date.fromisoformat(end), kind)
        return cls(
            window,
            date.fromisoformat(facts["as_of"]),
            facts["slow_days"],
            facts["currency"],
            **tables,
            programme=read_fit(folder, partner),
        )

    def of(self, partner: str) -> "Fleet":
        """The same of one partner only."""
        tables = {name: getattr(self, name) for name in TABLES}
        if partner not in set(self.now["partner"]):
            raise UnknownValue("partner", partner, list(self.now["partner"].unique()))
        own = {
            name: table[table["partner"] == partner].reset_index(drop=True)
            for name, table in tables.items()
        }
        return replace(self, **own)


def measure_fleet(loaded, window: Window, as_of: date) -> Fleet:
    """All partners' scorecards for the window, the one before, and the trailing trend; one pass
    each."""
    deals = loaded.deals("pandas")
    if deals.empty:
        raise KitError(
            "There is no usable deal in this data; rejected.csv says why each row was left out."
        )
    return measure(
        deals, window, as_of, targets=loaded.targets, spend=loaded.spend, currency=loaded.currency
    )


def measure(
    deals: pd.DataFrame, window: Window, as_of: date, *, targets=None, spend=None, currency=None
) -> Fleet:
    """The same of any deals: of one partner alone it leans on no other."""
    slow = slow_cycle(deals, as_of)
    asked = {"as_of": as_of, "targets": targets, "spend": spend, "slow_days": slow}
    if window.kind == "all":
        window = Window(conform(deals).extent()[0], as_of, "all")
    before = window.previous()
    now = with_intervals(scorecard(deals, by="partner", window=window, **asked), deals)
    if now.empty:
        first = conform(deals).extent()[0]
        raise KitError(
            f"As of {as_of} there was no deal yet; the first is of {first}. Give a later as_of."
        )
    everyone = with_intervals(scorecard(deals, window=window, **asked), deals)
    earlier = [
        _before(deals, before, by, asked) if before else card[:0]
        for by, card in (("partner", now), (None, everyone))
    ]
    unit, span = trend_unit(window), trend_window(window, as_of)
    trend, everyone_trend = (
        scorecard(deals, by=by, window=span, basis=FOLLOWED, **asked)
        for by in (f"partner,{unit}", unit)
    )
    programme = fit_programme(deals, window, as_of=as_of)
    return Fleet(
        *(window, as_of, slow, currency),
        *(now, earlier[0], trend, peers(now), shared_peers(now)),
        *(everyone, earlier[1], everyone_trend, programme),
    )


def _before(deals: pd.DataFrame, window: Window, by: str | None, asked: dict) -> pd.DataFrame:
    card = scorecard(
        deals, by=by, window=window, **asked | {"as_of": min(asked["as_of"], window.end)}
    )
    # deals lose their probability when they close, so one export cannot tell what an earlier
    # pipeline weighed
    card.loc[(card["kpi"] == "pipeline") & (card["basis"] == "weighted"), "value"] = np.nan
    return card


def trend_unit(window: Window) -> str:
    return "quarter" if window.days > 31 else "month"


def trend_window(window: Window, as_of: date) -> Window:
    """Eight quarters, or twelve months, up to the window's end."""
    unit, span = ("quarter", 7) if trend_unit(window) == "quarter" else ("month", 11)
    end = min(window.end, as_of)
    last = period_start(end, unit)
    return Window(add_months(last, -span * MONTHS_IN[unit]), end)
