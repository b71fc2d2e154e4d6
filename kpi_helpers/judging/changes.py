"""Why each KPI moved since another window: volume, mix, rate, size and the deals that carry it; it
closes exactly."""

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at, whole_deals
from kpi_helpers.contract.windows import as_date, parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.kpis.average_deal_size import won_whole
from kpi_helpers.kpis.deal_success import ideal, ideal_won
from kpi_helpers.kpis.deal_velocity import cycle_sum, dated
from kpi_helpers.kpis.pipeline import open_amount, open_priced
from kpi_helpers.kpis.remarks import MOST_UNDECIDED
from kpi_helpers.kpis.shared import (
    closed,
    created,
    created_won,
    decided,
    won,
    won_amount,
    won_priced,
)
from kpi_helpers.scoring.contributions import contributions
from kpi_helpers.stats import reasons

EFFECTS = ("volume", "mix", "rate", "size")
MIX = "product"
NO_GROUP = "(blank)"
READ = ("deal_id", "status", "amount", "credit", "created_on", "closed_on", "channel", "ideal")


@dataclass(frozen=True)
class WhatChanged:
    """`parts`: a row per KPI with before, after, change = volume + mix + rate + size, reason;
    `deals`: a row per KPI and deal with its contribution (they sum to the change), side ("now" or
    "before"), largest first."""

    parts: pd.DataFrame
    deals: pd.DataFrame


@nearest_names
def what_changed(deals: pd.DataFrame, window, *, as_of, before=None, mix: str = MIX) -> WhatChanged:
    """Split each KPI's change between two windows exactly; which direction is better is the
    KPI's own.

    Each KPI is N x sum over groups g of (share x rate x size), or the same without N for averages
    and rates; an effect is the Shapley value of its factor, so volume + mix + rate + size = change.
    `mix` names the groups' column (blank or absent: one group); deal success is split by ideal (mix
    = identification, rate = conversion), channels by channel. In deal velocity "rate" is the
    groups' mean days. A factor unknown on one side is taken as unchanged.

    A deal's contribution is what it adds to a sum, or its part of an average: (a - m b) / B, m the
    mean of both averages, minus for the earlier window. The earlier window is seen at the same
    age as this one (`Window.alike`): its first days while this one runs, and as many days after its
    end. An average over nothing on one side is null with a reason; over leads that are too young it
    is split, and the reason says that it is no change yet.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    window : str or Window
        The days that count, written as in `parse_window`.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    before : str or Window, optional
        The earlier window; unset, the one right before.
    mix : str
        The column whose groups are the mix.

    Returns
    -------
    WhatChanged
        Deals of one partner (or any slice), `window` and `before` (the window right before, unless
        given) in, a WhatChanged out, in each KPI's unit.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads as a cause: it says where, not why. Source: Shapley 1953; Das Gupta 1993.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": list("abc"),
    ...         "status": "won",
    ...         "amount": [100.0, 300.0, 500.0],
    ...         "created_on": ["2025-01-02", "2025-02-03", "2025-02-04"],
    ...         "closed_on": ["2025-01-20", "2025-02-20", "2025-02-21"],
    ...     }
    ... )
    >>> parts = what_changed(deals, "2025-02", as_of="2025-02-28").parts.set_index("kpi")
    >>> parts.loc["won_amount", ["change", "volume", "size"]].astype(float).round(6).tolist()
    [700.0, 250.0, 450.0]
    """
    checks.columns(
        "what_changed", deals, ("deal_id", "status", "amount", "created_on", "closed_on")
    )
    as_of = as_date(as_of, "as_of")
    window = parse_window(window, as_of)
    before = window.previous() if before is None else parse_window(before, as_of)
    if before is None:
        return WhatChanged(pd.DataFrame(columns=[*PARTS]), pd.DataFrame(columns=[*CONTRIBUTIONS]))
    whole = whole_deals(checks.only(deals, dict.fromkeys((*READ, mix))))
    part, day = window.alike(before, as_of)
    then, now = _facts(whole, part, day, mix), _facts(whole, window, as_of, mix)
    rows, carriers = [], []
    for (kpi, basis), (per, old) in then.items():
        new = now[kpi, basis][1]
        row = _split(old, new, per)
        rows.append({"kpi": kpi, "basis": basis, **row})
        if row["reason"] != reasons.NO_TOTAL:
            carriers.append({"kpi": kpi, "basis": basis} | _carriers(old, new, per))
    parts = pd.DataFrame(rows, columns=[*PARTS]).astype({"reason": "str"})
    return WhatChanged(parts, _joined(carriers))


PARTS = ("kpi", "basis", "before", "after", "change", *EFFECTS, "reason")
CONTRIBUTIONS = ("kpi", "basis", "deal_id", "side", "contribution")


def _joined(carriers):
    counts = [len(c["contribution"]) for c in carriers]
    table = {
        name: np.repeat(np.array([c[name] for c in carriers], dtype=object), counts)
        for name in ("kpi", "basis")
    }
    for name in ("deal_id", "side", "contribution"):
        table[name] = np.concatenate([c[name] for c in carriers])
    return pd.DataFrame(table)


