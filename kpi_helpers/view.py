"""What one partner's report shows: its own deals and rows, and its peers only as anonymous statistics."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from .deals import DEAL_COLUMNS
from .errors import KitError, UnknownValue
from .fleet import FILE, HEADLINES, Fleet, measure_fleet
from .kpis import KPIS
from .windows import Window, as_date, parse_window

FEWEST_PEERS = 5  # fewer could be worked out one by one


@dataclass(frozen=True)
class PartnerView:
    """One partner in one window.

    `now` and `previous` are tidy scorecards of the partner; `peers` has one row per KPI and basis with `count`,
    `low`, `median`, `high` (quartiles of the other partners, null under five) and `rank` (1 is best, null where
    no direction is better); `trend` is the scorecard by period; `deals` the partner's own deals.
    """

    partner: str
    window: Window
    as_of: date
    currency: str | None
    slow_days: float | None
    deals: pd.DataFrame
    now: pd.DataFrame
    previous: pd.DataFrame
    peers: pd.DataFrame
    trend: pd.DataFrame

    def row(self, kpi: str, basis: str | None = None) -> dict:
        """The partner's answer for one basis, with `before`, `change` and peers_count, _low, _median, _high, _rank."""
        return self._rows[kpi, basis or HEADLINES[kpi]]

    @cached_property
    def _rows(self) -> dict[tuple[str, str], dict]:
        """Every answer with what stands beside it, built once: a report asks for a hundred and fifty of them."""
        before = {(row["kpi"], row["basis"]): row["value"] for row in self.previous.to_dict("records")}
        peers = {(row.pop("kpi"), row.pop("basis")): row for row in self.peers.to_dict("records")}
        rows = {}
        for row in self.now.to_dict("records"):
            key = row["kpi"], row["basis"]
            was = before.get(key, np.nan)
            beside = {f"peers_{name}": value for name, value in peers[key].items()}
            rows[key] = row | {"before": was, "change": change(row["value"], was, row["unit"])} | beside
        return rows

    def periods(self, kpi: str, basis: str) -> pd.DataFrame:
        """The trailing periods of one basis, oldest first: period, value, low, high, n."""
        rows = _pick(self.trend, kpi, basis).sort_values("window_start")
        unit = next(name for name in ("month", "quarter") if name in rows)
        return rows.rename(columns={unit: "period"})[["period", "value", "low", "high", "n", "window_end"]]


def change(value: float, before: float, unit: str) -> float:
    """Rates: the difference as a share of 1 (points); everything else: relative to before; null from a previous 0.

    >>> change(0.30, 0.25, "ratio"), change(6.0, 4.0, "number")
    (0.04999999999999999, 0.5)
    """
    if pd.isna(value) or pd.isna(before):
        return np.nan
    if unit == "ratio":
        return value - before
    return (value - before) / abs(before) if before else np.nan


def partner_view(source, partner: str, *, window=None, as_of=None, **reading) -> PartnerView:
    """Everything one partner's report needs, from a prepared folder (`partner-kpis report`) or any other source.

    In a prepared folder only this partner's slice of the deals is read. Raises `UnknownValue` for a partner the
    data does not have, and `KitError` when a prepared folder was made for another window or date.
    """
    folder = Path(source) if isinstance(source, (str, Path)) else None
    if folder and (folder / FILE).exists():
        fleet = _prepared(folder, window, as_of)
        deals = _slice(folder, partner)
    else:
        from .reading import load

        loaded = load(source, as_of=as_of, **reading)
        as_of = as_date(as_of or loaded.as_of, "as_of")
        fleet = measure_fleet(loaded, parse_window(window, as_of), as_of)
        deals = loaded.deals("pandas")
        deals = deals[deals["partner"] == partner].reset_index(drop=True)
    mine = [
        table[table["partner"] == partner].reset_index(drop=True) for table in (fleet.now, fleet.previous, fleet.trend)
    ]
    if mine[0].empty:
        raise UnknownValue("partner", partner, sorted(fleet.now["partner"].unique()))
    now, previous, trend = mine
    peers = peer_statistics(fleet.now, partner)
    return PartnerView(
        partner, fleet.window, fleet.as_of, fleet.currency, fleet.slow_days, deals, now, previous, peers, trend
    )


def peer_statistics(now: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Quartiles of the other partners for each KPI and basis, and this partner's rank among all."""
    better = {(kpi.name, basis.name): basis.better for kpi in KPIS.values() for basis in kpi.bases}
    others = now[now["partner"] != partner].groupby(["kpi", "basis"], sort=False)["value"]
    table = others.agg(
        count="count",
        low=lambda v: v.quantile(0.25),
        median="median",
        high=lambda v: v.quantile(0.75),
    ).reset_index()
    few = table["count"] < FEWEST_PEERS
    table.loc[few, ["low", "median", "high"]] = np.nan
    own = now[now["partner"] == partner].set_index(["kpi", "basis"])["value"]
    ranks = []
    for kpi, basis, count in zip(table["kpi"], table["basis"], table["count"], strict=True):
        value, direction = own.get((kpi, basis), np.nan), better[kpi, basis]
        if pd.isna(value) or direction == "neither" or count < FEWEST_PEERS:
            ranks.append(np.nan)
            continue
        rivals = others.get_group((kpi, basis))
        ranks.append(1 + int((rivals > value).sum() if direction == "higher" else (rivals < value).sum()))
    return table.assign(rank=ranks)


def _pick(table: pd.DataFrame, kpi: str, basis: str) -> pd.DataFrame:
    return table[(table["kpi"] == kpi) & (table["basis"] == basis)]


def _prepared(folder: Path, window, as_of) -> Fleet:
    fleet = Fleet.read(folder)
    asked = (window and parse_window(window, fleet.as_of).label, as_of and as_date(as_of, "as_of"))
    if asked[0] not in (None, fleet.window.label) or asked[1] not in (None, fleet.as_of):
        raise KitError(
            f"{folder} was prepared for {fleet.window.label} as of {fleet.as_of}, not for {window} as of {as_of}. "
            "Run partner-kpis report again, or give the export itself as source."
        )
    return fleet


def _slice(folder: Path, partner: str) -> pd.DataFrame:
    """The partner's own rows; the prepared deals are sorted by partner, so little else is read."""
    import duckdb

    from .reading.frames import to_pandas

    rows = duckdb.read_parquet(str(folder / "deals.parquet")).filter(
        duckdb.ColumnExpression("partner") == duckdb.ConstantExpression(partner)
    )
    return to_pandas(rows, DEAL_COLUMNS)
