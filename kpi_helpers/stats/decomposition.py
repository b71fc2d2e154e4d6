"""What changed, exactly: a close rate into rate and mix, a won amount into volume, rate and
size."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.errors import KitError
from kpi_helpers.stats import reasons


@dataclass(frozen=True)
class RateChange:
    """change = rate + mix; `parts` has a row per group. Shares (0.03 is 3 points); None where
    `reason` says why."""

    before: float | None
    after: float | None
    change: float | None
    rate: float | None
    mix: float | None
    parts: pd.DataFrame | None = None
    reason: str | None = None


def midpoint(k_before, n_before, k_after, n_after, *, groups=None) -> RateChange:
    """How much of a rate's change came from better rates, how much from another mix; positive
    raised the rate.

    With shares s = n / sum(n) and rates r = k / n of each group: rate = sum((s0 + s1)/2 (r1 - r0)),
    mix = sum((s1 - s0) (r0 + r1)/2). They sum to the change. Counts per group in, in one order;
    parts (group, rate, mix, change) out, where a group's mix is told against the average rate, so
    that a growing group with a low rate has a negative one. A group new or gone has no rate effect.
    No deals at all before or after gives None with a reason. It misleads as a cause: it says where,
    not why. Raises KitError for k > n and different lengths. Marshall 1920 and Edgeworth 1925
    (midpoint weights); Das Gupta 1993.

    >>> answer = midpoint([5, 15], [50, 50], [10, 7], [80, 20], groups=["paid", "owned"])
    >>> print(f"{answer.change:+.5f} = rate {answer.rate:+.5f} mix {answer.mix:+.5f}")
    -0.03000 = rate +0.03375 mix -0.06375
    """
    (k0, n0), (k1, n1) = (
        checks.successes("midpoint", k_before, n_before),
        checks.successes("midpoint", k_after, n_after),
    )
    if np.isnan([*k0, *n0, *k1, *n1]).any():
        raise KitError("midpoint: counts must be known; a group without deals has n = 0.")
    groups = np.arange(len(k0)) if groups is None else groups
    checks.same_length("midpoint", before=k0, after=k1, groups=groups)
    before, after = (float(k.sum() / n.sum()) if n.sum() else None for k, n in ((k0, n0), (k1, n1)))
    if before is None or after is None:
        return RateChange(before, after, None, None, None, reason=reasons.NO_TOTAL)
    s0, s1 = n0 / n0.sum(), n1 / n1.sum()
    r0, r1 = np.nan_to_num(
        _carried(*(k / np.where(n > 0, n, np.nan) for k, n in ((k0, n0), (k1, n1))))
    )
    rate = (s0 + s1) / 2 * (r1 - r0)
    mix = (s1 - s0) * ((r0 + r1) / 2 - (before + after) / 2)
    parts = pd.DataFrame({"group": groups, "rate": rate, "mix": mix, "change": rate + mix})
    return RateChange(before, after, after - before, float(rate.sum()), float(mix.sum()), parts)


@dataclass(frozen=True)
class AmountChange:
    """change = volume + rate + size, in money."""

    before: float
    after: float
    change: float
    volume: float
    rate: float
    size: float


def won_amount_change(
    opportunities_before, won_before, amount_before, opportunities_after, won_after, amount_after
) -> AmountChange:
    """How much of a won amount's change came from more deals, from winning more of them and from
    larger deals.

    Amount = opportunities x close rate x average size. Each effect is the Shapley value: the
    factor's change averaged over all orders in which the three can change. They sum to the change.
    Counts and money in, money out. A factor unknown on one side (the rate of no opportunities, the
    size of no wins) is taken as unchanged; nothing on both sides gives 0. It misleads as a cause:
    it says where, not why. Raises KitError for won > opportunities and for an amount without wins.
    Shapley 1953; Albrecht, Francois and Schoors 2002.

    >>> answer = won_amount_change(100, 20, 2000, 120, 30, 2700)
    >>> print(f"{answer.change:+.2f} = {answer.volume:+.2f} {answer.rate:+.2f} {answer.size:+.2f}")
    +700.00 = +426.67 +521.67 -248.33
    """
    who = "won_amount_change"
    won, n = checks.successes(
        who, [won_before, won_after], [opportunities_before, opportunities_after]
    )
    amount = checks.numbers(who, "amount", [amount_before, amount_after])
    if np.isnan(np.concatenate([won, n, amount])).any():
        raise KitError(
            f"{who}: counts and amounts must be known; leave out deals without an amount first."
        )
    if ((won == 0) & (amount != 0)).any():
        raise KitError(
            f"{who}: an amount won needs a won deal; got {amount[won == 0].max():g} of no deal."
        )
    rate, size = (a / np.where(b > 0, b, np.nan) for a, b in ((won, n), (amount, won)))
    (n0, n1), (r0, r1), (s0, s1) = n, np.nan_to_num(_carried(*rate)), np.nan_to_num(_carried(*size))
    effects = (
        _shapley(n0, n1, r0, r1, s0, s1),
        _shapley(r0, r1, n0, n1, s0, s1),
        _shapley(s0, s1, n0, n1, r0, r1),
    )
    return AmountChange(*map(float, (*amount, amount[1] - amount[0], *effects)))


def _carried(before, after):
    """Where a factor is unknown on one side it is taken from the other."""
    before, after = np.asarray(before), np.asarray(after)
    return np.where(np.isnan(before), after, before), np.where(np.isnan(after), before, after)


def _shapley(x0, x1, y0, y1, z0, z1):
    return (x1 - x0) * ((y0 * z0 + y1 * z1) / 3 + (y0 * z1 + y1 * z0) / 6)
