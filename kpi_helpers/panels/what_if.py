"""The what-if panel: a slider for each driver, the answer live beside them, scenarios to keep and
compare."""

from base64 import b64encode
from pathlib import Path

import ipywidgets as widgets
import pandas as pd
from IPython.display import Javascript, display
from markupsafe import escape

from kpi_helpers import whatif
from kpi_helpers.errors import KitError
from kpi_helpers.panels.latest import Latest
from kpi_helpers.panels.live_curve import LiveCurve
from kpi_helpers.showing.format import shown
from kpi_helpers.showing.language import _
from kpi_helpers.showing.what_if_answers import (
    answer_rows,
    assumptions,
    difference_sentence,
    driver_name,
    main_drivers,
    scenario_rows,
)
from kpi_helpers.system.file_names import own_name
from kpi_helpers.whatif.drivers import part

STEPS = 100  # of a slider
LABEL = 145  # pixels
CSS = """<style>
.whatif-scale {position: relative; height: 9px; margin: -8px 8px 4px 0; background: #eef0f3;
  border-radius: 3px}
.whatif-scale .span {position: absolute; top: 0; bottom: 0; background: #9ecae8; border-radius: 2px}
.whatif-scale .mark {position: absolute; top: -3px; bottom: -3px; width: 3px; margin-left: -1px;
  background: #111827}
.whatif-note {color: #4b5563; font-size: 13px}
.whatif .widget-html-content {line-height: 1.4}
.whatif-answer table {border-collapse: collapse; font-size: 13.5px; margin: 4px 0}
.whatif-answer th, .whatif-answer td {padding: 4px 12px 4px 0; text-align: right;
  border-bottom: 1px solid #e5e7eb}
.whatif-answer tr > :first-child {text-align: left; font-weight: 500; min-width: 130px}
.whatif-answer .note {color: #4b5563; font-size: 12px; white-space: nowrap}
.whatif :focus-visible {outline: 2px solid #0072B2; outline-offset: 2px}
</style>"""
# ipywidgets gives a slider's handle no name; screen readers get the label beside it.
NAMES = """const name = () => document.querySelectorAll(".whatif .widget-slider").forEach(slider =>
  slider.querySelector(".noUi-handle")?.setAttribute("aria-label",
    slider.querySelector("label")?.textContent));
name(); new MutationObserver(name).observe(document.body, {childList: true, subtree: true});"""


class DriverSlider:
    """A driver's slider, its measured value marked and its 95 % interval shaded on the scale below
    it."""

    def __init__(self, driver: str, row: pd.Series, currency: str | None, changed) -> None:
        self.driver, self.measured, self.unit, self.currency = (
            driver,
            float(row["value"]),
            row["unit"],
            currency,
        )
        self.top = 1.0 if self.unit == "ratio" else 2.5 * max(self.measured, row["high"])
        least = self.top / STEPS if self.unit == "days" else 0.0
        step = (self.top - least) / STEPS
        # Whole steps from the measured value, so that it can be reached again exactly.
        start = self.measured - int((self.measured - least) / step) * step
        name = driver_name(driver)
        self.slider = widgets.FloatSlider(
            value=self.measured,
            min=start,
            max=self.top,
            step=step,
            readout=False,
            description=name,
            description_allow_html=False,
            tooltip=name,
            style={"description_width": f"{LABEL}px"},
            layout={"width": "auto"},
        )
        self.text = widgets.Label(layout={"width": "120px"})
        scale = widgets.HTML(self._scale(row, start), layout={"margin": f"0 0 0 {LABEL + 16}px"})
        body = widgets.VBox([self.slider, scale], layout={"flex": "1 1 auto"})
        self.view = widgets.HBox([body, self.text])
        self.slider.observe(changed, "value")
        self.slider.observe(self._tell, "value")
        self._tell()

    @property
    def moved(self) -> bool:
        return abs(self.slider.value - self.measured) > 1e-9 * max(1.0, abs(self.measured))

    def reset(self) -> None:
        self.slider.value = self.measured

    def change(self, digits: int = 12) -> str:
        """What the scenario file says: points for rates, per cent for the rest, the value itself
        from 0."""
        value = self.slider.value
        if self.driver == "win_back":
            return f"{100 * value:.{digits}g}%"
        if self.unit == "ratio":
            return f"{100 * (value - self.measured):+.{digits}g}pp"
        return f"{100 * (value / self.measured - 1):+.{digits}g}%"

    def _tell(self, *_event) -> None:
        value = shown(self.slider.value, self.unit, self.currency)
        if self.unit == "number":
            value = shown(self.slider.value, "index")
        self.text.value = f"{value} ({self.change(2)})" if self.moved else value

    def _scale(self, row, start) -> str:
        def at(value):
            return f"{100 * min(max((value - start) / (self.top - start), 0), 1):.2f}%"

        shade = ""
        label = _(
            "{name}: measured {value}",
            name=driver_name(self.driver),
            value=shown(self.measured, self.unit, self.currency),
        )
        if not pd.isna(row["low"]) and row["low"] < row["high"]:
            width = f"calc({at(row['high'])} - {at(row['low'])})"
            shade = f'<div class="span" style="left:{at(row["low"])};width:{width}"></div>'
            low, high = (shown(row[end], self.unit, self.currency) for end in ("low", "high"))
            label += _(", 95% interval {low} to {high}", low=low, high=high)
        mark = f'<div class="mark" style="left:{at(self.measured)}"></div>'
        label = escape(label)
        return (
            f'<div class="whatif-scale" role="img" aria-label="{label}" '
            f'title="{label}">{shade}{mark}</div>'
        )


