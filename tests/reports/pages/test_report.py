import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kpi_helpers.reports.pages.brand import Brand
from kpi_helpers.reports.pages.report import contents, page
from kpi_helpers.showing.language import using


@pytest.fixture
def notebook():
    html = new_output(
        "execute_result",
        {"text/html": "<p>&lt;script&gt;</p>", "text/plain": "x"},
        execution_count=1,
    )
    png = new_output(
        "display_data",
        {"image/png": "AAAA"},
        metadata={"image/png": {"alt": 'deals "won"', "width": 10}},
    )
    cells = [
        new_markdown_cell("# Partner report\n\nIntro"),
        new_markdown_cell('<a id="close_rate"></a>\n\n## Close rate\n\n**Why?**'),
        new_code_cell(
            "partner = '<script>alert(1)</script>'", outputs=[html, png], execution_count=1
        ),
    ]
    return new_notebook(cells=cells)


def test_the_page_is_one_file_without_script_or_network(notebook):
    made = page(notebook, title="<b>P</b> · 2025-Q4")
    assert "<script" not in made
    assert "default-src 'none'" in made
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", made)
    assert "<title>&lt;b&gt;P&lt;/b&gt; · 2025-Q4</title>" in made
    assert len(made.encode()) < 100 * 1024


def test_figures_have_alternative_text_and_contents_lead_to_headings(notebook):
    made = page(notebook, title="P")
    assert 'alt="deals &quot;won&quot;"' in made
    assert contents(notebook) == [("close_rate", "Close rate")]
    assert '<a href="#close_rate">Close rate</a>' in made


def test_a_failure_is_a_banner_with_its_text_escaped(notebook):
    made = page(notebook, title="P", failure="Cell 3 failed: <img onerror=x>")
    assert "&lt;img onerror=x&gt;" in made
    assert 'role="alert"' in made


def test_the_source_notebook_is_not_changed(notebook):
    before = nbformat.writes(notebook)
    page(notebook, title="P")
    assert nbformat.writes(notebook) == before


def test_nothing_a_notebook_carries_can_leave_its_place(notebook):
    hostile = '"><script>alert(1)</script>'
    picture = new_output(
        "display_data", {"image/png": hostile}, metadata={"image/png": {"alt": hostile}}
    )
    notebook.cells.append(
        new_code_cell("1", outputs=[picture, new_output("stream", name="stdout", text=hostile)])
    )
    made = page(notebook, title=hostile, back=hostile)
    assert "<script" not in made


def test_tables_and_figures_can_be_scrolled_by_keyboard(notebook):
    table = new_output("display_data", {"text/html": "<table class='dataframe'></table>"})
    notebook.cells.append(new_code_cell("frame", outputs=[table]))
    made = page(notebook, title="P")
    assert re.search(r"""<div class="output" tabindex="0"><table""", made)
    assert """<div class="output"><p>""" in made
    assert """<figure tabindex="0"><img""" in made


def test_a_brand_is_on_the_page(notebook):
    made = page(
        notebook, title="P", brand=Brand("data:image/png;base64,AAAA", "#00815a", "#00aa77")
    )
    assert """class="logo" src="data:image/png;base64,AAAA\"""" in made
    assert (
        ":root{--accent:#00815a}@media screen and "
        "(prefers-color-scheme:dark){:root{--accent:#00aa77}}" in made
    )
    assert "00815a" not in page(notebook, title="P")


def test_the_frame_of_the_page_speaks_the_language_of_now(notebook):
    with using("tr"):
        made = page(notebook, title="P")
    assert '<html lang="tr">' in made
    assert "Kodu göster" in made
