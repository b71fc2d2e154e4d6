"""Portfolios whose truth is known: deals with their hidden ends, and what a CRM would export on any
day."""

import numpy as np
import pandas as pd

START = pd.Timestamp("2022-01-01")
SEASON = np.array(
    [-0.5, -0.35, -0.15, 0, 0.2, 0.4, 0.45, 0.4, 0.15, 0, -0.2, -0.4]
)  # log odds by month of creation
REGION = {"East": 0.0, "West": 0.2, "Coast": 1.0}
SIZE = {
    "small": (0.2, 8000, 0.85),
    "mid": (0.0, 25000, 1.0),
    "large": (-0.5, 80000, 1.3),
}  # log odds, money, pace
STAGES = np.array(["First talk", "Offer", "Haggling"])
STATED = np.array(
    [0.2, 0.5, 0.8]
)  # what the CRM writes beside each stage: too hopeful, as is usual


def programme(
    seed, *, partners=10, years=3, per_month=5, spread=0.3, luck=0.2, shared=0.0
) -> pd.DataFrame:
    """Deals with outcome and ends_on; `luck` is the log odds' standard deviation of a partner's
    quarter, `shared` that of a quarter all partners share."""
    rng = np.random.default_rng(seed)
    days, n = 365 * years, rng.poisson(per_month * 12 * years, partners)
    who = np.repeat(np.arange(partners), n)
    created = START + pd.to_timedelta(rng.integers(0, days, len(who)), unit="D")
    region = rng.choice(list(REGION), len(who))
    size = rng.choice(list(SIZE), len(who), p=[0.5, 0.35, 0.15])
    effect, money, pace = np.array([SIZE[s] for s in size]).T
    quarter = (created.year - START.year) * 4 + created.quarter - 1
    lucky = rng.normal(0, luck, (partners, quarter.max() + 1))[who, quarter]
    lucky += np.random.default_rng([seed, 1]).normal(0, shared, quarter.max() + 1)[quarter]
    own = rng.normal(0, spread, partners)[who]
    odds = (
        -0.7
        + SEASON[created.month - 1]
        + np.array([REGION[r] for r in region])
        + effect
        + own
        + lucky
    )
    won = rng.random(len(who)) < 1 / (1 + np.exp(-odds))
    took = np.maximum(
        1, np.rint(np.where(won, 46, 60) * pace * rng.lognormal(0, 0.6, len(who)))
    ).astype(int)
    usual = np.rint(55 * pace * rng.lognormal(0, 0.35, len(who))).astype(int)
    return pd.DataFrame(
        {
            "deal_id": np.arange(len(who)),
            "partner": np.char.add("P", np.char.zfill(who.astype(str), 2)),
            "credit": 1.0,
            "region": region,
            "size_band": size,
            "amount": np.round(money * rng.lognormal(0, 0.5, len(who)), -1),
            "created_on": created,
            "outcome": np.where(won, "won", "lost"),
            "ends_on": created + pd.to_timedelta(took, unit="D"),
            "planned_on": created + pd.to_timedelta(usual, unit="D"),
            "told": rng.normal(0, 0.25, len(who)),  # how far the CRM's stage runs ahead of the deal
        }
    )


def export(world: pd.DataFrame, day) -> pd.DataFrame:
    """The deal table a CRM would give on that day."""
    day = pd.Timestamp(day)
    there = world[world["created_on"] <= day]
    is_open = there["ends_on"] > day
    whole = (there["ends_on"] - there["created_on"]).dt.days * np.where(
        there["outcome"] == "won", 1, 1 / 0.75
    )
    progress = ((day - there["created_on"]).dt.days / whole + there["told"]).to_numpy()
    at = np.searchsorted([0.3, 0.65], progress)
    plan = there["planned_on"].mask(there["planned_on"] <= day, day + pd.Timedelta(days=30))
    return there.assign(
        status=there["outcome"].mask(is_open, "open"),
        closed_on=there["ends_on"].mask(is_open),
        expected_close_on=plan.where(is_open, there["ends_on"]),
        stage=np.where(is_open, STAGES[at], "Closed"),
        probability=np.where(is_open, STATED[at], np.nan),
    ).drop(columns=["outcome", "ends_on", "planned_on", "told"])


def trials(
    rng, *, partners=40, each=80, spread=0.0, coast=(), season=SEASON
) -> tuple[pd.DataFrame, np.ndarray]:
    """Closed deals of two years, and each one's true chance; partners named in `coast` sell on the
    Coast only."""
    who = np.repeat(np.arange(partners), each)
    n = len(who)
    on = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 730, n), unit="D")
    region = rng.choice(list(REGION), n)
    region[np.isin(who, coast)] = "Coast"
    size = rng.choice(list(SIZE), n, p=[0.5, 0.35, 0.15])
    own = rng.normal(0, spread, partners)[who] if spread else 0.0
    odds = (
        -0.7
        + season[on.month - 1]
        + np.array([REGION[r] + SIZE[s][0] for r, s in zip(region, size, strict=True)])
    )
    p = 1 / (1 + np.exp(-odds - own))
    table = pd.DataFrame(
        {"partner": who, "won": rng.random(n) < p, "on": on, "region": region, "size_band": size}
    )
    table["season"] = "Q" + on.quarter.astype(str)
    return table, p
