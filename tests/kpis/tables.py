"""Small deal tables, written by what matters in them; everything else takes a plain default."""

import pandas as pd

from kpi_helpers.contract.deals import DEAL_COLUMNS

DATES = [name for name, column in DEAL_COLUMNS.items() if column.kind == "date"]
PLAIN = {
    "partner": "P",
    "status": "open",
    "amount": 100.0,
    "created_on": "2025-03-01",
    "closed_on": None,
}


def table(*rows: dict) -> pd.DataFrame:
    """A deal table of these rows; a closed deal without a date closed on 2025-03-20."""
    full = []
    for number, row in enumerate(rows):
        row = {"deal_id": f"D{number}", **PLAIN, **row}
        if row["status"] != "open" and row["closed_on"] is None:
            row["closed_on"] = "2025-03-20"
        full.append(row)
    made = pd.DataFrame(full)
    return made.assign(**{name: pd.to_datetime(made[name]) for name in DATES if name in made})


def many(count: int, **row) -> list[dict]:
    """The same row `count` times (each gets its own deal_id)."""
    return [row] * count


def value(answer: pd.DataFrame, basis: str, **where):
    """The one value of a basis in an answer."""
    return one(answer, basis, **where)["value"]


def one(answer: pd.DataFrame, basis: str, **where) -> pd.Series:
    rows = answer[answer["basis"] == basis]
    for name, wanted in where.items():
        rows = rows[rows[name] == wanted]
    assert len(rows) == 1, rows
    return rows.iloc[0]
