"""How scenarios compare, which driver matters most, and what value of a driver reaches the
target."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
import pandas as pd

from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.whatif.answers import MEASURES, expected, simulate
from kpi_helpers.whatif.applying import applied
from kpi_helpers.whatif.baselines import Baseline
from kpi_helpers.whatif.changes import parse_change
from kpi_helpers.whatif.scenarios import Scenario, scenario_of

STEP = 0.10  # for drivers that are facts and have no interval
FAR = 10.0  # times the measured value is as far as a goal is sought
AT = ("mean", "p10", "p50", "p90")


@nearest_names
def compare(base, scenarios: Iterable) -> pd.DataFrame:
    """The baseline and scenarios side by side: a row each; more is better.

    Common random numbers: a difference between rows is no noise. No scenario gives the baseline
    alone.

    Parameters
    ----------
    base : Baseline
        What `baseline` gave.
    scenarios : iterable
        Scenarios or {driver: change}.

    Returns
    -------
    DataFrame
        Columns: scenario, then p10, p50, p90 and mean of revenue, deal_count, weighted_pipeline,
        quality_score and attainment (revenue_p10, ...), chance to reach the target, spend, and
        revenue_change (mean, a share of the baseline's).

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.whatif import Scenario, baseline
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(40),
    ...         "partner": "Ada",
    ...         "status": ["won", "lost"] * 20,
    ...         "amount": 100.0,
    ...         "created_on": pd.Timestamp("2025-01-01"),
    ...         "closed_on": pd.to_datetime(["2025-02-10", "2025-03-01"] * 20),
    ...     }
    ... )
    >>> base = baseline(deals, partner="Ada", as_of="2025-12-31")
    >>> more = Scenario("more leads", {"opportunities": "+20%"})
    >>> table = compare(base, [more])
    >>> table["scenario"].tolist(), bool(table.loc[1, "revenue_change"] > 0)
    (['baseline', 'more leads'], True)
    """
    answers = [simulate(base), *(simulate(base, scenario) for scenario in scenarios)]
    rows = []
    for answer in answers:
        row = {"scenario": answer.name}
        for measure in MEASURES:
            found = getattr(answer, measure)
            row |= {
                f"{measure}_{name}": getattr(found, name, None)
                for name in ("p10", "p50", "p90", "mean")
            }
        before = answers[0].revenue.mean
        change = answer.revenue.mean / before - 1 if before else None
        rows.append(
            row | {"chance": answer.chance, "spend": answer.spend, "revenue_change": change}
        )
    return pd.DataFrame(rows).astype({name: float for name in rows[0] if name != "scenario"})


@nearest_names
def tornado(base: Baseline, scenario=None, *, by: float | None = None) -> pd.DataFrame:
    """What each driver does to the window's mean revenue, the largest swing first.

    Each driver alone is set to the ends of its interval (facts: 10 % either way), or moved by the
    share `by`. Drivers of a segment other than the channel, and those that could not be measured,
    are left out.

    Parameters
    ----------
    base : Baseline
        What `baseline` gave.
    scenario : Scenario or dict, optional
        Changes of drivers; None changes nothing.
    by : float, optional
        Move each driver by this share instead of to its interval's ends.

    Returns
    -------
    DataFrame
        Out by driver: low, high (its ends), revenue_low, revenue_high (money), swing =
        |revenue_high - revenue_low|, moved (how).

    Notes
    -----
    It misleads about causes: a wide interval makes a driver uncertain, not worth working on.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.whatif import baseline
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(40),
    ...         "partner": "Ada",
    ...         "status": ["won", "lost"] * 20,
    ...         "amount": 100.0,
    ...         "created_on": pd.Timestamp("2025-01-01"),
    ...         "closed_on": pd.to_datetime(["2025-02-10", "2025-03-01"] * 20),
    ...     }
    ... )
    >>> base = baseline(deals, partner="Ada", as_of="2025-12-31")
    >>> tornado(base).loc["close_rate", ["low", "high"]].round(2).tolist()
    [0.35, 0.65]
    """
    scenario, rows = scenario_of(scenario), []
    for driver, row in base.drivers.iterrows():
        if driver.count(".") > 1 or pd.isna(row["value"]) or row["value"] == 0:
            continue
        fact = by is not None or pd.isna(row["low"]) or row["low"] == row["high"]
        share = STEP if by is None else by
        ends = (
            [row["value"] * (1 - share), row["value"] * (1 + share)]
            if fact
            else [row["low"], row["high"]]
        )
        if row["unit"] == "ratio":
            ends = [min(end, 1.0) for end in ends]
        money = [_mean(base, _with(scenario, driver, end)) for end in ends]
        moved = f"±{share:.0%}" if fact else "95% interval"
        rows.append((driver, *ends, *money, abs(money[1] - money[0]), moved))
    columns = ["driver", "low", "high", "revenue_low", "revenue_high", "swing", "moved"]
    table = pd.DataFrame(rows, columns=columns).set_index("driver")
    return table.sort_values("swing", ascending=False, kind="stable")


@dataclass(frozen=True)
class Goal:
    """`value` of the driver at which revenue is `target`; None where it is not reachable. `ends`:
    the driver's values looked at and the revenue there. `reason` says why there is no value."""

    driver: str
    measured: float
    target: float
    value: float | None
    ends: tuple[tuple[float, float], tuple[float, float]]
    reason: str | None = None


