"""A notebook as one self-contained page: no script, no network, code folded behind one switch."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

from nbconvert import HTMLExporter, TemplateExporter
from nbformat import NotebookNode

from kpi_helpers.reports.pages.brand import Brand
from kpi_helpers.showing.language import install

HERE = Path(__file__).parent
SAFE = "?/:@!$&'()*+,;="  # what nbconvert leaves as it is in the id of a heading


def page(
    notebook: NotebookNode,
    *,
    title: str,
    failure: str = "",
    back: str = "../index.html",
    brand: Brand | None = None,
) -> str:
    """The notebook as HTML in the current language; `failure` becomes a banner on top, `back` a
    link to the index."""
    resources = {
        "title": title,
        "failure": failure,
        "back": back,
        "contents": contents(notebook),
        "brand": brand,
    }
    body, _ = _exporter().from_notebook_node(notebook, resources)
    return body


def contents(notebook: NotebookNode) -> list[tuple[str, str]]:
    """(anchor, title) of each second-level heading."""
    cells = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = re.findall(r'(?:<a id="([^"]+)"></a>\s*)?^## (.+)$', cells, re.MULTILINE)
    return [
        (anchor or quote(title.strip().replace(" ", "-"), safe=SAFE), title.strip())
        for anchor, title in found
    ]


class Exporter(HTMLExporter):
    """nbconvert's, without its last step: that reads the finished page again to mend what its own
    templates leave out, and takes as long as making it. Nor is the notebook checked anew before
    preprocessors that are not asked for."""

    from_notebook_node = TemplateExporter.from_notebook_node


@cache
def _exporter() -> Exporter:
    folders = [str(HERE)]
    exporter = Exporter(
        template_name="template",
        extra_template_basedirs=folders,
        mathjax_url="",
        default_preprocessors=[],
    )
    install(exporter.environment)
    return exporter
