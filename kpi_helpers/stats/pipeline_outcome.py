"""What the open pipeline may bring: its whole distribution, exact for a few deals and simulated for
many."""

from dataclasses import dataclass

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import KitError, nearest_names

EXACT = 12  # deals; 2 to the 12th outcomes are listed one by one
NODES = 64  # of the shared shock, where the listing is exact
ROUNDING = 1e-12  # probabilities that differ by less are equal


@dataclass(frozen=True)
class Outcome:
    """A distribution of money: `values` ascending, their `chances`, and whether these are exact or
    simulated."""

    values: np.ndarray
    chances: np.ndarray
    n: int
    unpriced: int
    method: str

    @property
    def mean(self) -> float:
        return float(self.values @ self.chances)

    @property
    def sd(self) -> float:
        return float(np.sqrt((self.values - self.mean) ** 2 @ self.chances))

    def quantile(self, q: float) -> float:
        """The smallest value reached or undercut with probability q: quantile(.1) is P10."""
        below = np.cumsum(self.chances)
        return float(self.values[min(int(np.searchsorted(below, q - ROUNDING)), len(below) - 1)])

    def at_least(self, value: float) -> float:
        """The chance that the pipeline brings `value` or more."""
        return float(min(1.0, self.chances[self.values >= value - 1e-6].sum()))


@nearest_names
def outcome(
    amounts, probabilities, *, shock: float = 0.0, seed: int = 0, draws: int = 20_000
) -> Outcome:
    """What the open deals may bring altogether, each won whole with its own probability; more is
    better.

    Exact up to 12 deals: all 2^n outcomes with the product of their chances. Above, a seeded Monte
    Carlo of `draws`. `shock` in [0, 1) is the correlation of a shared good or bad period (Gaussian
    copula): it widens the distribution and leaves each probability as it is. Deals without an
    amount are left out and counted as unpriced; no deals bring 0 for certain.

    Parameters
    ----------
    amounts : array-like
        Amounts of open deals, in money; nulls are counted as unpriced.
    probabilities : array-like
        The chance of each, in 0..1.
    shock : float
        Correlation of a shared good or bad period, in [0, 1).
    seed : int
        The same seed gives the same answer.
    draws : int
        How many are drawn.

    Returns
    -------
    Outcome
        Amounts in money and probabilities in 0..1 in, an Outcome in money out.

    Raises
    ------
    KitError
        For unknown probabilities or ones outside 0..1.

    Notes
    -----
    It misleads when the probabilities are hopes, and at shock 0 it is too narrow when deals rise
    and fall together. Source: Vasicek 2002 for the shared shock.

    Examples
    --------
    >>> pipeline = outcome([1000, 2000, 5000], [0.2, 0.5, 0.8])
    >>> (
    ...     round(pipeline.mean, 2),
    ...     round(pipeline.sd, 2),
    ...     [pipeline.quantile(q) for q in (0.1, 0.5, 0.9)],
    ... )
    (5200.0, 2271.56, [1000.0, 5000.0, 7000.0])
    >>> round(pipeline.at_least(6000), 2)
    0.48
    """
    amounts = checks.numbers("outcome", "amounts", amounts).ravel()
    p = checks.not_negative("outcome", "probabilities", probabilities).ravel()
    checks.same_length("outcome", amounts=amounts, probabilities=p)
    priced = ~np.isnan(amounts)
    if np.isnan(p[priced]).any():
        raise KitError(
            f"outcome: {int(np.isnan(p[priced]).sum())} deals have no probability; fill it from "
            f"history or stage."
        )
    if (p > 1).any():
        raise KitError(
            f"outcome: probabilities must lie in 0..1 (50 % is 0.5); the largest is "
            f"{np.nanmax(p):g}."
        )
    if not 0 <= shock < 1:
        raise KitError(f"outcome: shock must lie in [0, 1); got {shock!r}.")
    order = np.lexsort((p[priced], amounts[priced]))  # so that row order does not matter
    money, p = amounts[priced][order], p[priced][order]
    if len(p) <= EXACT:
        sums, chances, method = _listing(money), _chances(p, shock), "exact"
    else:
        sums, chances, method = (
            _simulated(money, p, shock, seed, draws),
            np.full(draws, 1 / draws),
            "simulated",
        )
    values, where = np.unique(np.round(sums, 6), return_inverse=True)
    return Outcome(
        values, np.bincount(where, weights=chances), len(p), int((~priced).sum()), method
    )


def draw_wins(probabilities, *, shock: float = 0.0, seed: int = 0, draws: int = 2000) -> np.ndarray:
    """Which of the deals are won in each of so many draws; neither direction is better.

    The draws that `outcome` sums up, for what several sums have to be told of the same deals.

    Parameters
    ----------
    probabilities : array-like
        The chance of each, in 0..1.
    shock : float
        Correlation of a shared good or bad period, in [0, 1).
    seed : int
        The same seed gives the same answer.
    draws : int
        How many are drawn.

    Returns
    -------
    array of bool
        A row for each draw, a column for each deal; no deals, no columns.

    Raises
    ------
    KitError
        For unknown probabilities and negative ones.

    Notes
    -----
    It misleads as `outcome` does. Source: Vasicek 2002 for the shared shock.

    Examples
    --------
    >>> draw_wins([0.0, 1.0], draws=3).tolist()
    [[False, True], [False, True], [False, True]]
    """
    p = checks.not_negative("draw_wins", "probabilities", probabilities).ravel()
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((draws, 1))
    return rng.random((draws, len(p))) < _given_shock(p, z, shock)


def _listing(money):
    sums = np.zeros(1)
    for amount in money:
        sums = np.concatenate([sums, sums + amount])
    return sums


def _chances(p, shock):
    """Chances of the outcomes in the order of `_listing`, averaged over the shared shock."""
    nodes, weights = (
        np.polynomial.hermite_e.hermegauss(NODES) if shock else (np.zeros(1), np.ones(1))
    )
    total = 0.0
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        chances = np.ones(1)
        for chance in _given_shock(p, node, shock):
            chances = np.concatenate([chances * (1 - chance), chances * chance])
        total = total + weight * chances
    return total


def _given_shock(p, z, shock):
    if not shock:
        return p
    from scipy.special import ndtr, ndtri

    return ndtr((ndtri(p) + np.sqrt(shock) * z) / np.sqrt(1 - shock))


def _simulated(money, p, shock, seed, draws):
    rng, sums = np.random.default_rng(seed), np.zeros(draws)
    z = rng.standard_normal(draws)
    for amount, chance in zip(money, p, strict=True):
        sums += amount * (rng.random(draws) < _given_shock(chance, z, shock))
    return sums
