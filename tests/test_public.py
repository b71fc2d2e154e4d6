"""What users call is written down: every parameter, what comes back, and nothing hidden."""

import importlib
import inspect
import re

import pandas as pd
import pytest

from kpi_helpers import close_rate, load, partner_view, scorecard
from kpi_helpers.errors import KitError
from kpi_helpers.kpis.kpi import Kpi
from kpi_helpers.reports import run_reports
from kpi_helpers.scoring.exploring import compared, side_by_side

ROOMS = ("", ".stats", ".judging", ".whatif", ".showing", ".reading", ".panels", ".reports")


def public(whole=False):
    functions = {Kpi.__call__: "Kpi", side_by_side: "side_by_side", compared: "compared"}
    for room in ROOMS:
        module = importlib.import_module(f"kpi_helpers{room}")
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isfunction(thing):
                functions[thing] = f"kpi_helpers{room}.{name}"
    unwrapped = (lambda f: f) if whole else inspect.unwrap
    return [pytest.param(unwrapped(f), id=name) for f, name in functions.items()]


def sections(function):
    """Heading -> text of a docstring in NumPy's form."""
    parts = re.split(r"^(\w+)\n-+$", inspect.cleandoc(function.__doc__), flags=re.MULTILINE)
    return {"Summary": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("function", public())
def test_every_parameter_and_what_comes_back_is_written_down(function):
    found, signature = sections(function), inspect.signature(function)
    names = [name for name in signature.parameters if name != "self"]
    documented = re.findall(r"^\*?(\w+) : ", found.get("Parameters", ""), flags=re.MULTILINE)
    assert documented == names
    assert "Returns" in found or signature.return_annotation in (None, "None")
    assert len(found["Summary"].split("\n\n")[0]) < 200


@pytest.mark.parametrize("function", public())
def test_no_parameter_is_hidden(function):
    kinds = {p.kind for p in inspect.signature(function).parameters.values()}
    assert inspect.Parameter.VAR_KEYWORD not in kinds


# A run writes a folder for minutes, and a panel needs somebody at the sliders.
WITHOUT_EXAMPLE = {"run_reports", "what_if_panel"}


@pytest.mark.parametrize("function", public())
def test_every_function_has_an_example(function):
    by_hand = function is inspect.unwrap(Kpi.__call__) or function.__name__ in WITHOUT_EXAMPLE
    assert by_hand or ">>>" in function.__doc__


@pytest.mark.parametrize("function", public(whole=True))
def test_every_function_tells_a_misspelt_parameter_with_the_nearest_name(function):
    names = [n for n in inspect.signature(function).parameters if n != "self"]
    if not names:
        return
    name = max(names, key=len)
    with pytest.raises(KitError, match="There is no parameter") as told:
        function(**{f"{name}x": None})
    assert f"Did you mean '{name}'" in str(told.value)


@pytest.mark.parametrize(
    ("call", "nearest"),
    [
        (lambda: close_rate(pd.DataFrame(), windw="2025"), "window"),
        (lambda: scorecard(pd.DataFrame(), targts=None), "targets"),
        (lambda: side_by_side(close_rate, pd.DataFrame(), (), withindays=3), "within_days"),
        (lambda: load("x.csv", curency="EUR"), "currency"),
        (lambda: partner_view("x.csv", "Ada", mappings={}), "mapping"),
        (lambda: run_reports("x.csv", decimals=","), "decimal"),
    ],
)
def test_a_misspelt_parameter_is_told_with_the_nearest_name(call, nearest):
    with pytest.raises(KitError, match=f"Did you mean '{nearest}'"):
        call()
