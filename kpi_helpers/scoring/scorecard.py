"""The scorecard: KPIs for groups and windows as one tidy table, each answer with its evidence."""

import numpy as np
import pandas as pd

from kpi_helpers.contract.levels import EVERYONE, parse_by
from kpi_helpers.contract.notes import encode
from kpi_helpers.contract.windows import (
    Spans,
    Window,
    as_date,
    parse_window,
    period_label,
    period_start,
)
from kpi_helpers.engines.frames import conform, like
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.kpis import KPIS
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi
from kpi_helpers.kpis.measure import At
from kpi_helpers.kpis.remarks import pick
from kpi_helpers.scoring.sidetables import side_table
from kpi_helpers.scoring.totals import Totals, compute

EVIDENCE = (
    "kpi",
    "basis",
    "value",
    "unit",
    "numerator",
    "denominator",
    "n",
    "low",
    "high",
    "window_start",
    "window_end",
    "as_of",
    "note",
    "codes",
)


@nearest_names
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
    """All KPIs (or those named) of every group in a window: a tidy table, one row per group, KPI
    and basis.

    `deals` is a deal table (kpis.md section 1) as a pandas, Polars, DuckDB or Spark frame; the
    answer is a frame of the same kind. `by` names levels (employee, department, unit, region,
    product, partner, ...) and at most one of month, quarter, year; without it everyone together is
    partner `*`. `window` is written as in `parse_window`, unset the last whole quarter before
    `as_of`; `as_of` unset is the latest date in the deals.

    `codes` is the note as data (`contract.notes.decode` reads it). `low` and `high` are a 95 %
    interval (Wilson for rates, exact Poisson for counts, null elsewhere). `Kpi.headline` names the
    basis that stands for a KPI. `slow_days` gives the 90th percentile of won cycles where the deals
    at hand are only a slice; unset, it is measured on them.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    by : str or list of str, optional
        Levels (employee, department, unit, region, product, partner, ...) and at most one of month,
        quarter, year; unset, everyone together as partner `*`.
    window : str or Window, optional
        As in `parse_window`; unset, the last whole quarter before `as_of`.
    as_of : date or str, optional
        What was known on this day; unset, the latest date in the deals.
    kpis : list, optional
        KPIs or their names; unset, all.
    basis : str or list of str, optional
        The bases wanted; unset, all of them.
    targets : DataFrame, optional
        The targets table: partner, period, kpi, target.
    spend : DataFrame, optional
        The spend table: month, channel, partner, amount in the reporting currency.
    within_days : int
        Days that `close_rate` within counts wins in.
    slow_days : float, optional
        The 90th percentile of won cycles in days, where the deals are only a slice; unset, it is
        measured on them.

    Returns
    -------
    frame of the kind of `deals`
        Columns: the groups, then `kpi, basis, value, unit, numerator, denominator, n, low, high,
        window_start, window_end, as_of, note, codes`.

    Raises
    ------
    KitError
        `MissingColumns`, `UnknownValue` or `KitError` saying what is wrong, what there is and what
        to do.

    Examples
    --------
    >>> import pandas as pd
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": ["1", "2", "3"],
    ...         "partner": "Ada",
    ...         "status": ["won", "won", "lost"],
    ...         "amount": [100.0, 300.0, 50.0],
    ...         "created_on": pd.Timestamp("2025-01-10"),
    ...         "closed_on": pd.Timestamp("2025-02-10"),
    ...     }
    ... )
    >>> card = scorecard(deals, window="2025-Q1", kpis="average_deal_size", basis="credited")
    >>> card[["partner", "kpi", "basis", "value", "n"]].values.tolist()
    [['*', 'average_deal_size', 'credited', 200.0, 2]]
    """
    chosen = _chosen(kpis, basis)
    groups, unit = parse_by(by)
    targets, spend = side_table("targets", targets), side_table("spend", spend)
    who = chosen[0][0].name if len({kpi.name for kpi, _ in chosen}) == 1 else "scorecard"
    measures = {measure for _, b in chosen for measure in b.measures}
    known = conform(
        deals, who, tuple(groups.values()), {name for measure in measures for name in measure.reads}
    )
    as_of = known.extent()[1] if as_of is None else as_date(as_of, "as_of")
    if as_of is None:
        raise KitError(
            "There are no deals with a created or closed date, so as_of has to be given, like "
            "2025-12-31."
        )
    window = parse_window(window, as_of)
    if window.kind == "all":
        window = Window(min(known.extent()[0] or as_of, as_of), as_of, "all")
    if slow_days is None and any(m.slow for m in measures):
        slow_days = _slow_cycle(known, as_of)
    at = At(as_of, slow_days, within_days)
    spans = Spans.of(window, unit, any(b.past for _, b in chosen), as_of)
    keys, windows, now, before = compute(known, measures, groups, spans, at)
    by_partner = None
    if targets is not None and not groups and any(b.toward for _, b in chosen):
        toward = {measure for _, b in chosen for measure in b.toward}
        found = compute(known, toward, {"partner": "partner"}, spans, at)
        by_partner = (found[0], found[2])
    totals = Totals(groups, at, keys, windows, now, before, targets, spend, by_partner)
    return like(deals, _tidy(totals, chosen, unit))


