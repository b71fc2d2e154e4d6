"""Programmes in which nothing changes, so that a claim of a change is false; made by other means
than `world`."""

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2025-12-31")
QUARTERS = 12
PUSH = np.array([1.3, 1.0, 0.7])  # arrivals by month of a quarter: seasonal, quarters equal
NEVER = 0.08  # of the deals that nobody ever closes


def programme(
    seed: int,
    *,
    partners: int = 20,
    a_quarter: float = 25.0,
    close_rate: float = 0.4,
    alike: bool = False,
    planted: dict | None = None,
) -> pd.DataFrame:
    """Deals as exported on AS_OF. Partners differ in volume, rate and size (unless `alike`) and
    vary from quarter to quarter beyond chance; sizes have heavy tails. `planted`: of the last
    quarter's deals of partner P00 times `arrivals`, and times `rate` the chance of those that close
    in it."""
    rng = np.random.default_rng([seed, 14])
    start = AS_OF + pd.Timedelta(days=1) - pd.DateOffset(months=3 * QUARTERS)
    frames = []
    for at in range(partners):
        spread = 0.0 if alike else 1.0
        volume = a_quarter * rng.lognormal(0, 0.5 * spread)
        chance = np.clip(close_rate + 0.06 * spread * rng.standard_normal(), 0.05, 0.9)
        worth = 9000 * rng.lognormal(0, 0.3 * spread)
        for month in range(3 * QUARTERS):
            if month % 3 == 0:  # a quarter's own luck, of arrivals and of wins
                busy = rng.gamma(40) / 40
                lucky = rng.beta(60 * chance, 60 * (1 - chance))
            mean = volume / 3 * PUSH[month % 3] * busy
            more = (planted or {}).get("arrivals", 1.0) if at == 0 and month >= 33 else 1.0
            n = rng.poisson(mean * more)
            first = start + pd.DateOffset(months=month)
            created = first + pd.to_timedelta(rng.integers(0, 28, n), unit="D")
            sizes = worth * (rng.pareto(2.6, n) + 0.3)
            frames.append(
                pd.DataFrame(
                    {
                        "partner": f"P{at:02d}",
                        "created_on": created,
                        "amount": np.round(sizes, 2),
                        "chance": lucky,
                    }
                )
            )
    deals = pd.concat(frames, ignore_index=True)
    n = len(deals)
    took = np.maximum(1, np.rint(rng.gamma(2.0, 18.0, n)))
    deals["closed_on"] = deals["created_on"] + pd.to_timedelta(took, unit="D")
    late = (deals["partner"] == "P00") & (deals["closed_on"] >= AS_OF - pd.DateOffset(months=3))
    chance = deals.pop("chance") * np.where(late, (planted or {}).get("rate", 1.0), 1.0)
    won = rng.random(n) < chance
    never = rng.random(n) < NEVER
    deals["status"] = np.where(won, "won", "lost")
    still = never | (deals["closed_on"] > AS_OF)
    deals.loc[still, "status"] = "open"
    deals["closed_on"] = deals["closed_on"].mask(still)
    return deals.assign(
        deal_id=[f"D{at}" for at in range(n)],
        credit=1.0,
        channel=rng.choice(["paid", "earned", "owned", "partner"], n),
        ideal=rng.random(n) < 0.45,
        lost_reason=np.where(rng.random(n) < 0.3, "price", "timing"),
        stage=np.where(deals["status"] == "open", rng.choice(["Talk", "Offer"], n), "Closed"),
    )
