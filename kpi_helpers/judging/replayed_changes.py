"""The changes that pages told of past windows, held against the windows that came next."""

from collections.abc import Iterator
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.contract.windows import Window
from kpi_helpers.judging.claims import (
    FELL,
    PICKED,
    ROSE,
    Claim,
    Compared,
    change_claim,
    clearest,
    learn_scatter,
    together,
)
from kpi_helpers.judging.replayed import CLEAREST, PREVIOUS, YEAR, Held
from kpi_helpers.judging.uncertainty import with_intervals
from kpi_helpers.kpis import KPIS
from kpi_helpers.scoring.scorecard import scorecard

HEADLINES = tuple((name, kpi.headline) for name, kpi in KPIS.items())
COMPARED = (*HEADLINES, ("close_rate", "cohort"))
TRAILING = {"month": 12, "quarter": 8}  # periods from which the programme's scatter is learned


Card = dict[tuple[str, str, str], dict]  # rows by partner, KPI and basis


class Cards:
    """Scorecards of past windows, by partner and of all together (*), as they were seen on their
    own last day or later; each made once."""

    def __init__(self, deals: pd.DataFrame) -> None:
        self.deals = deals
        self._tables, self.of, self.sure = map(cache, (self._counted, self._rows, self._sure))

    def _counted(self, window: Window, day: date) -> list[pd.DataFrame]:
        kpis, bases = ([*dict.fromkeys(names)] for names in zip(*COMPARED, strict=True))
        asked = {"window": window, "as_of": day, "kpis": kpis, "basis": bases}
        return [scorecard(self.deals, by=by, **asked) for by in ("partner", None)]

    def _rows(self, window: Window, day: date) -> Card:
        return _by_key(self._tables(window, day))

    def _sure(self, window: Window) -> Card:
        """As seen on the window's last day, with intervals of money, days and indices."""
        tables = self._tables(window, window.end)
        return _by_key([with_intervals(table, self.deals) for table in tables])

    def at_its_end(self, window: Window) -> Card:
        return self.of(window, window.end)

    def scatter(self, window: Window):
        """What the programme had scattered up to this window: of partners, and of all together."""
        period, trend = window, []
        for _ in range(TRAILING[window.kind]):
            trend += [row | {"period": period.start} for row in self.at_its_end(period).values()]
            period = period.previous()
        table = pd.DataFrame(trend)
        everyones = table["partner"] == EVERYONE
        return (
            learn_scatter(table[~everyones], "period"),
            learn_scatter(table[everyones].drop(columns="partner"), "period"),
        )


def _by_key(tables: list[pd.DataFrame]) -> Card:
    rows = (row for table in tables for row in table.to_dict("records"))
    return {(row["partner"], row["kpi"], row["basis"]): row for row in rows}


def told_of(window: Window, following: Window, cards: Cards, partner=None) -> Iterator[Held]:
    """The changes of a window, told on its last day, of every subject or of one partner, and what
    the following window and a later look show."""
    now, scatter = cards.sure(window), cards.scatter(window)
    earlier = {PREVIOUS: window.previous(), YEAR: window.year_before()}
    first = pd.to_datetime(cards.deals["created_on"]).min().date()
    earlier = {kind: before for kind, before in earlier.items() if before.start >= first}
    found: dict[str, dict] = {}
    for kind, before in earlier.items():
        _claims(found, kind, window, before, now, cards.sure(before), scatter)
    for kind, before in earlier.items():
        for subject, told in found.items():
            if partner in (None, subject):
                mine = [claim for key, claim in together(told).items() if key[2] == kind]
                yield from _held(kind, subject, mine, window, before, following, cards)


def _claims(found, kind, window, before, now, then, scatter) -> None:
    """Adds every claim of a change, by subject."""
    sides = Compared(window, window.end), Compared(before, before.end)
    for (subject, *which), row in now.items():
        if (subject, *which) in then and tuple(which) in COMPARED:
            learned = scatter[subject == EVERYONE]
            claim = change_claim(row, then[subject, *which], *sides, learned)
            found.setdefault(subject, {})[*which, kind] = claim


def _held(kind, subject, claims, window, before, following, cards) -> Iterator[Held]:
    moved = [claim for claim in claims if claim.verdict in (ROSE, FELL)]
    for claim in moved:
        came = _next(kind, subject, claim, window, before, following, cards)
        if came is not None:
            yield _row(kind, subject, claim, window, *came)
    picked = [claim for claim in claims if (claim.kpi, claim.basis) in PICKED]
    named = clearest(picked) if kind == PREVIOUS else None
    if named is not None:
        came = _next(kind, subject, named, window, before, following, cards)
        if came is not None:
            yield _row(CLEAREST, subject, named, window, *came)


def _row(kind, subject, claim: Claim, window, came: str, right: bool) -> Held:
    about = f"{claim.kpi} ({claim.basis}), {claim.window} against {claim.before}"
    return Held(kind, subject, window.end, about, claim.verdict, came, int(right))


def _next(kind, subject, claim, window, before, following, cards) -> tuple[str, bool] | None:
    """What the following window shows, and whether that bears the claim out.

    Half of the claims are borne out where nothing differs: the following window is as likely to
    lie nearer to one of two equal windows as to the other, and to rise or fall within its own year.
    Nearness to the old number alone would not do: a window that was low by luck is followed by
    higher ones.
    """

    def value(at: Window) -> float:
        row = cards.at_its_end(at).get((subject, claim.kpi, claim.basis))
        if row is None:
            return np.nan
        return row["value"] / (at.days if claim.relative else 1)  # windows differ in length

    after = value(following)
    if kind == YEAR:
        moved = after - value(following.year_before())
        right = moved > 0 if claim.verdict == ROSE else moved < 0
    else:
        old, new = value(before), value(window)
        moved = abs(after - old) - abs(after - new)
        right = moved > 0
    if np.isnan(moved):
        return None
    row = cards.at_its_end(following)[subject, claim.kpi, claim.basis]
    return f"{row['value']:.4g} in {following.label}", bool(right)
