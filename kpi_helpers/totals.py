"""Totals: every measure of a scorecard, for every group and period, in one pass over the deals per anchor.

The state by period is the exception on frames in memory: there a scan for each period is cheaper than wide columns.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property

import narwhals as nw
import numpy as np
import pandas as pd

from .frames import fetch, whole_deals
from .kpis.measure import CLOSED, CREATED, MICRO, STATE, At, Measure
from .sidetables import spend_by, target_by
from .windows import Window

PERIOD = "_period"  # the first day of the period a row belongs to


@dataclass
class Totals:
    """`totals[measure]` is a column with one entry for each group and period, aligned with `keys`."""

    keys: pd.DataFrame
    groups: dict[str, str]
    windows: list[Window]
    at: At
    data: dict[str, pd.Series]
    before: dict[str, pd.Series]
    targets: pd.DataFrame | None = None
    spend_table: pd.DataFrame | None = None
    _spend: dict[str, pd.Series] = field(default_factory=dict)

    def __getitem__(self, measure: Measure) -> pd.Series:
        return self.data[measure.name]

    def previous(self, measure: Measure) -> pd.Series:
        """The same total in the window before."""
        return self.before[measure.name]

    @cached_property
    def elapsed(self) -> pd.Series:
        """The share of each row's window that had passed by the end of as_of, 0 to 1."""
        passed = [((min(self.at.as_of, w.end) - w.start).days + 1) / w.days for w in self.windows]
        return self.keys["_window"].map(dict(enumerate(np.clip(passed, 0, 1))))

    def _levels(self, allowed: tuple[str, ...]) -> bool:
        return all(column in allowed for column in self.groups.values())

    def target(self, kpi: str) -> pd.Series:
        """The target of each row's partner and window; null where none was agreed."""
        nothing = pd.Series(np.nan, index=self.keys.index)
        if self.targets is None or not self._levels(("partner",)):
            return nothing
        return target_by(self.targets, kpi, self.keys, self.windows, next(iter(self.groups), None))

    def spend(self, channel: str) -> pd.Series:
        """What each row's partner spent on the channel in its window; null where that is not known."""
        if channel not in self._spend:
            nothing = pd.Series(np.nan, index=self.keys.index)
            known = self.spend_table is not None and self._levels(("partner",))
            partner = next(iter(self.groups), None)
            self._spend[channel] = (
                spend_by(self.spend_table, channel, self.keys, self.windows, partner) if known else nothing
            )
        return self._spend[channel]

    @property
    def spend_why(self) -> str:
        if self.spend_table is None:
            return "no spend table"
        return "no spend known for this channel, level and window"

    def _peers(self, among: Measure) -> pd.Series:
        return (self[among] > 0).groupby(self.keys["_window"]).transform("sum") * bool(self.groups)

    def peer_mean(self, measure: Measure, among: Measure) -> pd.Series:
        """Mean over the groups of the same window in which `among` is above 0; null without another such group."""
        active = self[among] > 0
        mean = self[measure].where(active).groupby(self.keys["_window"]).transform("mean")
        return mean.where(self._peers(among) > active.astype("int64"))

    def peer_note(self, among: Measure) -> np.ndarray:
        return np.array([f"against {int(k)} peers, this one included" for k in self._peers(among)], dtype=object)


def compute(
    frame, measures: set[Measure], groups: dict[str, str], unit: str | None, window: Window, at: At, past: bool
):
    """The keys of all groups and periods, their windows, and each measure's totals now and in the window before."""
    columns = list(dict.fromkeys(groups.values()))
    frame = whole_deals(frame, columns)
    windows = list(window.periods(unit)) if unit else [window]
    steps_back = past and window.kind != "all" and windows[0].kind == (unit or window.kind)
    before = windows[0].previous() if steps_back else None
    passes = [
        _by_date(frame, [m for m in measures if m.anchor == anchor], anchor, columns, unit, window, before, at)
        for anchor in (CLOSED, CREATED)
        if any(m.anchor == anchor for m in measures)
    ]
    state = [m for m in measures if m.anchor == STATE]
    if state:
        passes.append(_by_state(frame, state, columns, windows, unit, at))
        known = passes[-1][columns].drop_duplicates()
    else:
        known = fetch(frame.filter(at.exists).select(*columns).unique()) if columns else None
    keys = _grid(known, columns, windows)
    every = keys[[*columns, PERIOD]]
    earlier = every.assign(**{PERIOD: every[PERIOD].map(_before(windows, before))})
    data, past_data = {}, {}
    for table in passes:
        names = [name for name in table.columns if name not in (*columns, PERIOD)]
        kinds = {m.name: m.total for m in measures}
        for grid, into in ((every, data), (earlier, past_data))[: 1 + past]:
            found = grid.merge(table, how="left", on=[*columns, PERIOD])
            into.update({name: _finished(found[name], kinds[name]) for name in names})
    shown = keys[["_window"]].assign(**{name: keys[column] for name, column in groups.items()})
    return shown, windows, data, past_data


