"""The scorecard of Parquet files by a Spark session of its own, in a process of its own: the
driver's memory is set once, when its Java starts. Arguments: the folder, the driver's memory, the
file for the answer. Prints what it saw.
"""

import json
import sys

from kpi_helpers import load_deals, scorecard

WINDOW = {"by": ["partner", "month"], "window": "2024-Q1", "as_of": "2024-12-31"}
SETTINGS = {
    "spark.driver.maxResultSize": "1m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
}


def main(folder: str, memory: str, answer: str) -> None:
    """Every way in which rows come to the driver is counted."""
    from pyspark.sql import SparkSession  # which only make test-long installs

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", memory)
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    given = session.read.parquet(folder)
    kind, brought = type(given), []
    for name in ("collect", "toArrow", "toPandas", "toLocalIterator", "take", "head", "tail"):
        setattr(kind, name, _counted(getattr(kind, name), brought))
    deals = load_deals(given)
    card = scorecard(deals, **WINDOW)
    assert isinstance(card, kind)
    seen = {
        "heap": session._jvm.Runtime.getRuntime().maxMemory(),
        "partitions": deals.rdd.getNumPartitions(),
        "brought": max(brought),
    }
    card.toArrow().to_pandas().to_parquet(answer)
    print(json.dumps(seen))


def _counted(real, brought: list[int]):
    def counted(self, *args, **kwargs):
        answer = real(self, *args, **kwargs)
        brought.append(len(answer) if hasattr(answer, "__len__") else 1)
        return answer

    return counted


if __name__ == "__main__":
    main(*sys.argv[1:])
