"""Partners side by side, fairly: how adjusted rates move, and which alerts to raise."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.fairness import expected_each
from kpi_helpers.stats.multiplicity import benjamini_hochberg
from kpi_helpers.stats.trend import theil_sen

FEWEST_A_PERIOD = 3  # closed deals, for a period to count in a trend


@nearest_names
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

    Examples
    --------
    >>> from kpi_helpers.judging.trials import closed_trials
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": [f"D{i}" for i in range(200)],
    ...         "partner": ["Ada", "Bora"] * 100,
    ...         "status": (["won"] * 3 + ["lost"] * 5) * 25,
    ...         "amount": 100.0,
    ...         "region": "North",
    ...         "created_on": pd.date_range("2023-01-01", periods=200, freq="5D"),
    ...     }
    ... )
    >>> deals["closed_on"] = deals["created_on"] + pd.Timedelta(days=30)
    >>> found = adjusted_trends(closed_trials(deals, "2025-12-31"), as_of="2025-12-31")
    >>> int(found.loc["Ada", "periods"]), round(float(found.loc["Ada", "slope"]), 3)
    (11, 0.0)
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


@nearest_names
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
