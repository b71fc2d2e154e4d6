"""Deals on Spark, for exports beyond one machine: checked where they are, and never brought to the driver."""

from collections.abc import Mapping

import narwhals as nw

from .deals import DEAL_COLUMNS, STATUSES
from .errors import KitError, UnknownValue
from .frames import conform
from .lazy import fetch

PREFIX = "spark:"


def is_spark(source: object) -> bool:
    """Whether this is a Spark frame; pyspark is not imported to find out."""
    return type(source).__module__.startswith("pyspark.sql")


def spark_deals(frame, mapping: Mapping[str, str] | None = None):
    """A Spark frame as deal table: columns named by `mapping` (field -> column), checked to fit the contract.

    Spark frames are not cleaned as exports are: they hold the contract's columns in the contract's types already (a
    lakehouse table, or the Parquet that `load(...).write_parquet` wrote). Nothing but one count per status comes to
    the driver. Raises `MissingColumns`, `UnknownValue` or `KitError` for what does not fit.
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
        told = ", ".join(f"{word!r} ({deals:,})" for word, deals in unknown[["status", "deals"]].to_numpy()[:10])
        raise KitError(
            f"status has to be {', '.join(STATUSES)} on Spark; there is also {told}. Translate them in Spark, or let "
            "DuckDB read the export: load_deals(path)."
        )
    return deals


def read_spark(name: str, mapping: Mapping[str, str] | None = None):
    """The deals that `spark:NAME` means: a table of the session's catalogue, or a Parquet file or folder."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise KitError(
            f"{PREFIX}{name} needs PySpark and a Java runtime: pip install 'partner-kpi-kit[spark]'. DuckDB reads "
            "Parquet of any size on this machine without them: give the path alone."
        ) from None
    try:
        session = SparkSession.builder.appName("partner-kpis").getOrCreate()
        named = "/" in name or name.endswith(".parquet")
        return spark_deals(session.read.parquet(name) if named else session.table(name), mapping)
    except PySparkException as error:
        raise KitError(f"{PREFIX}{name} cannot be read: {str(error).strip().splitlines()[0]}") from error
