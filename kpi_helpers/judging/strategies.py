"""What each strategy that began did to the close rate of its partner, or of the whole programme."""

import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.errors import KitError, nearest_names
from kpi_helpers.judging.strategy_question import strategy_effect

ROSE, FELL, NOTHING, TOO_FEW, AHEAD = (
    *("rose", "fell", "nothing shown", "too few periods", "not begun"),
)
COLUMNS = ["partner", "date", "name", "answer", "effect", "low", "high"]
COLUMNS += ["seen", "before", "after", "tried", "as_large", "control"]


@nearest_names
def strategy_answers(deals: pd.DataFrame, events: pd.DataFrame | None, as_of) -> pd.DataFrame:
    """Every event with what the deals show of it; a positive effect is better.

    `strategy_effect` on the close rate of created deals by month: of the event's partner against
    all others, or of everyone where no partner is named. An event of nobody that sells is left out.

    Parameters
    ----------
    deals : DataFrame
        The deal table of all partners.
    events : DataFrame or None
        date, partner (blank: the whole programme) and name, as in events.csv.
    as_of : date or str
        The last day that is known.

    Returns
    -------
    DataFrame
        A row each, by date: partner (* for the programme), date, name, answer (rose, fell, nothing
        shown, too few periods or not begun), effect, low and high (a share), seen (the effect that
        such data show in 80 of 100 cases), periods before and after, other partners tried and as
        large, control (whether others were taken off).

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads as `strategy_effect` does: one claim an event, and what else began then is in it.

    Examples
    --------
    >>> strategy_answers(pd.DataFrame({"partner": []}), None, "2025-12-31").empty
    True
    """
    need_pandas("strategy_answers", deals)
    if events is None or not len(events):
        return pd.DataFrame(columns=COLUMNS)
    checks.columns("strategy_answers", events, ("date", "partner", "name"))
    sellers, rows = set(deals["partner"]), []
    everyone = deals.assign(partner=EVERYONE)
    for event in events.sort_values("date", kind="stable").to_dict("records"):
        partner = EVERYONE if pd.isna(event["partner"]) else event["partner"]
        if partner != EVERYONE and partner not in sellers:
            continue
        whose = everyone if partner == EVERYONE else deals
        began = pd.Timestamp(event["date"]).date()
        known = {"partner": partner, "date": str(began), "name": event["name"]}
        rows.append(known | _answer(whose, began, partner, as_of))
    return pd.DataFrame(rows, columns=COLUMNS)


def _answer(deals, began, partner, as_of):
    if began > pd.Timestamp(as_of).date():
        return {"answer": AHEAD}
    try:
        found = strategy_effect(
            deals, began, partner=partner, as_of=as_of, control=partner != EVERYONE
        )
    except KitError:  # no month on one of the two sides
        return {"answer": TOO_FEW}
    effect = found.effect
    spans = {"before": effect.before, "after": effect.after}
    if effect.effect is None:
        return spans | {"answer": TOO_FEW}
    return spans | {
        "answer": found.verdict or NOTHING,
        "effect": effect.effect,
        "low": effect.low,
        "high": effect.high,
        "seen": found.seen,
        "tried": len(found.placebo),
        "as_large": found.as_large,
        "control": bool(found.series["control"].notna().any()),
    }
