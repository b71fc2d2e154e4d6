"""The whole way: sources, mapping, rejections, what is left out and said."""

import os
from pathlib import Path

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load, load_deals

HEADER = "deal_id,partner,status,amount,created_on,closed_on"
MAVEN = Path(
    os.environ.get("PARTNER_KPI_MAVEN")
    or Path(__file__).parents[3] / "shared" / "data" / "maven-crm"
)
BY_HAND = {"partner": "sales_agent", "department": "manager", "unit": "regional_office"}


def write(folder: Path, *lines: str, name: str = "deals.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def test_published_practice_data():
    if not MAVEN.is_dir():
        pytest.skip(
            f"THE PRACTICE DATA IS NOT AT {MAVEN.name}: set PARTNER_KPI_MAVEN to its folder to "
            f"run this test"
        )
    data = load(MAVEN, mapping=BY_HAND)
    deals = data.deals()
    assert deals["status"].value_counts().to_dict() == {"won": 4238, "lost": 2473, "open": 2089}
    assert deals.loc[deals["status"] == "won", "amount"].sum() == 10_005_534
    assert (data.rows_in, data.rows_used, data.rows_rejected, len(data.rejected)) == (
        8800,
        8800,
        0,
        0,
    )
    assert str(data.as_of) == "2017-12-31"
    assert deals["unit"].notna().all() and deals["department"].notna().all()
    assert data.mapping["unit"] == "sales_teams.csv: regional_office"


def test_every_fault_of_a_row_is_told_with_its_physical_line(tmp_path):
    path = write(
        tmp_path,
        HEADER,
        '1,"Ada\nBo",won,200,2025-01-01,2025-02-01',
        "",
        "2,,won,many,2025-01-01,31/31/2025",
        "3,Ada,perhaps,1,2025-01-01,2025-02-01",
    )
    data = load(path)
    told = list(data.rejected[["line", "column", "value"]].itertuples(index=False, name=None))
    assert (data.rows_in, data.rows_used, data.rows_rejected) == (3, 1, 2)
    assert {t[:2] for t in told} == {(5, "partner"), (5, "amount"), (5, "closed_on"), (6, "status")}
    assert ("many" in [t[2] for t in told]) and ("perhaps" in [t[2] for t in told])


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",Ada,won,1,2025-01-01,2025-02-01,,", "deal_id", "missing"),
        ("1,,won,1,2025-01-01,2025-02-01,,", "partner", "missing"),
        ("1,Ada,won,x,2025-01-01,2025-02-01,,", "amount", "not a number"),
        ("1,Ada,won,inf,2025-01-01,2025-02-01,,", "amount", "not a number"),
        ("1,Ada,won,1,2025-13-01,2025-02-01,,", "created_on", "not a date"),
        ("1,Ada,won,1,0001-01-01,2025-02-01,,", "created_on", "not a date"),
        ("1,Ada,won,1,2025-03-01,2025-02-01,,", "closed_on", "closed before"),
        ("1,Ada,maybe,1,2025-01-01,,,", "status", "not known"),
        ("1,Ada,,1,2025-01-01,,,", "status", "missing"),
        ("1,Ada,won,1,2025-01-01,2025-02-01,0,", "credit", "above 0"),
        ("1,Ada,won,1,2025-01-01,2025-02-01,1.5,", "credit", "above 0"),
        ("1,Ada,won,1,2025-01-01,2025-02-01,,-0.1", "probability", "0 to 1"),
    ],
)
def test_each_reason(tmp_path, row, column, reason):
    path = write(tmp_path, HEADER + ",credit,probability", row, "9,Zoe,open,1,2025-01-01,,1,0.5")
    data = load(path)
    assert data.rejected["column"].to_list() == [column]
    assert reason in data.rejected["reason"][0]
    assert data.rejected["line"].to_list() == [2]
    assert (data.rows_in, data.rows_used, data.rows_rejected) == (2, 1, 1)


def test_broken_lines_are_rejected_not_lost(tmp_path):
    path = write(
        tmp_path,
        HEADER,
        "1,Ada,open,1,2025-01-01,",
        "2,Ada",
        "3,Ada,open,1,2025-01-01,,,7",
        "4,Bo,open,x,2025-01-01,",
    )
    data = load(path)
    assert (data.rows_in, data.rows_used, data.rows_rejected) == (4, 1, 3)
    assert data.rejected["line"].to_list() == [3, 4, 5]


