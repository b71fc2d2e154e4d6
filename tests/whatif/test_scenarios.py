import openpyxl
import pytest

from kpi_helpers import whatif
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.whatif import Scenario

FULL = Scenario(
    name="Kanal planı",
    set={"close_rate": "+5pp", "spend.paid": "-20%"},
    shift=[{"what": "spend", "from": "paid", "to": "earned", "amount": "10%"}],
    move=[{"from": "Boğaziçi Veri", "to": "Işık Bilişim", "share": "25%"}],
    strategies=[{"name": "desk", "set": {"cycle_days": "-10%"}, "starts": "2026-02-01"}],
    returns=0.3,
    target=300_000,
)


def test_a_saved_scenario_comes_back_equal(tmp_path, base):
    back = whatif.read_scenario(whatif.save_scenario(FULL, tmp_path / "plan.json"))
    assert back == FULL
    assert whatif.simulate(base, back).plain() == whatif.simulate(base, FULL).plain()


def test_toml_is_read_too(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text('returns = 0.3\n[set]\nclose_rate = "+5pp"\n"spend.paid" = "-20%"\n')
    assert whatif.read_scenario(file) == Scenario(
        "plan", {"close_rate": "+5pp", "spend.paid": "-20%"}, returns=0.3
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"sets": {}}', "Did you mean 'set'"),
        ('{"name": 5}', "name is text"),
        ('{"move": null}', "is a list"),
        (
            '{"shift": [{"what": "spend", "from": ["paid"], "to": "earned", "amount": 1}]}',
            "is a name",
        ),
        (
            '{"shift": [{"what": "spend", "from": "paid", "to": "paid", "amount": 1}]}',
            "'paid' twice",
        ),
        ('{"move": [{"from": "A", "to": "B", "deals": "D-1"}]}', "list of ids"),
        ('{"strategies": [{"set": ["close_rate"]}]}', "driver: change"),
        ('{"target": Infinity}', "above 0"),
        ('{"returns": true}', "0..1"),
        ('{"set": ["close_rate"]}', "driver: change"),
        ("[1]", "not an object"),
        ("{", "no valid"),
        ('{"returns": 2}', "0..1"),
        ('{"target": -1}', "above 0"),
        ('{"move": [{"from": "A", "to": "B"}]}', "share"),
        ('{"move": ["A"]}', "object with"),
        ('{"shift": [{"what": "spend", "form": "paid"}]}', "Did you mean 'from'"),
        ('{"strategies": [{"set": {}, "starts": "soon"}]}', "not a date"),
    ],
)
def test_what_a_file_cannot_say(tmp_path, text, words):
    (tmp_path / "s.json").write_text(text)
    with pytest.raises((KitError, UnknownValue), match=words):
        whatif.read_scenario(tmp_path / "s.json")


def test_files_that_are_not_there_or_of_another_kind(tmp_path):
    with pytest.raises(KitError, match="cannot be read"):
        whatif.read_scenario(tmp_path / "none.json")
    with pytest.raises(KitError, match=r"saved as \.json"):
        whatif.save_scenario(FULL, tmp_path / "plan.yaml")
    with pytest.raises(KitError, match="cannot be written"):
        whatif.save_scenario(FULL, tmp_path / "no" / "plan.json")


def test_side_by_side_and_exported(tmp_path, base):
    table = whatif.compare(base, [Scenario("=1+1", {"average_deal_size": "+20%"}), FULL])
    assert table["scenario"].tolist() == ["baseline", "=1+1", "Kanal planı"]
    assert table["revenue_change"].tolist()[:2] == [0, pytest.approx(0.2)]
    assert table["revenue_p50"][1] == pytest.approx(1.2 * table["revenue_p50"][0])
    whatif.export(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text().splitlines()[0].startswith("scenario,revenue_p10")
    sheet = openpyxl.load_workbook(whatif.export(table, tmp_path / "t.xlsx")).active
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    with pytest.raises(KitError, match=r"\.csv or \.xlsx"):
        whatif.export(table, tmp_path / "t.pdf")
    assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "t.xlsx"}
