"""The committed sample with amounts in euros, read by hand so that judging is tested apart from
reading."""

from functools import cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parents[2] / "data" / "sample"
AS_OF = pd.Timestamp("2025-12-31")


@cache
def _read():
    deals = pd.read_csv(
        FOLDER / "deals.csv", parse_dates=["created_on", "closed_on", "expected_close_on"]
    )
    rates = pd.read_csv(FOLDER / "rates.csv", parse_dates=["date"]).sort_values("date")
    deals["_order"] = range(len(deals))
    deals["_on"] = deals["closed_on"].fillna(AS_OF)
    priced = pd.merge_asof(
        deals.sort_values("_on"), rates, left_on="_on", right_on="date", by="currency"
    )
    priced["amount"] *= priced["rate"].where(priced["currency"] != "EUR", 1.0)
    priced = priced.sort_values("_order", ignore_index=True).drop(
        columns=["_order", "_on", "date", "rate"]
    )
    return priced.assign(currency="EUR")


def sample_deals():
    return _read().copy()


def sample_side(name):
    return pd.read_csv(FOLDER / f"{name}.csv")
