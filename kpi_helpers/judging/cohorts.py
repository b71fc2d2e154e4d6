"""What a young cohort may be expected to show once its deals are decided."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.deals import CHANNELS
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.contract.notes import Note, decode, encode, noted
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.forecasting import SHOCK
from kpi_helpers.judging.win_chances import WinHistory, win_chances
from kpi_helpers.stats.pipeline_outcome import draw_wins

EXPECTED = ("expected", "expected_low", "expected_high")
TAIL = 0.025  # either side of a 95 % interval
UNKNOWN = (np.nan,) * 3


@nearest_names
def with_expected(
    card: pd.DataFrame, deals: pd.DataFrame, history: WinHistory, *, shock: float = SHOCK
) -> pd.DataFrame:
    """The scorecard with what each young number should be once its cohort is decided.

    Won so far and the open ones' chances to be won at all: the mean, and in what 95 of 100 draws of
    them lie (`draw_wins`). Only for rows marked young; money of open deals without an amount is
    left out and counted in the note.

    Parameters
    ----------
    card : DataFrame
        A scorecard of one window by partner, or of all together.
    deals : DataFrame
        The deals that it was made of.
    history : WinHistory
        What `learn` gave on the scorecard's day.
    shock : float
        Correlation of a shared good or bad period.

    Returns
    -------
    DataFrame
        The same table with `expected`, `expected_low` and `expected_high`, null for what is not
        young and where nothing tells the chances.

    Notes
    -----
    It misleads as the chances do, and where deals are left open that nobody works on. Source:
    kpis.md 5.

    Examples
    --------
    >>> from kpi_helpers import close_rate
    >>> from kpi_helpers.judging import learn
    >>> statuses = ["won"] * 7 + ["lost"] * 11 + ["open"] * 22
    >>> deals = pd.DataFrame({"deal_id": range(40), "partner": "P", "status": statuses})
    >>> deals = deals.assign(amount=100.0, credit=1.0, probability=0.25)
    >>> deals = deals.assign(created_on=pd.Timestamp("2025-10-01"), closed_on=pd.NaT)
    >>> deals.loc[deals.index < 18, "closed_on"] = pd.Timestamp("2025-11-01")
    >>> card = close_rate(deals, window="2025-Q4", as_of="2025-12-31", basis="cohort")
    >>> history = learn(deals[:0], "2025-12-31")
    >>> with_expected(card, deals, history)[["value", "expected"]].round(4).values.tolist()
    [[0.175, 0.3125]]
    """
    need_pandas("with_expected", card, deals)
    card = card.assign(**dict.fromkeys(EXPECTED, np.nan))
    young = card[noted(card, "young")]
    if young.empty:
        return card
    opened = _open(deals, history, card)
    whole = opened.drop_duplicates("deal_id")
    groups = opened.groupby("partner").indices
    for partner, rows in young.groupby("partner"):
        if partner == EVERYONE:  # a split deal is one deal, with all its money
            worth = opened.groupby("deal_id")["worth"].sum(min_count=1)
            mine = whole.assign(worth=whole["deal_id"].map(worth))
        else:
            mine = opened.iloc[groups.get(partner, [])]
        ends = _expected(rows, mine, shock)
        for at, (found, unpriced) in zip(rows.index, ends, strict=True):
            card.loc[at, [*EXPECTED]] = found
            if unpriced and not np.isnan(found[0]):
                notes = (*decode(card.at[at, "codes"]), Note("open_without_amount", n=unpriced))
                card.loc[at, ["codes", "note"]] = encode(notes), "; ".join(notes)
    return card


def _open(deals: pd.DataFrame, history: WinHistory, card: pd.DataFrame) -> pd.DataFrame:
    """The window's deals that are open on the scorecard's day, with their chances."""
    row = card.iloc[0]
    known = known_at(deals, row["as_of"])
    inside = known["created_on"].between(row["window_start"], row["window_end"])
    opened = known[inside & (known["status"] == "open")]
    blank = pd.Series(None, opened.index, dtype=object)
    channel = opened.get("channel", blank)
    table = pd.DataFrame(
        {
            "deal_id": opened["deal_id"],
            "partner": opened["partner"],
            "chance": win_chances(history, opened)["eventually"].astype(float),
            "worth": credited(opened).astype(float),
            "channel": channel.where(channel.isin(CHANNELS), "unknown"),
            "ideal": opened.get("ideal", blank).fillna(False).astype(bool),
        }
    )
    return table.sort_values(["chance", "worth", "deal_id"], ignore_index=True)


def _expected(rows: pd.DataFrame, opened: pd.DataFrame, shock: float) -> Iterator:
    """For each row what is expected with its ends, and how many open deals it lacks the money
    of."""
    chances = opened["chance"].to_numpy()
    wins = draw_wins(np.nan_to_num(chances), shock=shock)
    for row in rows.to_dict("records"):
        counts, money, reading = _reading(row, opened)
        if np.isnan(chances[counts]).any():
            yield UNKNOWN, 0
            continue
        adds = opened["worth"].to_numpy() if money else np.ones(len(opened))
        unpriced = int(np.isnan(adds[counts]).sum())
        adds = np.where(counts, np.nan_to_num(adds), 0.0)
        brought = np.quantile(wins @ adds, (TAIL, 1 - TAIL), method="inverted_cdf")
        mean, low, high = (reading(x) for x in (np.nan_to_num(chances) @ adds, *brought))
        yield (mean, *sorted((low, high))), unpriced


def _reading(row: dict, opened: pd.DataFrame) -> tuple[np.ndarray, bool, Callable]:
    """Which of the open deals count, whether by their money, and what the number becomes when they
    bring so much more."""
    metric, _, channel = row["basis"].partition(".")
    value, top, bottom = row["value"], row["numerator"], row["denominator"]
    everywhere = np.ones(len(opened), dtype=bool)
    through = (opened["channel"] == channel).to_numpy()
    ideal = opened["ideal"].to_numpy()
    if row["kpi"] == "deal_success":
        all_count = any(note.code == "of_all_submitted" for note in decode(row["codes"]))
        counts = everywhere if all_count else ideal
        return counts, False, lambda more: (top + more) / bottom
    if metric in ("won", "revenue"):
        return through, metric == "revenue", lambda more: value + more
    if metric == "cost_per_won":
        return through, False, lambda more: top / (bottom + more)
    if metric in ("roi", "revenue_per_spend"):
        return through, True, lambda more: (top + more) / bottom
    return through if channel else everywhere, False, lambda more: (top + more) / bottom
