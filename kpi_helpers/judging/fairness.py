"""Comparing like with like: what a partner won against what its peers would have won on the same
deals."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.stats import reasons
from kpi_helpers.stats.intervals import poisson

CELL = ("region", "size_band", "season", "product")  # in the order in which they are shrunk
PULL = 10  # deals at the overall rate added to each cell
ENOUGH = 5  # expected wins that a verdict needs


def expected(trials: pd.DataFrame, *, cell=CELL, pull: float = PULL) -> pd.DataFrame:
    """What each partner would have won, its deals gone as its peers' in the same circumstances;
    no direction is better.

    E = the sum of `expected_each` over the partner's deals. Indirect standardisation; pull as in
    additive smoothing.

    Parameters
    ----------
    trials : DataFrame
        Closed deals as `closed_trials` gives them: partner, won and the columns of their
        circumstances.
    cell : tuple of str
        Circumstances that peers must share, the most important first.
    pull : float
        How many deals the wider circumstance weighs in a thinner one.

    Returns
    -------
    DataFrame
        Trials (partner, won, columns of `cell`) in; out by partner: n, observed, expected; NaN
        without peers. Empty in, empty out.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads where a cell belongs to one partner: then it says the rate of the wider one.

    Examples
    --------
    >>> trials = pd.DataFrame(
    ...     {"partner": list("AABBBB"), "won": [1, 1, 1, 0, 0, 1], "season": ["Q1"] * 6}
    ... )
    >>> expected(trials, pull=0).expected.tolist()
    [1.0, 4.0]
    """
    each = expected_each(trials, cell=cell, pull=pull)
    partner = trials.assign(won=trials["won"].astype(float), each=each).groupby(
        "partner", observed=True
    )
    out = partner["won"].agg(["size", "sum"]).astype(int).set_axis(["n", "observed"], axis=1)
    out["expected"] = partner["each"].sum(min_count=1)
    return out


def expected_each(trials: pd.DataFrame, *, cell=CELL, pull: float = PULL) -> np.ndarray:
    """The chance of each closed deal, had a peer had it; neither direction is better.

    From p, the other partners' overall rate, narrowed by one circumstance of `cell` after the
    other: p becomes (k + pull p) / (n + pull), k wins of n deals that the others closed in the same
    region, then region and size, and so on. So a thin cell says the rate of the wider one, not that
    of all. Circumstances that are not there are not compared, blanks are one of their own.

    Parameters
    ----------
    trials : DataFrame
        Closed deals as `closed_trials` gives them: partner, won and the columns of their
        circumstances.
    cell : tuple of str
        Circumstances that peers must share, the most important first.
    pull : float
        How many deals the wider circumstance weighs in a thinner one.

    Returns
    -------
    array
        Trials in, shares in 0..1 in their order out; NaN without peers.
    """
    checks.columns("expected", trials, ("partner", "won"))
    won = checks.not_negative("expected", "won", trials["won"])
    table = pd.DataFrame({"won": won, "n": 1.0, "partner": _codes(trials["partner"])})
    others = table[["won", "n"]].sum() - table.groupby("partner")[["won", "n"]].transform("sum")
    rate = others["won"] / others["n"].where(others["n"] > 0)
    inside = pd.Series(0, index=table.index)
    for name in cell:
        if name not in trials.columns:
            continue
        inside = pd.Series(_codes(inside * len(table) + _codes(trials[name])), index=table.index)
        own = table[["won", "n"]].groupby([inside, table["partner"]]).transform("sum")
        peers = table[["won", "n"]].groupby(inside).transform("sum") - own
        with np.errstate(divide="ignore", invalid="ignore"):
            narrowed = (peers["won"] + pull * rate) / (peers["n"] + pull)
        # Without pull a cell that nobody else has still says the wider rate.
        rate = narrowed.where(peers["n"] + pull > 0, rate)
    return rate.to_numpy()


def _codes(values) -> np.ndarray:
    return pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)


def observed_expected(
    observed, expected, *, overall=None, confidence: float = 0.95
) -> pd.DataFrame:
    """How a partner did against its peers on the same kind of deals: above 1 is more than
    expected; higher is better.

    ratio = observed / expected, interval exact Poisson of observed / expected, adjusted = ratio x
    overall rate (0..1, cut at 1), p the two-sided Poisson probability. The verdict is "above" or
    "below" where the interval leaves 1 out; fewer than 5 expected wins, or an interval around 1,
    give none and the reason. Nothing expected gives null.

    Parameters
    ----------
    observed : array-like
        Wins of each partner.
    expected : array-like
        Wins expected of each.
    overall : float, optional
        The rate of all, in 0..1, for the adjusted one.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        Arrays of partners in, a row each out: observed, expected, ratio, low, high, adjusted, p,
        verdict, reason.

    Raises
    ------
    KitError
        For negative numbers.

    Notes
    -----
    It misleads for what the cells do not hold, such as deal quality, and two ratios are not
    comparable with each other. Source: Garwood 1936; Breslow and Day 1987.

    Examples
    --------
    >>> observed_expected([11, 6], [12, 5], overall=0.4).round(3)[
    ...     ["ratio", "low", "high", "adjusted"]
    ... ].values.tolist()
    [[0.917, 0.458, 1.64, 0.367], [1.2, 0.44, 2.612, 0.48]]
    """
    from scipy.special import pdtr, pdtrc

    index = observed.index if isinstance(observed, pd.Series) else None
    o = checks.not_negative("observed_expected", "observed", observed)
    e = checks.not_negative("observed_expected", "expected", expected)
    o, e = (x.copy() for x in np.broadcast_arrays(np.atleast_1d(o), np.atleast_1d(e)))
    none = ~(e > 0)
    e[none] = np.nan
    low, high = poisson(o, confidence=confidence)
    table = pd.DataFrame(
        {"observed": o, "expected": e, "ratio": o / e, "low": low / e, "high": high / e},
        index=index,
    )
    table["adjusted"] = np.nan if overall is None else np.minimum(table["ratio"] * overall, 1.0)
    at_least = np.where(o > 0, pdtrc(np.maximum(o - 1, 0), e), 1.0)
    table["p"] = np.minimum(1.0, 2 * np.minimum(pdtr(o, e), at_least))
    apart = [table["low"] > 1, table["high"] < 1]
    silent = np.select([none, e < ENOUGH, ~(apart[0] | apart[1])], range(3), 3)
    said = np.array(
        [reasons.NO_PEERS, reasons.EXPECTED_BELOW_5, reasons.WITHIN_CHANCE, None], dtype=object
    )[silent]
    verdict = np.where(silent == 3, np.where(apart[0], "above", "below"), None)
    return table.assign(verdict=pd.array(verdict, dtype="str"), reason=pd.array(said, dtype="str"))


def fair_comparison(
    trials: pd.DataFrame, *, cell=CELL, pull: float = PULL, confidence: float = 0.95
) -> pd.DataFrame:
    """Every partner against what its peers would have won on its deals; a higher ratio and
    adjusted rate is better.

    `expected`, then `observed_expected` with the overall rate of all trials. Many partners are many
    tests: correct p by `benjamini_hochberg`.

    Parameters
    ----------
    trials : DataFrame
        Closed deals as `closed_trials` gives them: partner, won and the columns of their
        circumstances.
    cell : tuple of str
        Circumstances that peers must share, the most important first.
    pull : float
        How many deals the wider circumstance weighs in a thinner one.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        Trials in, as for `expected`; out by partner: n, then the columns of `observed_expected`.

    Examples
    --------
    >>> trials = pd.DataFrame(
    ...     {"partner": list("AABBBB"), "won": [1, 1, 1, 0, 0, 1], "season": ["Q1"] * 6}
    ... )
    >>> fair_comparison(trials).reason.unique().tolist()
    ['fewer than 5 wins expected']
    """
    table = expected(trials, cell=cell, pull=pull)
    overall = table["observed"].sum() / table["n"].sum() if len(table) else None
    compared = observed_expected(
        table["observed"], table["expected"], overall=overall, confidence=confidence
    )
    compared.insert(0, "n", table["n"])
    return compared
