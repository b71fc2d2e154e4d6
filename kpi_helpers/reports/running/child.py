"""One report in a process of its own: papermill executes the notebook, nbconvert makes the page.

`python -m kpi_helpers.reports.running.child` reads a job as JSON on stdin and prints its record as
JSON: the cold path.
"""

import json
import math
import os
import sys
import time
from pathlib import Path

from kpi_helpers.reports.pages.brand import Brand
from kpi_helpers.system.confine import adopt_orphans, die_with_parent, end_tree, limit
from kpi_helpers.system.whole_files import UNFINISHED, write_whole

WORKBOOK, CLAIMS, PDF = "kpis.xlsx", "claims.json", "report.pdf"
WORKING = f"{UNFINISHED}report.ipynb"


def make_report(job: dict, **engine) -> dict:
    """Execute the job's notebook and write report.ipynb and report.html; the record says how it
    went.

    `engine` goes to papermill: nothing for its own kernel, or the warm engine's name and options.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    began = time.monotonic()
    folder = Path(job["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    working = folder / WORKING
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
            execution_timeout=math.ceil(job["limits"]["cell_seconds"]),
            **(engine or _kernel()),
        )
        _write_beside(job, folder)
    except PapermillExecutionError as error:
        record |= _failure(error.cell_index, f"{error.ename}: {error.evalue}")
    except CellTimeoutError:
        record |= _failure(
            None, f"a cell took longer than {job['limits']['cell_seconds']:g} seconds"
        )
    except Exception as error:  # a kernel that cannot start or dies is this report's failure only
        record |= _failure(None, f"{type(error).__name__}: {error}")
    try:
        notebook = _read(working)
    except (OSError, ValueError):  # it was not written, or not to its end
        notebook = _not_run(job)
    working.unlink(missing_ok=True)
    if record["status"] == "failed" and record["cell"] is None:
        record["cell"] = _stopped_at(notebook)
    if record["status"] == "ok":
        record |= _wrong(notebook)
    _write(job, notebook, record)
    return record | {"seconds": round(time.monotonic() - began, 2)}


def failed_record(job: dict, cell: int | None, error: str) -> dict:
    """The record, notebook and page of a report whose process died: what it was to run, with a
    banner."""
    notebook = _not_run(job)
    record = {"partner": job["partner"], "slug": job["slug"]} | _failure(cell, error)
    Path(job["folder"], WORKING).unlink(missing_ok=True)
    _write(job, notebook, record)
    return record


def _not_run(job: dict):
    """The job's notebook with its parameters and without outputs."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = load_notebook_node(job["notebook"])
    for one in notebook.cells:
        if one.cell_type == "code":
            one.outputs, one.execution_count = [], None
    return parameterize_notebook(
        notebook, job["parameters"], kernel_name="python3", language="python"
    )


def _read(path: Path):
    """A notebook as it is: nbformat's own reading and writing check it each time, and only log what
    is wrong."""
    from nbformat.reader import reads

    return reads(path.read_text(encoding="utf-8"))


def _wrong(notebook) -> dict:
    """The failure of a notebook that papermill took for a good one: it lets sys.exit() pass, which
    ends it early."""
    from nbformat import ValidationError, validate

    for at, cell in enumerate(notebook.cells):
        left = any(one.get("ename") == "SystemExit" for one in cell.get("outputs", ()))
        if left and "raises-exception" not in cell.metadata.get("tags", ()):
            return _failure(at, "SystemExit: the cell ended the notebook")
    try:
        validate(notebook)
    except ValidationError as error:
        return _failure(None, f"the notebook is not valid: {str(error).splitlines()[0]}")
    return {}


def _failure(cell: int | None, error: str) -> dict:
    return {"status": "failed", "cell": cell, "error": error[:2000]}


def _stopped_at(notebook) -> int | None:
    """The last cell that papermill had begun."""
    states = [
        cell.metadata.get("papermill", {}).get("status", "pending") for cell in notebook.cells
    ]
    return max((index for index, state in enumerate(states) if state != "pending"), default=None)


