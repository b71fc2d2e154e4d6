"""What was told on the eve of a past period, held against what came: forecasts, chances, pipelines,
young leads and channels."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from kpi_helpers.contract.as_of import known_at
from kpi_helpers.judging.backtesting import Eve, by_subject
from kpi_helpers.judging.channels import (
    STOP_PAID,
    WORK_ON_EARNED,
    channel_verdicts,
    ripe_year,
)
from kpi_helpers.judging.enough import ENOUGH, NOT_ENOUGH, verdict
from kpi_helpers.judging.forecasting import SHOCK, agreed
from kpi_helpers.judging.replayed import (
    EARNED,
    ENOUGH_OPEN,
    FORECAST,
    NOT_ENOUGH_OPEN,
    OPEN_WON,
    OVERDUE,
    PAID,
    STALE,
    TARGET,
    YOUNG,
    Held,
)
from kpi_helpers.kpis.remarks import MOST_UNDECIDED
from kpi_helpers.scoring.scorecard import slow_cycle
from kpi_helpers.stats.pipeline_outcome import outcome

RANGE, INTERVAL = 0.8, 0.95  # that P10 to P90, and an interval, are made to hold
CHANNELS = {STOP_PAID: (PAID, ("earned", "owned")), WORK_ON_EARNED: (EARNED, ("paid", "owned"))}


class Ends:
    """How every deal stands on the day of the replay: the answers to what was told before."""

    def __init__(self, deals: pd.DataFrame, as_of) -> None:
        self.deals = known_at(deals, as_of)
        by_id = self.deals.drop_duplicates("deal_id").set_index("deal_id")
        self._by_id = by_id[["status", "closed_on"]]

    def won(self, ids, window=None) -> int:
        """How many of the deals are won by now, or in the window."""
        mine = self._by_id.reindex(ids)
        won = mine["status"] == "won"
        if window is not None:
            won &= mine["closed_on"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))
        return int(won.sum())

    def undecided(self, ids) -> float:
        """The share of the deals that are still open."""
        return float((self._by_id.reindex(ids)["status"] == "open").mean())


def told_on(eve: Eve, ends: Ends, subjects, targets=None) -> Iterator[Held]:
    """Every claim of that eve for each of the subjects."""
    slow = slow_cycle(eve.known, eve.day)
    for subject, answer in eve.forecasts.items():
        yield from _forecast(eve, subject, answer, targets)
        yield _open_deals(eve, subject, answer, ends)
    ended = eve.window.previous()
    for subject, ours in by_subject(eve.known, subjects):
        ours = ours.join(eve.chances[["eventually"]])
        yield from _stale(eve, subject, ours, ends, slow)
        yield from _young(eve, subject, ours, ends, ended)
        if eve.snapshot:
            yield from _overdue(eve, subject, ours, ends)
        if "channel" in ours:
            yield from _channels(eve, subject, ours, ends, slow)


def _forecast(eve, subject, answer, targets) -> Iterator[Held]:
    day, period, came = eve.day.date(), eve.window.label, eve.actual(subject)
    said = f"{answer.p10:.0f} to {answer.p90:.0f}"
    right = answer.p10 <= came <= answer.p90
    yield Held(FORECAST, subject, day, period, said, f"{came:.0f}", int(right), stated=RANGE)
    own = None if targets is None else targets[targets["partner"] == subject]
    target = agreed(own, eve.window)
    if target is None:
        return
    chance, reached = answer.outcome.at_least(target), came >= target
    told = (f"{chance:.0%} to reach {target:.0f}", f"{came:.0f}")
    yield Held(TARGET, subject, day, period, *told, int(reached), stated=chance)
    if verdict(chance) == ENOUGH:
        yield Held(ENOUGH_OPEN, subject, day, period, *told, int(reached), stated=chance)
    if verdict(chance) == NOT_ENOUGH:
        yield Held(NOT_ENOUGH_OPEN, subject, day, period, *told, int(not reached), 1, 1 - chance)


def _counted(claim, eve, subject, about, came: int, chances) -> Held:
    """So many of these deals came so, each with its own chance."""
    known = chances[~np.isnan(chances)]
    stated = float(known.mean()) if len(known) else None
    said = f"{len(chances)} deals" + ("" if stated is None else f", {known.sum():.1f} expected")
    row = (claim, subject, eve.day.date(), about, said, str(came))
    return Held(*row, came, len(chances), stated)


def _open_deals(eve, subject, answer, ends) -> Held:
    deals = answer.deals[answer.deals["chance"].notna()]
    won, chances = ends.won(deals["deal_id"], eve.window), deals["chance"].to_numpy(float)
    return _counted(OPEN_WON, eve, subject, eve.window.label, won, chances)


def _stale(eve, subject, ours, ends, slow) -> Iterator[Held]:
    age = (eve.day - ours["created_on"]).dt.days
    old = ours[(ours["status"] == "open") & (age > (np.inf if slow is None else slow))]
    if len(old):
        never = len(old) - ends.won(old["deal_id"])
        about = f"older than {slow:.0f} days"
        yield _counted(STALE, eve, subject, about, never, 1 - old["eventually"].to_numpy(float))


def _overdue(eve, subject, ours, ends) -> Iterator[Held]:
    """Only of a day with a snapshot: an export's expected close date is that of today."""
    if "expected_close_on" not in ours:
        return
    late = ours[(ours["status"] == "open") & (pd.to_datetime(ours["expected_close_on"]) < eve.day)]
    if len(late):
        missed = len(late) - ends.won(late["deal_id"], eve.window)
        chances = 1 - eve.chances.loc[late.index, "chance"].to_numpy(float)
        yield _counted(OVERDUE, eve, subject, eve.window.label, missed, chances)


