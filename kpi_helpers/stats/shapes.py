"""How sure the mean or median of few skewed values is: by the shape that all groups share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names

DRAWS = 1000
MOST = (
    200  # values whose mean is drawn; above it the interval shrinks with the root of their number
)
FEWEST_FREE = 3  # degrees of freedom; below it a spread may be anything
WIDEST = 30.0  # logarithm of a factor; beyond it numbers end
STATISTICS: dict[str, Callable] = {"mean": np.mean, "median": np.median}


@dataclass(frozen=True)
class Shape:
    """How values lie around their group's own level: deviations of their logarithms, pooled over
    groups, and how many of them are free."""

    deviations: np.ndarray
    freedom: int
    seed: int = 0
    _ends: dict = field(default_factory=dict, compare=False, repr=False)

    def interval(self, values, statistic: str = "mean", *, confidence: float = 0.95):
        """Where the true mean or median behind positive values plausibly lies; narrower means
        better known.

        The statistic of n draws over its true value is as often this small and this large as among
        1,000 draws: from the pooled deviations, and from a log-normal of their spread, each draw's
        spread as uncertain as its degrees of freedom make it; the wider of the two. Above 200
        values its logarithm shrinks with the root of n.

        Parameters
        ----------
        values : array-like
            Positive numbers of one group, in any unit.
        statistic : str
            mean or median.
        confidence : float
            Of the interval, between 0 and 1.

        Returns
        -------
        tuple[float, float]
            low and high in the values' unit; null for no values, for one that is not positive, and
            where all pooled values are equal.

        Raises
        ------
        KitError
            For values that are not numbers.

        Notes
        -----
        It misleads for a group whose shape is another than that of all. Source: pivot of a scale
        family; for log-normal values Krishnamoorthy and Mathew 2003.

        Examples
        --------
        >>> shape = learn_shape([10, 20, 40, 100, 200, 400], list("aaabbb"))
        >>> low, high = shape.interval([10, 20, 40])
        >>> low < 10 < 23.3 < 60 < high
        True
        """
        values = checks.numbers("Shape.interval", "values", values).ravel()
        level = checks.confidence("Shape.interval", confidence)
        known = len(values) and (values > 0).all()
        if not known or self.freedom < FEWEST_FREE or not self.deviations.any():
            return np.nan, np.nan
        below, above = self._around(len(values), statistic, level)
        value = STATISTICS[statistic](values)
        return float(value / above), float(value / below)

    def _around(self, n, statistic, level):
        """How far below and above the true value a statistic of n values may lie, as factors."""
        if n > MOST:
            ends = np.array(self._around(MOST, statistic, level))
            return tuple(ends ** np.sqrt(MOST / n))
        key = n, statistic, level
        if key not in self._ends:
            tails = (1 - level) / 2, (1 + level) / 2
            both = [np.quantile(drawn(n), tails) for drawn in self._pivots[statistic]]
            self._ends[key] = min(low for low, _ in both), max(high for _, high in both)
        return self._ends[key]

    @cached_property
    def _pivots(self):
        """For each statistic how it is drawn, by the pool and by the log-normal."""
        rng = np.random.default_rng(self.seed)
        spread = np.sqrt(self.freedom / rng.chisquare(self.freedom, (DRAWS, 1)))
        sd = np.sqrt((self.deviations**2).mean())
        spread = np.minimum(spread, WIDEST / np.abs(self.deviations).max())
        pool = np.sort(self.deviations)
        if len(pool) > MOST:  # its quantiles stand for it
            pool = np.quantile(pool, (np.arange(MOST) + 0.5) / MOST)
        picked = pool[rng.integers(0, len(pool), (DRAWS, MOST))]
        drawn = (
            (picked * spread, np.exp(pool * spread).mean(axis=1), np.median(pool)),
            (
                rng.standard_normal((DRAWS, MOST)) * sd * spread,
                np.exp((sd * spread[:, 0]) ** 2 / 2),
                0.0,
            ),
        )
        return {
            "mean": [_means(np.exp(logs), truth) for logs, truth, _ in drawn],
            "median": [_medians(logs - middle * spread) for logs, _, middle in drawn],
        }


def _means(draws, truth):
    running = draws.cumsum(axis=1) / truth[:, None]
    return lambda n: running[:, n - 1] / n


def _medians(logs):
    return lambda n: np.exp(np.median(logs[:, :n], axis=1))


@nearest_names
def learn_shape(values, groups, *, seed: int = 0) -> Shape:
    """The shape that positive values of all groups share, each around its own group's level.

    Deviations of the logarithms from their group's mean, times the root of n/(n - 1), so that few
    values do not look alike because their mean is their own.

    Parameters
    ----------
    values : array-like
        Numbers in any unit; those not above 0 are left out.
    groups : array-like
        Whose each is.
    seed : int
        The same seed gives the same intervals.

    Returns
    -------
    Shape
        Without deviations where no group has two values.

    Raises
    ------
    KitError
        For arrays of different lengths.

    Notes
    -----
    It misleads where groups truly differ in shape and not only in level.

    Examples
    --------
    >>> shape = learn_shape([1, 4, 10, 40, 7], list("aabbc"))
    >>> shape.deviations.round(3).tolist(), shape.freedom
    ([-0.98, -0.98, 0.98, 0.98], 2)
    """
    values = checks.numbers("learn_shape", "values", values).ravel()
    groups = np.asarray(groups, dtype=object).ravel()
    checks.same_length("learn_shape", values=values, groups=groups)
    known = values > 0
    logs = np.log(values[known])
    _, at, n = np.unique(groups[known].astype(str), return_inverse=True, return_counts=True)
    mean = np.bincount(at, logs, len(n)) / n
    several = n[at] > 1
    size = n[at][several]
    deviations = (logs - mean[at])[several] * np.sqrt(size / (size - 1))
    return Shape(np.sort(deviations.round(12)), int((n[n > 1] - 1).sum()), seed)
