"""What a run gives a notebook is checked against its parameters cell before any report."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.reports import schedule
from kpi_helpers.reports.parameters import check_parameters, defaults

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture
def notebook(tmp_path):
    def made(source, name="mine.ipynb"):
        cells = [new_code_cell("1 + 1"), new_code_cell(source, metadata={"tags": ["parameters"]})]
        nbformat.write(new_notebook(cells=cells), tmp_path / name)
        return tmp_path / name

    return made


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_kits_notebooks_hold_literals_only(path):
    told = defaults(path)
    assert "source" in told
    check_parameters(path, told)


def test_a_name_that_is_not_there_gets_the_one_that_is_near(notebook):
    with pytest.raises(UnknownValue, match=r"of mine.ipynb 'windw'. Did you mean 'window'\?"):
        check_parameters(notebook("window = '2025-Q4'"), {"windw": "2025-Q3"})


@pytest.mark.parametrize(
    ("default", "value"),
    [
        ("2025", "2025-Q4"),
        ("'a'", 3),
        ("'a'", None),
        ("1", 1.5),
        ("1", True),
        ("True", 1),
        ("0.5", "x"),
        ("[]", "x"),
    ],
)
def test_a_value_of_another_type_is_refused(notebook, default, value):
    with pytest.raises(KitError) as caught:
        check_parameters(notebook(f"window = {default}"), {"window": value})
    said = str(caught.value)
    assert "'window' of mine.ipynb" in said and f"({default})" in said and f"({value!r})" in said


def test_the_message_names_both_types(notebook):
    with pytest.raises(
        KitError, match=r"is a whole number there \(2025\), and the run gives it text \('2025-Q4'\)"
    ):
        check_parameters(notebook("window = 2025"), {"window": "2025-Q4"})


@pytest.mark.parametrize(
    ("default", "value"), [("None", "x"), ("None", 3), ("0.5", 2), ("-1", 2), ("{'a': [1]}", {})]
)
def test_what_fits_passes(notebook, default, value):
    check_parameters(
        notebook(f'"""Told."""\n# why\nwindow: object = {default}  # what'), {"window": value}
    )


@pytest.mark.parametrize(
    "line",
    [
        "heading = 'Report on ' + partner",
        "import os",
        "a, b = 1, 2",
        "name = f'{partner}'",
        "x: int",
        "x = {[]: 1}",
    ],
)
def test_what_a_cell_derives_is_refused_with_what_to_do(notebook, line):
    with pytest.raises(KitError) as caught:
        defaults(notebook(f"partner = 'A'\n{line}"))
    assert "mine.ipynb" in str(caught.value) and f"line 2 is: {line}. " in str(caught.value)
    assert "move it to another cell" in str(caught.value)


def test_a_cell_that_is_no_python_is_told(notebook):
    with pytest.raises(KitError, match=r"parameters cell of mine.ipynb is no Python: line 1"):
        defaults(notebook("window = = 1"))


def test_without_a_parameters_cell_there_are_none(notebook, tmp_path):
    nbformat.write(new_notebook(cells=[new_code_cell("window = 1")]), tmp_path / "bare.ipynb")
    assert defaults(tmp_path / "bare.ipynb") == {}


def test_the_command_tells_it_before_any_report(notebook, tmp_path, export, monkeypatch):
    from kpi_helpers.reports import run_reports

    faulty = notebook("source = partner = as_of = lang = edition = ''\nwindow = 2025")
    monkeypatch.setattr(schedule, "notebook_path", lambda name="": faulty)
    with pytest.raises(KitError, match="may only set names to literals"):
        run_reports(export("A"), out=tmp_path / "out", window="2025-Q4", as_of="2025-12-31")
    faulty = notebook(
        "source = ''\npartner = ''\nas_of = ''\nlang = ''\nedition = ''\nwindow = 2025"
    )
    with pytest.raises(KitError, match=r"'window' of mine.ipynb is a whole number"):
        run_reports(export("A"), out=tmp_path / "out", window="2025-Q4", as_of="2025-12-31")
    assert not list((tmp_path / "out").glob("*"))
