"""The engines each test runs on: a pandas table goes in as the engine's own frame, the answer must come out as one."""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pandas as pd
import polars as pl
import pytest

from kpi_helpers.deals import DEAL_COLUMNS

TYPES = {"text": pl.String, "number": pl.Float64, "share": pl.Float64, "date": pl.Datetime("us"), "flag": pl.Boolean}


@dataclass(frozen=True)
class Engine:
    """`make` turns typed Polars deals into the engine's frame; `back` turns an answer into pandas."""

    name: str
    kind: type
    make: Callable
    back: Callable

    def frame(self, deals: pd.DataFrame):
        columns = {
            name: pl.Series(name, deals[name].astype(object).where(deals[name].notna(), None).tolist(), strict=False)
            for name in deals.columns
        }
        return self.make(pl.DataFrame(columns).cast({n: TYPES[DEAL_COLUMNS[n].kind] for n in columns}))

    def answer(self, kpi: Callable, deals: pd.DataFrame, **options) -> pd.DataFrame:
        """The KPI's answer on this engine as pandas, checked to have been of the kind that was put in."""
        answer = kpi(self.frame(deals), **options)
        assert isinstance(answer, self.kind)
        return self.back(answer)


ENGINES = {
    "pandas": Engine("pandas", pd.DataFrame, lambda t: t.to_pandas(), lambda t: t),
    "polars": Engine("polars", pl.DataFrame, lambda t: t, lambda t: t.to_pandas()),
    "polars_lazy": Engine("polars_lazy", pl.LazyFrame, lambda t: t.lazy(), lambda t: t.collect().to_pandas()),
    "duckdb": Engine(
        "duckdb", duckdb.DuckDBPyRelation, lambda t: duckdb.from_arrow(t.to_arrow()), lambda t: t.fetchdf()
    ),
}


@pytest.fixture(scope="session", params=ENGINES)
def engine(request) -> Engine:
    return ENGINES[request.param]
