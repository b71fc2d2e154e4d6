"""What a strategy that began on a day did to a partner's KPI: from the deal table to a plain
verdict."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.windows import MONTHS_IN, Window, add_months, as_date, period_start
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.kpis import KPIS
from kpi_helpers.stats import reasons
from kpi_helpers.stats.strategy import Placebo, StrategyEffect, interrupted_series, placebo_dates

GROWING = (
    "cohort",
    "within",
    "success",
    "identification",
    "conversion",
)  # of deals by creation: they ripen
UNITS = ("month", "quarter")
# of the pretended starts: they rest on fewer periods, so one among many may well be larger by
# chance
DOUBT = 0.25


@dataclass(frozen=True)
class StrategyAnswer:
    """`series`: period, value, control, difference, n, after; `effect`: `interrupted_series` on it;
    `placebo`: `placebo_dates`; `verdict`: rose, fell or None; `sentence`: the verdict in plain
    English."""

    series: pd.DataFrame
    effect: StrategyEffect
    placebo: Placebo
    verdict: str | None
    sentence: str
    unit: str


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
    """Whether a KPI of a partner changed when its strategy began, beyond the trend there was and
    what others did.

    The KPI by month (or quarter) of the partner minus the same of all other partners (`control`),
    then `interrupted_series` from the period in which the strategy began (which counts as after
    it), and `placebo_dates`. Periods whose deals are still ripening (created within the 90th
    percentile of won cycles before as_of, for close rate by cohort and deal success) and the last,
    unfinished one are left out. The verdict is silent under 8 known periods a side and within what
    chance explains; where a quarter of the pretended starts show as large an effect it is withheld.

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
    It misleads when something else began at the same time, and when the strategy answered a bad
    period. Source: Bernal, Cummins and Gasparrini 2017.
    """
    from kpi_helpers.scoring.scorecard import scorecard, slow_cycle

    checks.columns(
        "strategy_effect", deals, ("partner", "status", "amount", "created_on", "closed_on")
    )
    if kpi not in KPIS:
        raise UnknownValue("KPI", kpi, KPIS)
    bases = {b.name: b for b in KPIS[kpi].bases}
    basis = basis or next(iter(bases))
    if basis not in bases:
        raise UnknownValue(f"basis of {kpi}", basis, bases)
    if unit not in UNITS:
        raise UnknownValue("unit", unit, UNITS)
    began, as_of = as_date(began, "began"), as_date(as_of, "as_of")
    ours = deals["partner"] == partner
    if not ours.any():
        raise UnknownValue("partner", partner, sorted(deals["partner"].dropna().unique()))
    slow = slow_cycle(deals, as_of)
    periods = _periods(known_at(deals[ours], as_of), basis, as_of, slow, unit)
    window = Window(periods[0], add_months(periods[-1], MONTHS_IN[unit]) - pd.Timedelta(days=1))
    asked = {
        "by": unit,
        "window": window,
        "as_of": as_of,
        "kpis": kpi,
        "basis": basis,
        "slow_days": slow,
    }
    rows = scorecard(deals[ours], **asked).set_index(unit)
    series = pd.DataFrame(
        {"period": rows.index, "value": rows["value"].to_numpy(), "n": rows["n"].to_numpy()}
    )
    others = (
        scorecard(deals[~ours], **asked).set_index(unit)["value"]
        if control and not ours.all()
        else None
    )
    series["control"] = np.nan if others is None else others.reindex(rows.index).to_numpy()
    series["difference"] = (
        series["value"] if others is None else series["value"] - series["control"]
    )
    start = int(np.searchsorted(periods, period_start(began, unit)))
    if not 0 < start < len(series):
        raise KitError(
            f"strategy_effect: {began} has no period of {partner!r} on both sides; "
            f"known ones begin "
            f"{periods[0]} and end {window.end}."
        )
    series["after"] = np.arange(len(series)) >= start
    effect = interrupted_series(series["difference"], start)
    placebo = placebo_dates(series["difference"], start)
    doubted = placebo.p is not None and as_large(effect, placebo) >= DOUBT * len(placebo.dates)
    verdict = None if doubted else effect.verdict
    sentence = _sentence(partner, kpi, bases[basis], effect, placebo, verdict, unit)
    return StrategyAnswer(series, effect, placebo, verdict, sentence, bases[basis].unit)


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


def _sentence(partner, kpi, basis, effect, placebo, verdict, unit):
    name = f"{kpi} ({basis.name})"
    if effect.effect is None or effect.reason == reasons.TOO_FEW_PERIODS_A_SIDE:
        spans = f"{effect.before} {unit}s before and {effect.after} after"
        return (
            f"The data cannot tell yet what the strategy did to {partner}'s {name}: {spans}, 8 "
            f"a side are needed."
        )
    size, low, high = (_shown(x, basis.unit) for x in (effect.effect, effect.low, effect.high))
    interval = f"{size} (95 % interval {low} to {high})"
    if verdict is None and effect.verdict is not None:
        return (
            f"{partner}'s {name} changed by {interval}, but many pretended start dates show "
            f"as much: no verdict."
        )
    if verdict is None:
        return (
            f"No effect is shown: {partner}'s {name} changed by {interval}, which chance explains."
        )
    tried = ""
    if placebo.p is not None:
        tried = (
            f"; {as_large(effect, placebo)} of {len(placebo.dates)} pretended start dates "
            f"show as much"
        )
    return (
        f"{partner}'s {name} {verdict} when the strategy began, by {interval} beyond its "
        f"trend{tried}."
    )


def as_large(effect: StrategyEffect, placebo: Placebo) -> int:
    """How many of the pretended starts show as large an effect."""
    return int((placebo.dates["effect"].abs() >= abs(effect.effect)).sum())


def _shown(value, unit):
    return f"{100 * value:+.1f} points" if unit == "ratio" else f"{value:+,.1f}"
