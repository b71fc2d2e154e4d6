"""How sure a product is whose factors have intervals of their own."""

from typing import NamedTuple

import numpy as np

from kpi_helpers.errors import nearest_names


class Factor(NamedTuple):
    """A number with its interval, and the power that it has in the product."""

    value: float
    low: float
    high: float
    power: float = 1.0


@nearest_names
def product_interval(value: float, factors) -> tuple[float, float]:
    """Where the true product of independent positive factors plausibly lies; narrower means better
    known.

    The logarithm of each end is as far from that of `value` as the root of the squared distances
    of the factors' ends, each times its power (MOVER on logarithms).

    Parameters
    ----------
    value : float
        The product, in any unit.
    factors : sequence of Factor
        Each with its interval and power.

    Returns
    -------
    tuple[float, float]
        low and high in the product's unit; null for a product or a factor that is not above 0 and
        where an end is not known.

    Notes
    -----
    It misleads where factors move together. Source: Zou, Taleban and Huo 2009.

    Examples
    --------
    >>> low, high = product_interval(20.0, [Factor(4.0, 2.0, 8.0), Factor(5.0, 4.0, 6.0)])
    >>> print(f"{low:.2f} {high:.2f}")
    9.66 40.95
    """
    factors = [tuple(one) for one in factors if one.power]
    v, low, high, power = np.array(factors, dtype=float).reshape(-1, 4).T
    if not value > 0 or not (v > 0).all() or np.isnan([low, high]).any():
        return np.nan, np.nan
    with np.errstate(divide="ignore"):
        below, above = np.log(v / low), np.log(high / v)
    down = np.linalg.norm(np.where(power > 0, below, above) * power)
    up = np.linalg.norm(np.where(power > 0, above, below) * power)
    return float(value * np.exp(-down)), float(value * np.exp(up))
