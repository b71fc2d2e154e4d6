"""Frames in a notebook's page: each one's colours reach its own cells only."""

import re
from collections import Counter
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from kpi_helpers.reports.pages.report import page
from kpi_helpers.showing.styled_frames import styled

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


def test_two_frames_share_no_id():
    frame = pd.DataFrame({"amount": [1.0, 2.0]})
    both = styled(frame).to_html() + styled(frame.assign(amount=[5.0, 1.0])).to_html()
    assert ids(both) and max(Counter(ids(both)).values()) == 1


@pytest.fixture(scope="module")
def explored():
    """explore.ipynb run from its own folder, as one page."""
    notebook = nbformat.read(NOTEBOOKS / "explore.ipynb", as_version=4)
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(notebook, resources=resources, kernel_name="python3").execute()
    return page(notebook, title="Explore")


def test_no_id_stands_twice_on_a_whole_page(explored):
    assert [name for name, times in Counter(ids(explored)).items() if times > 1] == []


def test_each_frames_colours_are_meant_for_its_own_cells(explored):
    coloured = set(re.findall(r"#(T_\w+?)_row\d+_col\d+", explored))
    tables = re.findall(r'<table id="(T_\w+)"', explored)
    assert len(tables) >= 5 and len(coloured) >= 2
    assert coloured <= {*tables} and len({*tables}) == len(tables)
