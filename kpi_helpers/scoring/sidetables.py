"""Targets and spend, brought to the rows of a scorecard."""

from collections.abc import Callable
from functools import cache

import narwhals as nw
import pandas as pd

from kpi_helpers.contract.deals import SIDE_TABLES
from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.contract.windows import Window, parse_window
from kpi_helpers.engines.lazy import fetch
from kpi_helpers.errors import KitError, MissingColumns


def side_table(name: str, table) -> pd.DataFrame | None:
    """A side table of any engine as pandas, checked to have its required columns; None stays
    None."""
    if table is None:
        return None
    try:
        found = fetch(nw.from_native(table))
    except TypeError:
        raise KitError(
            f"{name} takes a pandas, Polars, DuckDB or Spark frame, not {type(table).__name__}."
        ) from None
    missing = [
        column
        for column, rule in SIDE_TABLES[name].items()
        if rule.required and column not in found
    ]
    if missing:
        raise MissingColumns(name, missing, found.columns)
    return found


def _covered(spans: dict[str, Window], window: Window) -> list[str] | None:
    """The periods that make up the window exactly: the window itself, else the finer ones that fill
    it."""
    exact = [
        text for text, span in spans.items() if (span.start, span.end) == (window.start, window.end)
    ]
    if exact:
        return exact[:1]
    for kind in ("quarter", "month"):
        inside = sorted(
            (s, text)
            for text, s in spans.items()
            if s.kind == kind and window.start <= s.start and s.end <= window.end
        )
        if inside and sum(span.days for span, _ in inside) == window.days:
            return [text for _, text in inside]
    return None


def _rowwise(keys: pd.DataFrame, partner: str | None, amount_of: Callable) -> pd.Series:
    who = keys[partner] if partner else pd.Series(EVERYONE, index=keys.index)
    found = [amount_of(name, window) for name, window in zip(who, keys["_window"], strict=True)]
    return pd.Series(found, index=keys.index, dtype="float64")


def target_by(
    targets: pd.DataFrame, kpi: str, keys, windows: list[Window], partner: str | None
) -> pd.Series:
    """The agreed target for each row; everyone's own row (`*` or blank) before the sum of the
    partners'."""
    rows = targets[targets["kpi"] == kpi]
    who = (
        rows["partner"].fillna(EVERYONE)
        if "partner" in rows
        else pd.Series(EVERYONE, index=rows.index)
    )
    agreed: dict[str, dict[str, float]] = {}
    for (name, text), target in (
        rows.groupby([who, rows["period"].astype(str)])["target"].sum().items()
    ):
        agreed.setdefault(name, {})[text] = target
    spans = {
        text: parse_window(text)
        for text in {text for periods in agreed.values() for text in periods}
    }
    sums = []
    for window in windows:
        covered = cache(
            lambda texts, window=window: _covered({text: spans[text] for text in texts}, window)
        )
        found = {name: covered(tuple(periods)) for name, periods in agreed.items()}
        known = {
            name: sum(agreed[name][text] for text in texts)
            for name, texts in found.items()
            if texts
        }
        if EVERYONE not in known and known:
            known[EVERYONE] = sum(known.values())
        sums.append(known)
    return _rowwise(keys, partner, lambda name, window: sums[window].get(name))


def with_target(targets: pd.DataFrame, kpi: str, partners, window: Window) -> set[str] | None:
    """The partners whose own targets make up everyone's; None where everyone has one of its own."""
    keys = pd.DataFrame({"partner": [EVERYONE, *partners], "_window": 0})
    agreed = target_by(targets, kpi, keys, [window], "partner")
    own = set(keys["partner"][agreed.notna()]) - {EVERYONE}
    alone = targets[targets["partner"].isin(own)] if "partner" in targets else targets[:0]
    theirs = target_by(alone, kpi, keys[:1], [window], "partner").iloc[0] if len(alone) else None
    return None if agreed.iloc[0] != theirs else own


def spend_by(
    spend: pd.DataFrame, channel: str, keys, windows: list[Window], partner: str | None
) -> pd.Series:
    """Spend on the channel for each row, for windows of whole months; null where no row tells."""
    rows = spend[spend["channel"] == channel]
    months = rows["month"].astype(str).str[:7]
    who = (
        rows["partner"] if "partner" in rows else pd.Series(None, index=rows.index, dtype="object")
    )
    sums = []
    for window in windows:
        inside = (
            [w.label for w in window.periods("month")]
            if window.kind != "all"
            else list(months.unique())
        )
        whole = window.kind == "all" or all(w.kind == "month" for w in window.periods("month"))
        parts = rows[months.isin(inside)] if whole else rows[:0]
        known = parts.groupby(who)["amount"].sum().to_dict()
        if len(parts):
            known[EVERYONE] = parts["amount"].sum()
        sums.append(known)
    return _rowwise(keys, partner, lambda name, window: sums[window].get(name))
