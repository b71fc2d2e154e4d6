"""Rows of side tables that appear twice, contradict each other, or that nothing can use."""

import pandas as pd
import pytest

from kpi_helpers import load
from kpi_helpers.errors import KitError

DEALS = (
    "Deal ID,Partner,Status,Amount,Created On,Closed On,Currency\n"
    "1,Acme,won,1000,2025-10-02,2025-11-03,EUR\n"
    "2,Beta,won,500,2025-10-02,2025-11-03,EUR\n"
)


@pytest.fixture
def export(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")

    def write(kind="csv", **tables):
        for name, text in tables.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            if kind == "parquet":
                pd.read_csv(path).to_parquet(path.with_suffix(".parquet"))
                path.unlink()
        return tmp_path

    return write


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_equal_rows_count_once_and_are_counted(export, kind):
    target = "Acme,2025-Q4,won_amount,2000\n"
    spend = "2025-10,paid,Acme,100\n"
    data = load(
        export(
            kind,
            targets="partner,period,kpi,target\n" + 2 * target,
            spend="month,channel,partner,amount\n" + 3 * spend + "2025-10,paid,Acme,70\n",
        )
    )
    assert data.targets["target"].tolist() == [2000]
    assert data.spend["amount"].tolist() == [100, 70]  # another amount is another bill
    said = [w for w in data.warnings if "twice" in w]
    assert said == [
        "1 rows of targets appear twice; each counts once.",
        "2 rows of spend appear twice; each counts once.",
    ]


def test_contradicting_rows_are_rejected_with_the_reason(export):
    data = load(
        export(
            targets="partner,period,kpi,target\nAcme,2025-Q4,won_amount,2000\n"
            "Acme,2025-Q4,won_amount,3000\n*,2025-Q4,won_amount,9000\n,2025-Q4,won_amount,9000\n",
            rates="currency,date,rate\nUSD,2025-01-01,0.9\nUSD,2025-01-01,0.7\n",
        )
    )
    assert data.targets["target"].tolist() == [9000]
    assert len(data.rates) == 0
    bad = data.rejected
    assert bad["file"].tolist() == ["targets.csv"] * 2 + ["rates.csv"] * 2
    assert bad["line"].tolist() == [2, 3, 2, 3]
    assert bad["reason"].str.startswith("rows of the same").all()


def test_rows_of_nobody_are_told_with_the_nearest_name_and_used_nowhere(export):
    data = load(
        export(
            targets="partner,period,kpi,target\nAcmee,2025-Q4,won_amount,2000\n"
            "Acme,2025-Q4,revenue,2000\n",
            spend="month,channel,partner,amount\n2025-10,paid,Acmee,100\n2025-10,paid,Acme,40\n",
        )
    )
    assert len(data.targets) == 0 and data.spend["amount"].tolist() == [40]
    said = [w for w in data.warnings if "no deal" in w]
    assert len(said) == 2 and all("'Acmee' (nearest: 'Acme')" in w for w in said)
    assert "a target is of one of deal_count, won_amount" in data.rejected["reason"].tolist()


def test_a_currency_that_the_rates_do_not_reach_is_refused(export):
    folder = export(rates="currency,date,rate\nUSD,2025-01-01,0.9\n")
    with pytest.raises(KitError, match="into EUR; they bring no amount into GBP"):
        load(folder, currency="GBP")
    assert load(folder, currency="EUR").currency == "EUR"
    based = export(rates="currency,date,rate\nUSD,2025-01-01,0.9\nCHF,2025-01-01,1\n")
    with pytest.raises(KitError, match="into CHF"):
        load(based, currency="EUR")
