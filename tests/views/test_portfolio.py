"""The programme's view: everyone together is the sum of the partners, and of every other level."""

import numpy as np
import pytest

from kpi_helpers import load, portfolio_view
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.showing import levels, movers, programme_plan, ranking
from kpi_helpers.views.fleet import measure_fleet


@pytest.fixture(scope="module")
def view():
    return portfolio_view("data/sample", window="2025-Q4", as_of="2025-12-31")


def test_partners_add_up_to_everyone(view):
    amount = view.everyone.row("deal_count", "amount")
    assert view.ranking["amount"].sum() == pytest.approx(amount["value"], abs=0.01)
    assert view.ranking["amount_before"].sum() == pytest.approx(amount["before"], abs=0.01)
    assert len(view.ranking) == 40
    assert view.ranking["rank"].is_monotonic_increasing


def test_movers_carry_the_whole_change_and_each_row_closes(view):
    amount = view.everyone.row("deal_count", "amount")
    assert view.movers["change"].sum() == pytest.approx(
        amount["value"] - amount["before"], abs=0.05
    )
    parts = view.movers[["volume", "mix", "rate", "size"]].sum(axis=1)
    np.testing.assert_allclose(parts, view.movers["change"], atol=0.05)


@pytest.mark.parametrize(
    "level", ["unit", "department", "employee", "region", "product", "channel"]
)
def test_each_level_adds_up_to_the_whole(view, level):
    table = view.everyone.by(level)
    assert table["amount"].sum() == pytest.approx(
        view.everyone.row("deal_count", "amount")["value"], abs=0.01
    )
    assert table["open"].sum() == pytest.approx(
        view.everyone.row("pipeline", "open")["value"], abs=0.01
    )
    assert table["amount"].is_monotonic_decreasing


def test_a_prepared_folder_says_the_same(view, tmp_path):
    loaded = load("data/sample")
    fleet = measure_fleet(loaded, parse_window("2025-Q4", loaded.as_of), loaded.as_of)
    loaded.write_parquet(tmp_path)
    fleet.save(tmp_path)
    (tmp_path / "data-health.txt").write_text("fine")
    again = portfolio_view(tmp_path)
    assert ranking(again).text == ranking(view).text
    assert movers(again).text == movers(view).text
    assert levels(again.everyone, "unit").text == levels(view.everyone, "unit").text


def test_the_plan_names_partners_and_is_cut(view):
    lines = programme_plan(view).text.splitlines()
    assert len(lines) == 11
    assert "Öztürk & Oğulları" in lines[1] and "right partner" in lines[1]


def test_a_level_that_is_not_there_is_said(view):
    from dataclasses import replace

    assert (
        "not in this data"
        in levels(
            replace(view.everyone, deals=view.everyone.deals.drop(columns="owner")), "employee"
        ).text
    )
