"""The scorecard: KPIs for groups and windows as one tidy table, each answer with its evidence."""

import numpy as np
import pandas as pd

from .errors import KitError, UnknownValue
from .frames import conform, extent, fetch, like, whole_deals
from .kpis import KPIS
from .kpis.kpi import Basis, Kpi
from .kpis.measure import At, cycle
from .levels import EVERYONE, parse_by
from .sidetables import side_table
from .totals import Totals, compute
from .windows import Window, as_date, parse_window, period_label, period_start

EVIDENCE = (
    *("kpi", "basis", "value", "unit", "numerator", "denominator", "n", "low", "high"),
    *("window_start", "window_end", "as_of", "note"),
)


def scorecard(
    deals,
    *,
    by=None,
    window=None,
    as_of=None,
    kpis=None,
    basis=None,
    targets=None,
    spend=None,
    within_days: int = 90,
    slow_days: float | None = None,
):
    """All KPIs (or those named) of every group in a window: a tidy table, one row per group, KPI and basis.

    `deals` is a deal table (kpis.md section 1) as a pandas, Polars, DuckDB or Spark frame; the answer is a frame
    of the same kind. `by` names levels (employee, department, unit, region, product, partner, ...) and at most one
    of month, quarter, year; without it everyone together is partner `*`. `window` is written as in `parse_window`,
    unset the last whole quarter before `as_of`; `as_of` unset is the latest date in the deals.

    Columns: the groups, then `kpi, basis, value, unit, numerator, denominator, n, low, high, window_start,
    window_end, as_of, note`. `low` and `high` are a 95 % interval (Wilson for rates, exact Poisson for counts,
    null elsewhere). The first basis of a KPI is its headline. `slow_days` gives the 90th percentile of won cycles
    where the deals at hand are only a slice; unset, it is measured on them.

    Raises `MissingColumns`, `UnknownValue` or `KitError` saying what is wrong, what there is and what to do.
    """
    chosen = _chosen(kpis, basis)
    groups, unit = parse_by(by)
    targets, spend = side_table("targets", targets), side_table("spend", spend)
    who = chosen[0][0].name if len({kpi.name for kpi, _ in chosen}) == 1 else "scorecard"
    measures = {measure for _, b in chosen for measure in b.measures}
    frame = conform(deals, who, tuple(groups.values()), {name for measure in measures for name in measure.reads})
    as_of = extent(frame)[1] if as_of is None else as_date(as_of, "as_of")
    if as_of is None:
        raise KitError("There are no deals with a created or closed date, so as_of has to be given, like 2025-12-31.")
    window = parse_window(window, as_of)
    if window.kind == "all":
        window = Window(min(extent(frame)[0] or as_of, as_of), as_of, "all")

    if slow_days is None and any(m.slow for m in measures):
        slow_days = slow_cycle(frame, as_of)
    at = At(as_of, slow_days, within_days)
    past = any(b.past for _, b in chosen)
    keys, windows, data, before = compute(frame, measures, groups, unit, window, at, past)
    totals = Totals(keys, groups, windows, at, data, before, targets, spend)
    return like(deals, _tidy(totals, chosen, unit))


def slow_cycle(deals, as_of) -> float | None:
    """The 90th percentile of days from created to won, deals won by `as_of`; None when none was won."""
    frame = deals if hasattr(deals, "implementation") else conform(deals, "slow_cycle", reads=())
    won = whole_deals(frame.filter(At(as_date(as_of)).won, ~cycle.is_null()), [])
    found = fetch(won.select(days=cycle.quantile(0.9, interpolation="linear")))["days"]
    return None if found.empty or pd.isna(found.iloc[0]) else float(found.iloc[0])


def _chosen(kpis, basis) -> list[tuple[Kpi, Basis]]:
    named = [kpis] if isinstance(kpis, (str, Kpi)) else list(kpis or KPIS.values())
    found = []
    for kpi in named:
        if isinstance(kpi, str) and kpi not in KPIS:
            raise UnknownValue("KPI", kpi, KPIS)
        found.append(KPIS[kpi] if isinstance(kpi, str) else kpi)
    rows = [(kpi, b) for kpi in found for b in kpi.bases]
    if basis is None:
        return rows
    wanted = [basis] if isinstance(basis, str) else list(basis)
    for name in wanted:
        if name not in {b.name for _, b in rows}:
            raise UnknownValue(
                f"basis of {', '.join(k.name for k in found)}", name, dict.fromkeys(b.name for _, b in rows)
            )
    return [(kpi, b) for kpi, b in rows if b.name in wanted]


def _tidy(totals: Totals, chosen: list[tuple[Kpi, Basis]], unit: str | None) -> pd.DataFrame:
    rows, size = totals.keys, len(totals.keys)
    answers = [_rows(totals, kpi, basis, size) for kpi, basis in chosen]
    table = pd.concat(answers, ignore_index=True)
    order = np.tile(np.arange(size), len(chosen)).argsort(kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    where = np.repeat(np.arange(size), len(chosen))
    window = rows["_window"].to_numpy()[where]
    starts, ends = ([getattr(w, side) for w in totals.windows] for side in ("start", "end"))
    table["window_start"] = pd.to_datetime(pd.Series(starts)).to_numpy("datetime64[s]")[window]
    table["window_end"] = pd.to_datetime(pd.Series(ends)).to_numpy("datetime64[s]")[window]
    table["as_of"] = np.datetime64(totals.at.as_of, "s")
    shown = {name: rows[name].to_numpy()[where] for name in totals.groups}
    if unit:
        labels = np.array([_label(w, unit) for w in totals.windows], dtype=object)
        shown[unit] = labels[window]
    if not shown:
        shown = {"partner": np.full(len(table), EVERYONE, dtype=object)}
    groups = pd.DataFrame({name: pd.Series(column, index=table.index) for name, column in shown.items()})
    return pd.concat([groups, table[list(EVIDENCE)]], axis=1)


def _label(window: Window, unit: str) -> str:
    return period_label(period_start(window.start, unit), unit)


def _rows(totals: Totals, kpi: Kpi, basis: Basis, size: int) -> pd.DataFrame:
    answer = basis.answer(totals)
    value = answer.value.astype("float64").to_numpy()
    n = answer.n.fillna(0).astype("int64").to_numpy()
    low, high = _interval(basis.interval, answer, value)
    note = np.where(np.isnan(value), _spread(answer.why, size), _spread(answer.note, size))
    nothing = np.full(size, np.nan)
    return pd.DataFrame(
        {
            "kpi": kpi.name,
            "basis": basis.name,
            "value": value,
            "unit": basis.unit,
            "numerator": nothing if answer.numerator is None else answer.numerator.astype("float64").to_numpy(),
            "denominator": nothing if answer.denominator is None else answer.denominator.astype("float64").to_numpy(),
            "n": n,
            "low": low,
            "high": high,
            "note": note,
        }
    )


def _spread(text, size: int) -> np.ndarray:
    return np.full(size, text, dtype=object) if isinstance(text, str) else np.asarray(text, dtype=object)


def _interval(kind: str, answer, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from .judging.intervals import poisson, wilson

    if kind == "poisson":
        return poisson(answer.numerator.to_numpy())
    low = np.full(len(value), np.nan)
    high = low.copy()
    if kind == "wilson":
        known = ~np.isnan(value)
        top, bottom = answer.numerator.to_numpy()[known], answer.denominator.to_numpy()[known]
        low[known], high[known] = wilson(top, bottom)
    return low, high
