"""Paid, earned and owned leads side by side, and the two verdicts that only intervals that are
apart allow."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.windows import Window, last_months, parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.kpis.remarks import MOST_UNDECIDED
from kpi_helpers.stats import reasons
from kpi_helpers.stats.intervals import wilson

READ = ("deal_id", "channel", "status", "amount", "credit", "created_on", "closed_on")
JUDGED = ("paid", "earned", "owned")
STOP_PAID, WORK_ON_EARNED = "paid brings nothing", "earned falls behind"


@dataclass(frozen=True)
class ChannelVerdicts:
    """`channels`: a row per channel; `verdicts`: a row per verdict that the evidence carries:
    verdict, channel, won, leads, high, beside (the others' lower bound), spend, deal_ids; `reason`
    where there is none."""

    channels: pd.DataFrame
    verdicts: pd.DataFrame
    reason: str | None = None


@nearest_names
def channel_verdicts(
    deals: pd.DataFrame,
    window,
    *,
    as_of,
    spend: pd.DataFrame | None = None,
    most_won: int = 0,
    confidence=0.95,
) -> ChannelVerdicts:
    """Whether paid brings nothing while earned and owned do, and whether earned falls behind;
    wins are better.

    Over the leads created in the window and their wins by `as_of`: paid brings nothing where it won
    at most `most_won` and the upper end of its Wilson interval lies under the lower ends of
    earned's and of owned's; earned falls behind where its upper end lies under the lower end of
    paid and owned together. Silent where intervals touch, and while more than one in ten leads of
    one of the three is undecided.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    window : str or Window
        The days that count, written as in `parse_window`.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    spend : DataFrame, optional
        The spend table: month, channel, partner, amount in the reporting currency.
    most_won : int
        Wins up to which paid counts as bringing nothing.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    ChannelVerdicts
        Deals of one partner or all, and `spend` (month, channel, amount; of this slice) in; a
        ChannelVerdicts out: leads, won, rate, low, high, revenue (credited), spend, roi.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads while leads are young, and because the last touch takes all credit. Source: Wilson
    1927.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(120),
    ...         "channel": ["paid", "earned", "owned"] * 40,
    ...         "amount": 100.0,
    ...         "status": ["lost", "won", "won"] * 40,
    ...         "created_on": "2025-02-01",
    ...         "closed_on": "2025-03-01",
    ...     }
    ... )
    >>> channel_verdicts(deals, "2025-Q1", as_of="2025-12-31").verdicts["verdict"].tolist()
    ['paid brings nothing']
    """
    need_pandas("channel_verdicts", spend)
    checks.columns(
        "channel_verdicts",
        deals,
        ("deal_id", "channel", "status", "amount", "created_on", "closed_on"),
    )
    window = parse_window(window, pd.Timestamp(as_of).date())
    known = known_at(checks.only(deals, READ), as_of)
    made = known[known["created_on"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))]
    won = made["status"] == "won"
    worth = credited(made).where(won)
    by = made["channel"].where(made["channel"].isin((*JUDGED, "partner")), "unknown")
    names = (*JUDGED, "partner", "unknown")
    table = pd.DataFrame(
        {
            "leads": by.groupby(by).size(),
            "won": won.groupby(by).sum(),
            "revenue": worth.groupby(by).sum(),
        }
    )
    table = table.reindex(names).fillna(0.0).astype({"leads": int, "won": int})
    low, high = wilson(table["won"], table["leads"], confidence=confidence)
    table = table.assign(
        rate=table["won"] / table["leads"].where(table["leads"] > 0), low=low, high=high
    )
    table["spend"] = _spent(spend, window, names)
    table["roi"] = (table["revenue"] - table["spend"]) / table["spend"].where(table["spend"] > 0)
    paid, earned, owned = (table.loc[name] for name in JUDGED)
    both = wilson(
        paid["won"] + owned["won"], paid["leads"] + owned["leads"], confidence=confidence
    )[0]
    rows = []
    undecided = (made["status"] == "open").groupby(by).mean()
    ripe = not (undecided.reindex(JUDGED) > MOST_UNDECIDED).any()
    if ripe and paid["won"] <= most_won and paid["high"] < min(earned["low"], owned["low"]):
        rows.append(_verdict(STOP_PAID, paid, min(earned["low"], owned["low"])))
    if ripe and earned["high"] < both:
        rows.append(_verdict(WORK_ON_EARNED, earned, both))
    columns = ["verdict", "channel", "leads", "won", "high", "beside", "spend"]
    verdicts = pd.DataFrame(rows, columns=columns)
    ids = made.groupby(by)["deal_id"].apply(list) if len(made) else {}
    verdicts["deal_ids"] = [list(ids.get(name, [])) for name in verdicts["channel"]]
    silence = reasons.WITHIN_CHANCE if ripe else reasons.YOUNG
    none = None if rows else silence if len(made) else reasons.NO_DATA
    return ChannelVerdicts(table.rename_axis("channel").reset_index(), verdicts, none)


def ripe_year(as_of, slow_days: float | None) -> Window:
    """The leads of the last twelve whole months that are old enough to be judged: of months that
    ended as long before as_of as nine in ten wins take; of the first month at least.

    >>> ripe_year("2025-12-31", 92.0).label
    '2025-01-01..2025-09-30'
    """
    day = pd.Timestamp(as_of).date()
    months = [parse_window(month) for month in last_months(day)]
    ripe = [m for m in months if (day - m.end).days >= (slow_days or 0)]
    return Window(months[0].start, (ripe or months[:1])[-1].end)


def _verdict(verdict, row, beside):
    texts = {
        "verdict": verdict,
        "channel": row.name,
        "leads": int(row["leads"]),
        "won": int(row["won"]),
    }
    return texts | {"high": row["high"], "beside": float(beside), "spend": row["spend"]}


def _spent(spend, window, names):
    if spend is None or not len(spend):
        return np.nan
    month = pd.PeriodIndex(spend["month"].astype(str), freq="M")
    inside = (month.start_time >= pd.Timestamp(window.start)) & (
        month.end_time.normalize() <= pd.Timestamp(window.end)
    )
    sums = spend[inside].groupby("channel")["amount"].sum()
    return sums.reindex(names).to_numpy()
