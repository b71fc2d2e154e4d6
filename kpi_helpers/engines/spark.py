"""Deals on Spark, for exports beyond one machine: checked where they are, and never brought to the
driver."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import narwhals as nw
import pandas as pd

from kpi_helpers.contract.deals import DEAL_COLUMNS, STATUSES
from kpi_helpers.engines.frames import conform
from kpi_helpers.engines.lazy import fetch
from kpi_helpers.errors import KitError, UnknownValue

PREFIX = "spark:"


def is_spark(source: object) -> bool:
    """Whether this is a Spark frame; pyspark is not imported to find out."""
    return type(source).__module__.startswith("pyspark.sql")


def spark_deals(frame, mapping: Mapping[str, str] | None = None):
    """A Spark frame as deal table: columns named by `mapping` (field -> column), checked to fit the
    contract.

    Spark frames are not cleaned as exports are: they hold the contract's columns in the contract's
    types already (a lakehouse table, or the Parquet that `load(...).write_parquet` wrote). Nothing
    but one count per status comes to the driver. Raises `MissingColumns`, `UnknownValue` or
    `KitError` for what does not fit.
    """
    mapping = dict(mapping or {})
    for field, column in mapping.items():
        if field not in DEAL_COLUMNS:
            raise UnknownValue("field", field, DEAL_COLUMNS)
        if column not in frame.columns:
            raise UnknownValue("column", column, frame.columns)
    deals = frame.withColumnsRenamed({column: field for field, column in mapping.items()})
    conform(deals, "load_deals")
    words = fetch(nw.from_native(deals).group_by("status").agg(deals=nw.len()))
    unknown = words[~words["status"].isin(STATUSES)]
    if len(unknown):
        counted = unknown[["status", "deals"]].to_numpy()[:10]
        listed = ", ".join(
            f"{'blank' if pd.isna(word) else repr(word)} ({deals:,})" for word, deals in counted
        )
        raise KitError(
            f"status has to be {', '.join(STATUSES)} on Spark; there is also {listed}. Translate "
            f"them in Spark, or let "
            "DuckDB read the export: load_deals(path)."
        )
    return deals


def read_spark(name: str, mapping: Mapping[str, str] | None = None):
    """The deals that `spark:NAME` means: a table of the session's catalogue, or a Parquet file or
    folder."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise KitError(
            f"{PREFIX}{name} needs PySpark and a Java runtime: pip install "
            f"'partner-kpi-kit[spark]'. DuckDB reads "
            "Parquet of any size on this machine without them: give the path alone."
        ) from None
    with told_by_spark(name):
        session = SparkSession.builder.appName("partner-kpis").getOrCreate()
        session.sparkContext.setLogLevel(
            "OFF"
        )  # what goes wrong is told once, not logged by every worker before
        return spark_deals(
            session.read.parquet(name) if _is_path(name) else session.table(name), mapping
        )


@contextmanager
def told_by_spark(name: str) -> Iterator[None]:
    """Spark's own errors while `spark:NAME` is read or counted as `KitError`; Spark reads when it
    is asked to count."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        kind = "Parquet" if _is_path(name) else "a table"
        raise KitError(
            f"{PREFIX}{name} cannot be read as {kind}: {_first_words(str(error))} Spark takes a "
            f"table of its catalogue "
            "or Parquet that holds the deal table; DuckDB reads exports: give the path alone."
        ) from error


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith(".parquet")


def _first_words(text: str) -> str:
    """The first line that says something, without the names of Java's classes and Spark's codes."""
    lines = [line.strip() for line in text.strip().splitlines()] or ["no reason given"]
    said = next((line for line in lines if line.startswith(": ")), lines[0]).removeprefix(": ")
    said = re.sub(r"^(?:[\w.$]+(?:Exception|Error): )*(?:\[[A-Z0-9_.]+\] )?", "", said)
    return re.sub(r"\s*SQLSTATE: \w+$", "", said).rstrip(".;") + "."