class WhatIfPanel:
    """The panel as widgets in `view`. `start(partner or None, window)` gives a baseline;
    `scenarios` are files in `folder`, the same that `partner-kpis what-if --scenario` reads."""

    def __init__(
        self, start, partners, windows, *, partner=None, currency=None, folder=".", scenario=None
    ) -> None:
        self.start, self.currency, self.folder = start, currency, Path(folder)
        self.given = scenario or whatif.Scenario(name=_("my scenario"))
        self.compared: dict[str, whatif.Scenario] = {}
        everyone = [(_("All partners together"), None)]
        self.partner = _labelled(
            widgets.Dropdown, _("Partner"), options=everyone + [(p, p) for p in partners]
        )
        self.partner.value = partner
        self.window = _labelled(widgets.Dropdown, _("Window"), options=windows)
        self.target = _labelled(
            widgets.BoundedFloatText, _("Target"), min=0, max=1e15, value=self.given.target or 0
        )
        self.returns = _labelled(
            widgets.FloatSlider,
            _("Returns (assumed)"),
            min=0,
            max=1,
            step=0.05,
            value=self.given.returns,
            readout_format=".2f",
            layout={"width": "auto"},
        )
        self.name = _labelled(
            widgets.Text, _("Scenario"), value=self.given.name, continuous_update=False
        )
        self.saved = _labelled(widgets.SelectMultiple, _("Compare"), options=[], rows=4)
        self.answer, self.figure, self.note, self.said, self.table = (
            widgets.HTML() for _i in range(5)
        )
        self.answer.add_class("whatif-answer"), self.table.add_class("whatif-answer")
        self.note.add_class("whatif-note"), self.said.add_class("whatif-note")
        self.curve = LiveCurve(currency)
        self.sliders: list[DriverSlider] = []
        self.column = widgets.VBox(layout={"flex": "1 1 400px"})
        self.update = Latest(self._update)
        buttons = [
            self._button(*button)
            for button in (
                (_("Reset"), _("Put every slider back to its measured value"), self.reset),
                (_("Save"), _("Keep the scenario as a file"), self.save),
                (_("Load"), _("Put the sliders as the first selected scenario says"), self.open),
                (_("Compare"), _("Show the selected scenarios side by side"), self.compare),
                (_("Export"), _("Write the comparison as .csv and .xlsx"), self.export),
            )
        ]
        for widget in (self.partner, self.window):
            widget.observe(self._begin, "value")
        for widget in (self.target, self.returns):
            widget.observe(self.update, "value")
        right = widgets.VBox([self.answer, self.figure, self.note], layout={"flex": "1 1 400px"})
        self.view = widgets.VBox(
            [
                widgets.HTML(CSS),
                widgets.HBox(
                    [self.partner, self.window, self.target], layout={"flex_flow": "row wrap"}
                ),
                widgets.HBox(
                    [self.column, right], layout={"flex_flow": "row wrap", "grid_gap": "24px"}
                ),
                widgets.HBox([self.name, *buttons], layout={"flex_flow": "row wrap"}),
                self.said,
                self.saved,
                self.table,
            ]
        )
        self.view.add_class("whatif")
        self._list()
        self._begin()
        self.put(self.given)

    def show(self) -> None:
        """The panel as a cell's output."""
        display(self.view, Javascript(NAMES))

    def scenario(self) -> whatif.Scenario:
        """What the sliders say, and what else the given scenario does."""
        moved = {slider.driver: slider.change() for slider in self.sliders if slider.moved}
        shown_here = {slider.driver for slider in self.sliders}
        kept = {
            driver: change for driver, change in self.given.set.items() if driver not in shown_here
        }
        rest = {
            part: getattr(self.given, part)
            for part in ("shift", "move", "add", "replace", "strategies")
        }
        name = self.name.value.strip() or _("my scenario")
        return whatif.Scenario(
            name=name,
            set=kept | moved,
            **rest,
            returns=self.returns.value,
            target=self.target.value or None,
        )

    def put(self, scenario: whatif.Scenario) -> None:
        """The sliders as a scenario says."""
        self.given, self.name.value, self.returns.value = scenario, scenario.name, scenario.returns
        self.target.value = scenario.target or self.base.target or 0
        for slider in self.sliders:
            slider.reset()
            if slider.driver in scenario.set:
                change = whatif.parse_change(
                    self.base.drivers, slider.driver, scenario.set[slider.driver]
                )
                slider.slider.value = change.value

    def reset(self) -> None:
        for slider in self.sliders:
            slider.reset()
        self.returns.value = whatif.scenarios.RETURNS

    def save(self) -> None:
        scenario = self.scenario()
        file = own_name(scenario.name) or "scenario"
        path = whatif.save_scenario(scenario, self.folder / f"{file}.scenario.json")
        self._list()
        self.saved.value = (str(path),)
        self._say(_("Saved as {file}.", file=path.name))

    def open(self) -> None:
        if not self.saved.value:
            raise KitError(_("Select a saved scenario first."))
        self.put(whatif.read_scenario(self.saved.value[0]))

    def compare(self) -> None:
        self.table.value = str(scenario_rows(self._compared(), self.currency).markup)

    def export(self) -> None:
        table = self._compared()
        paths = [whatif.export(table, self.folder / f"what-if.{kind}") for kind in ("csv", "xlsx")]
        self._say(_("Written: {files}.", files=", ".join(path.name for path in paths)))

    def _compared(self):
        chosen = [whatif.read_scenario(path) for path in self.saved.value]
        return whatif.compare(self.base, chosen or [self.scenario()])

    def _begin(self, *_event) -> None:
        """Another partner or window: measured anew, the sliders with it."""
        self.base = self.start(self.partner.value, self.window.value)
        self.before = whatif.simulate(self.base)
        rows = self.base.drivers
        self.sliders = [
            DriverSlider(d, rows.loc[d], self.currency, self.update)
            for d in main_drivers(self.base)
        ]
        overall = [slider.view for slider in self.sliders if part(slider.driver)[1] is None]
        split = [slider.view for slider in self.sliders if part(slider.driver)[1] is not None]
        more = widgets.Accordion(
            [widgets.VBox(split)], titles=(_("By channel"),), selected_index=None
        )
        legend = _("Black mark: measured in the last year. Blue: its 95% interval.")
        self.column.children = [
            widgets.HTML(f'<p class="whatif-note">{legend}</p>'),
            *overall,
            self.returns,
            more,
        ]
        self.target.value = self.base.target or self.target.value
        self.update()

    def _update(self) -> None:
        try:
            before, after = self._answers()
        except KitError as error:
            self._say(str(error))
            return
        self.answer.value = str(answer_rows([before, after], self.currency, small=True).markup)
        sentence = escape(difference_sentence(before, after, self.currency))
        picture = b64encode(self.curve.png(before, after)).decode()
        self.figure.value = (
            f'<img alt="{sentence}" src="data:image/png;base64,{picture}" '
            f'style="width: 100%; max-width: 640px">'
        )
        self.note.value = f"<p>{sentence}</p><p>{escape(assumptions(after))}</p>"

    def _answers(self):
        scenario, target = self.scenario(), self.target.value or None
        if self.before.target != target:
            self.before = whatif.simulate(
                self.base, whatif.Scenario(name="baseline", target=target)
            )
        return self.before, whatif.simulate(self.base, scenario)

    def _list(self) -> None:
        paths = sorted(self.folder.glob("*.scenario.json"))
        self.saved.options = [(_title(path), str(path)) for path in paths]

    def _say(self, text: str) -> None:
        self.said.value = f'<p role="status">{escape(text)}</p>'

    def _button(self, label, tooltip, act):
        def pressed(_button) -> None:
            self._say("")
            try:
                act()
            except KitError as error:
                self._say(str(error))

        button = widgets.Button(description=label, tooltip=tooltip)
        button.on_click(pressed)
        return button


def _title(path: Path) -> str:
    """A saved scenario by the name it was given; a file that cannot be read, by its own."""
    try:
        return whatif.read_scenario(path).name
    except KitError:
        return path.name


def _labelled(kind, label, **options):
    """A widget with its label beside it, which screen readers read too."""
    width = {"description_width": f"{LABEL}px" if kind is widgets.FloatSlider else "initial"}
    return kind(description=label, style=width, tooltip=label, **options)