def _write(job: dict, notebook, record: dict) -> None:
    """Both files, without the notebook's own default parameters, which name the sample's partner,
    and with its prose in the language of the report."""
    from nbformat.v4 import writes

    from kpi_helpers.contract.levels import EVERYONE
    from kpi_helpers.reports.pages.report import page
    from kpi_helpers.showing.format import period
    from kpi_helpers.showing.language import _, prose, using

    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    if any("injected-parameters" in tag for tag in tags):
        notebook.cells = [
            cell for cell, tag in zip(notebook.cells, tags, strict=True) if "parameters" not in tag
        ]
    _settle(notebook)
    folder = Path(job["folder"])
    (folder / PDF).unlink(missing_ok=True)  # an earlier run's
    if record["status"] != "ok":
        for name in (WORKBOOK, CLAIMS):
            (folder / name).unlink(missing_ok=True)
    with using(job["parameters"].get("lang", "en")):
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = prose(cell.source)
        failure = record.get("error", "")
        if record.get("cell") is not None:
            failure = _("Cell {cell} failed: {error}", **record)
        shared = {}
        if job["parameters"].get("edition") == "partner":
            # an error may tell of others, and the index does
            failure = failure and _("This report could not be made.")
            _forget_errors(notebook)
            shared = {"back": ""}
        name = _("All partners") if job["partner"] == EVERYONE else job["partner"]
        title = f"{name} · {period(job['parameters']['window'])}"
        made = page(notebook, title=title, failure=failure, brand=Brand(**job["brand"]), **shared)
    try:
        write_whole(folder / "report.ipynb", writes(notebook))
        write_whole(folder / "report.html", made)
    except OSError as error:
        why = f"the report could not be written: {error.strerror}"
        record |= _failure(
            record.get("cell"), f"{record['error']}; {why}" if "error" in record else why
        )


def _forget_errors(notebook) -> None:
    for cell in notebook.cells:
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            cell.outputs = []


def _write_beside(job: dict, folder: Path) -> None:
    """The page's claims, and a partner's workbook: the whole's is the run's own."""
    from kpi_helpers.contract.levels import EVERYONE
    from kpi_helpers.reports.pages.workbook import partner_workbook
    from kpi_helpers.showing.language import using
    from kpi_helpers.views.claims import records, records_of_programme
    from kpi_helpers.views.partner import partner_view
    from kpi_helpers.views.portfolio import portfolio_view

    parameters = job["parameters"]
    if "source" not in parameters:  # a notebook of one's own
        return
    prepared = folder.parent / parameters["source"]
    if job["partner"] == EVERYONE:
        claims = records_of_programme(portfolio_view(prepared))
    else:
        edition = parameters.get("edition", "internal")
        view = partner_view(prepared, job["partner"], edition=edition)
        claims = records(view)
        with using(parameters.get("lang", "en")):
            write_whole(folder / WORKBOOK, partner_workbook(view))
    text = json.dumps(claims, ensure_ascii=False, indent=1, allow_nan=False)
    write_whole(folder / CLAIMS, text + "\n")


def _settle(notebook) -> None:
    """Take out what differs from one run to the next (times, paths, random ids): the manifest tells
    these."""
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
    notebook.metadata["language_info"] = {"name": "python"}
    timing = notebook.metadata.get("papermill", {})
    notebook.metadata["papermill"] = {
        name: timing[name] for name in ("parameters", "version") if name in timing
    }


def _kernel() -> dict:
    """TCP kernels race for ports when several start at once; sockets in a private folder do not.

    Into how many pieces a kernel breaks what is printed is a matter of time: the report has one.
    """
    sockets = (
        {}
        if sys.platform == "win32"
        else {"kernel_manager_class": f"{__package__}.kernel.IpcKernelManager"}
    )
    return sockets | {"coalesce_streams": True}


def main() -> None:
    job = json.load(sys.stdin)
    die_with_parent()
    adopt_orphans()
    limit(job["limits"]["memory_mb"], job["limits"]["file_mb"])
    record = make_report(job)
    end_tree(os.getpid(), itself=False)
    print(json.dumps(record, ensure_ascii=True))


if __name__ == "__main__":
    main()