def _young(eve, subject, ours, ends, ended) -> Iterator[Held]:
    """The wins that the leads of the window that had just ended were expected to bring."""
    leads = ours[ours["created_on"] >= pd.Timestamp(ended.start)]
    undecided = leads[leads["status"] == "open"]
    unknown = undecided["eventually"].isna().any()
    if undecided.empty or unknown or ends.undecided(leads["deal_id"]) > MOST_UNDECIDED:
        return
    bring = outcome(np.ones(len(undecided)), undecided["eventually"], shock=SHOCK, draws=2000)
    so_far = int((leads["status"] == "won").sum())
    tail = (1 - INTERVAL) / 2
    low, high = (so_far + int(bring.quantile(q)) for q in (tail, 1 - tail))
    came = ends.won(leads["deal_id"])
    said = f"{low} to {high} of {len(leads)}"
    row = (YOUNG, subject, eve.day.date(), ended.label, said, str(came))
    yield Held(*row, int(low <= came <= high), stated=INTERVAL)


def _channels(eve, subject, ours, ends, slow) -> Iterator[Held]:
    """The verdicts of that day; what leads that came after it show."""
    day = eve.day.date()
    leads = ripe_year(day, slow)
    verdicts = channel_verdicts(ours, leads, as_of=day).verdicts
    for row in verdicts.itertuples():
        claim, others = CHANNELS[row.verdict]
        came = _later_rates(ends, subject, day, (row.channel,), others)
        if came is not None:
            said = f"{row.won} of {row.leads} won, others at least {row.beside:.0%}"
            own, beside = came
            texts = (leads.label, said, f"{own:.0%}, others {beside:.0%}")
            yield Held(claim, subject, day, *texts, int(own < beside))


def _later_rates(ends: Ends, subject, day: date, *groups) -> list[float] | None:
    """The share won of the decided leads created after the day, by group of channels; None where
    one has none."""
    for _, ours in by_subject(ends.deals, (subject,)):
        later = ours[(ours["created_on"] > pd.Timestamp(day)) & (ours["status"] != "open")]
        through = [later[later["channel"].isin(group)] for group in groups]
        if all(map(len, through)):
            return [float((part["status"] == "won").mean()) for part in through]
    return None
