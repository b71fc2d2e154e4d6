"""Numbers, shares and dates as people write them: decided per column, refused when the values leave
it open."""

import pandas as pd
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load


def read(column: str, said: list, **options):
    rows = len(said)
    deals = {
        "deal_id": [str(i) for i in range(rows)],
        "partner": ["Ada"] * rows,
        "status": ["won"] * rows,
        "amount": ["1"] * rows,
        "created_on": ["2020-01-01"] * rows,
        "closed_on": ["2030-01-01"] * rows,
    } | {column: said}
    return load(pd.DataFrame(deals), **options)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["1.234,50", "1.500", "7"], [1234.5, 1500, 7]),
        (["95,570.69", "1,500", "-2"], [95570.69, 1500, -2]),
        (["$1,234,567", "250k", "(1,200)", "2M"], [1234567, 250000, -1200, 2e6]),
        (["1.234,50 TL", "5 TL"], [1234.5, 5]),
        (["1 234,5", "1\u00a0500,25", "1.500"], [1234.5, 1500.25, 1500]),
        (["1'234.50", "−3", "4-"], [1234.5, -3, -4]),
        (["1.5", "1e6", "3"], [1.5, 1e6, 3]),
    ],
)
def test_amounts(said, meant):
    data = read("amount", said)
    assert data.deals()["amount"].to_list() == meant and data.rows_rejected == 0


@pytest.mark.parametrize(
    "said", [["1.500", "2.750"], ["1,500", "20"], ["1.5", "1,5"], ["1.500"] * 30 + ["1.50"]]
)
def test_undecidable_amounts_are_refused_until_said(said):
    with pytest.raises(KitError, match="decimal="):
        read("amount", said)
    assert read("amount", said, decimal=",").rows_in == len(said)


def test_what_was_said_settles_a_point_that_may_separate_thousands():
    assert read("amount", ["1.500", "2.750"], decimal=",").deals()["amount"].to_list() == [
        1500,
        2750,
    ]
    assert read("amount", ["1.500", "2.750"], decimal=".").deals()["amount"].to_list() == [
        1.5,
        2.75,
    ]


def test_what_is_no_number_is_rejected_beside_those_that_are():
    data = read("amount", ["1.234,50", "12 apples", "1.23.4", "--5"])
    assert data.rejected["value"].to_list() == ["12 apples", "1.23.4", "--5"]


def test_currencies_beside_the_amounts_are_kept_apart():
    data = read("amount", ["€1,500.00", "$3.50", "$4.00"])
    assert data.deals()["currency_original"].to_list() == ["EUR", "USD", "USD"]
    assert any(w.startswith("MISSING RATES") for w in data.warnings)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["75 %", "%20", "5%"], [0.75, 0.2, 0.05]),
        (["75", "20", "100"], [0.75, 0.2, 1]),
        (["0,75", "0,2", "1"], [0.75, 0.2, 1]),
        ([75, 20, 0], [0.75, 0.2, 0]),
        ([0.75, 0.2, 1], [0.75, 0.2, 1]),
    ],
)
def test_shares(said, meant):
    assert read("probability", said).deals()["probability"].to_list() == meant


def test_undecidable_shares_are_refused_until_said():
    with pytest.raises(KitError, match="shares="):
        read("probability", ["50", "0.5"])
    assert read("probability", ["50", "0.5"], shares="percent").deals()[
        "probability"
    ].to_list() == [0.5, 0.005]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["31.12.2025", "1.2.2026"], ["2025-12-31", "2026-02-01"]),
        (["10/13/2026 10:30", "1/2/2025 1:30 PM"], ["2026-10-13", "2025-01-02"]),
        (["13/10/2026", "1/2/2025"], ["2026-10-13", "2025-02-01"]),
        (["45991", "45000.5"], ["2025-11-30", "2023-03-15"]),
        (["1735689600000", "1738368000000"], ["2025-01-01", "2025-02-01"]),
        (["1735689600"], ["2025-01-01"]),
        (["31 Aralık 2025", "5 Şubat 2025"], ["2025-12-31", "2025-02-05"]),
        (["Dec 31, 2025", "31-Dec-2025"], ["2025-12-31", "2025-12-31"]),
        (["2025/01/31", "2025-02-01T10:00:00.000+0000"], ["2025-01-31", "2025-02-01"]),
        (["31/12/25", "1/1/24"], ["2025-12-31", "2024-01-01"]),
    ],
)
def test_dates(said, meant):
    data = read("created_on", said)
    assert data.deals()["created_on"].dt.strftime("%Y-%m-%d").to_list() == meant
    assert data.rows_rejected == 0


@pytest.mark.parametrize("said", [["10/01/2026", "1/2/2025"], ["13/10/2026", "10/13/2026"]])
def test_undecidable_dates_are_refused_until_said(said):
    with pytest.raises(KitError, match="dates="):
        read("created_on", said)
    assert read("created_on", said, dates="dmy").rows_in == 2


def test_excels_half_turned_dates_are_refused():
    with pytest.raises(KitError, match="mixes written dates with Excel"):
        read("created_on", ["45991", "31/12/2025"])


def test_every_open_question_is_told_at_once(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text("deal_id,partner,status,amount,created_on\n1,Ada,open,1.500,01/02/2025\n")
    with pytest.raises(
        KitError, match=r"'amount' writes '1\.500'.*'created_on' writes '01/02/2025'"
    ):
        load(path)
    mapping = tmp_path / "answers.toml"
    mapping.write_text('[reading]\ndecimal = ","\ndates = "mdy"\n')
    data = load(path, mapping_file=mapping)
    assert data.deals()["amount"].to_list() == [1500]
    assert str(data.deals()["created_on"][0])[:10] == "2025-01-02"
    assert data.decisions["amount"][0].startswith("decimal comma, as was said")
