"""What a strategy that began on a day did to a partner's KPI: from the deal table to a plain
verdict."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.windows import MONTHS_IN, Window, add_months, as_date, period_start
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.kpis import KPIS
from kpi_helpers.stats.level_shift import level_shift
from kpi_helpers.stats.strategy import StrategyEffect

GROWING = (
    "cohort",
    "within",
    "success",
    "identification",
    "conversion",
)  # of deals by creation: they ripen
UNITS = ("month", "quarter")
MEDIAN = 0.6745  # of the absolute value of a standard normal
TRENDS = {"ratio": 0.35, None: 0.25}  # what a year's trend may be: log odds; a share of the level
FEWEST_OTHERS = 8  # partners on whom nothing began, to learn trends and scatter from
CAUTION = 1.1  # errors without them: a partner's quarters are good or bad beyond chance


@dataclass(frozen=True)
class StrategyAnswer:
    """`series`: period, value, control, difference, n, after; `effect`: `level_shift` on it;
    `placebo`: partner, effect, error of the same for each partner on whom nothing began; `verdict`:
    rose, fell or None; `seen`: the effect that such data show in 80 of 100 cases; `sentence`: the
    verdict in plain English."""

    series: pd.DataFrame
    effect: StrategyEffect
    placebo: pd.DataFrame
    verdict: str | None
    seen: float | None
    sentence: str
    unit: str

    @property
    def as_large(self) -> int:
        """How many of the other partners moved as far, measured in their own errors."""
        if self.effect.effect is None or self.placebo.empty:
            return 0
        mine = abs(self.effect.effect) / _error(self.effect)
        return int((self.placebo["effect"].abs() / self.placebo["error"] >= mine).sum())


@nearest_names
def strategy_effect(
    deals: pd.DataFrame,
    began,
    *,
    partner: str,
    kpi: str = "close_rate",
    basis: str | None = None,
    as_of,
    unit: str = "month",
    control: bool = True,
) -> StrategyAnswer:
    """Whether a KPI of a partner moved when its strategy began, beyond its own trend and what
    others did.

    The KPI by month (or quarter) of the partner minus the same of all other partners (`control`),
    then `level_shift` from the period in which the strategy began (which counts as after it). Every
    other partner is asked the same, as if the strategy had been its own: their trends say how far
    trends go, and where they moved farther than their errors allow, this partner's error is widened
    as much. Periods whose deals are still ripening (created within the 90th percentile of won
    cycles before as_of, for close rate by cohort and deal success) and the last, unfinished one are
    left out. One verdict, with one p; silent under 8 known periods a side and within what chance
    explains.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    began : date or str
        When the strategy began.
    partner : str
        The partner's name as in the deals.
    kpi : str
        The KPI asked about.
    basis : str, optional
        Its basis; unset, the first.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    unit : str
        month or quarter.
    control : bool
        Take off what all other partners did.

    Returns
    -------
    StrategyAnswer
        The deal table of all partners, a date and a partner in; a StrategyAnswer out, in the KPI's
        unit.

    Raises
    ------
    KitError
        For unknown partners and KPIs.

    Notes
    -----
    It misleads when something else began at the same time, when the strategy answered a bad period,
    and where other partners began one of their own. Source: difference in differences with placebo
    units, Abadie, Diamond and Hainmueller 2010.

    Examples
    --------
    >>> import pandas as pd
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
    >>> found = strategy_effect(deals, "2025-05-01", partner="Ada", as_of="2025-07-31")
    >>> found.verdict is None, found.effect.before, found.effect.after, found.effect.reason
    (True, 4, 2, 'fewer than 8 periods a side')
    """
    from kpi_helpers.scoring.scorecard import scorecard, slow_cycle

    checks.columns(
        "strategy_effect", deals, ("partner", "status", "amount", "created_on", "closed_on")
    )
    found = _basis(kpi, basis)
    if unit not in UNITS:
        raise UnknownValue("unit", unit, UNITS)
    began, as_of = as_date(began, "began"), as_date(as_of, "as_of")
    ours = deals["partner"] == partner
    if not ours.any():
        raise UnknownValue("partner", partner, sorted(deals["partner"].dropna().unique()))
    slow = slow_cycle(deals, as_of)
    periods = _periods(known_at(deals[ours], as_of), found.name, as_of, slow, unit)
    start = int(np.searchsorted(periods, period_start(began, unit)))
    window = Window(periods[0], add_months(periods[-1], MONTHS_IN[unit]) - pd.Timedelta(days=1))
    if not 0 < start < len(periods):
        raise KitError(
            f"strategy_effect: {began} has no period of {partner!r} on both sides; "
            f"known ones begin {periods[0]} and end {window.end}."
        )
    asked = {"window": window, "as_of": as_of, "kpis": kpi, "basis": found.name, "slow_days": slow}
    mine = scorecard(deals[ours], by=unit, **asked).set_index(unit)
    series = pd.DataFrame({"period": mine.index, "n": mine["n"].to_numpy()})
    series["value"], series["control"] = mine["value"].to_numpy(), np.nan
    others = pd.DataFrame()
    if control and not ours.all():
        rest = scorecard(deals[~ours], by=unit, **asked).set_index(unit)["value"]
        series["control"] = rest.reindex(mine.index).to_numpy()
        others = scorecard(deals[~ours], by=["partner", unit], **asked)
    controlled = not others.empty
    series["difference"] = series["value"] - (series["control"] if controlled else 0.0)
    series["after"] = np.arange(len(series)) >= start
    shift = _Shift(found.unit, series, MONTHS_IN[unit], start)
    placebo, learned = _placebo(others, unit, series, shift)
    effect = shift.of(series["difference"], series["n"], **learned)
    seen = None if effect.effect is None else _seen(effect)
    answer = StrategyAnswer(series, effect, placebo, effect.verdict, seen, "", found.unit)
    return replace(answer, sentence=_sentence(partner, kpi, found, answer, unit))


def _basis(kpi, basis):
    if kpi not in KPIS:
        raise UnknownValue("KPI", kpi, KPIS)
    bases = {b.name: b for b in KPIS[kpi].bases}
    basis = basis or next(iter(bases))
    if basis not in bases:
        raise UnknownValue(f"basis of {kpi}", basis, bases)
    return bases[basis]


class _Shift:
    """`level_shift` as this question asks it: rates weigh by their deals and scatter no less than
    chance makes them; trends go as far as is usual, unless others show more."""

    def __init__(self, unit: str, series: pd.DataFrame, months: int, start: int) -> None:
        before = series[series["value"].notna() & ~series["after"] & (series["n"] > 0)]
        level = float(np.average(before["value"], weights=before["n"])) if len(before) else 0.0
        self.rate, self.start, self.chance = unit == "ratio" and 0 < level < 1, start, 0.0
        own = TRENDS[None] * abs(level)
        if self.rate:
            self.chance = level * (1 - level)
            own = TRENDS["ratio"] * self.chance
        self.trend_sd = own * months / 12

    def of(self, values, n, *, trend_sd=None, widened=CAUTION) -> StrategyEffect:
        values, n = np.asarray(values, dtype=float), np.asarray(n, dtype=float)
        known = ~np.isnan(values) & (n > 0)
        least = self.chance / n[known].mean() if self.rate and known.any() else 0.0
        weights = np.nan_to_num(n) if self.rate else None
        more = {"weights": weights, "least_variance": least, "widened": widened}
        return level_shift(values, self.start, trend_sd=trend_sd or self.trend_sd, **more)


def _placebo(others, unit, series, shift):
    """What the others' series show at the same date, and what it says of trends and errors."""
    columns, rows = ["partner", "effect", "error"], []
    nothing = pd.DataFrame(columns=columns), {}
    all_of = series["control"].to_numpy()
    for name, theirs in others.groupby("partner", sort=True) if len(others) else ():
        theirs = theirs.set_index(unit).reindex(series["period"])
        gap, n = theirs["value"].to_numpy() - all_of, theirs["n"].fillna(0).to_numpy()
        free = shift.of(gap, n, trend_sd=np.inf, widened=1.0)
        if free.effect is not None:
            rows.append((name, gap, n, free.coefficients.loc[1, ["estimate", "error"]]))
    if len(rows) < FEWEST_OTHERS:
        return nothing
    trend, error = np.array([row[-1] for row in rows], dtype=float).T
    beyond = (np.median(np.abs(trend)) / MEDIAN) ** 2 - np.median(error**2)
    trend_sd = max(shift.trend_sd, np.sqrt(max(beyond, 0.0)))
    asked = [(name, shift.of(gap, n, trend_sd=trend_sd, widened=1.0)) for name, gap, n, _ in rows]
    table = pd.DataFrame([(name, e.effect, _error(e)) for name, e in asked], columns=columns)
    typical = float(np.median(table["effect"].abs() / table["error"])) / MEDIAN
    return table, {"trend_sd": trend_sd, "widened": max(1.0, typical)}


