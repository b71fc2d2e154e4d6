"""Partners side by side, fairly: how sure a rank is, how adjusted rates move, and which alerts to
raise."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.judging.fairness import expected_each
from kpi_helpers.stats import reasons
from kpi_helpers.stats.multiplicity import benjamini_hochberg
from kpi_helpers.stats.trend import theil_sen

FEWEST = 5  # closed deals, for a rank with an interval
FEWEST_A_PERIOD = 3  # closed deals, for a period to count in a trend


def rank_intervals(
    deals: pd.DataFrame, window, *, as_of, seed: int = 0, resamples: int = 1000
) -> pd.DataFrame:
    """Between which ranks each partner's quality score plausibly lies (1 is best); narrow means
    the rank is known.

    The score orders by won x amount won in the window; each partner's closed deals are resampled
    (Poisson weights, so that their number is uncertain too), all partners ranked anew each time.
    Under 5 closed deals the interval is null.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    window : str or Window
        The days that count, written as in `parse_window`.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    seed : int
        The same seed gives the same answer.
    resamples : int
        How often the deals are drawn anew.

    Returns
    -------
    DataFrame
        Deals in, a row per partner with a closed deal out: partner, closed, won, amount, rank, low,
        high (95 %), reason; ties share the better rank.

    Notes
    -----
    It misleads as the quality score does: more is not better work. Source: Efron 1979; Hanley and
    MacGibbon 2006.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(40),
    ...         "partner": ["A", "B"] * 20,
    ...         "created_on": "2025-01-01",
    ...         "status": ["won", "won", "won", "lost"] * 10,
    ...         "amount": [900.0, 90.0] * 20,
    ...         "closed_on": "2025-03-01",
    ...     }
    ... )
    >>> rank_intervals(deals, "2025-Q1", as_of="2025-03-31")[
    ...     ["partner", "rank", "low", "high"]
    ... ].values.tolist()
    [['A', 1.0, 1.0, 1.0], ['B', 2.0, 2.0, 2.0]]
    """
    checks.columns(
        "rank_intervals", deals, ("partner", "status", "amount", "created_on", "closed_on")
    )
    window = parse_window(window, pd.Timestamp(as_of).date())
    known = known_at(deals, as_of)
    inside = known["closed_on"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))
    closed = known[(known["status"] != "open") & inside].sort_values("partner", kind="stable")
    won = (closed["status"] == "won").to_numpy(float)
    amount = credited(closed).fillna(0).to_numpy() * won
    names, first, count = np.unique(
        closed["partner"].to_numpy(dtype=object), return_index=True, return_counts=True
    )
    table = pd.DataFrame({"partner": names, "closed": count})
    if not len(names):
        return table.assign(won=0, amount=0.0, rank=np.nan, low=np.nan, high=np.nan, reason=None)
    order = np.lexsort(
        (amount, won, np.repeat(np.arange(len(names)), count))
    )  # so that row order does not matter
    won, amount = won[order], amount[order]
    wins, sums = (np.add.reduceat(x, first) for x in (won, amount))
    table = table.assign(won=wins.astype(int), amount=sums, rank=_ranks((wins * sums)[None])[0])
    rng, scores = np.random.default_rng(seed), np.empty((resamples, len(names)), dtype=np.float32)
    for (
        draw
    ) in scores:  # one at a time: all weights at once would take a gigabyte for a thousand partners
        weights = rng.poisson(1.0, len(won)).astype(np.float32)
        draw[:] = np.multiply(
            *(np.add.reduceat(weights * x.astype(np.float32), first) for x in (won, amount))
        )
    low, high = np.quantile(_ranks(scores), (0.025, 0.975), axis=0, method="nearest")
    few = count < FEWEST
    table["low"], table["high"] = np.where(few, np.nan, low), np.where(few, np.nan, high)
    return table.assign(reason=pd.array(np.where(few, reasons.TOO_FEW_VALUES, None), dtype="str"))


def _ranks(scores):
    """1 + how many are better, row by row."""
    ordered = -np.sort(-scores, axis=1)
    return np.array(
        [1.0 + np.searchsorted(-row, -score) for row, score in zip(ordered, scores, strict=True)]
    )


def adjusted_trends(trials: pd.DataFrame, *, unit: str = "quarter", as_of=None) -> pd.DataFrame:
    """Whether each partner's close rate rises or falls beyond what season, region, product and
    size explain.

    By period, (won - expected) / closed, then `theil_sen` with Mann-Kendall's p. A period that had
    not ended by `as_of`, or of fewer than 3 closed deals, is left out; fewer than 8 periods are
    silent. Positive is better.

    Parameters
    ----------
    trials : DataFrame
        Closed deals as `closed_trials` gives them: partner, won and the columns of their
        circumstances.
    unit : str
        month or quarter.
    as_of : date or str, optional
        Leaves out a period that had not ended then.

    Returns
    -------
    DataFrame
        Trials in; out by partner: periods, slope (share a period), low, high, p, verdict, reason.

    Notes
    -----
    Source: Sen 1968; Mann 1945.
    """
    checks.columns("adjusted_trends", trials, ("partner", "won", "on"))
    period = pd.to_datetime(trials["on"]).dt.to_period(
        {"month": "M", "quarter": "Q", "year": "Y"}[unit]
    )
    table = trials[["partner"]].assign(
        period=period, excess=trials["won"].astype(float) - expected_each(trials)
    )
    if as_of is not None:
        table = table[table["period"].dt.end_time.dt.normalize() <= pd.Timestamp(as_of)]
    by = (
        table.groupby(["partner", "period"], observed=True)["excess"]
        .agg(["mean", "count"])
        .reset_index()
    )
    by = by[by["count"] >= FEWEST_A_PERIOD]
    periods, rows = dict(list(by.groupby("partner", observed=True))), []
    for partner in sorted(trials["partner"].unique()):
        mine = periods.get(partner, by[:0])
        slope = theil_sen(mine["mean"], mine["period"].array.asi8.astype(float))
        rows.append(
            {
                "partner": partner,
                "periods": slope.n,
                "slope": slope.slope,
                "low": slope.low,
                "high": slope.high,
            }
        )
        rows[-1] |= {
            "p": np.nan if slope.p is None else slope.p,
            "verdict": slope.verdict,
            "reason": slope.reason,
        }
    columns = ["partner", "periods", "slope", "low", "high", "p", "verdict", "reason"]
    return (
        pd.DataFrame(rows, columns=columns)
        .astype({"verdict": "str", "reason": "str"})
        .set_index("partner")
    )


def alerts(questions: dict[str, pd.Series], *, rate: float = 0.05) -> pd.DataFrame:
    """Which partners to raise an alert about, so that on average at most `rate` of the alerts are
    false.

    Unknown p is no test.

    Parameters
    ----------
    questions : dict of str to Series
        Question -> p-values by partner.
    rate : float
        The share of alerts that may be false, in 0..1.

    Returns
    -------
    DataFrame
        {question: p by partner} in; all questions and partners are one family of
        `benjamini_hochberg`. Out: question, partner, p, q, alert.

    Notes
    -----
    It misleads when asked again with fewer questions until one fires.

    Examples
    --------
    >>> alerts({"below": pd.Series({"A": 0.001, "B": 0.4})})["alert"].tolist()
    [True, False]
    """
    tables = [
        pd.DataFrame({"question": q, "partner": p.index, "p": p.to_numpy(float)})
        for q, p in questions.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return table.join(benjamini_hochberg(table["p"], rate=rate)[["q", "alert"]])