@nearest_names
def goal_seek(
    base: Baseline, driver: str, target: float, *, scenario=None, at: str = "mean"
) -> Goal:
    """The value of one driver, all others as they are, that makes revenue the target.

    By bisection, because revenue never falls when a driver rises (cycle days: never rises). Rates
    are looked at from 0 to 1, all else from a tenth to ten times the measured value. `at` is mean,
    p10, p50 or p90 of revenue: p10 asks for what reaches the target with a chance of 90 %. Not
    reachable is an answer: `value` None and a reason.

    Parameters
    ----------
    base : Baseline
        What `baseline` gave.
    driver : str
        The driver's name, like close_rate or spend.paid.
    target : float
        The revenue to reach, in money.
    scenario : Scenario or dict, optional
        Changes of drivers; None changes nothing.
    at : str
        mean, p10, p50 or p90 of revenue.

    Returns
    -------
    Goal
        The value of one driver, all others as they are, that makes revenue the target.

    Raises
    ------
    KitError
        For unknown drivers.

    Notes
    -----
    It misleads where no one can move the driver so far, or not without moving others.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.whatif import baseline
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(40),
    ...         "partner": "Ada",
    ...         "status": ["won", "lost"] * 20,
    ...         "amount": 100.0,
    ...         "created_on": pd.Timestamp("2025-01-01"),
    ...         "closed_on": pd.to_datetime(["2025-02-10", "2025-03-01"] * 20),
    ...     }
    ... )
    >>> base = baseline(deals, partner="Ada", as_of="2025-12-31")
    >>> goal = goal_seek(base, "close_rate", 400.0)
    >>> goal.measured, round(goal.value, 2)
    (0.5, 0.7)
    """
    from scipy.optimize import bisect

    if at not in AT:
        raise UnknownValue("part of a distribution", at, AT)
    if not isinstance(target, Real) or not 0 < target < np.inf:
        raise KitError(f"A target is money above 0; got {target!r}.")
    measured = parse_change(base.drivers, driver, base.drivers["value"].get(driver, 0.0)).measured
    scenario, unit = scenario_of(scenario), base.drivers.loc[driver, "unit"]
    ends = (0.0, 1.0) if unit == "ratio" else (measured / FAR, measured * FAR)

    def revenue(value: float) -> float:
        there = _with(scenario, driver, value)
        return _mean(base, there) if at == "mean" else getattr(simulate(base, there).revenue, at)

    reached = tuple((end, revenue(end)) for end in ends)
    low, high = sorted(money for _, money in reached)
    if not low <= target <= high:
        side, value, money = (
            ("even", *max(reached, key=lambda end: end[1]))
            if target > high
            else ("already", *min(reached, key=lambda end: end[1]))
        )
        reason = f"not reachable: {side} at {driver} = {value:,.4g} revenue is {money:,.0f}"
        return Goal(driver, measured, target, None, reached, reason)
    value = bisect(lambda value: revenue(value) - target, *ends, xtol=1e-12 * max(ends), rtol=1e-12)
    return Goal(driver, measured, target, float(value), reached)


def _with(scenario: Scenario, driver: str, value: float) -> Scenario:
    return replace(
        scenario, set=scenario.set | {driver: np.format_float_positional(value, trim="-")}
    )


def _mean(base, scenario) -> float:
    return expected(base, base.part_of(applied(base, scenario)[0]))[0]
