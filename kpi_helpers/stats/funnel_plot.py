"""All partners' rates against their number of deals, with the limits chance would keep to."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.errors import KitError
from kpi_helpers.stats import reasons

WARNING, ALARM = 1.96, 3.09  # standard errors: 95 % and 99.8 %
WINSORISED = 0.1  # of the partners at either end


@dataclass(frozen=True)
class Funnel:
    """`points`: a row per partner with rate, limits, place; `centre`: all partners' rate; `phi`:
    overdispersion."""

    points: pd.DataFrame
    centre: float | None
    phi: float | None
    reason: str | None = None


def funnel_limits(n, centre: float, *, phi: float = 1.0) -> pd.DataFrame:
    """The limits of a rate that chance explains, by number of deals; neither direction is
    better.

    centre ± z sqrt(phi centre (1 - centre) / n), z = 1.96 and 3.09, cut to 0..1.

    Parameters
    ----------
    n : array-like
        Numbers of deals.
    centre : float
        The rate of all together, in 0..1.
    phi : float
        How much wider than chance, 1 or more (`overdispersion`).

    Returns
    -------
    DataFrame
        Numbers of deals in; out n, low_95, high_95, low_998, high_998. n = 0 gives NaN.

    Raises
    ------
    KitError
        For a centre outside 0..1 or phi below 1.

    Notes
    -----
    It misleads below some 10 deals, where the normal approximation is rough. Source: Spiegelhalter
    2005.

    Examples
    --------
    >>> funnel_limits([100], 0.5).round(3).values.tolist()
    [[100.0, 0.402, 0.598, 0.346, 0.654]]
    """
    n = np.atleast_1d(checks.not_negative("funnel_limits", "n", n))
    if not 0 <= centre <= 1 or not phi >= 1:
        raise KitError(
            f"funnel_limits: centre must lie in 0..1 and phi be 1 or more; got {centre!r} and "
            f"{phi!r}."
        )
    error = np.sqrt(phi * centre * (1 - centre) / np.where(n > 0, n, np.nan))
    limits = {"n": n}
    for name, z in (("95", WARNING), ("998", ALARM)):
        limits |= {
            f"low_{name}": np.clip(centre - z * error, 0, 1),
            f"high_{name}": np.clip(centre + z * error, 0, 1),
        }
    return pd.DataFrame(limits)


def overdispersion(k, n, centre: float) -> float:
    """How much more partners differ than chance would have it, phi; 1 is no more, higher makes
    wider limits.

    phi = mean z², z = (k/n - centre) / sqrt(centre (1 - centre) / n), each z drawn in to the 10th
    and 90th percentile; never below 1.

    Parameters
    ----------
    k : array-like
        Wins, a count for each partner or row.
    n : array-like
        Deals, a count for each partner or row.
    centre : float
        The rate of all together, in 0..1.

    Returns
    -------
    float
        Counts per partner in; those without deals do not count; none, or a centre of 0 or 1, give
        1.

    Raises
    ------
    KitError
        For k > n.

    Notes
    -----
    It misleads when most partners truly differ: then it hides them. Source: Spiegelhalter 2005.

    Examples
    --------
    >>> round(overdispersion([10, 90, 20, 80, 50, 50], [100] * 6, 0.5), 2)
    28.33
    """
    k, n = checks.successes("overdispersion", k, n)
    k, n = k[n > 0], n[n > 0]
    if not len(n) or centre in (0, 1):
        return 1.0
    z = (k / n - centre) / np.sqrt(centre * (1 - centre) / n)
    z = np.clip(z, *np.quantile(z, (WINSORISED, 1 - WINSORISED)))
    return max(1.0, float((z**2).mean()))


def funnel(partners, k, n, *, overdispersed: bool = False) -> Funnel:
    """Which partners' rates lie outside what chance explains, given their number of deals; above
    is better.

    Centre sum(k) / sum(n), limits as `funnel_limits`, with `overdispersed` widened by
    `overdispersion`. Silent with fewer than 5 partners with deals.

    Parameters
    ----------
    partners : array-like of str
        Names, one for each of `k` and `n`.
    k : array-like
        Wins, a count for each partner or row.
    n : array-like
        Deals, a count for each partner or row.
    overdispersed : bool
        Widen the limits by `overdispersion`.

    Returns
    -------
    Funnel
        Partners with k of n in, a Funnel out; place is "within", "above", "below" (95 %), "far
        above" or "far below" (99.8 %), null without deals.

    Raises
    ------
    KitError
        For k > n.

    Notes
    -----
    It misleads where partners' deals are not of one kind: compare with `fair_comparison`. Source:
    Spiegelhalter 2005.

    Examples
    --------
    >>> funnel(list("ABCDE"), [20, 22, 18, 40, 0], [100, 100, 100, 100, 0]).reason
    'fewer than 5 partners'
    >>> funnel(list("ABCDE"), [20, 22, 18, 40, 20], [100] * 5).points.place.tolist()
    ['within', 'within', 'within', 'far above', 'within']
    """
    k, n = checks.successes("funnel", k, n)
    checks.same_length("funnel", partners=partners, k=k)
    points = pd.DataFrame({"partner": np.asarray(partners, dtype=object), "k": k, "n": n})
    points["rate"] = points["k"] / points["n"].where(points["n"] > 0)
    dealing = points["rate"].notna()
    if dealing.sum() < 5:
        return Funnel(points, None, None, reasons.TOO_FEW_PARTNERS_5)
    centre = float(points.loc[dealing, "k"].sum() / points.loc[dealing, "n"].sum())
    phi = overdispersion(k, n, centre) if overdispersed else 1.0
    points = points.join(funnel_limits(points["n"], centre, phi=phi).drop(columns="n"))
    rate, steps = points["rate"], ("far above", "above", "far below", "below")
    outside = [
        rate > points["high_998"],
        rate > points["high_95"],
        rate < points["low_998"],
        rate < points["low_95"],
    ]
    points["place"] = pd.array(
        pd.Series(np.select(outside, steps, "within"), points.index).where(dealing), dtype="str"
    )
    return Funnel(points, centre, phi)
