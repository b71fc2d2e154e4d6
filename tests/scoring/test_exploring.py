"""The deals behind a number add up to it, for every KPI; windows and partners side by side."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from kpi_helpers import KPIS, close_rate, deal_count, load, pipeline
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.scoring.exploring import compared, deals_behind, side_by_side
from kpi_helpers.showing.styled_frames import styled

GIVEN = {"window": "2025-Q4", "as_of": "2025-12-31"}
PARTNER = "Işık Bilişim"


@pytest.fixture(scope="module")
def deals():
    return load(ROOT / "data" / "sample").deals("pandas")


INDICES = {"revenue_per_day", "peers", "past"}  # of several sums, or of others' too


@pytest.mark.parametrize(
    ("level", "member"), [("partner", PARTNER), ("unit", "Cloud"), ("channel", "paid"), (None, "*")]
)
@pytest.mark.parametrize("kpi", list(KPIS.values()), ids=str)
def test_parts_sum_to_the_fraction(deals, kpi, level, member):
    card = kpi(deals, by=level, **GIVEN)
    card = card[card.iloc[:, 0] == member].set_index("basis") if level else card.set_index("basis")
    plain = [
        b
        for b in kpi.bases
        if b.name not in INDICES and all(m.total != "median" for m in b.measures)
    ]
    for basis in plain:
        behind = deals_behind(
            kpi, deals, basis=basis.name, **({level: member} if level else {}), **GIVEN
        )
        assert behind.columns.is_unique
        sums = [0.0, *(behind[m.name].sum() for m in basis.measures if m.name in behind)]
        for side in ("numerator", "denominator"):
            told = card.loc[basis.name, side]
            if not np.isnan(told):
                assert any(abs(total - told) < 0.01 for total in sums), (
                    basis.name,
                    side,
                    told,
                    sums,
                )


def test_only_the_deals_of_whom_was_asked(deals):
    behind = deals_behind(close_rate, deals, basis="closed", partner=PARTNER, region="Ege", **GIVEN)
    assert set(behind["partner"]) == {PARTNER} and set(behind["region"]) == {"Ege"}
    open_ones = deals_behind(pipeline, deals, basis="count", partner=PARTNER, **GIVEN)
    assert set(open_ones["status"]) == {"open"}
    assert deals_behind(deal_count, deals, basis="won", partner=PARTNER, window="2031").empty


def test_unknown_members_levels_and_bases_are_told(deals):
    with pytest.raises(UnknownValue, match="Did you mean"):
        deals_behind(close_rate, deals, partner="Isik Bilisim")
    with pytest.raises(UnknownValue, match="level"):
        deals_behind(close_rate, deals, planet="Mars")
    with pytest.raises(UnknownValue, match="basis"):
        deals_behind(close_rate, deals, basis="close")
    with pytest.raises(UnknownValue, match="partner"):
        compared(close_rate, deals, ["Nobody"], **GIVEN)
    with pytest.raises(KitError, match="two windows"):
        side_by_side(close_rate, deals, "2025-Q4")


def test_two_windows_are_the_scorecards(deals):
    both = side_by_side(
        close_rate, deals, ("2025-Q3", "2025-Q4"), by="partner", basis="closed"
    ).set_index("partner")
    now = close_rate(deals, by="partner", basis="closed", **GIVEN).set_index("partner")["value"]
    assert both.loc[PARTNER, "now"] == now[PARTNER]
    assert both.loc[PARTNER, "change"] == pytest.approx(
        both.loc[PARTNER, "now"] - both.loc[PARTNER, "before"]
    )


def test_partners_stand_beside_everyone(deals):
    table = compared(close_rate, deals, [PARTNER, "Polder Data"], **GIVEN)
    assert list(table.columns) == [PARTNER, "Polder Data", "*"] and "cohort" in table.index


def test_frames_read_well_and_stay_plain():
    frame = pd.DataFrame(
        {"partner": ["<b>A"], "value": [0.25], "unit": ["ratio"], "amount": [1234567.0]}
    )
    before = frame.copy()
    html = styled(frame, "EUR").to_html()
    assert "25.0%" in html and "€1,234,567" in html and "&lt;b&gt;A" in html
    pd.testing.assert_frame_equal(frame, before)
    assert "The first 30 of 50 rows." in styled(pd.DataFrame({"x": range(50)})).to_html()
    styled(pd.DataFrame({"value": []}))
