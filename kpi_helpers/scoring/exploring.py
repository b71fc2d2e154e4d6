"""Exploring by hand: the deals behind a number, two windows or two partners side by side, frames
that read well."""

import narwhals as nw
import pandas as pd

from kpi_helpers.contract.as_of import whole_deals
from kpi_helpers.contract.levels import EVERYONE, LEVELS
from kpi_helpers.contract.windows import as_date, parse_window
from kpi_helpers.engines.pandas_table import deal_table
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.kpis.change import change
from kpi_helpers.kpis.kpi import Kpi
from kpi_helpers.scoring.contributions import contributions
from kpi_helpers.scoring.scorecard import slow_cycle


def deals_behind(
    kpi: Kpi,
    deals,
    *,
    basis: str | None = None,
    window=None,
    as_of=None,
    within_days: int = 90,
    **members,
) -> pd.DataFrame:
    """The deals that a KPI's number was counted from, and what each adds to its parts.

    A KPI, the deal table (any engine), and who: partner="P", employee=, unit=, region=, ...
    (several: all must hold). Out the matching rows of the deal table in front of a column for each
    part of the basis (won, decided, ...): the columns' sums are the number's numerator and
    denominator (medians, indices and spend are made of more). A split deal is one row, in its first
    partner's name, unless a partner was asked for. `basis` is the KPI's first unless named;
    `window` and `as_of` are as in `scorecard`. No matching deal gives an empty table. Raises
    UnknownValue for members, bases and levels there are not.

    >>> import pandas as pd
    >>> from kpi_helpers import close_rate
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": list("abc"),
    ...         "partner": "P",
    ...         "status": ["won", "lost", "open"],
    ...         "amount": 1.0,
    ...         "created_on": pd.Timestamp("2025-03-01"),
    ...         "closed_on": pd.to_datetime(["2025-03-20", "2025-03-21", None]),
    ...     }
    ... )
    >>> deals_behind(close_rate, deals, basis="closed", partner="P", window="2025-03")[
    ...     ["won", "decided", "deal_id"]
    ... ]
       won  decided deal_id
    0    1        1       a
    1    0        1       b
    """
    table = deal_table("deals_behind", deals)
    as_of = as_date(
        table[["created_on", "closed_on"]].max().max() if as_of is None else as_of, "as_of"
    )
    window = parse_window(window, as_of)
    found = {b.name: b for b in kpi.bases}
    if basis is not None and basis not in found:
        raise UnknownValue(f"basis of {kpi.name}", basis, found)
    measures = dict.fromkeys((found[basis] if basis else kpi.bases[0]).measures)
    rows = _of_members(table, members).reset_index(drop=True)
    if "partner" not in members:
        rows = (
            whole_deals(rows.sort_values("partner", kind="stable"))
            .sort_index()
            .reset_index(drop=True)
        )
    slow = slow_cycle(table, as_of)
    parts = contributions(rows, measures, as_of, window, slow_days=slow, within_days=within_days)
    counted = parts.astype({measure.name: int for measure in measures if measure.total == "count"})
    behind = pd.concat([counted, rows.drop(columns=parts, errors="ignore")], axis=1)[
        counted.ne(0).any(axis=1)
    ]
    return behind.dropna(axis=1, how="all").reset_index(drop=True)


def _of_members(table: pd.DataFrame, members: dict) -> pd.DataFrame:
    for level, member in members.items():
        column = LEVELS.get(level)
        if column is None:
            raise UnknownValue("level", level, [name for name, column in LEVELS.items() if column])
        if member not in set(table[column]):
            raise UnknownValue(level, member, sorted(table[column].dropna().unique()))
        table = table[table[column] == member]
    return table


