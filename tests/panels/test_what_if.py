"""The panel's widgets, without a browser: what the sliders say is what the scenario and the answer
say."""

import pytest
from conftest import ROOT

from kpi_helpers import load, whatif
from kpi_helpers.panels import somebody_watches, what_if_panel
from kpi_helpers.showing.language import using

PARTNER = "Işık Bilişim"


@pytest.fixture(scope="module")
def data():
    return load(ROOT / "data" / "sample")


@pytest.fixture
def panel(data, tmp_path):
    return what_if_panel(data, partner=PARTNER, target=350_000, folder=tmp_path)


def slider(panel, driver):
    return next(slider for slider in panel.sliders if slider.driver == driver)


def test_moving_a_slider_changes_the_answer_and_nothing_else(panel):
    before, picture = panel.answer.value, panel.figure.value
    slider(panel, "close_rate").slider.value += 0.05
    assert panel.answer.value != before and panel.figure.value != picture
    assert "data:image/png;base64,iVBOR" in panel.figure.value
    assert panel.scenario().set == {"close_rate": slider(panel, "close_rate").change()}
    panel.reset()
    assert (panel.scenario().set, panel.answer.value) == ({}, before)


def test_the_panel_says_what_the_function_says(panel):
    slider(panel, "average_deal_size").slider.value *= 1.2
    told = whatif.simulate(panel.base, panel.scenario())
    assert f"{told.chance:.1%}" in panel.answer.value


def test_saved_opened_and_compared(panel, tmp_path):
    slider(panel, "cycle_days").slider.value *= 0.8
    panel.name.value = "Hızlı = <b>"
    said = panel.scenario()
    panel.save()
    (file,) = tmp_path.glob("*.scenario.json")
    assert whatif.read_scenario(file) == said
    assert (("Hızlı = <b>", str(file)),) == tuple(panel.saved.options)
    (tmp_path / "broken.scenario.json").write_text("{", encoding="utf-8")
    panel.save()
    assert {name for name, _ in panel.saved.options} == {"broken.scenario.json", "Hızlı = <b>"}
    panel.reset()
    panel.saved.value = (str(file),)
    panel.open()
    assert panel.scenario().set["cycle_days"] == said.set["cycle_days"]
    panel.compare()
    assert "Hızlı = &lt;b&gt;" in panel.table.value
    panel.export()
    assert {path.suffix for path in tmp_path.glob("what-if.*")} == {".csv", ".xlsx"}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Kanal planı", "Kanal-planı"),
        ("Łódź: +10 %", "Łódź-10"),
        ("渠道计划", "渠道计划"),
        ("योजना", "योजना"),
        ("../../x", "x"),
        ("...", "scenario"),
        ("CON", "scenario"),
        ("計" * 300, "計" * 60),
    ],
)
def test_a_scenarios_file_keeps_the_letters_of_its_name_and_is_the_one_that_is_said(
    panel, tmp_path, name, file
):
    panel.name.value = name
    panel.save()
    assert [path.name for path in tmp_path.iterdir()] == [f"{file}.scenario.json"]
    assert f"Saved as {file}.scenario.json." in panel.said.value
    assert panel.saved.value == (str(tmp_path / f"{file}.scenario.json"),)
    assert whatif.read_scenario(panel.saved.value[0]).name == name


def test_another_partner_is_measured_anew(panel):
    panel.partner.value = "Polder Data"
    assert panel.base.member == "Polder Data"
    panel.partner.value = None
    assert panel.base.of_everyone and not panel.base.mine.opened.empty


def test_what_is_wrong_is_said_in_the_panel(panel):
    panel._button("", "", panel.open).click()
    assert "Select a saved scenario" in panel.said.value


def test_measured_value_and_interval_are_marked(panel):
    scale = slider(panel, "close_rate")._scale(panel.base.drivers.loc["close_rate"], 0.0)
    assert 'class="mark"' in scale and 'class="span"' in scale and "95% interval" in scale


def test_in_turkish(data, tmp_path):
    with using("tr"):
        panel = what_if_panel(data, partner=PARTNER, folder=tmp_path)
        assert panel.partner.description == "İş ortağı"
        assert slider(panel, "close_rate").slider.description == "Kapanış oranı"


def test_nobody_watches_a_test():
    assert not somebody_watches()
