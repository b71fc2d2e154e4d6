"""One report in a process of its own: papermill executes the notebook, nbconvert makes the page.

`python -m kpi_helpers.reports.child` reads a job as JSON on stdin and prints its record as JSON.
"""

import json
import sys
import time
from pathlib import Path

from .files import write_whole
from .page import page


def make_report(job: dict) -> dict:
    """Execute the job's notebook and write report.ipynb and report.html; the record says how it went."""
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
            # TCP kernels race for ports when several start at once
            **(
                {}
                if sys.platform == "win32"
                else {"kernel_manager_class": "kpi_helpers.reports.kernel.IpcKernelManager"}
            ),
        )
    except PapermillExecutionError as error:
        record |= {"status": "failed", "cell": error.cell_index, "error": f"{error.ename}: {error.evalue}"[:2000]}
    except Exception as error:  # a kernel that cannot start or dies is this report's failure only
        record |= {"status": "failed", "cell": None, "error": f"{type(error).__name__}: {error}"[:2000]}
    notebook = nbformat.read(working if working.exists() else job["notebook"], as_version=4)
    working.unlink(missing_ok=True)
    failure = "" if record["status"] == "ok" else f"Cell {record['cell']} failed: {record['error']}"
    write_whole(folder / "report.ipynb", nbformat.writes(notebook))
    write_whole(
        folder / "report.html",
        page(notebook, title=f"{job['partner']} · {job['parameters']['window']}", failure=failure),
    )
    return record | {"seconds": round(time.monotonic() - began, 2)}


if __name__ == "__main__":
    print(json.dumps(make_report(json.load(sys.stdin)), ensure_ascii=True))
