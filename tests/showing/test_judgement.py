"""What a report says of a partner: verdicts only with their evidence, and silence said."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from kpi_helpers import partner_view
from kpi_helpers.contract.windows import as_date, parse_window
from kpi_helpers.reading import load
from kpi_helpers.showing import changes, fair, outlook, plan, reading
from kpi_helpers.showing.format import shown
from kpi_helpers.showing.kpi_tables import numbers as summary_of
from kpi_helpers.views.fleet import measure_fleet
from kpi_helpers.views.partner import PartnerView, _own

SAMPLE = Path(__file__).parents[2] / "data/sample"


@pytest.fixture(scope="module")
def of():
    """A view of any partner of the sample; what all share is measured once."""
    loaded = load(SAMPLE, as_of="2025-12-31")
    fleet = measure_fleet(loaded, parse_window("2025-Q4"), as_date("2025-12-31"))

    def view(partner):
        own = fleet.of(partner)
        tables = [_own(table, partner) for table in (loaded.deals(), loaded.spend, loaded.targets)]
        shared = (own.window, own.as_of, own.currency, own.slow_days)
        deals, spend, targets = tables
        return PartnerView(
            partner,
            *shared,
            deals,
            own.now,
            own.previous,
            own.peers,
            own.trend,
            own.programme,
            spend,
            targets,
        )

    return view


def test_the_declining_partner_is_found_and_the_question_asked(of):
    view = of("Öztürk & Oğulları")
    assert "below expectation" in repr(fair(view))
    assert "Is this still the right partner?" in repr(plan(view))


def test_a_partner_good_only_by_its_region_gets_no_verdict(of):
    assert "No verdict" in repr(fair(of("Işık Bilişim")))


def test_paid_that_brings_nothing_is_told(of):
    assert "paid" in repr(plan(of("Çınar Teknoloji"))).lower()


def test_housekeeping_says_what_comes_anyway_and_what_is_at_stake_is_added_once(of):
    view = of("Çınar Teknoloji")
    text = repr(plan(view))
    assert "Value at stake a year" in text and "€136,230" in text
    assert "should bring €" in text and " anyway" in text  # its stale deals
    made, _ = view.planned
    named = made.table["value_at_stake"].notna().sum()
    assert ("each deal counted once" in text) == (named > 1)


def test_few_deals_are_answered_with_silence(of):
    assert "cannot support" in repr(plan(of("Çiğdem Yazılım")))


def test_the_forecast_tells_its_range_and_how_earlier_ones_fared(of):
    text = repr(outlook(of("Işık Bilişim")))
    assert "2026-Q1" in text
    assert "aim for 80%" in text
    assert "Brier score of" in text and "lower is better" in text
    assert "Stated chance" in text and "10.0%–20.0%" in text
    assert "no target for this period" in text


def test_changes_name_the_deals_that_carry_them(of):
    text = repr(changes(of("Işık Bilişim")))
    assert "Average deal size" in text
    assert "D-0" in text


def test_the_season_of_the_window_and_the_pace_of_two_years_are_told(of):
    view = of("Işık Bilişim")
    assert "seasonal index of this time of the year is 1.05 (95% interval 0.99 to 1.11" in repr(
        reading(view, "close_rate")
    )
    assert (
        "no other pace than those of the twelve before (log-rank test of this partner alone: p = "
        "0.682)" in repr(reading(view, "deal_velocity"))
    )


def test_a_tiny_export_is_answered_honestly(export):
    view = partner_view(export("A"), "A", window="2025-Q4", as_of="2025-12-31")
    assert "cannot support" in repr(plan(view))
    for say in (fair, changes, outlook):
        assert repr(say(view))
    assert "stage default, no history" in repr(outlook(view))
    unlikely = replace(view, deals=view.deals.assign(probability=0.0))
    assert "nothing is likely to be won" in repr(outlook(unlikely))
    assert "seasonal" not in repr(reading(view, "close_rate")) and "log-rank" not in repr(
        reading(view, "deal_velocity")
    )


def test_a_young_cohort_is_shown_so_far_and_expected_and_compared_with_nothing(of):
    """On the window's last day 22 of the 40 leads are undecided."""
    view = of("Çınar Teknoloji")
    row = view.row("close_rate", "cohort")
    assert (row["young"], row["value"]) == (True, 0.175)
    assert row["expected_low"] <= row["expected"] <= row["expected_high"]
    assert pd.isna([row["change"], row["year_change"], row["peers_rank"]]).all()
    said = reading(view, "close_rate").text
    assert "17.5% are won so far; 22 of 40 are undecided" in said
    expected = shown(row["expected"], "ratio")
    assert f"{expected} expected; 17.5% so far" in repr(summary_of(view, "close_rate"))
    for kpi in ("deal_success", "marketing_channels"):
        assert "so far" in repr(summary_of(view, kpi))
    assert "Close rate (cohort)" not in repr(changes(view))


def test_the_same_cohort_is_an_outcome_once_it_is_decided():
    view = partner_view(SAMPLE, "Çınar Teknoloji", window="2025-Q1", as_of="2025-12-31")
    row = view.row("close_rate", "cohort")
    assert (row["young"], row["expected"]) == (False, pytest.approx(float("nan"), nan_ok=True))
    assert not pd.isna(row["change"])
    assert "so far" not in repr(summary_of(view, "close_rate"))