def _finished(total: pd.Series, kind: str) -> pd.Series:
    if kind == "median":
        return total.astype("float64")
    total = total.astype("float64").fillna(0)
    return total / MICRO if kind == "money" else total if kind == "sum" else total.astype("int64")


def _contribution(measure: Measure, at: At) -> nw.Expr:
    what = measure.of(at)
    if measure.total == "count":
        return what.fill_null(False).cast(nw.Int64)
    if measure.total == "money":
        # not round(): engines differ in where it takes a half
        return (what * MICRO + 0.5).floor().fill_null(0).cast(nw.Int64)
    return what


def _aggregated(frame, wanted: list[tuple[str, Measure, At]], keys: list[str]) -> pd.DataFrame:
    """One row for each of the keys there are, and the total of each (name, measure, at)."""
    frame = frame.select(*keys, **{name: _contribution(measure, at) for name, measure, at in wanted})
    totals = [nw.col(name).median() if m.total == "median" else nw.col(name).sum() for name, m, _ in wanted]
    return fetch(frame.group_by(*keys).agg(*totals) if keys else frame.select(*totals))


def _by_date(frame, measures, anchor, columns, unit, window, before, at) -> pd.DataFrame:
    date = nw.col(anchor)
    first = (before or window).start
    if window.kind != "all":
        end = datetime.combine(window.end, time()) + timedelta(days=1)
        frame = frame.filter(date >= datetime.combine(first, time()), date < end)
    if unit:
        period = date.dt.truncate({"month": "1mo", "quarter": "1q", "year": "1y"}[unit])
    else:
        starts = [nw.lit(datetime.combine(w.start, time())) for w in (window, before or window)]
        period = nw.when(date >= starts[0]).then(starts[0]).otherwise(starts[1]) if before else starts[0]
    frame = frame.with_columns(period.alias(PERIOD))
    frame, told = at.told_on(frame)
    table = _aggregated(frame, [(m.name, m, told) for m in measures], [*columns, PERIOD])
    table[PERIOD] = pd.to_datetime(table[PERIOD]).astype("datetime64[s]").clip(lower=pd.Timestamp(first))
    return table.dropna(subset=PERIOD)  # a period that the window cuts begins with the window


def _by_state(frame, measures, columns, windows, unit, at) -> pd.DataFrame:
    """Each period's end is its own set of columns: one scan for all periods where scans are dear, else one for each."""
    frame = frame.filter(at.exists)
    numbered = list(enumerate(windows))
    scans = [numbered] if isinstance(frame, nw.LazyFrame) else [[item] for item in numbered]
    parts = []
    for scan in scans:
        stood, wanted = frame, []
        for i, window in scan:
            state = At(min(window.end, at.as_of), at.slow_days, at.within_days) if unit else at
            stood, told = state.told_on(stood, f"@{i}")
            wanted += [(f"{m.name}@{i}", m, told) for m in measures]
        table = _aggregated(stood, wanted, columns)
        for i, window in scan:
            names = {f"{m.name}@{i}": m.name for m in measures}
            part = table[[*columns, *names]].rename(columns=names)
            parts.append(part.assign(**{PERIOD: _stamp(window)}))
    return pd.concat(parts, ignore_index=True)


def _stamp(window: Window) -> pd.Timestamp:
    return pd.Timestamp(window.start).as_unit("s")


def _before(windows: list[Window], before: Window | None) -> dict:
    stamps = [_stamp(w) for w in windows]
    first = _stamp(before) if before else pd.NaT
    return dict(zip(stamps, [first, *stamps[:-1]], strict=True))


def _grid(known: pd.DataFrame | None, columns: list[str], windows: list[Window]) -> pd.DataFrame:
    """Every group in every window, groups in order."""
    periods = pd.DataFrame({PERIOD: [_stamp(w) for w in windows], "_window": range(len(windows))})
    if known is None or not columns:
        return periods
    return known.sort_values(columns, ignore_index=True).merge(periods, how="cross")
