"""One report in a process of its own: papermill executes the notebook, nbconvert makes the page.

`python -m kpi_helpers.reports.child` reads a job as JSON on stdin and prints its record as JSON: the cold path.
"""

import json
import sys
import time
from pathlib import Path

from .brand import Brand
from .files import write_whole
from .page import page

WORKBOOK = "kpis.xlsx"


def make_report(job: dict, **engine) -> dict:
    """Execute the job's notebook and write report.ipynb and report.html; the record says how it went.

    `engine` goes to papermill: nothing for its own kernel, or the warm engine's name and options.
    """
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    began = time.monotonic()
    folder = Path(job["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    working = folder / ".report.ipynb"
    record = {"partner": job["partner"], "slug": job["slug"], "status": "ok"}
    try:
        papermill.execute_notebook(
            job["notebook"],
            str(working),
            parameters=job["parameters"],
            cwd=str(folder.parent),
            kernel_name="python3",
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            **(engine or _kernel()),
        )
        write_whole(folder / WORKBOOK, _workbook(job))
    except PapermillExecutionError as error:
        record |= {"status": "failed", "cell": error.cell_index, "error": f"{error.ename}: {error.evalue}"[:2000]}
    except Exception as error:  # a kernel that cannot start or dies is this report's failure only
        record |= {"status": "failed", "cell": None, "error": f"{type(error).__name__}: {error}"[:2000]}
    notebook = nbformat.read(working if working.exists() else job["notebook"], as_version=4)
    working.unlink(missing_ok=True)
    _write(job, notebook, record)
    return record | {"seconds": round(time.monotonic() - began, 2)}


def bury(job: dict, cell: int | None, error: str) -> dict:
    """The record, notebook and page of a report whose process died: what it was to run, with a banner."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = load_notebook_node(job["notebook"])
    for one in notebook.cells:
        if one.cell_type == "code":
            one.outputs, one.execution_count = [], None
    notebook = parameterize_notebook(notebook, job["parameters"], kernel_name="python3", language="python")
    record = {"partner": job["partner"], "slug": job["slug"], "status": "failed", "cell": cell, "error": error}
    Path(job["folder"], ".report.ipynb").unlink(missing_ok=True)
    _write(job, notebook, record)
    return record


def _write(job: dict, notebook, record: dict) -> None:
    """Both files, without the notebook's own default parameters, which name the sample's partner, and with its prose
    in the language of the report."""
    import nbformat

    from ..showing.format import period
    from ..showing.language import _, prose, using

    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    if any("injected-parameters" in tag for tag in tags):
        notebook.cells = [cell for cell, tag in zip(notebook.cells, tags, strict=True) if "parameters" not in tag]
    folder = Path(job["folder"])
    if record["status"] != "ok":
        (folder / WORKBOOK).unlink(missing_ok=True)  # an earlier run's
    with using(job["parameters"].get("lang", "en")):
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = prose(cell.source)
        failure = _("Cell {cell} failed: {error}", **record) if record["status"] != "ok" else ""
        shared = {}
        if job["parameters"].get("edition") == "partner":
            # an error may tell of others, and the index does
            failure = failure and _("This report could not be made.")
            _forget_errors(notebook)
            shared = {"back": ""}
        title = f"{job['partner']} · {period(job['parameters']['window'])}"
        made = page(notebook, title=title, failure=failure, brand=Brand(**job["brand"]), **shared)
    write_whole(folder / "report.ipynb", nbformat.writes(notebook))
    write_whole(folder / "report.html", made)


def _forget_errors(notebook) -> None:
    for cell in notebook.cells:
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            cell.outputs = []


def _workbook(job: dict) -> bytes:
    from ..showing.language import using
    from ..view import partner_view
    from .workbook import partner_workbook

    parameters = job["parameters"]
    prepared = Path(job["folder"]).parent / parameters["source"]
    with using(parameters.get("lang", "en")):
        return partner_workbook(partner_view(prepared, job["partner"], edition=parameters.get("edition", "internal")))


def _kernel() -> dict:
    """TCP kernels race for ports when several start at once; sockets in a private folder do not."""
    return {} if sys.platform == "win32" else {"kernel_manager_class": "kpi_helpers.reports.kernel.IpcKernelManager"}


if __name__ == "__main__":
    print(json.dumps(make_report(json.load(sys.stdin)), ensure_ascii=True))