@nearest_names
def side_by_side(
    kpi: Kpi,
    deals,
    windows,
    *,
    by=None,
    basis: str | None = None,
    as_of=None,
    targets=None,
    spend=None,
    within_days: int = 90,
    slow_days: float | None = None,
) -> pd.DataFrame:
    """One KPI in two windows, a row for each group: before, now, change, n_before, n, low, high.

    The KPI, the deals, the two windows (earlier first), the levels `by` and a basis in. Each window
    is looked at from its own end, not later than `as_of`, so that the earlier one has no advantage
    of ripeness. `change` is in points (a share of 1) for rates and relative to before for the rest,
    null from a previous 0. low and high are the interval of `now`.

    Parameters
    ----------
    kpi : Kpi
        The KPI.
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    windows : pair of str or Window
        The earlier first.
    by : str or list of str, optional
        Levels (employee, department, unit, region, product, partner, ...) and at most one of month,
        quarter, year; unset, everyone together as partner `*`.
    basis : str, optional
        Unset, the headline.
    as_of : date or str, optional
        As in `scorecard`.
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
    DataFrame
        One KPI in two windows, a row for each group: before, now, change, n_before, n, low, high.

    Raises
    ------
    KitError
        Unless two windows are given.

    Notes
    -----
    It misleads under some 20 deals a window, and when many groups are looked at.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers import deal_count
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": list("abc"),
    ...         "partner": "P",
    ...         "status": "won",
    ...         "amount": 1.0,
    ...         "created_on": pd.Timestamp("2025-03-01"),
    ...         "closed_on": pd.to_datetime(["2025-03-20", "2025-04-02", "2025-04-03"]),
    ...     }
    ... )
    >>> side_by_side(deal_count, deals, ("2025-03", "2025-04"), by="partner")[
    ...     ["partner", "before", "now", "change"]
    ... ]
      partner  before  now  change
    0       P     1.0  2.0     1.0
    """
    if isinstance(windows, str) or len(windows) != 2:
        raise KitError(
            "side_by_side takes two windows, the earlier first, like ('2025-Q3', '2025-Q4')."
        )
    beside = {
        "targets": targets,
        "spend": spend,
        "within_days": within_days,
        "slow_days": slow_days,
    }
    basis = basis or kpi.headline or kpi.bases[0].name
    tables = []
    for window in windows:
        end = parse_window(window, None if as_of is None else as_date(as_of, "as_of")).end
        then = end if as_of is None else min(end, as_date(as_of, "as_of"))
        table = kpi(deals, by=by, window=window, as_of=then, basis=basis, **beside)
        tables.append(nw.from_native(table, eager_only=True).to_pandas())
    groups = list(tables[1].columns[: tables[1].columns.get_loc("kpi")])
    before = tables[0][[*groups, "value", "n"]].rename(columns={"value": "before", "n": "n_before"})
    both = before.merge(tables[1], on=groups, how="outer").rename(columns={"value": "now"})
    unit = both["unit"].dropna().iloc[0] if both["unit"].notna().any() else "number"
    both["change"] = [
        change(now, was, unit) for now, was in zip(both["now"], both["before"], strict=True)
    ]
    return both[[*groups, "before", "now", "change", "n_before", "n", "low", "high"]]


@nearest_names
def compared(
    kpi: Kpi,
    deals,
    partners,
    *,
    basis: str | None = None,
    window=None,
    as_of=None,
    targets=None,
    spend=None,
    within_days: int = 90,
    slow_days: float | None = None,
) -> pd.DataFrame:
    """One KPI of some partners, a row for each basis (or the one named) and a column for each
    partner, and all `*`.

    Empty windows give nulls, with the reason in the KPI's own note.

    Parameters
    ----------
    kpi : Kpi
        The KPI.
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    partners : list of str
        Partners' names.
    basis : str or list of str, optional
        The bases wanted; unset, all of them.
    window : str or Window, optional
        As in `scorecard`.
    as_of : date or str, optional
        As in `scorecard`.
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
    DataFrame
        One KPI of some partners, a row for each basis (or the one named) and a column for each
        partner, and all `*`.

    Raises
    ------
    KitError
        UnknownValue for partners there are not.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers import deal_count
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": list("abc"),
    ...         "partner": ["Ada", "Ada", "Bora"],
    ...         "status": "won",
    ...         "amount": 1.0,
    ...         "created_on": pd.Timestamp("2025-03-01"),
    ...         "closed_on": pd.Timestamp("2025-03-20"),
    ...     }
    ... )
    >>> compared(deal_count, deals, ["Ada", "Bora"], basis="won", window="2025-03").values.tolist()
    [[2.0, 1.0, 3.0]]
    """
    beside = {
        "targets": targets,
        "spend": spend,
        "within_days": within_days,
        "slow_days": slow_days,
    }
    options = {"basis": basis, "window": window, "as_of": as_of, **beside}
    own = nw.from_native(kpi(deals, by="partner", **options), eager_only=True).to_pandas()
    for partner in partners:
        if partner not in set(own["partner"]):
            raise UnknownValue("partner", partner, own["partner"].unique())
    everyone = nw.from_native(kpi(deals, **options), eager_only=True).to_pandas()
    rows = pd.concat([own[own["partner"].isin(partners)], everyone])
    order = list(dict.fromkeys(rows["basis"]))
    return rows.pivot(index="basis", columns="partner", values="value").reindex(order)[
        [*partners, EVERYONE]
    ]
