"""Names of partners: spellings of one are one, lookalikes are told, the user's answers hold."""

import unicodedata

import pandas as pd
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load, save_mapping


def deals(partners):
    return pd.DataFrame(
        {
            "Deal ID": [str(n) for n in range(len(partners))],
            "Partner": partners,
            "Status": ["won", "lost"] * (len(partners) // 2) + ["won"] * (len(partners) % 2),
            "Created On": "2025-01-02",
            "Closed On": "2025-02-03",
        }
    )


def said(loaded, code):
    return [w for w in loaded.warnings if w.code == code]


SPELT = ["Çelik Işık", "ÇELİK IŞIK", "Çelik  Işık", unicodedata.normalize("NFD", "Çelik Işık")]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl"])
def test_spellings_of_one_partner_are_one_under_the_most_frequent(tmp_path, ending):
    path = tmp_path / f"deals.{ending}"
    table = deals([*SPELT, "Çelik Işık", "Ada"])
    write = {
        "csv": lambda: table.to_csv(path, index=False),
        "xlsx": lambda: table.to_excel(path, index=False),
        "parquet": lambda: table.to_parquet(path),
        "jsonl": lambda: table.to_json(path, orient="records", lines=True, force_ascii=False),
    }
    write[ending]()
    loaded = load(path)
    assert loaded.deals()["partner"].value_counts().to_dict() == {"Çelik Işık": 5, "Ada": 1}
    assert len(said(loaded, "partners_spelt")) == 1


def test_a_side_table_calls_partners_as_the_deals_do(tmp_path):
    deals(["Acme", "Acme", "Beta"]).to_csv(tmp_path / "deals.csv", index=False)
    (tmp_path / "targets.csv").write_text(
        "partner,period,kpi,target\nACME ,2025-Q1,won_amount,50\nbeta,2025-Q1,won_amount,70\n"
    )
    loaded = load(tmp_path)
    assert loaded.targets["partner"].tolist() == ["Acme", "Beta"]
    assert not said(loaded, "side_partners_unknown")


def test_lookalikes_are_told_as_lines_of_the_mapping_file_and_merged_by_it(tmp_path):
    table = deals(["Acme Ltd", "Acme Ltd", "Acme Ltd.", "Açme Limited", "Acme One", "Bolt AG"])
    (note,) = said(load(table), "partners_alike")
    assert '"Acme Ltd." = "Acme Ltd"' in note and "Bolt" not in note and "One" not in note
    answers = tmp_path / "answers.toml"
    answers.write_text(
        '[partners]\n"Acme Ltd." = "Acme Ltd"\n"AÇME limited" = "Acme Ltd"\n', encoding="utf-8"
    )
    loaded = load(table, mapping_file=answers)
    assert loaded.deals()["partner"].value_counts()["Acme Ltd"] == 4
    assert not said(loaded, "partners_alike") and not said(loaded, "partners_strange")
    again = load(table, mapping_file=save_mapping(loaded, tmp_path / "kept.toml"))
    assert again.deals().equals(loaded.deals())


def test_answers_that_fit_nobody_are_told_with_the_nearest(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text('[partners]\n"Betta" = "Acme"\n', encoding="utf-8")
    (note,) = said(load(deals(["Acme", "Beta"]), mapping_file=answers), "partners_strange")
    assert "'Betta' (nearest: 'Beta')" in note
    answers.write_text('[partners]\n"Beta" = ""\n', encoding="utf-8")
    with pytest.raises(KitError, match="say the partner's name"):
        load(deals(["Acme", "Beta"]), mapping_file=answers)


def test_answers_in_a_circle_end(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text('[partners]\n"Acme" = "Beta"\n"Beta" = "Acme"\n', encoding="utf-8")
    assert load(deals(["Acme", "Beta"]), mapping_file=answers).rows_used == 2


@pytest.mark.parametrize("cell", ["Acme;Beta", "Beta | Acme", "Acme, Beta", "Acme & Beta"])
def test_several_partners_in_a_cell_are_told_until_the_user_says_who(tmp_path, cell):
    table = deals(["Acme", "Beta", cell, "Smith, Jones & Co"])
    (note,) = said(load(table), "partners_several")
    assert repr(cell) in note and "Smith" not in note
    answers = tmp_path / "answers.toml"
    answers.write_text(f'[partners]\n"{cell}" = "Beta"\n', encoding="utf-8")
    loaded = load(table, mapping_file=answers)
    assert not said(loaded, "partners_several")
    assert loaded.deals()["partner"].tolist().count("Beta") == 2


def test_ids_that_pandas_made_floats_are_names_without_a_fraction():
    table = deals([7.0, 8.0, 7.0]).assign(**{"Deal ID": [1.0, 2.0, 3.0]})
    loaded = load(table).deals()
    assert loaded["deal_id"].tolist() == ["1", "3", "2"]
    assert loaded["partner"].tolist() == ["7", "7", "8"]


def test_ids_that_were_floats_when_a_file_was_written(tmp_path):
    table = deals(["7.0", "8.0", "7.0"]).assign(**{"Deal ID": ["1.0", "2.0", "3.0"]})
    table.to_csv(tmp_path / "deals.csv", index=False)
    loaded = load(tmp_path / "deals.csv").deals()
    assert loaded["deal_id"].tolist() == ["1", "3", "2"]
    assert loaded["partner"].tolist() == ["7", "7", "8"]
    mixed = load(deals(["1.0", "Ada", "1"])).deals()
    assert mixed["partner"].tolist() == ["1", "1.0", "Ada"]


def test_salesforce_ids_of_both_lengths_are_one_deal():
    ids = ["006A000000aBcDe", "006A000000aBcDeIAX", "006A000000zZzZzIAY", "006A000000ABCDE"]
    table = deals(["Ada", "Ada", "Ada", "Ada"]).assign(**{"Deal ID": ids, "Status": "won"})
    loaded = load(table)
    assert sorted(loaded.deals()["deal_id"]) == [ids[3], ids[0], ids[2]]
    assert loaded.rejected["reason"].tolist() == ["exact duplicate"]


def test_ids_that_excel_cut_are_told():
    table = deals(["Ada", "Ada", "Bob"]).assign(**{"Deal ID": ["1.23E+15", "1.23E+15", "X"]})
    (note,) = said(load(table), "ids_cut")
    assert note.values == {"n": 2, "example": "1.23E+15"}
    assert not said(load(table.assign(**{"Deal ID": ["1", "2", "E+15"]})), "ids_cut")


def test_odoos_partner_name_is_the_customer():
    table = pd.DataFrame(
        {
            "id": ["1", "2"],
            "partner_name": ["Kauf AG", "Kauf AG"],
            "stage_id": ["Won", "New"],
            "planned_revenue": ["10", "20"],
            "probability": ["100", "10"],
            "create_date": "2024-01-02",
            "date_closed": ["2024-02-02", ""],
        }
    )
    with pytest.raises(KitError, match=r"no partner column.*'partner_name' is the customer"):
        load(table)
    loaded = load(table.assign(partner_assigned_id="Ada"))
    assert loaded.deals()[["partner", "customer", "amount"]].iloc[0].tolist() == [
        "Ada",
        "Kauf AG",
        10,
    ]
