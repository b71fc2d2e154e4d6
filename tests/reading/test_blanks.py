"""What stands for nothing in a cell: marks of CRMs, databases and Excel are blanks."""

import pandas as pd
import pytest

from kpi_helpers.reading import load
from kpi_helpers.reading.values.values import BLANKS

MARKS = [mark for mark in BLANKS if mark]


def rows():
    table = pd.DataFrame({"deal_id": [str(n) for n in range(len(MARKS))], "partner": MARKS})
    table = table.assign(
        status="won", amount="100", created_on="2024-01-02", closed_on="2024-02-02"
    )
    table.loc[len(table)] = ["x", "Ada", "won", "100", "2024-01-02", "2024-02-02"]
    return table


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl"])
def test_no_mark_becomes_a_partner(tmp_path, ending):
    path = tmp_path / f"deals.{ending}"
    write = {
        "csv": lambda: rows().to_csv(path, index=False),
        "xlsx": lambda: rows().to_excel(path, index=False),
        "parquet": lambda: rows().to_parquet(path),
        "jsonl": lambda: rows().to_json(path, orient="records", lines=True, force_ascii=False),
    }
    write[ending]()
    loaded = load(path)
    assert loaded.deals()["partner"].tolist() == ["Ada"]
    assert loaded.rows_rejected == len(MARKS)


@pytest.mark.parametrize("mark", ["#N/A", "(No value)", r"\N", "nan", "#YOK"])
def test_a_mark_is_an_unknown_value_and_no_reason_to_refuse_the_deal(tmp_path, mark):
    table = rows().tail(1).assign(amount=mark, created_on=mark, region=mark)
    table.to_csv(tmp_path / "deals.csv", index=False)
    deals = load(tmp_path / "deals.csv").deals()
    assert len(deals) == 1 and deals[["amount", "created_on", "region"]].isna().all(axis=None)


def test_side_tables_know_the_same_marks(tmp_path):
    rows().tail(1).to_csv(tmp_path / "deals.csv", index=False)
    side = pd.DataFrame({"month": "2024-01", "channel": "paid", "partner": ["#N/A", "Ada"]})
    side.assign(amount=[5, 7]).to_csv(tmp_path / "spend.csv", index=False)
    assert load(tmp_path).spend["partner"].isna().tolist() == [True, False]
