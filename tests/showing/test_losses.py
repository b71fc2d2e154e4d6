"""The reasons of lost deals, ranked over twelve months."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from kpi_helpers.showing import losses
from kpi_helpers.views.partner import PartnerView

LOST = [
    # reason, closed on, amount, credit
    ("price", "2025-03-01", 100.0, 1.0),
    ("price", "2025-04-01", 50.0, 0.5),
    ("timing", "2025-05-01", 900.0, 1.0),
    ("timing", "2025-06-01", None, 1.0),
    ("fit", "2025-07-01", 10.0, 1.0),
    (None, "2025-08-01", 10.0, 1.0),
    ("price", "2024-12-31", 7.0, 1.0),  # before the twelve months
    ("price", "2026-01-01", 7.0, 1.0),  # not known yet
]


def view(rows=LOST):
    deals = pd.DataFrame(rows, columns=["lost_reason", "closed_on", "amount", "credit"])
    deals = deals.assign(partner="Ada", status="lost", created_on="2024-11-01")
    deals["deal_id"] = [str(n) for n in deals.index]
    there = SimpleNamespace(deals=deals, as_of=date(2025, 12, 31), currency="EUR")
    there.losses = lambda: PartnerView.losses(there)
    return there


def test_reasons_are_ranked_over_twelve_months_with_ties_and_credited_amounts():
    found = view().losses()
    assert found["reason"].fillna("-").tolist() == ["timing", "price", "fit", "-"]
    assert found["lost"].tolist() == [2, 2, 1, 1]
    assert found["rank"].fillna(0).tolist() == [1, 1, 3, 0]
    assert found["amount"].tolist() == [900.0, 125.0, 10.0, 10.0]
    assert found["share"].sum() == pytest.approx(1)


def test_the_table_says_over_what_and_names_those_without_a_reason():
    shown = losses(view())
    lines = shown.text.splitlines()
    assert lines[1] == "timing\t1\t2\t33%\t€900.00"
    assert lines[-1].startswith("not given\t\t1\t17%")
    assert "Deals lost from 1 Jan 2025 to 31 Dec 2025" in shown.markup


def test_nothing_lost_and_no_reason_are_sentences():
    assert "No deal was lost" in losses(view([])).text
    unsaid = [(None, "2025-08-01", 10.0, 1.0)]
    assert "No reason is given" in losses(view(unsaid)).text
    without = view(unsaid)
    without.deals = without.deals.drop(columns="lost_reason")
    assert "No reason is given" in losses(without).text


def test_at_most_eight_reasons_are_listed_and_how_many_there_are_is_told():
    many = [(f"reason {n:02}", "2025-03-01", 1.0, 1.0) for n in range(12)]
    shown = losses(view(many))
    assert len(shown.text.splitlines()) == 1 + 8
    assert "(the first 8 of 12 reasons)" in shown.markup
    assert "the first" not in losses(view(many[:8])).markup
