"""What all partners' reports share: computed once for a run, then read by each report."""

import json
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from kpi_helpers.contract.windows import (
    MONTHS_IN,
    Window,
    add_months,
    period_label,
    period_start,
)
from kpi_helpers.engines.frames import conform
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.history.store import monthly_states
from kpi_helpers.judging import fit_programme, learn_scatter, with_expected, with_intervals
from kpi_helpers.judging.claims import CHANCE, Scatter
from kpi_helpers.kpis import KPIS
from kpi_helpers.scoring.peers import peers, shared_peers
from kpi_helpers.scoring.scorecard import scorecard, slow_cycle
from kpi_helpers.views.files import read_fit, read_table, save_fit, write_table

FILE = "fleet.json"
TABLES = ("now", "previous", "year", "trend", "peers", "shared")  # by partner
EVERYONES = ("everyone", "everyone_before", "everyone_year", "everyone_trend")
FOLLOWED = tuple(dict.fromkeys(basis for kpi in KPIS.values() for basis in kpi.by_period))


@dataclass(frozen=True)
class Fleet:
    """Scorecards of all partners now, in the `previous` window, in the same one a `year` before
    and by period (`trend`), each one's `peers`, what is `shared` of them in partners' editions, and
    the scorecards of everyone together. Earlier windows are seen at the same age as this one
    (`Window.alike`). `scatter` is what the programme varies beyond chance, `everyone_scatter` all
    together."""

    window: Window
    as_of: date
    slow_days: float | None
    currency: str | None
    now: pd.DataFrame
    previous: pd.DataFrame
    year: pd.DataFrame
    trend: pd.DataFrame
    peers: pd.DataFrame
    shared: pd.DataFrame
    everyone: pd.DataFrame | None
    everyone_before: pd.DataFrame | None
    everyone_year: pd.DataFrame | None
    everyone_trend: pd.DataFrame | None
    programme: object  # judging.ProgrammeFit: what judging fits once for all partners
    scatter: Scatter = CHANCE
    everyone_scatter: Scatter = CHANCE

    def save(self, folder: Path) -> None:
        for name in (*TABLES, *EVERYONES):
            write_table(getattr(self, name), folder, name)
        save_fit(self.programme, folder)
        facts = {
            "window": [str(self.window.start), str(self.window.end), self.window.kind],
            "as_of": str(self.as_of),
            "slow_days": self.slow_days,
            "currency": self.currency,
            "scatter": [*astuple(self.scatter)],
            "everyone_scatter": [*astuple(self.everyone_scatter)],
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
            scatter=Scatter(*facts["scatter"]),
            everyone_scatter=Scatter(*facts["everyone_scatter"]),
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


def measure_fleet(loaded, window: Window, as_of: date, store=None) -> Fleet:
    """All partners' scorecards for the window, the one before, and the trailing trend; one pass
    each. The forecast learns from the earlier states that a `store` holds."""
    deals = loaded.deals("pandas")
    if deals.empty:
        raise KitError(
            "There is no usable deal in this data; rejected.csv says why each row was left out."
        )
    return measure(
        deals,
        window,
        as_of,
        targets=loaded.targets,
        spend=loaded.spend,
        events=loaded.events,
        currency=loaded.currency,
        snapshots=monthly_states(store, as_of, loaded.currency),
    )


def measure(
    deals: pd.DataFrame,
    window: Window,
    as_of: date,
    *,
    targets=None,
    spend=None,
    events=None,
    currency=None,
    snapshots=None,
) -> Fleet:
    """The same of any deals: of one partner alone it leans on no other."""
    slow = slow_cycle(deals, as_of)
    asked = {"as_of": as_of, "targets": targets, "spend": spend, "slow_days": slow}
    if window.kind == "all":
        window = Window(conform(deals).extent()[0], as_of, "all")
    now = with_intervals(scorecard(deals, by="partner", window=window, **asked), deals)
    if now.empty:
        first = conform(deals).extent()[0]
        raise KitError(
            f"As of {as_of} there was no deal yet; the first is of {first}. Give a later as_of."
        )
    everyone = with_intervals(scorecard(deals, window=window, **asked), deals)
    (before, everyone_before), (year, everyone_year) = (
        [
            _earlier(deals, window, earlier, by, asked) if earlier else card[:0]
            for by, card in (("partner", now), (None, everyone))
        ]
        for earlier in (window.previous(), window.year_before())
    )
    unit = trend_unit(window)
    trend, everyone_trend = (_trend(deals, window, by, asked) for by in ("partner", None))
    programme = fit_programme(deals, window, as_of=as_of, events=events, snapshots=snapshots)
    now, everyone = (
        with_expected(card, deals, programme.history, shock=programme.shock)
        for card in (now, everyone)
    )
    return Fleet(
        *(window, as_of, slow, currency),
        *(now, before, year, trend, peers(now), shared_peers(now)),
        *(everyone, everyone_before, everyone_year, everyone_trend, programme),
        learn_scatter(trend, unit),
        learn_scatter(everyone_trend, unit),
    )


def _earlier(
    deals: pd.DataFrame, window: Window, earlier: Window, by: str | None, asked: dict
) -> pd.DataFrame:
    """The scorecard of an earlier window, at the same age as this one has."""
    part, day = window.alike(earlier, asked["as_of"])
    card = scorecard(deals, by=by, window=part, **asked | {"as_of": day})
    return _without_lost_weights(with_intervals(card, deals))


def _without_lost_weights(card: pd.DataFrame) -> pd.DataFrame:
    """Deals lose their probability when they close, so one export cannot tell what an earlier
    pipeline weighed."""
    card.loc[(card["kpi"] == "pipeline") & (card["basis"] == "weighted"), "value"] = np.nan
    return card


def _trend(deals: pd.DataFrame, window: Window, by: str | None, asked: dict) -> pd.DataFrame:
    """The scorecard of each trailing period, at the same age as the last one has."""
    unit, as_of = trend_unit(window), asked["as_of"]
    periods = trend_periods(window, as_of)
    cards = []
    for period in periods:
        part, day = periods[-1].alike(period, as_of)
        card = scorecard(deals, by=by, window=part, basis=FOLLOWED, **asked | {"as_of": day})
        card.insert(card.columns.get_loc("kpi"), unit, period_label(period.start, unit))
        cards.append(card if period == periods[-1] else _without_lost_weights(card))
    table = pd.concat(cards, ignore_index=True)
    if by is None:
        return table.drop(columns="partner")
    return table.sort_values([by, unit], kind="stable", ignore_index=True)


def trend_unit(window: Window) -> str:
    return "quarter" if window.days > 31 else "month"


def trend_periods(window: Window, as_of: date) -> list[Window]:
    """Eight quarters, or twelve months, the last of which holds the window's end."""
    unit, span = ("quarter", 7) if trend_unit(window) == "quarter" else ("month", 11)
    last = period_start(min(window.end, as_of), unit)
    after = add_months(last, MONTHS_IN[unit])
    first = add_months(last, -span * MONTHS_IN[unit])
    return [*Window(first, after - timedelta(days=1)).periods(unit)]
