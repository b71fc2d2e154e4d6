"""Notes: sentences that keep their code and values, whatever carries them."""

import ast
import copy
import pickle
import re
from pathlib import Path

import pytest

import kpi_helpers
from kpi_helpers.contract.note_texts import TEXTS
from kpi_helpers.contract.notes import Note, decode, encode

PACKAGE = Path(kpi_helpers.__file__).parent


def code_of_the_package():
    """Every node of the package's code outside the catalogue."""
    for path in PACKAGE.rglob("*.py"):
        if path.name != "note_texts.py":
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def test_every_sentence_is_said_somewhere():
    words = {node.value for node in code_of_the_package() if isinstance(node, ast.Constant)}
    assert {*TEXTS} - words == set()


def test_every_note_has_a_sentence_and_a_value_for_each_place():
    called = [
        (node.args[0].value, {word.arg for word in node.keywords})
        for node in code_of_the_package()
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Note"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(called) > 60
    for code, places in called:
        form = TEXTS[code] if isinstance(TEXTS[code], str) else TEXTS[code][1]
        assert {*re.findall(r"{(\w+)}", form)} == places, code


def test_a_sentence_of_two_forms_follows_its_number():
    assert Note("open_without_amount", n=1) == "1 open deal without amount"
    assert Note("open_without_amount", n=0) == "0 open deals without amount"
    assert Note("open_without_amount", n=12_345) == "12,345 open deals without amount"


@pytest.mark.parametrize("way", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
@pytest.mark.parametrize(
    "note", [Note("immature", n=2, days=95), Note.of("Only {closed} closed.", closed=3)]
)
def test_a_note_stays_whole_when_it_is_copied(note, way):
    same = way(note)
    assert (same, same.code, same.values, same.template) == (
        note,
        note.code,
        note.values,
        note.template,
    )


def test_notes_survive_a_column_of_text():
    notes = (Note("immature", n=2, days=95), Note("no_target"))
    assert decode(encode(notes)) == notes and decode(encode(notes))[0].values == notes[0].values
    assert encode(()) == "" and decode("") == ()


def test_an_unknown_code_is_a_mistake_of_the_kit():
    with pytest.raises(KeyError, match="no_such_note"):
        Note("no_such_note")
