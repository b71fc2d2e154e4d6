"""Channel programmes whose truth is known, as the files of an export: for what pages say of them.

Written apart from the worlds that the estimators are tried on, and harsher: partners' months
scatter more than Poisson's, arrivals have a season, a few deals are worth most of the money, and
some are never closed. Without a `planted` truth every partner, channel and month has the same
chances.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

FIRST = pd.Timestamp("2023-01-01")
CHANCE = 0.35  # of a deal to be won
ODD = "Odd partner"  # the one that a planted truth is of
PLANTED = ("halved", "doubled", "stop_paid", "fall")
STAGES = ("Qualified", "Proposal", "Negotiation")


@dataclass(frozen=True)
class Programme:
    """How many partners sell how much, and how roughly."""

    partners: int = 12
    months: int = 36
    a_month: float = 8.0  # deals of each partner
    rough: float = 0.3  # variance of a partner's month around its mean of 1
    season: float = 0.3  # swing of arrivals over the year
    never: float = 0.06  # deals that nobody ever closes
    planted: str | None = None
    since: str = "2025-10-01"  # when halved and doubled begin


def deals_of(world: Programme, seed: int) -> pd.DataFrame:
    """Every deal with its hidden end: won, lost or never, and when."""
    rng = np.random.default_rng([seed, 20])
    partners = [ODD, *(f"Partner {at:03d}" for at in range(1, world.partners))]
    months = pd.date_range(FIRST, periods=world.months, freq="MS")
    wave = 1 + world.season * np.sin(2 * np.pi * (months.month.to_numpy() - 2) / 12)
    mood = rng.gamma(1 / world.rough, world.rough, (len(partners), len(months)))
    mean = world.a_month * wave * mood
    since = pd.Timestamp(world.since)
    if world.planted == "doubled":  # of what is created early enough to be won in the window
        mean[0, months >= since - pd.DateOffset(months=3)] *= 2
    drawn = rng.poisson(mean)
    who, month = (np.repeat(part.ravel(), drawn.ravel()) for part in np.indices(drawn.shape))
    n = len(who)
    created = months[month] + pd.to_timedelta(rng.integers(0, 28, n), unit="D")
    channel = rng.choice(["paid", "earned", "owned", "partner"], n)
    takes = np.maximum(1, np.rint(40 * rng.lognormal(0, 0.7, n))).astype(int)
    ends = created + pd.to_timedelta(takes, unit="D")
    won = rng.random(n) < _chances(world, who, channel, created, ends)
    heavy = 6000 * (1 + rng.pareto(2.2, n)) * rng.lognormal(0, 0.6, n)
    return pd.DataFrame(
        {
            "deal_id": [f"C-{at:05d}" for at in range(n)],
            "partner": np.array(partners)[who],
            "owner": rng.choice(["Ada", "Ben", "Cem"], n),
            "customer": [f"Customer {at % 997}" for at in range(n)],
            "region": rng.choice(["North", "South", "West"], n),
            "product": rng.choice(["Cloud", "Service"], n),
            "channel": channel,
            "amount": np.round(heavy, -1),
            "currency": "EUR",
            "ideal": rng.random(n) < 0.4,
            "created_on": created,
            "ends_on": ends,
            "outcome": np.where(won, "won", "lost"),
            "never": rng.random(n) < world.never,
            "ahead": rng.random(n),
            "to_competitor": rng.random(n) < 0.3,
        }
    )


def _chances(world, who, channel, created, ends):
    chance, odd = np.full(len(who), CHANCE), who == 0
    if world.planted == "halved":
        chance[odd & (ends >= pd.Timestamp(world.since))] /= 2
    if world.planted == "stop_paid":
        chance[odd & (channel == "paid")] = 0.0
    if world.planted == "fall":
        quarters = (created - FIRST).days / 91
        odds = np.log(CHANCE / (1 - CHANCE)) - 0.2 * quarters
        chance[odd] = (1 / (1 + np.exp(-odds)))[odd]
    return chance


def known(deals: pd.DataFrame, day) -> pd.DataFrame:
    """What a CRM exports of them on that day."""
    day = pd.Timestamp(day)
    there = deals[deals["created_on"] <= day]
    is_open = there["never"] | (there["ends_on"] > day)
    lost = ~is_open & (there["outcome"] == "lost")
    stage = np.minimum((there["ahead"] * 3).astype(int), 2)
    planned = there["created_on"] + pd.Timedelta(days=60)
    return there.assign(
        status=there["outcome"].mask(is_open, "open"),
        stage=np.where(is_open, np.array(STAGES)[stage], "Closed"),
        probability=np.where(is_open, np.array([0.2, 0.4, 0.6])[stage], np.nan),
        closed_on=there["ends_on"].mask(is_open),
        expected_close_on=planned.mask(planned <= day, day + pd.Timedelta(days=30)),
        lost_to_competitor=lost & there["to_competitor"],
    ).drop(columns=["outcome", "ends_on", "never", "ahead", "to_competitor"])


def write(folder: Path, deals: pd.DataFrame, **sides: pd.DataFrame) -> Path:
    """An export of those tables: deals.csv, and of the side tables those that there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in {"deals": deals, **sides}.items():
        table.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d")
    return folder
