"""The engines each test runs on: a pandas table goes in as the engine's own frame, the answer must
come out as one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import duckdb
import pandas as pd
import polars as pl
import pytest

from kpi_helpers.contract.deals import DEAL_COLUMNS

TYPES = {
    "text": pl.String,
    "number": pl.Float64,
    "share": pl.Float64,
    "date": pl.Datetime("us"),
    "flag": pl.Boolean,
}


@dataclass(frozen=True)
class Engine:
    """`make` turns typed Polars deals into the engine's frame; `back` turns an answer into
    pandas."""

    name: str
    kind: str  # of the frame that comes back
    make: Callable
    back: Callable

    def frame(self, deals: pd.DataFrame):
        columns = {
            name: pl.Series(
                name,
                deals[name].astype(object).where(deals[name].notna(), None).tolist(),
                strict=False,
            )
            for name in deals.columns
        }
        return self.make(
            pl.DataFrame(columns).cast({n: TYPES[DEAL_COLUMNS[n].kind] for n in columns})
        )

    def answer(self, kpi: Callable, deals: pd.DataFrame, **options) -> pd.DataFrame:
        """The KPI's answer on this engine as pandas, checked to have been of the kind that was put
        in."""
        answer = kpi(self.frame(deals), **options)
        assert type(answer).__name__ == self.kind
        return self.back(answer)


ENGINES = {
    "pandas": Engine("pandas", "DataFrame", lambda t: t.to_pandas(), lambda t: t),
    "polars": Engine("polars", "DataFrame", lambda t: t, lambda t: t.to_pandas()),
    "polars_lazy": Engine(
        "polars_lazy", "LazyFrame", lambda t: t.lazy(), lambda t: t.collect().to_pandas()
    ),
    "duckdb": Engine(
        "duckdb",
        "DuckDBPyRelation",
        lambda t: duckdb.from_arrow(t.to_arrow()),
        lambda t: t.fetchdf(),
    ),
}


SPARK = Engine(
    "spark",
    "DataFrame",
    lambda t: session().createDataFrame(t.to_arrow()).repartition(3),
    lambda t: t.toArrow().to_pandas(),
)


@cache
def session():
    """A local Spark session; its answers are small, so that planning costs more than computing."""
    spark = pytest.importorskip("pyspark.sql", reason="make test-long installs pyspark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.driver.memory": "512m",
        "spark.driver.maxResultSize": "1m",  # more than that cannot be brought to the driver
    }
    builder = spark.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


@pytest.fixture(scope="session", params=[*ENGINES, pytest.param("spark", marks=pytest.mark.long)])
def engine(request) -> Engine:
    return SPARK if request.param == "spark" else ENGINES[request.param]