@nearest_names
def slow_cycle(deals, as_of) -> float | None:
    """The 90th percentile of days from created to won, deals won by `as_of`; None when none was
    won.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    as_of : date or str
        What was known on this day, like 2025-12-31.

    Returns
    -------
    float or None
        Days.

    Examples
    --------
    >>> import pandas as pd
    >>> deals = pd.DataFrame(
    ...     {"deal_id": range(10), "partner": "Ada", "status": "won", "amount": 1.0}
    ... )
    >>> deals["created_on"] = pd.Timestamp("2025-01-01")
    >>> deals["closed_on"] = deals["created_on"] + pd.to_timedelta(range(10, 110, 10), "D")
    >>> slow_cycle(deals, "2025-12-31")
    91.0
    """
    return _slow_cycle(conform(deals, "slow_cycle", reads=()), as_date(as_of, "as_of"))


def _slow_cycle(deals, as_of) -> float | None:
    deals = deals.whole_deals([]) if deals.is_split() else deals
    return deals.slow_cycle(At(as_of))


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
                f"basis of {', '.join(k.name for k in found)}",
                name,
                dict.fromkeys(b.name for _, b in rows),
            )
    return [(kpi, b) for kpi, b in rows if b.name in wanted]


def _tidy(totals: Totals, chosen: list[tuple[Kpi, Basis]], unit: str | None) -> pd.DataFrame:
    """One row for each group, window and basis, in this order."""
    size = len(totals.keys)
    answers = [_columns(totals, basis, size) for _, basis in chosen]
    table = {
        name: np.stack([answer[name] for answer in answers], axis=1).ravel() for name in answers[0]
    }
    table |= {
        "kpi": np.tile(np.array([kpi.name for kpi, _ in chosen], dtype=object), size),
        "basis": np.tile(np.array([basis.name for _, basis in chosen], dtype=object), size),
        "unit": np.tile(np.array([basis.unit for _, basis in chosen], dtype=object), size),
    }
    window = np.repeat(totals.window, len(chosen))
    for side in ("start", "end"):
        dates = np.array([getattr(w, side) for w in totals.windows], dtype="datetime64[s]")
        table[f"window_{side}"] = dates[window]
    table["as_of"] = np.full(len(window), totals.at.as_of, dtype="datetime64[s]")
    shown = {name: totals.keys[name].to_numpy().repeat(len(chosen)) for name in totals.groups}
    if unit:
        shown[unit] = np.array([_label(w, unit) for w in totals.windows], dtype=object)[window]
    if not shown:
        shown["partner"] = np.full(len(window), EVERYONE, dtype=object)
    return pd.DataFrame(shown | {name: table[name] for name in EVIDENCE})


def _label(window: Window, unit: str) -> str:
    return period_label(period_start(window.start, unit), unit)


def _columns(totals: Totals, basis: Basis, size: int) -> dict[str, np.ndarray]:
    """A basis for every group and window: every column of EVIDENCE that depends on them."""
    answer = basis.answer(totals)
    nothing = np.full(size, np.nan)
    unknown = np.isnan(answer.value)
    low, high = _interval(basis.interval, answer, unknown)
    return {
        "value": answer.value.astype(np.float64),
        "numerator": nothing if answer.numerator is None else answer.numerator.astype(np.float64),
        "denominator": nothing
        if answer.denominator is None
        else answer.denominator.astype(np.float64),
        "n": np.nan_to_num(answer.n).astype(np.int64),
        "low": low,
        "high": high,
        **_said(pick(unknown, answer.why, answer.note)),
    }


def _said(notes: np.ndarray) -> dict[str, np.ndarray]:
    """Each group's notes in words and as codes."""
    rows = list(notes)
    words = {row: "; ".join(row) for row in set(rows)}
    codes = {row: encode(row) for row in words}
    return {
        "note": np.array([words[row] for row in rows], dtype=object),
        "codes": np.array([codes[row] for row in rows], dtype=object),
    }


def _interval(kind: str, answer: Answer, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from kpi_helpers.stats.intervals import poisson, wilson

    if kind == "poisson":
        return poisson(answer.numerator)
    if kind == "wilson":
        tried, won = (np.asarray(part) for part in (answer.denominator, answer.numerator))
        return wilson(np.where(unknown, 0, won), np.where(unknown, 0, tried))
    return np.full(len(unknown), np.nan), np.full(len(unknown), np.nan)
