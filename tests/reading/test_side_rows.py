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


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("2025-10-01", "2025-10"),
        ("2025-10-01 00:00:00", "2025-10"),
        ("01.10.2025", "2025-10"),
        ("2025/10", "2025-10"),
        ("202510", "2025-10"),
        ("10/2025", "2025-10"),
        ("Oct-25", "2025-10"),
        ("Ekim 2025", "2025-10"),
        ("2025-10-17", None),
        ("1/2/2025", None),
        ("2025-13", None),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_months_are_read_as_offices_write_them_and_as_excel_turned_them(
    export, kind, written, month
):
    data = load(
        export(
            kind,
            spend=f"month,channel,partner,amount\n{written},Paid,acme,100\n",
            targets=f"partner,period,kpi,target\nACME,{written},Won amount,100\n",
        )
    )
    assert data.spend["month"].tolist() == ([month] if month else [])
    assert data.targets["period"].tolist() == ([month] if month else [])
    assert len(data.rejected) == (0 if month else 2)


def test_months_that_excel_made_dates_are_read_from_a_workbook(export):
    folder = export()
    spend = pd.DataFrame({"month": pd.to_datetime(["2025-10-01", "2025-11-01"]), "channel": "paid"})
    spend.assign(amount=5).to_excel(folder / "spend.xlsx", index=False)
    assert load(folder).spend["month"].tolist() == ["2025-10", "2025-11"]


def test_dates_with_strokes_are_months_where_one_order_makes_all_first_days(export):
    spend = "month,channel,amount\n1/10/2025,paid,1\n1/11/2025,paid,2\n"
    assert load(export(spend=spend)).spend["month"].tolist() == ["2025-10", "2025-11"]
    spend = "month,channel,amount\n10/1/2025,paid,1\n11/1/2025,paid,2\n"
    assert load(export(spend=spend)).spend["month"].tolist() == ["2025-10", "2025-11"]


@pytest.mark.parametrize("written", ["2025 Q4", "Q4 2025", "Q4-2025", "2025q4"])
def test_quarters_kpis_and_channels_are_read_in_any_spelling(export, tmp_path, written):
    answers = tmp_path / "answers.toml"
    answers.write_text('[channels]\n"Our fair" = "owned"\n', encoding="utf-8")
    data = load(
        export(
            spend="month,channel,amount\n2025-10,trade show,1\n2025-10,our fair,2\n2025-10,?,3\n",
            targets=f"partner,period,kpi,target\nAcme,{written},Deal Count,5\n",
        ),
        mapping_file=answers,
    )
    assert data.targets[["period", "kpi"]].to_numpy().tolist() == [["2025-Q4", "deal_count"]]
    assert data.spend["channel"].tolist() == ["paid", "owned"]
    assert len(data.rejected) == 1


def test_two_sources_of_one_channel_that_cost_the_same_are_two_rows(export):
    rows = "2025-10,google ads,Acme,100\n2025-10,trade show,Acme,100\n2025-10,Google Ads,Acme,100\n"
    data = load(export(spend=f"month,channel,partner,amount\n{rows}"))
    assert data.spend["amount"].tolist() == [100, 100]
    assert any("twice" in str(warning) for warning in data.warnings)
