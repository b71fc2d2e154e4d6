"""Messages are for who calls: arguments in Python, flags on the command line."""

import ast
import pickle
import re
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner

import kpi_helpers
from kpi_helpers import cli, load
from kpi_helpers.errors import FLAGS, Argument, KitError, UnknownValue

PACKAGE = Path(kpi_helpers.__file__).parent
NAMED_FOR_ITSELF = {"commands", "cli.py"}  # they are the command line
CHROMIUM = {"reports/pages/pdf.py"}  # has flags of another program


def texts_of(path):
    """The strings that code says, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if text and id(node) not in documents:
            yield node.value


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=str(path.relative_to(PACKAGE)))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in NAMED_FOR_ITSELF
        and str(path.relative_to(PACKAGE)) not in {*CHROMIUM, "errors.py"}
    ],
)
def test_no_text_of_the_library_names_a_flag(path):
    assert [text for text in texts_of(path) if re.search(r"(^|\s)--[a-z]", text)] == []


def test_every_argument_of_a_message_is_a_flag_of_a_command():
    named = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Argument"
            if call and isinstance(node.args[0], ast.Constant):
                named.add(node.args[0].value)
    commands = [cli.main.get_command(None, name) for name in cli.COMMANDS]
    flags = {
        flag for c in commands for p in c.params if isinstance(p, click.Option) for flag in p.opts
    }
    assert len(named) > 10
    assert {Argument(name).as_flag() for name in named} <= flags
    assert FLAGS.keys() <= named


def test_one_mistake_is_told_to_each_in_its_own_words(tmp_path):
    deals = pd.DataFrame({"no": ["1"], "Bayi adı": ["Ada"], "Durum": ["Açık"]})
    with pytest.raises(KitError) as caught:
        load(deals[["no", "Durum"]])
    assert "mapping={'partner': 'COLUMN'}" in str(caught.value) and "--" not in str(caught.value)
    path = tmp_path / "deals.csv"
    deals[["no", "Durum"]].to_csv(path, index=False)
    said = CliRunner().invoke(cli.main, ["check", str(path)])
    assert said.exit_code == 2 and "--map partner=COLUMN" in said.output


def test_errors_survive_the_way_between_processes():
    error = KitError("Name another with ", Argument("out"), ".")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "Name another with out=...."
    assert again.for_command() == "Name another with --out."


def test_a_value_is_quoted_where_a_shell_would_take_it_apart():
    assert Argument("accent", "#0a7").as_flag() == "--accent '#0a7'"
    assert Argument("replace", True).as_flag() == "--replace"
    assert str(Argument("format", "pdf")) == "format='pdf'"
    assert Argument("format", "pdf").as_flag() == "--format pdf"
    assert "Did you mean 'open'" in UnknownValue("status", "opne", ["open", "won"]).for_command()
