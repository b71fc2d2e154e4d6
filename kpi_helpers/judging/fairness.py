"""Comparing like with like: what a partner won against what its peers would have won on the same
deals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats import reasons
from kpi_helpers.stats.intervals import poisson

CELL = ("region", "size_band", "season", "product")  # in the order in which they are shrunk
PULL = 10  # deals at the overall rate added to each cell
ENOUGH = 5  # expected wins that a verdict needs
SURE = 0.05
OUTER, CAPPED = 0.2, 0.6787  # years that are capped; the mean square of a normal capped so
MOST_LUCK = 4.0
YEAR, NEARLY = 365.25, 1 / 12  # days; how much a whole year may lack


@dataclass(frozen=True)
class Luck:
    """How much more than chance a partner's years differ: the variance of their log odds, and on
    how many degrees of freedom that rests."""

    variance: float = 0.0
    freedom: float | None = None


NO_LUCK = Luck()


@nearest_names
def expected(trials: pd.DataFrame, *, cell=CELL, pull: float = PULL) -> pd.DataFrame:
    """What each partner would have won, had its deals gone as its peers' do in the same
    circumstances; no direction is better.

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
        Trials (partner, won, columns of `cell`) in; out by partner: n, observed, expected, and
        chance, the variance of wins with the chances expected; NaN without peers. Empty in, empty
        out.

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
    each = trials[["partner"]].assign(
        won=trials["won"].astype(float), expected=each, chance=each * (1 - each)
    )
    partner = each.groupby("partner", observed=True)
    out = partner["won"].agg(["size", "sum"]).astype(int).set_axis(["n", "observed"], axis=1)
    return out.join(partner[["expected", "chance"]].sum(min_count=1))


@nearest_names
def expected_each(trials: pd.DataFrame, *, cell=CELL, pull: float = PULL) -> np.ndarray:
    """The chance that each closed deal would have had with a peer; neither direction is better.

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

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.judging.trials import closed_trials
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": [f"D{i}" for i in range(200)],
    ...         "partner": ["Ada", "Bora"] * 100,
    ...         "status": (["won"] * 3 + ["lost"] * 5) * 25,
    ...         "amount": 100.0,
    ...         "created_on": pd.date_range("2025-01-01", periods=200),
    ...     }
    ... )
    >>> deals["closed_on"] = deals["created_on"] + pd.Timedelta(days=30)
    >>> chances = expected_each(closed_trials(deals, "2025-07-31"))
    >>> chances.min() > 0, chances.max() < 1
    (np.True_, np.True_)
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
    return _ripened(rate.to_numpy(), trials)


def _ripened(rate, trials):
    if "ripeness" not in trials.columns:
        return rate
    ripe = trials["ripeness"].astype(float)
    own = ripe.groupby(trials["partner"], observed=True).transform("sum")
    n = ripe.groupby(trials["partner"], observed=True).transform("size")
    with np.errstate(divide="ignore", invalid="ignore"):
        riper = ripe - (ripe.sum() - own) / (len(ripe) - n)
        return 1 / (1 + (1 / rate - 1) * np.exp(-riper.to_numpy()))


def _codes(values) -> np.ndarray:
    return pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)


@nearest_names
def observed_expected(
    observed, expected, *, overall=None, error=None, freedom=None, confidence: float = 0.95
) -> pd.DataFrame:
    """How a partner did against its peers on the same kind of deals: above 1 is more than
    expected; higher is better.

    ratio = observed / expected, interval exact Poisson of observed / expected, adjusted = ratio x
    overall rate (0..1, cut at 1). p is the two-sided Poisson probability; with an `error` that of
    Student's t of (|observed - expected| - 1/2) / error, for wins of deals scatter less than
    Poisson's counts and lucky years more. The verdict is "above" or "below" where p is under 5 %;
    fewer than 5 expected wins, or a larger p, give none and the reason. Nothing expected gives
    null.

    Parameters
    ----------
    observed : array-like
        Wins of each partner.
    expected : array-like
        Wins expected of each.
    overall : float, optional
        The rate of all, in 0..1, for the adjusted one.
    error : array-like, optional
        The standard error of each partner's observed less expected.
    freedom : float, optional
        The degrees of freedom on which the errors rest; unset, they are known.
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
    table["p"] = _poisson_p(o, e) if error is None else _student_p(o - e, error, freedom)
    silent = np.select([none, e < ENOUGH, ~(table["p"] < SURE)], range(3), 3)
    said = np.array(
        [reasons.NO_PEERS, reasons.EXPECTED_BELOW_5, reasons.WITHIN_CHANCE, None], dtype=object
    )[silent]
    verdict = np.where(silent == 3, np.where(o > e, "above", "below"), None)
    return table.assign(verdict=pd.array(verdict, dtype="str"), reason=pd.array(said, dtype="str"))