def test_duplicates_exact_and_conflicting(tmp_path):
    one, other = "1,Ada,open,1,2025-01-01,", "2,Ada,open,1,2025-01-01,"
    data = load(
        write(
            tmp_path, HEADER, one, one, other, "2,Ada,open,2,2025-01-01,", "1,Bo,open,1,2025-01-01,"
        )
    )
    assert sorted(data.rejected["reason"].str[:11]) == ["conflicting", "conflicting", "exact dupli"]
    assert data.rejected["line"].to_list() == [3, 4, 5]
    assert data.deals()[["deal_id", "partner"]].to_numpy().tolist() == [["1", "Ada"], ["1", "Bo"]]


def test_unknown_stage_is_open_only_without_a_closing_date(tmp_path):
    lines = (
        "id,Bayi,Aşama,Tutar,Oluşturma Tarihi,Kapanış Tarihi",
        "1,Ada,Isınma,1,2025-01-01,",
        "2,Ada,Isınma,1,2025-01-01,2025-02-01",
        "3,Ada,Kazanıldı,5,2025-01-01,2025-02-01",
    )
    path = write(tmp_path, *lines)
    data = load(path)
    assert data.deals()["status"].to_list() == ["open", "won"]
    assert "Isınma" in data.rejected["reason"][0] and any("UNMAPPED" in w for w in data.warnings)
    mapping = tmp_path / "m.toml"
    mapping.write_text('[stages]\n"Isınma" = "lost"\n', encoding="utf-8")
    assert load(path, mapping_file=mapping).deals()["status"].to_list() == ["lost", "lost", "won"]


def test_open_deal_with_a_closing_date_expects_it(tmp_path):
    data = load(write(tmp_path, HEADER, "1,Ada,open,1,2025-01-01,2025-02-01"))
    deal = data.deals().iloc[0]
    assert pd.isna(deal["closed_on"]) and str(deal["expected_close_on"])[:10] == "2025-02-01"
    assert any("expected to close" in w for w in data.warnings)


def test_blanks_stay_blank_but_a_competitor_may_be_called_none(tmp_path):
    data = load(
        write(tmp_path, HEADER + ",region,competitor", "1,Ada,lost,NULL,-,2025-02-01,None,None")
    )
    deal = data.deals().iloc[0]
    assert pd.isna(deal["region"]) and pd.isna(deal["amount"]) and deal["lost_to_competitor"]


def test_stage_default_probability_is_labelled(tmp_path):
    data = load(
        write(
            tmp_path,
            "id,partner,stage,probability",
            "1,Ada,Contract Sent,",
            "2,Ada,Contract Sent,0.4",
            "3,Ada,Somewhere,",
        )
    )
    assert data.deals()["probability_source"].fillna("").to_list() == ["stage default", "crm", ""]
    assert data.deals()["probability"].fillna(-1).to_list() == [0.9, 0.4, -1]


def test_sources_become_channels(tmp_path):
    data = load(
        write(
            tmp_path,
            "id,partner,status,lead source",
            "1,A,open,Trade Show",
            "2,A,open,Referral",
            "3,A,open,Pigeon",
            "4,A,open,",
        )
    )
    assert data.deals()["channel"].to_list() == ["paid", "earned", "unknown", "unknown"]
    assert any("'Pigeon' 1" in w for w in data.warnings)


def test_mapping_errors_name_what_there_is(tmp_path):
    path = write(tmp_path, "id,sales_agent,stage", "1,Ada,Won")
    with pytest.raises(KitError, match="Did you mean 'sales_agent'"):
        load(path, mapping={"partner": "sales_agnt"})
    with pytest.raises(KitError, match="Did you mean 'partner'"):
        load(path, mapping={"partnr": "sales_agent"})
    with pytest.raises(KitError, match=r"mapping=\{'partner': "):
        load(path)
    with pytest.raises(KitError, match=r"mapping=\{'stage': "):
        load(write(tmp_path, "id,partner", "1,Ada"))


def test_a_wrong_path_names_near_ones(tmp_path):
    write(tmp_path, HEADER, name="deals.csv")
    with pytest.raises(KitError, match=r"Did you mean .*deals\.csv"):
        load(tmp_path / "dael.csv")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(KitError, match="empty"):
        load(tmp_path / "empty.csv")
    with pytest.raises(KitError, match="no table"):
        (tmp_path / "folder").mkdir()
        load(tmp_path / "folder")


