"""What one partner's report is made of."""

import math

import pandas as pd
import pytest

from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.views.partner import change, partner_view

QUARTER = {"window": "2025-Q4", "as_of": "2025-12-31"}


def test_change_is_in_points_for_rates_and_null_from_zero():
    assert change(0.3, 0.25, "ratio") == pytest.approx(0.05)
    assert change(3, 4, "days") == -0.25
    assert math.isnan(change(3, 0, "number"))


def test_a_view_holds_one_partners_deals_only(export):
    view = partner_view(export("A", "B"), "B", **QUARTER)
    assert set(view.deals["partner"]) == {"B"}
    assert set(view.now["partner"]) == set(view.trend["partner"]) == {"B"}
    assert view.row("close_rate", "closed")["value"] == 0.5
    assert view.periods("deal_count", "won")["value"].iloc[-1] == 2


def test_an_unknown_partner_names_those_there_are(export):
    with pytest.raises(UnknownValue, match="Did you mean 'Alpha'"):
        partner_view(export("Alpha", "Beta"), "Alpa", **QUARTER)


def test_a_folder_prepared_for_another_window_says_so(export, tmp_path):
    from kpi_helpers.contract.windows import as_date, parse_window
    from kpi_helpers.reading import load
    from kpi_helpers.views.fleet import measure_fleet

    loaded = load(export("A", "B"))
    loaded.write_parquet(tmp_path / "prepared")
    measure_fleet(loaded, parse_window("2025-Q4"), as_date("2025-12-31")).save(
        tmp_path / "prepared"
    )
    fresh, prepared = (
        partner_view(source, "A", **QUARTER)
        for source in (tmp_path / "deals.csv", tmp_path / "prepared")
    )
    for name in ("now", "previous", "peers", "trend", "deals"):
        pd.testing.assert_frame_equal(
            getattr(fresh, name), getattr(prepared, name), check_dtype=False
        )
    with pytest.raises(KitError, match="prepared for 2025-Q4"):
        partner_view(tmp_path / "prepared", "A", window="2025-Q3")
