import pandas as pd
import pytest
from judging.sample import sample_deals

from kpi_helpers.judging import fit_programme
from kpi_helpers.views.files import (
    ROWS,
    _groups_of,
    read_fit,
    read_table,
    save_fit,
    write_table,
)

NAMES = sorted(
    [f"Partner {i:04d}" for i in range(997)] + ["Çınar", "ı" * 300, "Ł" * 300 + "a", "𝄞 Müzik"]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    rows = pd.DataFrame({"partner": [name for name in NAMES for _ in range(60)]})
    write_table(rows.assign(value=range(len(rows))), folder, "many")
    return folder


@pytest.mark.parametrize(
    "partner", [NAMES[0], "Partner 0500", "Çınar", "ı" * 300, "Ł" * 300 + "a", "𝄞 Müzik"]
)
def test_a_partners_rows_are_all_there_and_few_others_are_read(folder, partner):
    from pyarrow.parquet import ParquetFile

    own, all_of_them = read_table(folder, "many", partner), read_table(folder, "many")
    assert own["value"].tolist() == all_of_them["value"][all_of_them["partner"] == partner].tolist()
    assert len(own) == 60
    with ParquetFile(folder / "many.parquet") as file:
        assert file.metadata.num_row_groups >= len(all_of_them) // ROWS
        assert len(_groups_of(file.metadata, partner)) <= 3


def test_nobodys_rows_are_none(folder):
    assert read_table(folder, "many", "Partner").empty


def test_what_was_fitted_comes_back_whole_and_one_partners_part_of_it(tmp_path):
    fitted = fit_programme(sample_deals(), "2025-Q4", as_of="2025-12-31", backtest_periods=0)
    save_fit(fitted, tmp_path)
    whole = read_fit(tmp_path)
    assert fitted.history.curves
    pd.testing.assert_frame_equal(whole.history.curve, fitted.history.curve, check_dtype=False)
    assert list(whole.history.curves) == list(fitted.history.curves)
    for name in ("last_year", "trends", "stages", "alerts"):
        pd.testing.assert_frame_equal(
            getattr(whole, name), getattr(fitted, name), check_dtype=False
        )
    partner = fitted.last_year.index[0]
    assert read_fit(tmp_path, partner).last_year.index.tolist() == [partner]