def _error(effect: StrategyEffect) -> float:
    return float(effect.coefficients.set_index("term").loc["level", "error"])


def _seen(effect: StrategyEffect) -> float:
    """The effect whose interval leaves 0 out in 80 of 100 cases."""
    from scipy.special import ndtri

    return (effect.high - effect.low) / 2 + float(ndtri(0.8)) * _error(effect)


def _periods(mine, basis, as_of, slow, unit):
    """The first days of all whole periods from the partner's first deal on, without those still
    ripening."""
    last = as_of if basis not in GROWING or slow is None else as_of - pd.Timedelta(days=int(slow))
    at, found = period_start(mine["created_on"].min().date(), unit), []
    while add_months(at, MONTHS_IN[unit]) - pd.Timedelta(days=1) <= last:
        found.append(at)
        at = add_months(at, MONTHS_IN[unit])
    if not found:
        raise KitError(
            "strategy_effect: there is no whole period with ripe deals; give a later as_of."
        )
    return found


def _sentence(partner, kpi, basis, answer: StrategyAnswer, unit):
    name, effect = f"{kpi} ({basis.name})", answer.effect
    if effect.effect is None:
        spans = f"{effect.before} {unit}s before and {effect.after} after"
        return (
            f"The data cannot tell yet what the strategy did to {partner}'s {name}: {spans}, 8 "
            f"a side are needed."
        )
    size, low, high = (_shown(x, basis.unit) for x in (effect.effect, effect.low, effect.high))
    interval = f"{size} (95 % interval {low} to {high})"
    if answer.verdict is None:
        seen = _shown(answer.seen, basis.unit).lstrip("+")
        return (
            f"No effect is shown: {partner}'s {name} moved by {interval}, which chance explains. "
            f"An effect under {seen} could easily be missed in this data."
        )
    tried = ""
    if len(answer.placebo):
        tried = (
            f"; {answer.as_large} of {len(answer.placebo)} partners on whom nothing began moved "
            f"as far"
        )
    return (
        f"{partner}'s {name} {answer.verdict} when the strategy began, by {interval} beyond its "
        f"trend{tried}."
    )


def _shown(value, unit):
    return f"{100 * value:+.1f} points" if unit == "ratio" else f"{value:+,.1f}"
