"""How much more than chance counts and rates of one group vary from period to period."""

import numpy as np

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names


@nearest_names
def count_dispersion(counts) -> float:
    """By how much the counts of a group scatter beyond Poisson's: 0 is chance alone.

    Counts of mean m vary by m + a m²; a is the sum over neighbouring periods of
    (k - k')²/2 - (k + k')/2, divided by the sum of k k', never below 0. Neighbours are compared and
    not all periods with their mean, so that growth is not taken for scatter. A group's periods
    before its first count do not matter.

    Parameters
    ----------
    counts : array-like of shape (groups, periods)
        Counts in the order of time.

    Returns
    -------
    float
        0 or more; 0 where nothing can be learned.

    Raises
    ------
    KitError
        For negative counts.

    Notes
    -----
    It misleads upwards where neighbouring periods truly differ, as seasons do, and downwards where
    good and bad luck lasts for several periods. Source: moments of the negative binomial (Anscombe
    1950), with von Neumann's differences (1941).

    Examples
    --------
    >>> count_dispersion([[10, 10, 10, 10]]), round(count_dispersion([[5, 15, 5, 15]]), 3)
    (0.0, 0.533)
    """
    k = np.atleast_2d(checks.not_negative("count_dispersion", "counts", counts))
    now, then = k[:, 1:], k[:, :-1]
    begun = k.cumsum(axis=1)[:, :-1] > 0
    beyond = ((now - then) ** 2 - now - then)[begun].sum() / 2
    squared = (now * then)[begun].sum()
    return max(0.0, float(beyond / squared)) if squared > 0 else 0.0


@nearest_names
def rate_dispersion(won, decided) -> float:
    """How alike deals of one group and period end beyond chance, a correlation: 0 is chance alone.

    A rate p of n deals varies by p (1 - p) (1 + (n - 1) r) / n. For neighbouring periods the
    squared difference less what chance gives, v (1/n + 1/n'), over v (2 - 1/n - 1/n'), with
    v = (p (1 - p') + p' (1 - p)) / 2 and each pair weighing n n' / (n + n'); never below 0.

    Parameters
    ----------
    won : array-like of shape (groups, periods)
        Deals won, in the order of time.
    decided : array-like of the same shape
        Deals decided.

    Returns
    -------
    float
        0 to 1; 0 where nothing can be learned.

    Raises
    ------
    KitError
        For more won than decided.

    Notes
    -----
    It misleads as `count_dispersion` does. Source: moments of the beta-binomial (Kleinman 1973),
    with differences of neighbours.

    Examples
    --------
    >>> rate_dispersion([[5, 5, 5]], [[10, 10, 10]])
    0.0
    >>> round(rate_dispersion([[2, 8, 2, 8]], [[10, 10, 10, 10]]), 2)
    0.48
    """
    k, n = (np.atleast_2d(x) for x in checks.successes("rate_dispersion", won, decided))
    both = (n[:, 1:] > 0) & (n[:, :-1] > 0)
    (k1, n1), (k2, n2) = (k[:, 1:][both], n[:, 1:][both]), (k[:, :-1][both], n[:, :-1][both])
    p1, p2, few = k1 / n1, k2 / n2, 1 / n1 + 1 / n2
    chance = (p1 * (1 - p2) + p2 * (1 - p1)) / 2
    weight = 1 / few
    beyond = (weight * ((p1 - p2) ** 2 - chance * few)).sum()
    whole = (weight * chance * (2 - few)).sum()
    return float(np.clip(beyond / whole, 0.0, 1.0)) if whole > 0 else 0.0
