"""Money adds up to the cent, whatever the order of the rows and the engine."""

from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from kpis.engines import ENGINES, SPARK, session

from kpi_helpers import KitError, deal_count, pipeline, scorecard
from kpi_helpers.engines import lazy


def deals(size: int, seed: int = 11) -> pd.DataFrame:
    """Won deals from a cent to a hundred million: floats added up in turn would lose cents."""
    cents = (10 ** np.random.default_rng(seed).uniform(0, 10, size)).astype(np.int64)
    dates = pd.Series(pd.Timestamp("2025-02-01"), index=range(size)).astype("datetime64[us]")
    made = {
        "partner": "P",
        "status": "won",
        "amount": cents / 100,
        "created_on": dates,
        "closed_on": dates,
    }
    return pd.DataFrame({"deal_id": np.arange(size).astype(str), **made})


def exact(table: pd.DataFrame) -> float:
    return float(sum((Decimal(repr(amount)) for amount in table["amount"].tolist()), Decimal(0)))


def won(engine, table: pd.DataFrame) -> float:
    answer = deal_count(engine.make(pl.from_pandas(table)), basis="amount", window="2025-02")
    return engine.back(answer)["value"].item()


every_engine = pytest.mark.parametrize(
    "engine", [*ENGINES.values(), pytest.param(SPARK, marks=pytest.mark.long)], ids=lambda e: e.name
)


@every_engine
def test_shuffled_sums_are_right_to_the_cent(engine):
    table = deals(20_000)
    wanted = exact(table)
    for seed in range(3):
        assert won(engine, table.sample(frac=1, random_state=seed)) == wanted


@every_engine
def test_sums_beyond_64_bits_are_right(engine):
    assert won(engine, deals(4).assign(amount=500e12)) == 2000e12


@every_engine
def test_single_amounts_beyond_64_bits_are_right(engine):
    assert won(engine, deals(3).assign(amount=[1e20, 1e16, 1.0])) == 1e20 + 1e16
    assert won(engine, deals(2).assign(amount=[-1e20, 0.5])) == -1e20


@every_engine
def test_an_amount_that_is_not_asked_for_may_be_anything(engine):
    table = deals(4).assign(
        amount=[np.inf, 1e40, 1e17, 0.25], status=["lost", "lost", "lost", "won"]
    )
    assert won(engine, table) == 0.25


@every_engine
@pytest.mark.parametrize("amount", [1e21, 1e40, np.inf])
def test_an_amount_that_no_engine_adds_up_is_told(engine, amount):
    with pytest.raises(KitError, match="too large to add up"):
        won(engine, deals(2).assign(amount=[amount, 1.0]))


def thirds(size: int) -> pd.DataFrame:
    """Deals of 100.00, each shared by three partners alike."""
    table = deals(size).assign(amount=100.0, credit=1 / 3)
    return pd.concat([table.assign(partner=partner) for partner in "ABC"], ignore_index=True)


@every_engine
def test_shares_that_no_decimal_tells_add_up_to_the_deals(engine):
    got = engine.answer(deal_count, thirds(10_000), by="partner", basis="amount", window="2025-02")
    assert got["value"].tolist() == pytest.approx([1e6 / 3] * 3, rel=0, abs=1e-6)


@every_engine
def test_weighted_amounts_are_not_rounded_deal_by_deal(engine):
    made = deals(10_000).assign(amount=10.0, probability=1 / 3, status="open", closed_on=pd.NaT)
    for by in (None, "month"):
        got = engine.answer(
            pipeline, made, by=by, basis="weighted", window="2025-02", as_of="2025-02-28"
        )
        assert got["value"].tolist() == pytest.approx([1e5 / 3], rel=0, abs=1e-6)


@pytest.mark.long
def test_spark_adds_up_and_tells_large_amounts_whether_it_calls_overflows_errors_or_not():
    session().conf.set("spark.sql.ansi.enabled", "false")
    try:
        assert won(SPARK, deals(2).assign(amount=[1e15, 5.0])) == 1e15 + 5
        assert won(SPARK, deals(3).assign(amount=[1e20, 1e16, 1.0])) == 1e20 + 1e16
        with pytest.raises(KitError, match="too large to add up"):
            won(SPARK, deals(2).assign(amount=[1e30, 5.0]))
    finally:
        session().conf.unset("spark.sql.ansi.enabled")


def test_duckdb_asks_again_only_where_64_bits_end(monkeypatch):
    asked, fetch = [], lazy.fetch

    def fetched(frame):
        asked.append(frame)
        if "HUGEINT" not in frame.to_native().sql_query():
            raise duckdb.OutOfMemoryException("no memory left")
        return fetch(frame)

    monkeypatch.setattr(lazy, "fetch", fetched)
    with pytest.raises(duckdb.OutOfMemoryException):
        scorecard(
            ENGINES["duckdb"].frame(deals(4)),
            by="partner",
            basis="amount",
            window="2025-02",
            as_of="2025-02-28",
        )
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["pandas", "polars", "duckdb"])
def test_large_amounts_in_any_order_are_the_same_to_the_last_digit(name):
    amounts = np.random.default_rng(3).integers(1, 10**14, 300_000) / 100
    table = (
        deals(1)
        .loc[np.zeros(len(amounts), dtype=int)]
        .reset_index(drop=True)
        .assign(amount=amounts)
    )
    assert (
        won(ENGINES[name], table)
        == won(ENGINES[name], table.iloc[::-1])
        == pytest.approx(exact(table), rel=2e-16)
    )


@pytest.mark.long
@pytest.mark.parametrize("name", ["pandas", "polars", "duckdb"])
def test_ten_million_thirds_are_right_to_the_cent(name):
    got = ENGINES[name].answer(
        deal_count, thirds(3_300_000), by="partner", basis="amount", window="2025-02"
    )
    assert got["value"].round(2).tolist() == [110_000_000.00] * 3


@pytest.mark.long
@pytest.mark.parametrize("name", ["pandas", "polars", "duckdb"])
def test_ten_million_shuffled_sums_are_right_to_the_cent(name):
    cents = np.random.default_rng(5).integers(1, 10**9, 10_000_000)
    table = (
        deals(1)
        .loc[np.zeros(len(cents), dtype=int)]
        .reset_index(drop=True)
        .assign(amount=cents / 100)
    )
    assert won(ENGINES[name], table) == int(cents.sum()) / 100
    assert won(ENGINES[name], table.iloc[::-1]) == int(cents.sum()) / 100
