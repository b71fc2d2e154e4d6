"""Money adds up to the cent, whatever the order of the rows and the engine."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from kpis.engines import ENGINES, SPARK

from kpi_helpers import KitError, deal_count


def deals(size: int, seed: int = 11) -> pd.DataFrame:
    """Won deals from a cent to a hundred million: floats added up in turn would lose cents."""
    cents = (10 ** np.random.default_rng(seed).uniform(0, 10, size)).astype(np.int64)
    dates = pd.Series(pd.Timestamp("2025-02-01"), index=range(size)).astype("datetime64[us]")
    made = {"partner": "P", "status": "won", "amount": cents / 100, "created_on": dates, "closed_on": dates}
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
    assert won(engine, deals(4).assign(amount=500e12)) == 2000e12  # whole ten-thousandths end 64 bits at 922e12


@pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda e: e.name)  # Spark's floor() ends at 64 bits
def test_single_amounts_beyond_64_bits_are_right(engine):
    assert won(engine, deals(3).assign(amount=[1e20, 1e16, 1.0])) == 1e20 + 1e16
    assert won(engine, deals(2).assign(amount=[-1e20, 0.5])) == -1e20


@every_engine
def test_an_amount_that_is_not_asked_for_may_be_anything(engine):
    table = deals(4).assign(amount=[np.inf, 1e40, 1e17, 0.25], status=["lost", "lost", "lost", "won"])
    assert won(engine, table) == 0.25


@every_engine
@pytest.mark.parametrize("amount", [1e40, np.inf])
def test_an_amount_that_no_engine_adds_up_is_told(engine, amount):
    with pytest.raises(KitError, match="too large to add up"):
        won(engine, deals(2).assign(amount=[amount, 1.0]))


@pytest.mark.long
@pytest.mark.parametrize("name", ["pandas", "polars", "duckdb"])
def test_ten_million_shuffled_sums_are_right_to_the_cent(name):
    cents = np.random.default_rng(5).integers(1, 10**9, 10_000_000)
    table = deals(1).loc[np.zeros(len(cents), dtype=int)].reset_index(drop=True).assign(amount=cents / 100)
    assert won(ENGINES[name], table) == int(cents.sum()) / 100
    assert won(ENGINES[name], table.iloc[::-1]) == int(cents.sum()) / 100
