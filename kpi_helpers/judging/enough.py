"""Whether the open deals are enough for the period ahead, and what coverage this partner needs."""

from dataclasses import dataclass

import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.windows import Window
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.forecasting import Forecast

SURE_ENOUGH, TOO_LITTLE = 0.75, 0.25  # chance to reach the target, with which it is so called
ENOUGH, NOT_ENOUGH, UNCERTAIN = "enough", "not enough", "uncertain"
PAST = 8  # periods that teach what share of the open amount is won in time
FEWEST_PAST = 4


@dataclass(frozen=True)
class Enough:
    """One answer: `verdict` (enough, not enough, uncertain) by the forecast's `chance` to reach the
    target, null without one.

    `left` is what is still to be won, `open` the credited amount of the open deals, `expected` what
    they should bring by the period's end, all money. `in_time`: the share of what was open at the
    same point of `periods` earlier periods that was won by their ends, null where fewer than four
    are known."""

    verdict: str | None
    chance: float | None
    left: float | None
    open: float
    expected: float
    in_time: float | None
    periods: int

    @property
    def coverage(self) -> float | None:
        """Open over left; it is never called healthy by itself."""
        return self.open / self.left if self.left else None

    @property
    def needed(self) -> float | None:
        """The coverage at which this partner's usual share in time reaches the target."""
        return 1 / self.in_time if self.in_time else None


def verdict(chance: float | None) -> str | None:
    """What a chance to reach the target is called.

    >>> verdict(0.8), verdict(0.17), verdict(0.5), verdict(None)
    ('enough', 'not enough', 'uncertain', None)
    """
    if chance is None:
        return None
    if chance >= SURE_ENOUGH:
        return ENOUGH
    return NOT_ENOUGH if chance < TOO_LITTLE else UNCERTAIN


@nearest_names
def enough_pipeline(deals: pd.DataFrame, ahead: Forecast) -> Enough:
    """Whether one partner's open deals are enough for the period of its forecast; a higher chance
    is better.

    Parameters
    ----------
    deals : DataFrame
        The partner's rows of the deal table.
    ahead : Forecast
        Of won amount, as `look_ahead` makes it.

    Returns
    -------
    Enough
        Without open deals or target its numbers are 0 or null, never a guess.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads where amounts are hopes, or were smaller when the deals were open: earlier states
    are read from one export with the amounts of today. Source: kpis.md 5.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.judging import fit_programme, look_ahead
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
    >>> fit = fit_programme(deals, "2025-Q2", as_of="2025-07-05", backtest_periods=1)
    >>> ada = deals[deals["partner"] == "Ada"]
    >>> found = enough_pipeline(ada, look_ahead(ada, fit))
    >>> found.open, found.chance is None, found.periods
    (1500.0, True, 2)
    """
    checks.columns("enough_pipeline", deals, ("status", "amount", "created_on", "closed_on"))
    priced = ahead.deals[ahead.deals["amount"].notna()]
    left = None if ahead.target is None else max(0.0, ahead.target - ahead.so_far)
    won, was_open, periods = won_in_time(deals, ahead.window, ahead.as_of)
    known = periods >= FEWEST_PAST and was_open > 0
    return Enough(
        verdict(ahead.chance),
        ahead.chance,
        left,
        float(priced["amount"].sum()),
        float((priced["amount"] * priced["chance"]).sum()),
        won / was_open if known else None,
        periods,
    )


def won_in_time(deals: pd.DataFrame, window: Window, as_of) -> tuple[float, float, int]:
    """Of the earlier periods as far in as this one is on as_of: the amount of the then open deals
    that was won by the period's end, the amount that was open, and how many periods that is."""
    deals = deals.reset_index(drop=True)
    worth, created = credited(deals), pd.to_datetime(deals["created_on"])
    won_on = pd.to_datetime(deals["closed_on"]).where(deals["status"] == "won")
    passed = pd.Timestamp(as_of) - pd.Timestamp(window.start)
    won, was_open, periods = 0.0, 0.0, 0
    for _ in range(PAST):
        window = window.previous()
        day, end = pd.Timestamp(window.start) + passed, pd.Timestamp(window.end)
        if not created.min() <= day < end or end > pd.Timestamp(as_of):
            continue
        then = known_at(deals, day)
        then = then.index[then["status"] == "open"]
        was_open += float(worth[then].sum())
        won += float(worth[then][won_on[then] <= end].sum())
        periods += 1
    return won, was_open, periods
