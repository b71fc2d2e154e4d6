"""An open deal's chance: the CRM's, else its stage's history, else the stage's listed default
(kpis.md 2.3)."""

import pandas as pd
import pytest

from kpi_helpers import pipeline
from kpi_helpers.reading import load_deals


def rows(count, status, stage="Proposal", closed="2025-02-01", **more):
    return [
        {"status": status, "stage": stage, "closed_on": closed if status != "open" else None} | more
    ] * count


@pytest.fixture
def deals():
    listed = [
        *rows(18, "won"),
        *rows(2, "lost"),
        *rows(40, "lost", closed="2025-06-01"),
        *rows(1, "open"),
        *rows(1, "open", stage="Qualification"),
        *rows(1, "open", stage="Of my own"),
        *rows(1, "open", probability=0.3),
    ]
    table = pd.DataFrame(listed).assign(partner="P", amount=100.0, created_on="2025-01-01")
    table["deal_id"] = [f"D{i}" for i in range(len(table))]
    return table.astype({"probability": "float64"})


def test_history_before_default_and_only_what_was_known_by_as_of(deals, tmp_path):
    deals.to_csv(tmp_path / "deals.csv", index=False)
    found = load_deals(tmp_path / "deals.csv", as_of="2025-03-31")
    still = found[found["status"] == "open"].set_index("deal_id")
    assert still["probability_source"].fillna("").tolist() == [
        "learned",
        "stage default",
        "",
        "crm",
    ]
    assert still["probability"].iloc[[0, 3]].tolist() == [0.9, 0.3]
    assert pd.isna(still["probability"].iloc[2])


def test_the_weighted_value_says_which(deals, tmp_path):
    deals[~deals["closed_on"].eq("2025-06-01")].to_csv(tmp_path / "deals.csv", index=False)
    found = load_deals(tmp_path / "deals.csv", as_of="2025-03-31")
    row = pipeline(found, window="2025-Q1", as_of="2025-03-31", basis="weighted").iloc[0]
    assert row["n"] == 3
    assert "1 open deal without amount or probability" in row["note"]
    assert "1 weighed by its stage's history" in row["note"]
    assert "1 by its stage's default" in row["note"]
