"""What is said of each strategy follows its answer and its numbers."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from kpi_helpers import partner_view
from kpi_helpers.judging.strategies import AHEAD, COLUMNS, FELL, NOTHING, ROSE, TOO_FEW
from kpi_helpers.showing import strategies

KNOWN = {
    "partner": "Ada",
    "date": "2024-05-01",
    "name": "Deal desk",
    "effect": 0.123,
    "low": 0.02,
    "high": 0.22,
    "seen": 0.14,
    "tried": 9,
    "as_large": 2,
    "control": True,
}


def said(*rows, partner="Ada"):
    table = pd.DataFrame([KNOWN | row for row in rows], columns=COLUMNS)
    found = strategies(
        SimpleNamespace(partner=partner, programme=SimpleNamespace(strategies=table))
    )
    return found.text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ROSE, "rose by 12.3 points beyond its trend (95% interval +2.0 to +22.0)"),
        (FELL, "fell by 12.3 points"),
        (NOTHING, "An effect under 14 points could easily be missed"),
    ],
)
def test_each_answer_has_its_sentence_with_interval_and_control(answer, words):
    text = said({"answer": answer})
    assert text.startswith("Deal desk (1 May 2024):") and words in text
    assert "What all other partners did" in text
    assert "What all other partners did" not in said({"answer": answer, "control": False})
    assert ("Of 9 partners on whom nothing began, 2 moved as far." in text) == (answer != NOTHING)
    assert ("No effect is shown" in text) == (answer == NOTHING)


def test_what_cannot_be_answered_says_why():
    nothing = dict.fromkeys(
        ("effect", "low", "high", "seen", "tried", "as_large", "control"), np.nan
    )
    assert "eight months" in said(nothing | {"answer": TOO_FEW})
    assert "after the day of this report" in said(nothing | {"answer": AHEAD})


def test_a_partner_reads_its_own_and_everyones_page_all_by_name():
    rows = [{"answer": ROSE}, {"answer": FELL, "partner": "Bo", "name": "Portal"}]
    assert "Portal" not in said(*rows)
    assert said(*rows, partner="Cy").startswith("No strategy is on record")
    text = said(*rows, partner="*")
    assert "Deal desk (Ada, 1 May 2024):" in text and "Portal (Bo, 1 May 2024):" in text


def test_the_partners_own_edition_is_answered_and_names_nobody_else():
    view = partner_view(
        ROOT / "data" / "sample", "Nordlicht Systemhaus GmbH", window="2025-Q4", edition="partner"
    )
    text = strategies(view).text
    assert "Deal desk" in text and "New demo centre" not in text and "Delta" not in text
