"""An answer that was kept settles next month's export without a flag."""

import openpyxl
import pandas as pd
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load, save_mapping

HEADER = "No,Reseller name,Aşama,Tutar,Olasılık,Oluşturma Tarihi,Kaynak\n"
# This month settles every order by itself or by a flag; next month alone would leave each open.
NOW = (
    HEADER
    + '1,Ada,Sunum,"1.234,50",75,31/12/2025,Moon\n2,Bo,Bekliyor,"2.000,00",40,05/11/2025,Moon\n'
)
NEXT = HEADER + '1,Ada,Sunum,"1.234",1,05/12/2025,Moon\n2,Bo,Bekliyor,"2.000",0.5,05/11/2025,Moon\n'
ANSWERS = (
    '[stages]\n"Bekliyor" = "cancelled"\n[stage_probability]\n"Sunum" = '
    '0.4\n[channels]\n"Moon" = "earned"\n'
)

CLOSED = {"mapping": {"partner": "Reseller name", "deal_id": "No"}}


def test_next_month_needs_no_flags(tmp_path, command):
    (tmp_path / "now.csv").write_text(NOW, encoding="utf-8")
    (tmp_path / "next.csv").write_text(NEXT, encoding="utf-8")
    (tmp_path / "answers.toml").write_text(ANSWERS, encoding="utf-8")
    asked = ("--map", "partner=Reseller name", "--map", "deal_id=No", "--mapping", "answers.toml")
    answer = command("check", "now.csv", *asked, "--save-mapping", "kept.toml")
    assert answer.returncode == 0, answer.stderr
    with pytest.raises(KitError, match="decimal="):
        load(tmp_path / "next.csv", **CLOSED)
    data = load(tmp_path / "next.csv", mapping_file=tmp_path / "kept.toml")
    one = data.deals().set_index("deal_id").loc["1"]
    assert (one["amount"], one["probability"], str(one["created_on"])[:10]) == (
        1234.0,
        0.01,
        "2025-12-05",
    )
    assert (one["channel"], one["partner"]) == ("earned", "Ada")
    assert data.deals()["status"].to_list().count("cancelled") == 1  # the stage still means it
    again = save_mapping(data, tmp_path / "again.toml").read_text(encoding="utf-8")
    kept = (tmp_path / "kept.toml").read_text(encoding="utf-8")
    assert again == kept and "0.4" in kept


def test_the_columns_of_a_sheet_are_kept_by_their_names(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "My deals"
    book.create_sheet("Notes").append(["nothing"])
    for row in (["Deal: no", "Reseller name", "Stage"], ["1", "Ada", "Proposal"]):
        book["My deals"].append(row)
    book.save(tmp_path / "deals.xlsx")
    data = load(
        tmp_path / "deals.xlsx", mapping={"partner": "Reseller name", "deal_id": "Deal: no"}
    )
    file = save_mapping(data, tmp_path / "kept.toml")
    assert load(tmp_path / "deals.xlsx", mapping_file=file).deals()["deal_id"].to_list() == ["1"]


def test_signs_settle_nothing_for_an_export_without_them(tmp_path):
    said = {
        "deal_id": ["1", "2"],
        "partner": "Ada",
        "status": "open",
        "probability": ["75%", "40 %"],
    }
    file = save_mapping(load(pd.DataFrame(said)), tmp_path / "kept.toml")
    bare = load(pd.DataFrame(said | {"probability": ["75", "40"]}), mapping_file=file)
    assert "shares" not in file.read_text(encoding="utf-8")
    assert bare.deals()["probability"].to_list() == [0.75, 0.4]
