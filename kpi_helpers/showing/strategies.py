"""What each strategy that began did to the close rate, a sentence an event."""

from datetime import date

import pandas as pd

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.strategies import FELL, ROSE
from kpi_helpers.showing.claimed import TEXTS
from kpi_helpers.showing.format import day
from kpi_helpers.showing.language import _
from kpi_helpers.showing.tables import Html, paragraph
from kpi_helpers.views.partner import PartnerView


@nearest_names
def strategies(view: PartnerView) -> Html:
    """Every strategy of the partner that began, of all partners' and the programme's on the page of
    everyone, with what it did to the close rate.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave, or a portfolio's `everyone`.

    Returns
    -------
    Html
        A sentence an event, in the order in which they began; one where none is known.

    Notes
    -----
    It misleads where something else began at the same time.

    Examples
    --------
    >>> print(strategies(view))
    No strategy is on record here: a table of events says what began when.
    """
    found = view.programme.strategies
    if view.partner != EVERYONE:
        found = found[found["partner"] == view.partner]
    if found.empty:
        return paragraph(
            _("No strategy is on record here: a table of events says what began when.")
        )
    return paragraph(" ".join(_told(row, view.partner) for row in found.to_dict("records")))


def _told(row, partner) -> str:
    began = day(date.fromisoformat(row["date"]))
    if partner == EVERYONE and row["partner"] != EVERYONE:
        begin = _("{name} ({partner}, {day}):", name=row["name"], partner=row["partner"], day=began)
    else:
        begin = _("{name} ({day}):", name=row["name"], day=began)
    answer = TEXTS["strategy"][row["answer"]]
    said = [begin, _(answer, **_numbers(row))]
    if pd.notna(row["control"]) and row["control"]:
        said.append(_("What all other partners did in the same months is taken off."))
    if row["answer"] in (ROSE, FELL) and row["tried"]:
        said.append(
            _(
                "Of {tried:.0f} partners on whom nothing began, {as_large:.0f} moved as far.",
                tried=row["tried"],
                as_large=row["as_large"],
            )
        )
    return " ".join(said)


def _numbers(row) -> dict:
    if pd.isna(row["effect"]):
        return {}
    change, low, high, seen = (100 * row[name] for name in ("effect", "low", "high", "seen"))
    return {"points": abs(change), "change": change, "low": low, "high": high, "seen": seen}
