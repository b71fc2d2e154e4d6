"""How sure a partner's rank by quality score is."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.dispersion import learn_dispersion
from kpi_helpers.judging.uncertainty import Sample, facts_of, shapes_of
from kpi_helpers.kpis.shared import won, won_amount
from kpi_helpers.stats import reasons
from kpi_helpers.stats.shrinkage import normal_posterior

FEWEST = 5  # closed deals, for a rank with an interval
TAILS = (0.025, 0.975)
WIDTH = 2 * 1.959963984540054  # standard errors between the ends of an interval


@nearest_names
def rank_intervals(
    deals: pd.DataFrame, window, *, as_of, seed: int = 0, draws: int = 2000
) -> pd.DataFrame:
    """Between which ranks each partner's quality score plausibly lies (1 is best); narrow means
    the rank is known.

    The score orders by won x amount won in the window. Its logarithm is that of the squared number
    of wins and of their mean size; it is as unsure as counts that vary beyond chance
    (`learn_dispersion`) and sizes (`Shape.interval`) are. True scores are drawn from what they may
    be, given these and how much partners differ at all (`normal_posterior`), and ranked each time.
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
    draws : int
        How often true scores are drawn.

    Returns
    -------
    DataFrame
        Deals in, a row per partner with a closed deal out: partner, closed, won, amount, rank, low,
        high (95 %, never without the rank itself), reason; ties share the better rank.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads as the quality score does: more is not better work. Source: Goldstein and
    Spiegelhalter 1996; Rubin 1981.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(400),
    ...         "partner": ["A", "B", "B", "B", "B", "B", "B", "B"] * 50,
    ...         "created_on": "2025-01-01",
    ...         "status": ["won", "won", "won", "lost"] * 100,
    ...         "amount": [900.0, 90.0, 91.0, 92.0] * 100,
    ...         "closed_on": "2025-03-01",
    ...     }
    ... )
    >>> rank_intervals(deals, "2025-Q1", as_of="2025-03-31")[
    ...     ["partner", "rank", "low", "high"]
    ... ].values.tolist()
    [['A', 2.0, 2.0, 2.0], ['B', 1.0, 1.0, 1.0]]
    """
    checks.columns(
        "rank_intervals", deals, ("partner", "status", "amount", "created_on", "closed_on")
    )
    day = pd.Timestamp(as_of).date()
    window = parse_window(window, day)
    facts = facts_of(deals, day, ["partner"])
    learned = learn_dispersion(facts, ["partner"], window, day)
    shapes = shapes_of(facts, ["partner"], seed)
    whose = facts.groupby("partner", sort=True)
    samples = {name: Sample(mine, window, day, learned, shapes) for name, mine in whose}
    samples = {name: sample for name, sample in samples.items() if len(sample.closed)}
    table = pd.DataFrame(
        {
            "partner": list(samples),
            "closed": [len(one.closed) for one in samples.values()],
            "won": [int(one.closed[won.name].sum()) for one in samples.values()],
            "amount": [float(one.closed[won_amount.name].sum()) for one in samples.values()],
        }
    )
    if table.empty:
        return table.assign(rank=np.nan, low=np.nan, high=np.nan, reason=None)
    table["rank"] = _ranks((table["won"] * table["amount"]).to_numpy()[None])[0]
    logs, errors = _scores(table, samples.values(), learned.won)
    drawn = _ranks(normal_posterior(logs, errors, seed=seed, draws=draws))
    low, high = np.quantile(drawn, TAILS, axis=0, method="nearest")
    few, rank = table["closed"] < FEWEST, table["rank"]
    table["low"] = np.minimum(low, rank).mask(few)
    table["high"] = np.maximum(high, rank).mask(few)
    return table.assign(reason=pd.array(np.where(few, reasons.TOO_FEW_VALUES, None), dtype="str"))


def _scores(table, samples, dispersion):
    """The logarithm of each score, and its standard error; who won nothing counts as half a deal of
    the usual size."""
    number = table["won"].clip(lower=0.5).to_numpy()
    sizes = np.log((table["amount"] / table["won"]).where(table["amount"] > 0))
    sizes = sizes.fillna(sizes.mean()).fillna(0.0).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.array([one.won[1][1:3] for one in samples]).T
        width = np.log(high / low) / WIDTH
    width = np.where(np.isfinite(width), width, np.nanmax(np.append(width[np.isfinite(width)], 0)))
    return 2 * np.log(number) + sizes, np.hypot(2 * np.sqrt(1 / number + dispersion), width)


def _ranks(scores):
    """1 + how many are better, row by row."""
    ordered = -np.sort(-scores, axis=1)
    return np.array(
        [1.0 + np.searchsorted(-row, -score) for row, score in zip(ordered, scores, strict=True)]
    )
