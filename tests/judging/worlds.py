"""Rough programmes whose truth is known, beside the friendly ones of `world`: quarters are good or
bad, sizes have heavy tails, deals are abandoned and never closed, and the programme grows, shrinks
or breaks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

START = pd.Timestamp("2022-01-01")
NEVER = pd.Timestamp("2199-01-01")
SEASON = np.array([0.8, 0.85, 1.0, 0.95, 1.0, 1.15, 0.85, 0.8, 1.1, 1.1, 1.1, 1.3])


@dataclass(frozen=True)
class World:
    """`per_month` deals a partner at the start; `growth` a year, as a factor; from `breaks` (in
    years) on `after` times as many; `moods` is the shape of the gamma of a partner's quarter, None
    for none; `shared` the log sd of a quarter of all; `sigma` the log sd of sizes; `abandoned` the
    share of deals that never end; `luck` the sd of a partner's quarter in log odds."""

    partners: int = 20
    years: float = 4.0
    per_month: float = 5.0
    growth: float = 1.0
    breaks: float | None = None
    after: float = 0.5
    moods: float | None = 6.0
    shared: float = 0.08
    sigma: float = 0.9
    abandoned: float = 0.08
    luck: float = 0.2
    spread: float = 0.3


STABLE = World()
WORLDS = {
    "stable": STABLE,
    "growing": World(growth=1.6),
    "shrinking": World(growth=0.65),
    "breaking": World(breaks=3.3),
    "small": World(partners=6, per_month=3.0),
}


def programme(seed: int, world: World) -> pd.DataFrame:
    """Deals with their outcome and the day they end on, which may be never."""
    rng = np.random.default_rng(seed)
    months = round(12 * world.years)
    month = np.arange(months)
    level = world.growth ** (month / 12)
    if world.breaks is not None:
        level = level * np.where(month >= 12 * world.breaks, world.after, 1.0)
    quarter = month // 3
    common = np.exp(rng.normal(0, world.shared, quarter.max() + 1))[quarter]
    share = rng.gamma(4, 1 / 4, world.partners)
    shape = (world.partners, quarter.max() + 1)
    mood = rng.gamma(world.moods, 1 / world.moods, shape) if world.moods else np.ones(shape)
    rate = world.per_month * share[:, None] * level * common * SEASON[month % 12] * mood[:, quarter]
    n = rng.poisson(rate)
    who, at = (np.repeat(axis.ravel(), n.ravel()) for axis in np.indices(n.shape))
    first = pd.PeriodIndex(START.to_period("M") + at).to_timestamp()
    created = first + pd.to_timedelta(rng.integers(0, 28, len(who)), unit="D")
    own, lucky = rng.normal(0, world.spread, world.partners), rng.normal(0, world.luck, shape)
    amount = 2e4 * rng.lognormal(0, world.sigma, len(who))
    odds = -0.9 + own[who] + lucky[who, quarter[at]] - 0.35 * np.log(amount / 2e4)
    won = rng.random(len(who)) < 1 / (1 + np.exp(-odds))
    pace = (amount / 2e4) ** 0.15
    took = np.maximum(1, np.where(won, 60, 45) * pace * rng.lognormal(0, 0.6, len(who))).astype(int)
    left = ~won & (rng.random(len(who)) < world.abandoned / 0.7)
    band = np.array(["small", "mid", "large"])[np.searchsorted([1.5e4, 5e4], amount)]
    ends = created + pd.to_timedelta(took, unit="D")
    return pd.DataFrame(
        {
            "deal_id": np.arange(len(who)),
            "partner": np.char.add("P", np.char.zfill(who.astype(str), 3)),
            "credit": 1.0,
            "size_band": band,
            "amount": amount.round(-1),
            "created_on": created,
            "outcome": np.where(won, "won", "lost"),
            "ends_on": ends.where(~left, NEVER),
        }
    )


def export(world: pd.DataFrame, day) -> pd.DataFrame:
    """The deal table a CRM would give on that day."""
    day = pd.Timestamp(day)
    there = world[world["created_on"] <= day]
    is_open = there["ends_on"] > day
    return there.assign(
        status=there["outcome"].mask(is_open, "open"),
        closed_on=there["ends_on"].mask(is_open),
        probability=np.nan,
    ).drop(columns=["outcome", "ends_on"])


def strategy_world(rng, odds=1.0, trend=0.0, partners=16, months=40, start=24, each=12):
    """Close rates with an own trend (log odds a year) and good and bad quarters; partner P00 began
    something in its month `start` that multiplies its odds."""
    n = rng.poisson(each, (partners, months))
    who, at = (np.repeat(axis.ravel(), n.ravel()) for axis in np.indices(n.shape))
    slope = rng.normal(0, 0.2, partners)
    slope[0] = trend
    mood = rng.normal(0, 0.2, (partners, months // 3 + 1))[who, at // 3]
    log_odds = rng.normal(-1, 0.3, partners)[who] + slope[who] * (at - months / 2) / 12 + mood
    log_odds = log_odds + np.log(odds) * ((who == 0) & (at >= start))
    won = rng.random(len(who)) < 1 / (1 + np.exp(-log_odds))
    created = pd.PeriodIndex(pd.Period("2022-01", "M") + at).to_timestamp()
    table = {"deal_id": np.arange(len(who)), "partner": np.char.mod("P%02d", who), "amount": 100.0}
    ended = created + pd.to_timedelta(rng.integers(10, 60, len(who)), unit="D")
    status = np.where(won, "won", "lost")
    return pd.DataFrame(table | {"status": status, "created_on": created, "closed_on": ended})
