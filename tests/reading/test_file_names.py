"""A file is read by its own name: brackets, stars and question marks in it stand for themselves."""

import pandas as pd
import pytest

from kpi_helpers.history.store import read_snapshot, same_deals, save_snapshot, state_file
from kpi_helpers.reading import load
from kpi_helpers.reports import digest

OURS = pd.DataFrame({"deal_id": ["1"], "partner": ["Ada"], "status": ["open"]})
DECOY = OURS.assign(partner="Decoy")


def write(frame, path):
    match path.suffix:
        case ".csv":
            frame.to_csv(path, index=False)
        case ".xlsx":
            frame.to_excel(path, index=False)
        case ".parquet":
            frame.to_parquet(path)
        case ".jsonl":
            frame.to_json(path, orient="records", lines=True)
        case ".gz":
            frame.to_csv(path, index=False, compression="gzip")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl", "csv.gz"])
@pytest.mark.parametrize(("name", "decoy"), [("deals[1]", "deals1"), ("d*s", "dots")])
def test_a_second_download_is_read_and_not_its_neighbour(tmp_path, ending, name, decoy):
    write(OURS, tmp_path / f"{name}.{ending}")
    write(DECOY, tmp_path / f"{decoy}.{ending}")
    assert load(tmp_path / f"{name}.{ending}").deals()["partner"].tolist() == ["Ada"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl", "csv.gz"])
def test_a_folder_may_have_brackets_in_its_name(tmp_path, ending):
    for folder, frame in (("export [1]", OURS), ("export 1", DECOY)):
        (tmp_path / folder).mkdir()
        write(frame, tmp_path / folder / f"deals.{ending}")
    assert load(tmp_path / "export [1]").deals()["partner"].tolist() == ["Ada"]


def test_a_store_may_have_brackets_in_its_name(tmp_path):
    for folder, frame in (("store1", DECOY), ("store[1]", OURS)):
        save_snapshot(load(frame), tmp_path / folder, on="2025-01-31")
    store = tmp_path / "store[1]"
    for engine in ("pandas", "polars"):
        assert [*read_snapshot(store, "2025-01-31", engine=engine)["partner"]] == ["Ada"]
    own, other = (state_file(tmp_path / n, "2025-01-31") for n in ("store[1]", "store1"))
    assert not same_deals(own, other)


def test_what_reports_read_is_told_apart_in_a_folder_with_brackets(tmp_path):
    for folder, frame in (("out1", DECOY), ("out[1]", OURS)):
        (tmp_path / folder).mkdir()
        write(frame, tmp_path / folder / "deals.parquet")
    assert digest.of_slices(tmp_path / "out[1]") != digest.of_slices(tmp_path / "out1")


BROKEN = {
    "the header alone": b'"Deal\nID",partner,status\r\n1,Ada,open\r\n2,Bo,won\r\n',
    "the other way round": b'"Deal\r\nID",partner,status\n1,Ada,open\n2,Bo,won\n',
    "cells as well": b'\xef\xbb\xbf"Deal\nID",partner,status\r\n1,"A\nda",open\r\n2,Bo,won\r\n',
    "the last one": b'"Deal ID",partner,"sta\ntus"\r\n1,Ada,open\r\n2,Bo,won\r\n',
    "quotation marks": b'"Deal\n""ID""",partner,status\r\n1,Ada,open\r\n2,Bo,won\r\n',
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_line_break_in_a_header_cell_loses_no_row(tmp_path, text):
    (tmp_path / "deals.csv").write_bytes(text)
    first, *_, last = pd.read_csv(tmp_path / "deals.csv", nrows=0).columns
    loaded = load(tmp_path / "deals.csv", mapping={"deal_id": first, "status": last})
    assert (loaded.rows_in, loaded.rows_used) == (2, 2)
    assert loaded.deals()["deal_id"].tolist() == ["1", "2"]


def test_a_broken_row_below_such_a_header_is_told_with_its_line(tmp_path):
    text = b'"Deal\nID",partner,status\r\n1,Ada,open\r\n2,Bo,won,more,and more\r\n3,Cy,won\r\n'
    (tmp_path / "deals.csv").write_bytes(text)
    loaded = load(tmp_path / "deals.csv", mapping={"deal_id": "Deal\nID"})
    assert (loaded.rows_used, loaded.rows_rejected) == (2, 1)
    assert loaded.rejected["line"].astype(int).tolist() == [4]