# A KPI as N deals of which some hit, each with a value: whether it is a sum, an average or a pace,
# and the measures that tell who is counted, who hits and what that adds.
SPLIT = {
    ("average_deal_size", "whole"): ("average", won_priced, won_priced, won_whole),
    ("deal_count", "won"): ("sum", closed, won, won),
    ("won_amount", "credited"): ("sum", closed, won_priced, won_amount),
    ("pipeline", "open"): ("sum", open_priced, open_priced, open_amount),
    ("close_rate", "closed"): ("average", decided, won, won),
    ("close_rate", "cohort"): ("average", created, created_won, created_won),
    ("deal_velocity", "cycle_mean"): ("pace", dated, dated, cycle_sum),
    ("quality_score", "yield"): ("average", closed, won_priced, won_amount),
    ("marketing_channels", "close_rate"): ("average", created, created_won, created_won),
    ("deal_success", "success"): ("average", created, ideal_won, ideal_won),
}
# These are split by groups of their own, and only where the deals have the column.
OWN_GROUPS = {"marketing_channels": "channel", "deal_success": "ideal"}


def _facts(deals, window, day, mix):
    """For each KPI: whether it is a sum or an average, and its deals with group, hit (0 or 1) and
    value."""
    known = known_at(deals, day)
    measures = [ideal, *(measure for _per, *three in SPLIT.values() for measure in three)]
    parts = contributions(known, measures, day, window)
    groups = {name: _group(known, name) for name in (mix, "channel")}
    groups["ideal"] = parts[ideal.name].map({1.0: "ideal"}).fillna("not ideal")
    facts = {}
    for (kpi, basis), (per, counted, hits, adds) in SPLIT.items():
        by = OWN_GROUPS.get(kpi, mix)
        if kpi in OWN_GROUPS and by not in known:
            continue
        there = (parts[counted.name] > 0).to_numpy()
        columns = (known["deal_id"], groups[by], parts[hits.name], parts[adds.name])
        undecided = counted is created and (known["status"][there] == "open").mean()
        arrays = (column[there].to_numpy() for column in columns)
        facts[kpi, basis] = (per, _Facts(*arrays, young=undecided > MOST_UNDECIDED))
    return facts


def _group(deals, column):
    if column not in deals:
        return pd.Series(NO_GROUP, index=deals.index)
    return deals[column].astype("object").where(deals[column].notna(), NO_GROUP)


@dataclass(frozen=True)
class _Facts:
    """A KPI's deals in one window: group, whether each counts (hit) and what it adds (a); `young`
    where they are created ones of which too many are undecided."""

    deal_id: np.ndarray
    group: np.ndarray
    hit: np.ndarray
    a: np.ndarray
    young: bool = False


def _split(old, new, per):
    groups = {name: i for i, name in enumerate(sorted({*old.group, *new.group}, key=str))}
    factors = [_factors(table, groups, per) for table in (old, new)]
    before, after = (_value(table, per) for table in (old, new))
    if np.isnan(before) or np.isnan(after):
        nothing = dict.fromkeys(("change", *EFFECTS), np.nan)
        return {"before": before, "after": after, **nothing, "reason": reasons.NO_TOTAL}
    (n0, s0, r0, a0), (n1, s1, r1, a1) = factors
    pairs = [(n0, n1) if per == "sum" else (1.0, 1.0)]
    pairs += [
        tuple(np.nan_to_num(np.where(np.isnan(x), y, x)) for x, y in ((u, v), (v, u)))
        for u, v in ((s0, s1), (r0, r1), (a0, a1))
    ]
    effects = _shapley(pairs)
    return {
        "before": before,
        "after": after,
        "change": after - before,
        **dict(zip(EFFECTS, effects, strict=True)),
    } | {"reason": reasons.YOUNG if old.young or new.young else None}


def _factors(table, groups, per):
    """N, and by group: share of N, hits per deal, value per hit; NaN where there is nothing to
    divide by."""
    at = np.fromiter((groups[name] for name in table.group), int, len(table.group))
    n, hit, a = (np.bincount(at, weights, len(groups)) for weights in (None, table.hit, table.a))
    with np.errstate(divide="ignore", invalid="ignore"):
        share, rate, size = n / n.sum(), hit / n, a / hit
    if per == "pace":  # the days of a deal are its pace, not its size
        rate, size = size, np.ones_like(size)
    return n.sum(), share, rate, size


def _value(table, per):
    total, n = table.a.sum(), len(table.a)
    return float(total if per == "sum" else total / n if n else np.nan)


def _shapley(pairs):
    """Each factor's change averaged over all orders in which the four can change."""
    count, every = len(pairs), range(len(pairs))

    def product(changed):
        n, *rest = (pairs[i][i in changed] for i in every)
        return float(n * np.prod(rest, axis=0).sum())

    at = {frozenset(c): product(c) for size in range(count + 1) for c in combinations(every, size)}
    effects = []
    for i in every:
        others = [c for c in at if i not in c]
        weights = [
            factorial(len(c)) * factorial(count - len(c) - 1) / factorial(count) for c in others
        ]
        effects.append(sum(w * (at[c | {i}] - at[c]) for w, c in zip(weights, others, strict=True)))
    return effects


def _carriers(old, new, per):
    """Each deal's part of the change, largest first."""
    middle = 0.0 if per == "sum" else (_value(old, per) + _value(new, per)) / 2
    sides = []
    for table, side, sign in ((old, "before", -1.0), (new, "now", 1.0)):
        per_deal = sign * (table.a - middle) / (1 if per == "sum" else max(len(table.a), 1))
        kept = per_deal != 0
        sides.append((table.deal_id[kept], np.full(kept.sum(), side, dtype=object), per_deal[kept]))
    names, side, contribution = (np.concatenate(both) for both in zip(*sides, strict=True))
    order = np.argsort(-np.abs(contribution), kind="stable")
    return {"deal_id": names[order], "side": side[order], "contribution": contribution[order]}
