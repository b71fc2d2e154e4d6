"""Ideal deals that nobody took up: how many, and what taking them up would have brought."""

import numpy as np
import pandas as pd

from kpi_helpers.kpis.deal_success import REASONS

NEVER_TAKEN_UP = "|".join(words.removeprefix("(?i)") for words in REASONS.values())
DRAWS = 2000


def ideal_ended(known: pd.DataFrame, since) -> pd.DataFrame:
    """The ideal deals won or lost after a day, with `missed`: lost without ever being taken up."""
    if not {"ideal", "lost_reason"} <= {*known}:
        return known[:0].assign(missed=False)
    ended = known[(known["closed_on"] > since) & known["status"].isin(("won", "lost"))]
    ideal = ended[ended["ideal"].astype(str).str.lower() == "true"]
    never = ideal["lost_reason"].astype(str).str.contains(NEVER_TAKEN_UP, case=False)
    return ideal.assign(missed=never & (ideal["status"] == "lost"))


def worth_taking_up(ended: pd.DataFrame, excess: float, *, seed: int = 0):
    """What the share `excess` of the missed deals would have brought, had it been taken up: money,
    with 95 % of its draws around it; more is a larger gap.

    Each is won with the chance by value of those that were taken up (large deals are won more
    seldom), which the draws take anew from them; null where none of those has an amount.
    """
    missed = ended.loc[ended["missed"], "value"].dropna().to_numpy(float)
    taken = ended[~ended["missed"] & ended["value"].notna()]
    values, won = taken["value"].to_numpy(float), (taken["status"] == "won").to_numpy(float)
    if not values.sum() > 0:
        return (np.nan,) * 3
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(values), size=(DRAWS, len(values)))
    rates = (values * won)[drawn].sum(axis=1) / np.maximum(values[drawn].sum(axis=1), 1e-12)
    sums = (rng.random((DRAWS, len(missed))) < excess * rates[:, None]) @ missed
    mean = excess * (values * won).sum() / values.sum() * missed.sum()
    low, high = np.quantile(sums, (0.025, 0.975))
    return float(mean), min(float(low), float(mean)), max(float(high), float(mean))