def test_several_files_are_stacked_by_column_name(tmp_path):
    one = write(tmp_path, HEADER, "1,Ada,open,1,2025-01-01,", name="jan.csv")
    two = write(
        tmp_path,
        "partner;deal_id;status;amount;created_on;closed_on",
        "Bo;2;open;x;2025-01-01;",
        "Bo;3;open;7;2025-01-01;",
        name="feb.csv",
    )
    data = load([one, two])
    assert data.deals()[["deal_id", "amount"]].to_numpy().tolist() == [["1", 1.0], ["3", 7.0]]
    assert data.rejected[["file", "line"]].to_numpy().tolist() == [["feb.csv", 2]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_and_byte_order_mark(tmp_path, separator, encoding):
    lines = (HEADER, "1,İpek,won,1234.5,2025-01-01 10:00:00,2025-02-01T00:00:00Z")
    data = load(
        write(tmp_path, *(line.replace(",", separator) for line in lines), encoding=encoding)
    )
    assert data.deals().iloc[0][["partner", "amount"]].to_list() == ["İpek", 1234.5]
    assert data.profile == "kit"


def test_frames_come_back_as_what_they_were():
    given = pd.DataFrame(
        {
            "deal_id": ["1"],
            "partner": ["Ada"],
            "status": ["open"],
            "amount": [5],
            "created_on": pd.to_datetime(["2025-01-02"]),
        }
    )
    before = given.copy()
    assert isinstance(load_deals(given), pd.DataFrame)
    assert isinstance(load_deals(pl.from_pandas(given)), pl.DataFrame)
    connection = duckdb.connect()
    relation = load_deals(connection.sql("SELECT 1 AS deal_id, 'Ada' AS partner, 'open' AS status"))
    assert isinstance(relation, duckdb.DuckDBPyRelation) and relation.fetchall()[0][:3] == (
        "1",
        "Ada",
        1.0,
    )
    pd.testing.assert_frame_equal(given, before)


def test_a_partner_with_the_name_of_everyone_together_is_rejected(tmp_path):
    path = write(
        tmp_path, HEADER, "1,*,won,5,2025-01-02,2025-01-09", "2,A,won,5,2025-01-02,2025-01-09"
    )
    data = load(path)
    assert (data.rows_used, data.rows_rejected) == (1, 1)
    assert "all partners together" in data.rejected["reason"].iloc[0]


ONE = pd.DataFrame(
    {"deal_id": ["7"], "partner": ["Ada"], "status": ["open"], "created_on": ["2025-01-02"]}
)


def test_an_arrow_table_is_read():
    pd.testing.assert_frame_equal(load_deals(pa.Table.from_pandas(ONE)), load_deals(ONE))
    assert isinstance(load_deals(pa.Table.from_pandas(ONE), engine="polars"), pl.DataFrame)


class Dask:
    """As Dask's frame: it has columns, and looping over it gives their names."""

    columns = ("deal_id",)
    compute = __iter__ = lambda self: iter(self.columns)


@pytest.mark.parametrize(
    ("source", "told", "do"),
    [
        (None, "None", "pandas.DataFrame("),
        (3, "an int", "pandas.DataFrame("),
        (ONE.to_dict("list"), "a dict", "pandas.DataFrame("),
        (ONE.to_dict("records"), "a dict in a list", "pandas.DataFrame("),
        (["deals.csv", None], "None in a list", "pandas.DataFrame("),
        ([ONE, ONE], "a pandas.DataFrame in a list", "pandas.DataFrame("),
        (ONE.to_numpy(), "a numpy.ndarray in a numpy.ndarray", "pandas.DataFrame("),
        (duckdb, "a module", "pandas.DataFrame("),
        (pa.Table.from_pandas(ONE).to_batches()[0], "an Arrow RecordBatch", ".to_pandas() makes"),
        (nw.from_native(ONE), "a narwhals.dataframe.DataFrame", ".to_native() makes"),
        (Dask(), f"a {__name__}.Dask", ".compute() makes"),
    ],
)
def test_what_is_no_source_is_told_with_what_is_taken_and_what_to_do(source, told, do):
    with pytest.raises(KitError) as error:
        load_deals(source)
    assert str(error.value).startswith(f"Deals cannot be read from {told}. load_deals takes a path")
    assert do in str(error.value)


def test_paths_may_come_one_after_another(tmp_path):
    path = write(tmp_path, HEADER, "1,Ada,won,200,2025-01-01,2025-02-01")
    assert all(
        len(load_deals(paths)) == 1
        for paths in ({path}, iter([path]), (str(path),), pd.Series([str(path)]))
    )
