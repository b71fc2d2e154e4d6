"""Common random numbers: the same luck for a baseline and every scenario, so that their difference
is no noise.

Each open deal has its own uniform draws, by its id, and is won where they fall under its chance;
each stream of deals to come has its own arrivals, by its name, and counts those before its rate. So
a higher chance or rate never loses a win in any draw, and where nothing changes nothing moves.
"""

from functools import cache, lru_cache
from zlib import crc32

import numpy as np

from kpi_helpers.judging.forecasting import COMMON

BLOCK = 32  # arrivals drawn at a time


class Draws:
    """`n` seeded draws; `shock` correlates the outcomes of one partner, and COMMON of it those of
    all partners.

    Nothing of it depends on the order of deals or on what was asked before: what is kept only saves
    time.
    """

    def __init__(self, seed: int, n: int, shock: float) -> None:
        self.seed, self.n, self.shock = seed, n, shock
        self.luck = lru_cache(maxsize=2)(self._luck)  # tens of megabytes for a portfolio
        self.period, self.stream = cache(self._period), cache(self._stream)
        self.lift = cache(self._lift)

    def rng(self, *key: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, *(crc32(part.encode()) for part in key)])

    def _period(self, partner: str) -> np.ndarray:
        """How good a period this partner has in each draw: standard normals that share a part with
        all partners'."""
        own, shared = (self.rng("period", name).standard_normal(self.n) for name in (partner, ""))
        return np.sqrt(1 - COMMON) * own + np.sqrt(COMMON) * shared

    def _luck(self, deals: tuple[tuple[str, str], ...]) -> np.ndarray:
        """Uniform draws of each (deal, partner), one row a deal; low is lucky."""
        from scipy.special import ndtr

        luck = np.empty((len(deals), self.n), dtype=np.float32)
        for row, (deal, partner) in zip(luck, deals, strict=True):
            own = self.rng("deal", deal).standard_normal(self.n)
            row[:] = ndtr(
                np.sqrt(1 - self.shock) * own - np.sqrt(self.shock) * self.period(partner)
            )
        return luck

    def _lift(self, parts: tuple[tuple[str, float], ...], middle: float) -> np.ndarray:
        """What the partners' good and bad periods do to a rate; `parts` are their shares of it, the
        mean is 1."""
        from scipy.special import ndtr, ndtri

        if not self.shock:
            return np.ones(self.n)
        middle = np.clip(middle, 1e-9, 1 - 1e-9)
        spread = np.sqrt(1 - self.shock)
        return sum(
            share
            * ndtr((ndtri(middle) + np.sqrt(self.shock) * self.period(partner)) / spread)
            / middle
            for partner, share in parts
        )

    def _stream(self, name: str) -> "Stream":
        return Stream(self, name)


class Stream:
    """Deals that arrive one after the other in each draw, each with a place in the distribution of
    sizes."""

    def __init__(self, draws: Draws, name: str) -> None:
        self.draws, self.name = draws, name
        self.arrivals = np.zeros((draws.n, 0), dtype=np.float32)
        self.places = np.zeros((draws.n, 0), dtype=np.float32)
        self._sums: tuple[bytes, np.ndarray] = (b"", np.zeros((draws.n, 1)))

    def pace(self, rests_on: int) -> np.ndarray:
        """How far the true rate may lie from the one that so many deals show: Gamma, mean 1."""
        shape = rests_on + 0.5
        return self.draws.rng("pace", self.name).standard_gamma(shape, self.draws.n) / shape

    def arrived(self, rate: np.ndarray) -> np.ndarray:
        """How many have arrived in each draw by the time `rate`: Poisson with that mean."""
        while not self.arrivals.shape[1] or (self.arrivals[:, -1] <= rate).any():
            rng = self.draws.rng("stream", self.name, str(self.arrivals.shape[1]))
            gaps = rng.standard_exponential((self.draws.n, BLOCK), dtype=np.float32)
            gaps[:, 0] += self.arrivals[:, -1] if self.arrivals.shape[1] else 0
            self.arrivals = np.hstack([self.arrivals, np.cumsum(gaps, axis=1, dtype=np.float32)])
            self.places = np.hstack(
                [self.places, rng.random((self.draws.n, BLOCK), dtype=np.float32)]
            )
        return (self.arrivals < rate[:, None].astype(np.float32)).sum(axis=1)

    def worth(self, number: np.ndarray, amounts: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """What the first `number` of them are worth, each as large as one of `amounts` drawn by
        weight."""
        share = weights / weights.sum()
        mean = float(amounts @ share)
        if mean == 0:
            return np.zeros(self.draws.n)
        order = np.argsort(amounts, kind="stable")
        # Sizes in units of their mean: rescaled sizes and rates need no new sums.
        shape, below = np.round(amounts[order] / mean, 9), np.round(np.cumsum(share[order]), 9)
        key = shape.tobytes() + below.tobytes() + bytes(str(self.places.shape[1]), "ascii")
        if key != self._sums[0]:
            at = np.minimum(np.searchsorted(below, self.places, side="right"), len(shape) - 1)
            sums = np.zeros((self.draws.n, self.places.shape[1] + 1))
            np.cumsum(shape[at], axis=1, out=sums[:, 1:])
            self._sums = key, sums
        return mean * self._sums[1][np.arange(self.draws.n), number]
