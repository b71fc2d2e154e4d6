"""One reporting currency."""

import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load

DEALS = """deal_id,partner,status,amount,currency,created_on,closed_on
1,Ada,won,200,USD,2025-01-01,2025-02-01
2,Ada,won,400,EUR,2025-01-01,2025-02-01
"""
RATES = "currency,date,rate\nEUR,2025-01-01,1.10\nEUR,2025-02-02,9\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS)
    (tmp_path / "rates.csv").write_text(RATES)
    return tmp_path


def test_worked_example(folder):
    data = load(folder)
    deals = data.deals()
    assert deals["amount"].to_list() == [200, 440] and data.currency == "USD"
    assert deals["amount_original"].to_list() == [200, 400]
    assert deals["currency_original"].to_list() == ["USD", "EUR"]
    assert deals["currency"].to_list() == ["USD", "USD"]


def test_prepared_data_is_not_converted_twice(folder, tmp_path):
    data = load(folder)
    again = load(data.write_parquet(tmp_path / "out"))
    assert again.deals()["amount"].to_list() == [200, 440] and again.currency == "USD"


def test_open_deals_are_priced_as_of(folder):
    (folder / "deals.csv").write_text(DEALS + "3,Ada,open,10,EUR,2025-01-01,\n")
    assert load(folder, as_of="2025-03-01").deals()["amount"].to_list() == [200, 440, 90]
    # Closed after as_of: still open then, so priced at as_of's rate.
    assert load(folder, as_of="2025-01-15").deals()["amount"].to_list() == [200, 440, 11]


def test_without_a_rate_the_deal_is_counted_not_priced(folder):
    (folder / "rates.csv").write_text("currency,date,rate\nEUR,2025-06-01,1.1\n")
    data = load(folder)
    assert data.deals()["amount"].isna().to_list() == [False, True]
    assert any("not priced" in w for w in data.warnings)


def test_without_rates_the_most_frequent_currency_is_priced(folder):
    (folder / "rates.csv").unlink()
    (folder / "deals.csv").write_text(DEALS + "3,Ada,open,10,EUR,2025-01-01,\n")
    data = load(folder / "deals.csv")
    assert data.currency == "EUR" and data.deals()["amount"].isna().to_list() == [
        True,
        False,
        False,
    ]
    assert any(w.startswith("MISSING RATES") for w in data.warnings)


def test_undecidable_currency_names_the_choices(folder):
    (folder / "rates.csv").write_text(RATES + "USD,2025-01-01,30\n")
    with pytest.raises(KitError, match="currency="):
        load(folder)
    data = load(folder, currency="try")
    assert data.currency == "TRY" and data.deals()["amount"].to_list() == [6000, 440]


def test_faults_of_a_side_table_are_told(folder):
    (folder / "rates.csv").write_text(RATES + "EUR,x,1\nEUR,2025-01-05,-1\n")
    data = load(folder)
    assert data.rejected[["file", "line", "column"]].to_numpy().tolist() == [
        ["rates.csv", 4, "date"],
        ["rates.csv", 5, "rate"],
    ]
    assert len(data.rates) == 2 and data.rows_rejected == 0
