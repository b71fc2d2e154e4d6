"""Totals: every measure of a scorecard, for every group and window, now and in the window
before."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from kpi_helpers.contract.notes import Note
from kpi_helpers.contract.windows import Spans, Window
from kpi_helpers.kpis.measure import At, Difference, Measure
from kpi_helpers.kpis.remarks import counts
from kpi_helpers.scoring.sidetables import spend_by, target_by, with_target


@dataclass
class Totals:
    """`totals[measure]` is an array with one entry for each group and window, aligned with
    `keys`."""

    groups: dict[str, str]
    at: At
    keys: pd.DataFrame
    windows: list[Window]
    data: dict[str, np.ndarray]
    before: dict[str, np.ndarray]
    targets: pd.DataFrame | None = None
    spend_table: pd.DataFrame | None = None
    by_partner: tuple[pd.DataFrame, dict[str, np.ndarray]] | None = None
    _spend: dict[str, np.ndarray] = field(default_factory=dict)

    def __getitem__(self, measure: Measure | Difference) -> np.ndarray:
        if isinstance(measure, Difference):
            return self[measure.whole] - self[measure.part]
        return self.data[measure.name]

    def previous(self, measure: Measure) -> np.ndarray:
        """The same total in the window before."""
        return self.before[measure.name]

    @cached_property
    def window(self) -> np.ndarray:
        """The number of each row's window."""
        return self.keys["_window"].to_numpy()

    @cached_property
    def elapsed(self) -> np.ndarray:
        """The share of each row's window that had passed by the end of as_of, 0 to 1."""
        passed = [((min(self.at.as_of, w.end) - w.start).days + 1) / w.days for w in self.windows]
        return np.clip(passed, 0, 1)[self.window]

    @property
    def _unknown(self) -> np.ndarray:
        return np.full(len(self.keys), np.nan)

    def _of_partners(self, table: pd.DataFrame | None) -> bool:
        return table is not None and all(column == "partner" for column in self.groups.values())

    def target(self, kpi: str) -> np.ndarray:
        """The target of each row's partner and window; null where none was agreed."""
        if not self._of_partners(self.targets):
            return self._unknown
        return target_by(
            self.targets, kpi, self.keys, self.windows, next(iter(self.groups), None)
        ).to_numpy()

    def toward(self, kpi: str, measure: Measure) -> np.ndarray:
        """A measure's total as it counts toward the target: of everyone together only what partners
        with a target bring, unless everyone has a target of its own."""
        if self.by_partner is None or self.targets is None or self.groups:
            return self[measure]
        keys, data = self.by_partner
        own = self[measure].astype(float)
        for number, window in enumerate(self.windows):
            members = with_target(self.targets, kpi, keys["partner"].unique(), window)
            if members:
                theirs = (keys["_window"] == number) & keys["partner"].isin(members)
                own[self.window == number] = data[measure.name][theirs.to_numpy()].sum()
        return own

    def members(self, kpi: str) -> Note | tuple:
        """Whose target it is, where it is not everyone's; nothing else."""
        if self.by_partner is None or self.targets is None or self.groups:
            return ()
        partners = self.by_partner[0]["partner"].unique()
        own = with_target(self.targets, kpi, partners, self.windows[-1])
        if not own or len(own) == len(partners):
            return ()
        return Note("of_those_with_target", n=len(own), all=len(partners))

    def spend(self, channel: str) -> np.ndarray:
        """What each row's partner spent on the channel in its window; null where that is not
        known."""
        if not self._of_partners(self.spend_table):
            return self._unknown
        if channel not in self._spend:
            partner = next(iter(self.groups), None)
            self._spend[channel] = spend_by(
                self.spend_table, channel, self.keys, self.windows, partner
            ).to_numpy()
        return self._spend[channel]

    @property
    def spend_why(self) -> Note:
        if self.spend_table is None:
            return Note("no_spend_table")
        return Note("no_spend_known")

    def _in_window(self, values: np.ndarray) -> np.ndarray:
        """Each row's sum over all groups of its window."""
        return np.bincount(self.window, values, len(self.windows))[self.window]

    def _peers(self, among: Measure) -> np.ndarray:
        return self._in_window(self[among] > 0) * bool(self.groups)

    def peer_mean(self, measure: Measure, among: Measure) -> np.ndarray:
        """Mean over the groups of the same window in which `among` is above 0; null without another
        such group."""
        active = self[among] > 0
        peers = self._peers(among)
        others = peers > active
        return np.divide(
            self._in_window(self[measure] * active), peers, out=self._unknown, where=others
        )

    def peer_note(self, among: Measure) -> np.ndarray:
        return counts(self._peers(among), "against_peers")


def compute(deals, measures: set[Measure], groups: dict[str, str], spans: Spans, at: At):
    """The keys of all groups and windows, and each measure's totals now and in the window
    before."""
    columns = list(dict.fromkeys(groups.values()))
    if "partner" not in columns and deals.is_split():
        deals = deals.whole_deals(columns)
    known, found = deals.totals(sorted(measures, key=lambda m: m.name), columns, spans, at)
    windows = list(spans)[spans.asked :]
    numbers = range(len(windows))
    if known is None:
        keys = pd.DataFrame({"_window": numbers})
    else:
        keys = pd.DataFrame({name: known[column] for name, column in groups.items()})
        keys = keys.merge(pd.DataFrame({"_window": numbers}), how="cross")
    now = {name: total[:, spans.asked :].ravel() for name, total in found.items()}
    return (
        keys,
        windows,
        now,
        {name: _earlier(total, len(windows)) for name, total in found.items()},
    )


def _earlier(total: np.ndarray, windows: int) -> np.ndarray:
    """Each window's total one window before; 0 before the first that is known."""
    return np.pad(total, ((0, 0), (1, 0)))[:, -1 - windows : -1].ravel()