def _poisson_p(o, e):
    from scipy.special import pdtr, pdtrc

    at_least = np.where(o > 0, pdtrc(np.maximum(o - 1, 0), e), 1.0)
    return np.minimum(1.0, 2 * np.minimum(pdtr(o, e), at_least))


def _student_p(away, error, freedom):
    from scipy.special import ndtr, stdtr

    away = np.maximum(np.abs(away) - 0.5, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = -away / np.asarray(error, dtype=float)
    return 2 * (ndtr(t) if freedom is None else stdtr(freedom, t))


@nearest_names
def learn_luck(trials: pd.DataFrame, as_of, *, cell=CELL, pull: float = PULL) -> Luck:
    """How much more than chance partners' years differ from their own long run, beyond what their
    deals explain.

    Of a partner's wins less expected in a year, d, and the variance that chance gives, v, the part
    that its own level explains, v sum(d) / sum(v), is taken out. The answer is the u at which what
    is left scatters as v + u v² would have it; the outer fifth of all years is capped, so that a
    few partners that truly changed do not pass for luck. Years end on `as_of`'s day; the first, if
    it is not whole, is left out.

    Parameters
    ----------
    trials : DataFrame
        Closed deals of all years as `closed_trials` gives them: partner, won, on.
    as_of : date or str
        The last day.
    cell : tuple of str
        Circumstances that peers must share, the most important first.
    pull : float
        How many deals the wider circumstance weighs in a thinner one.

    Returns
    -------
    Luck
        No variance, known for sure, where no partner has two whole years.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads upwards where partners truly rose or fell: fewer verdicts are given then. Source:
    Paule and Mandel 1982, winsorised after Spiegelhalter 2005.

    Examples
    --------
    >>> learn_luck(pd.DataFrame({"partner": ["A"], "won": [1], "on": ["2025-01-01"]}), "2025-12-31")
    Luck(variance=0.0, freedom=None)
    """
    checks.columns("learn_luck", trials, ("partner", "won", "on"))
    back = (pd.Timestamp(as_of) - pd.to_datetime(trials["on"])).dt.days / YEAR
    p = expected_each(trials, cell=cell, pull=pull)
    each = trials[["partner"]].assign(
        year=np.floor(back), d=trials["won"].astype(float) - p, v=p * (1 - p)
    )
    each = each[each["year"] < np.floor(back.max() + NEARLY)]
    years = each.groupby(["partner", "year"], observed=True)[["d", "v"]].sum().reset_index()
    own = years.groupby("partner", observed=True)
    years = years[own["v"].transform("size") > 1]
    own = years.groupby("partner", observed=True)
    share = years["v"] / own["v"].transform("sum")
    left = years["d"] - share * own["d"].transform("sum")
    squares = (share**2).groupby(years["partner"], observed=True).transform("sum")
    chance, lucky = years["v"] * (1 - share), years["v"] ** 2 * (1 - 2 * share + squares)
    known = chance > 0
    if not known.any():
        return NO_LUCK
    left, chance, lucky = (x[known].to_numpy() for x in (left, chance, lucky))

    def beyond(variance):
        """By how much the years scatter more than chance and this luck have them."""
        away = left**2 / (chance + variance * lucky)
        return np.minimum(away, np.quantile(away, 1 - OUTER)).mean() - CAPPED

    freedom = float(len(years) - own.ngroups)
    if beyond(0.0) <= 0:
        return Luck(0.0, freedom)
    from scipy.optimize import brentq

    return Luck(
        float(brentq(beyond, 0.0, MOST_LUCK)) if beyond(MOST_LUCK) < 0 else MOST_LUCK, freedom
    )


@nearest_names
def fair_comparison(
    trials: pd.DataFrame,
    *,
    luck: Luck = NO_LUCK,
    cell=CELL,
    pull: float = PULL,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Every partner against what its peers would have won on its deals; a higher ratio and
    adjusted rate is better.

    `expected`, then `observed_expected` with the overall rate of all trials and the error of the
    difference, the root of v (1 + u v) + e² / k: v the variance of wins with the chances expected,
    u that of `luck`, e the expected wins, k the peers' wins that they rest on. Many partners are
    many tests: correct p by `benjamini_hochberg`.

    Parameters
    ----------
    trials : DataFrame
        Closed deals as `closed_trials` gives them: partner, won and the columns of their
        circumstances.
    luck : Luck
        What `learn_luck` gave.
    cell : tuple of str
        Circumstances that peers must share, the most important first.
    pull : float
        How many deals the wider circumstance weighs in a thinner one.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        Trials in, as for `expected`; out by partner: n, the columns of `observed_expected`, and
        chance, the variance of wins with the chances expected.

    Examples
    --------
    >>> trials = pd.DataFrame(
    ...     {"partner": list("AABBBB"), "won": [1, 1, 1, 0, 0, 1], "season": ["Q1"] * 6}
    ... )
    >>> fair_comparison(trials).reason.unique().tolist()
    ['fewer than 5 wins expected']
    """
    table = expected(trials, cell=cell, pull=pull)
    wins = table["observed"].sum()
    rests_on, chance = (wins - table["observed"]).clip(lower=1), table["chance"]
    compared = observed_expected(
        table["observed"],
        table["expected"],
        overall=wins / table["n"].sum() if len(table) else None,
        error=np.sqrt(chance * (1 + luck.variance * chance) + table["expected"] ** 2 / rests_on),
        freedom=luck.freedom if luck.variance else None,
        confidence=confidence,
    )
    compared.insert(0, "n", table["n"])
    return compared.assign(chance=table["chance"])


@nearest_names
def fair_limits(
    expected, luck: Luck, *, share: float = 0.6, wins: float = np.inf, p: float = SURE
) -> pd.DataFrame:
    """What chance and lucky years explain of observed / expected, by the wins expected; neither
    direction is better.

    1 ± (t s + 1/2) / e, not below 0, with s² = v (1 + u v) + e² / k, v = `share` x e, u the
    variance of `luck`, k the peers' wins, and t Student's at which a verdict has the probability
    `p`: outside lies what `observed_expected` calls above or below.

    Parameters
    ----------
    expected : array-like
        Expected wins, above 0.
    luck : Luck
        What `learn_luck` gave.
    share : float
        The variance that chance gives wins, as a share of those expected.
    wins : float
        The wins of all peers, on which expectations rest.
    p : float
        The probability under which there is a verdict.

    Returns
    -------
    DataFrame
        A row each: expected, low, high.

    Raises
    ------
    KitError
        For negative numbers.

    Notes
    -----
    Source: the funnel of Spiegelhalter 2005.

    Examples
    --------
    >>> fair_limits([16.0], NO_LUCK, share=0.64).round(3).values.tolist()
    [[16.0, 0.577, 1.423]]
    """
    from scipy.special import ndtri, stdtrit

    e = np.atleast_1d(checks.not_negative("fair_limits", "expected", expected))
    free = luck.freedom if luck.variance else None
    t = -ndtri(p / 2) if free is None else -stdtrit(free, p / 2)
    chance = share * e
    away = t * np.sqrt(chance * (1 + luck.variance * chance) + e**2 / wins) + 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame(
            {"expected": e, "low": np.maximum(0.0, 1 - away / e), "high": 1 + away / e}
        )
