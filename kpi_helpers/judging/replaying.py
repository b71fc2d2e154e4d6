"""The kit's claims made again as of each past period and held against what came."""

import re
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.contract.windows import as_date
from kpi_helpers.errors import Argument, KitError, UnknownValue, nearest_names
from kpi_helpers.judging.backtesting import MOST, eves, past_windows, spread
from kpi_helpers.judging.replayed import MEANS, Held
from kpi_helpers.judging.replayed_changes import Cards, told_of
from kpi_helpers.judging.replayed_claims import Ends, told_on
from kpi_helpers.stats import reasons

PARTNERS = "partners"
SUMMARY = ("claim", "who", "claims", "right", "of", "share", "low", "high", "stated", "means")
UNITS = {"q": "quarter", "m": "month"}


@dataclass(frozen=True)
class Replay:
    """`claims`: a row per claim: claim (its kind), subject (a partner, or * for all), as_of, about,
    said, came, right of `of` cases, and the share of right ones that the claim itself stated.

    `reason` says why there is none.
    """

    claims: pd.DataFrame
    reason: str | None = None

    @cached_property
    def summary(self) -> pd.DataFrame:
        """By kind of claim, of partners and of all together (who is "partners" or *): claims,
        right, of, share with its 95 % interval (Wilson: deals and partners that share a fate make
        it too narrow), the share stated, and when such a claim is right."""
        from kpi_helpers.stats.intervals import wilson

        told = self.claims
        told = told.assign(
            who=told["subject"].where(told["subject"] == EVERYONE, PARTNERS),
            order=told["claim"].map({kind: at for at, kind in enumerate(MEANS)}),
            expected=told["stated"] * told["of"],
            known=told["of"].where(told["stated"].notna(), 0),
        )
        by = told.groupby(["order", "claim", "who"])
        sums = by[["right", "of", "expected", "known"]].sum().assign(claims=by.size())
        sums = sums.sort_index(level=["order", "who"], ascending=[True, False]).reset_index()
        low, high = wilson(sums["right"], sums["of"])
        sums = sums.assign(
            share=sums["right"] / sums["of"],
            low=low,
            high=high,
            stated=sums["expected"] / sums["known"].where(sums["known"] > 0),
            means=sums["claim"].map(MEANS),
        )
        return sums[[*SUMMARY]]


@nearest_names
def replay(
    deals: pd.DataFrame,
    as_of,
    *,
    back: str = "8q",
    partner: str | None = None,
    targets: pd.DataFrame | None = None,
    snapshots=None,
) -> Replay:
    """Makes each kind of claim as of each past period and holds it against what came; shares near
    the stated ones are best.

    On the day before each of the last whole periods, only what was known then is used (`known_at`;
    amounts and stages are the export's, or those of the snapshot of that very day): forecasts and
    chances as `backtest` makes them, stale deals and channel verdicts as the plan tells them, and
    the changes of the window that ended that day as its page told them. A claim that cannot be
    decided yet is left out. Of more than 200 partners so many are forecast, as in `backtest`.

    Parameters
    ----------
    deals : DataFrame
        The deal table of all partners.
    as_of : date or str
        What is known today, like 2025-12-31.
    back : str
        How far: 8q for eight quarters, 12m for twelve months.
    partner : str, optional
        Only this partner's claims, learned from all partners all the same.
    targets : DataFrame, optional
        The targets table: partner, period, kpi, target; without it no chance to reach one is
        replayed.
    snapshots : dict, optional
        Date -> the deal table as exported then; overdue deals are replayed only of such a day.

    Returns
    -------
    Replay
        Deals of all partners in, a Replay out.

    Raises
    ------
    KitError
        For missing columns, an unknown partner and a `back` that is none.

    Notes
    -----
    It misleads where few claims are counted, and where the export was mended later: amounts are
    those of today. Source: kpis.md 5.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(400),
    ...         "partner": ["A", "B"] * 200,
    ...         "status": ["won", "lost", "lost", "won"] * 100,
    ...         "amount": 100.0,
    ...         "created_on": pd.date_range("2024-01-01", periods=400),
    ...     }
    ... )
    >>> deals["closed_on"] = deals["created_on"] + pd.Timedelta(days=30)
    >>> told = replay(deals, "2024-12-31", back="2q").summary
    >>> told.loc[told["claim"] == "forecast in its range", ["who", "right", "of"]].values.tolist()
    [['partners', 4, 4], ['*', 2, 2]]
    """
    need_pandas("replay", targets, *(snapshots or {}).values())
    checks.columns(
        "replay", deals, ("deal_id", "partner", "status", "amount", "created_on", "closed_on")
    )
    number, unit = _back(back)
    as_of, names = as_date(as_of, "as_of"), sorted(deals["partner"].dropna().unique())
    if partner is not None and partner not in names:
        raise UnknownValue("partner", partner, names)
    windows = past_windows(as_of, number, unit)
    subjects = [partner] if partner else [EVERYONE, *spread(deals["partner"], MOST)]
    ends = Ends(deals, as_of)
    rows = [
        held
        for eve in eves(deals, windows, subjects, snapshots=snapshots)
        for held in told_on(eve, ends, subjects, targets)
    ]
    cards, born = Cards(deals), pd.to_datetime(deals["created_on"]).min()
    for following in windows:
        window = following.previous()
        if pd.Timestamp(window.start) > born:
            rows += told_of(window, following, cards, partner)
    table = pd.DataFrame(rows, columns=[*Held._fields]).astype({"stated": float})
    order = {kind: at for at, kind in enumerate(MEANS)}
    table = table.sort_values(
        ["claim", "as_of", "subject"],
        key=lambda column: column.map(order) if column.name == "claim" else column,
        kind="stable",
        ignore_index=True,
    )
    return Replay(table, None if len(table) else reasons.NO_HISTORY)


def _back(back: str) -> tuple[int, str]:
    found = re.fullmatch(r"([1-9]\d{0,2})([qm])", str(back).strip().lower())
    if found is None or int(found[1]) > 120:
        raise KitError(
            Argument("back"),
            f" takes a number of quarters or months up to 120, like 8q or 12m; this is {back!r}.",
        )
    return int(found[1]), UNITS[found[2]]
