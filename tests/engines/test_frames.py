"""Frames: what a deal table must have, what may be absent, and that wrong types are told rather
than counted."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from kpis.engines import ENGINES, SPARK, session
from kpis.tables import many, table, value

from kpi_helpers import KitError, close_rate, deal_count, deal_success, scorecard
from kpi_helpers.contract.deals import DEAL_COLUMNS
from kpi_helpers.engines.frames import CORE
from kpi_helpers.errors import MissingColumns

pytestmark = pytest.mark.filterwarnings("error")
MARCH = {"window": "2025-03", "as_of": "2025-03-31"}
WON = {"status": "won"}


@pytest.mark.parametrize("column", CORE)
def test_a_missing_core_column_is_named_with_what_there_is(column):
    deals = table(WON).drop(columns=column).assign(Stage="x")
    with pytest.raises(
        MissingColumns, match=rf"^close_rate needs column '{column}'; this table has \["
    ):
        close_rate(deals, **MARCH)


def test_a_missing_level_column_is_named():
    with pytest.raises(MissingColumns, match="needs column 'owner'"):
        close_rate(table(WON), by="employee", **MARCH)


def test_many_missing_columns_are_told_at_once():
    with pytest.raises(
        MissingColumns,
        match="needs columns 'partner', 'status', 'amount', 'created_on', 'closed_on'",
    ):
        close_rate(pd.DataFrame({"x": [1]}), **MARCH)


@pytest.mark.parametrize("deals", [None, [1, 2], {"partner": ["P"]}, "deals.csv"])
def test_what_is_no_frame(deals):
    with pytest.raises(KitError, match="takes a pandas, Polars, DuckDB or Spark frame, not"):
        scorecard(deals, **MARCH)


WRONG = {
    "created_on": ("2025-03-01", "dates"),
    "closed_on": ("20/03/2025", "dates"),
    "amount": ("1.000,00", "numbers"),
    "credit": ("half", "numbers"),
    "ideal": ("perhaps", "true, false and blank"),
    "lost_to_competitor": ("no", "true, false and blank"),
}


@pytest.mark.parametrize(
    "make", [lambda t: t, pl.from_pandas, lambda t: pl.from_pandas(t).lazy(), duckdb.from_df]
)
@pytest.mark.parametrize("column", WRONG)
def test_a_wrong_type_is_told(column, make):
    wrong, kind = WRONG[column]
    deals = table(WON, WON)
    deals[column] = [wrong, wrong]
    with pytest.raises(KitError, match=f"{column}.* (not|something else than) {kind}"):
        scorecard(make(deals), **MARCH)


@pytest.mark.parametrize("make", [lambda t: t, pl.from_pandas, duckdb.from_df])
def test_a_date_with_a_time_zone_is_refused_as_engines_would_take_other_days(make):
    deals = table(WON)
    deals["closed_on"] = deals["closed_on"].dt.tz_localize("UTC")
    with pytest.raises(KitError, match=r"closed_on holds .*UTC.*, not dates without a time zone"):
        scorecard(make(deals), **MARCH)


def test_arrow_dates_in_pandas_are_read_and_refused_like_others():
    deals = table(WON, {"status": "lost"}, {})
    wanted = scorecard(deals, by="partner", **MARCH)
    dates = ("created_on", "closed_on")
    for kind in ("date32[pyarrow]", "timestamp[us][pyarrow]", "timestamp[ns][pyarrow]"):
        pd.testing.assert_frame_equal(
            scorecard(deals.astype(dict.fromkeys(dates, kind)), by="partner", **MARCH), wanted
        )
    for kind in ("timestamp[us, tz=UTC][pyarrow]", "timestamp[us, tz=Pacific/Auckland][pyarrow]"):
        with pytest.raises(KitError, match=r"closed_on holds .*, not dates without a time zone"):
            scorecard(deals.astype({"closed_on": kind}), by="partner", **MARCH)


@pytest.mark.parametrize(
    "make", [pd.DataFrame, pl.DataFrame, lambda t: duckdb.from_arrow(pl.DataFrame(t).to_arrow())]
)
def test_a_column_of_blanks_has_no_type_and_is_fine(make):
    blank = dict.fromkeys(set(DEAL_COLUMNS) - {"deal_id", *CORE}, (None, None))
    core = {
        "deal_id": ["a", "b"],
        "partner": ["P", "P"],
        "status": ["open", "open"],
        "amount": [None, None],
    }
    deals = {
        **core,
        "created_on": [pd.Timestamp("2025-03-01")] * 2,
        "closed_on": [None, None],
        **blank,
    }
    answer = scorecard(make(deals), by="partner", **MARCH)
    answer = (
        answer
        if isinstance(answer, pd.DataFrame)
        else answer.to_pandas()
        if hasattr(answer, "to_pandas")
        else answer.df()
    )
    assert value(answer, "open", kpi="deal_count") == 2
    assert value(answer, "cohort") == 0


def test_an_absent_flag_is_unknown_and_not_false():
    answer = deal_success(table(WON), **MARCH)
    assert (
        answer.loc[answer["basis"] == "success", "note"].item()
        == "no deal says whether it was ideal"
    )


def test_blank_credit_is_a_whole_deal():
    assert (
        deal_count(table(WON).assign(credit=float("nan")), basis="amount", **MARCH)["value"].item()
        == 100
    )


@pytest.mark.parametrize("name", [*ENGINES, pytest.param("spark", marks=pytest.mark.long)])
def test_nan_in_parquet_is_blank(name, tmp_path):
    nan, path = float("nan"), str(tmp_path / "deals.parquet")
    amounts = {"amount": [1.0, 5.0, nan, 7.0, 3.0], "credit": [1.0, nan, 0.5, 1.0, 1.0]}
    deals = table(*many(3, **WON), *many(2)).assign(
        **amounts, probability=[nan, nan, nan, nan, 0.5]
    )
    pl.from_pandas(deals).with_columns(
        pl.col(*amounts, "probability").fill_null(nan)
    ).write_parquet(path)
    read = {"pandas": pd.read_parquet, "polars": pl.read_parquet, "polars_lazy": pl.scan_parquet}
    read |= {"duckdb": duckdb.read_parquet, "spark": lambda path: session().read.parquet(path)}
    engine = SPARK if name == "spark" else ENGINES[name]
    got = engine.back(scorecard(read[name](path), by="partner", **MARCH))
    blank = deals.astype(object).where(deals.notna(), None)
    wanted = scorecard(blank.astype({n: deals[n].dtype for n in deals}), by="partner", **MARCH)
    pd.testing.assert_frame_equal(got, wanted, check_dtype=False)
    assert value(got, "median", kpi="average_deal_size") == 3
    assert value(got, "amount", kpi="deal_count") == 6
    assert value(got, "weighted") == 1.5


@pytest.mark.parametrize("basis", ["weighted", "open", "credited", "amount", None])
@pytest.mark.parametrize("name", ["polars", "duckdb"])
def test_what_a_blank_beside_it_hides_is_blank_too(name, basis, tmp_path):
    nan, path = float("nan"), str(tmp_path / "deals.parquet")
    deals = table(*many(2, **WON), *many(3)).assign(probability_source="learned")
    numbers = {
        "amount": [None, 5.0, nan, 7.0, None],
        "credit": [nan, 1.0, 1.0, 1.0, 1.0],
        "probability": [None, None, None, 0.5, nan],
    }
    pl.from_pandas(deals).with_columns(
        **{n: pl.Series(v, dtype=pl.Float64) for n, v in numbers.items()}
    ).write_parquet(path)
    blank = deals.assign(**{n: pd.array(v, "float64") for n, v in numbers.items()})
    frame = {"polars": pl.scan_parquet, "duckdb": duckdb.read_parquet}[name](path)
    got = ENGINES["polars_lazy" if name == "polars" else name].back(
        scorecard(frame, by="partner", basis=basis, **MARCH)
    )
    pd.testing.assert_frame_equal(
        got, scorecard(blank, by="partner", basis=basis, **MARCH), check_dtype=False
    )


@pytest.mark.parametrize(
    "ideal",
    [[1, 0, 0], [True, False, None], [1.0, None, 0.0], pd.array([True, None, False], "boolean")],
)
def test_flags_in_their_many_types(ideal):
    assert (
        deal_success(table(*many(3, **WON)).assign(ideal=ideal), basis="success", **MARCH)[
            "numerator"
        ].item()
        == 1
    )


def test_any_index_and_any_other_column():
    deals = table(WON, WON, {"status": "lost"})
    odd = deals.set_axis([5, 5, 5]).assign(note="x", **{"Ünvan ": 1})
    pd.testing.assert_frame_equal(scorecard(odd, **MARCH), scorecard(deals, **MARCH))


def test_dates_and_texts_in_their_many_types():
    deals = table({**WON, "channel": "paid"}, {"status": "lost", "channel": "owned"})
    wanted = scorecard(deals, by="partner", **MARCH)
    texts = deals.astype(dict.fromkeys(("partner", "status", "channel"), "category"))
    pd.testing.assert_frame_equal(
        scorecard(texts, by="partner", **MARCH), wanted, check_dtype=False
    )
    for unit in ("s", "ms", "ns"):
        dated = deals.assign(
            **{n: deals[n].astype(f"datetime64[{unit}]") for n in ("created_on", "closed_on")}
        )
        pd.testing.assert_frame_equal(scorecard(dated, by="partner", **MARCH), wanted)
    days = pl.from_pandas(deals).with_columns(pl.col("created_on", "closed_on").cast(pl.Date))
    pd.testing.assert_frame_equal(
        scorecard(days, by="partner", **MARCH).to_pandas(), wanted, check_dtype=False
    )


def test_many_measures_in_many_periods_do_not_fragment_a_pandas_frame():
    deals = table(*many(30, **WON))
    assert (
        len(
            scorecard(
                deals, by="month", window="2023-01-01..2025-12-31", as_of="2025-12-31"
            ).month.unique()
        )
        == 36
    )
