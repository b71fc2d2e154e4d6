"""No sentence of a page contradicts another, a table or a claim, on any day, in either edition and
language."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from judging import null_world

from kpi_helpers.reading import load
from kpi_helpers.showing.language import using

from .contradictions import contradictions
from .measuring import measured, page

SAMPLE = Path(__file__).parents[2] / "data/sample"
DAYS = ("2025-10-09", "2025-11-15", "2025-12-31", "2026-01-20")
MANY = pd.date_range("2025-01-10", "2025-12-31", periods=36)
TARGETS = pd.DataFrame(
    {"partner": ["P00", "P01"], "period": "2025-Q4", "kpi": "deal_count", "target": [3.0, 40.0]}
)
# Of the sample: paid leads that bring nothing, a partner in decline, one good by its region only.
PLANTED = ("Çınar Teknoloji", "Öztürk & Oğulları", "Işık Bilişim")


def wrong(made, names, deals, **sides) -> list[str]:
    """What contradicts itself on these partners' pages, in both editions and languages."""
    found = []
    for name in names:
        for edition in ("internal", "partner"):
            for lang in ("en", "tr"):
                with using(lang):
                    view = page(made, name, deals, edition, **(sides or {"targets": TARGETS}))
                    found += [f"{name} {edition} {lang} {one}" for one in contradictions(view)]
    return found


@pytest.fixture(scope="module")
def deals():
    """One partner's close rate truly fell, so that something is told."""
    world = {"partners": 7, "a_quarter": 60, "close_rate": 0.5, "planted": {"rate": 0.2}}
    return null_world.programme(2, **world)


@pytest.mark.parametrize("day", DAYS)
def test_no_page_contradicts_itself(deals, day):
    made = measured(deals, date.fromisoformat(day), "2025-Q4", targets=TARGETS)
    assert wrong(made, ("P00", "P01"), deals) == []


def test_no_page_of_the_sample_contradicts_itself():
    loaded, day = load(SAMPLE, as_of="2025-12-31"), date(2025, 12, 31)
    sides = {"targets": loaded.targets, "spend": loaded.spend}
    made = measured(loaded.deals("pandas"), day, "2025-Q4", **sides)
    assert wrong(made, PLANTED, loaded.deals("pandas"), **sides) == []


@pytest.mark.long
@pytest.mark.parametrize("day", MANY, ids=lambda day: str(day.date()))
def test_no_page_of_forty_partners_contradicts_itself(day):
    deals, day = null_world.programme(6, partners=40), day.date()
    made = measured(deals, day, f"{day.year}-Q{(day.month + 2) // 3}", targets=TARGETS)
    assert wrong(made, sorted(made.now["partner"].unique()), deals) == []


def test_the_checker_sees_a_claim_that_says_the_opposite(deals):
    """It is able to fail: a verdict turned round is a sentence without its numbers."""
    made = measured(deals, date(2025, 12, 31), "2025-Q4", targets=TARGETS)
    view = page(made, "P00", deals, targets=TARGETS)
    fell = view.claims["close_rate", "closed", "previous"]
    assert fell.verdict == "fell" and contradictions(view) == []
    view.claims["close_rate", "closed", "previous"] = replace(fell, verdict="rose")
    assert any("close_rate" in one for one in contradictions(view))
