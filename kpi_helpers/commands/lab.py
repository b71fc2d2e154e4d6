"""`partner-kpis lab`."""

import subprocess
import sys
from pathlib import Path

import click

from ..errors import KitError


@click.command()
@click.argument("source")
@click.argument("jupyter", nargs=-1, type=click.UNPROCESSED)
@click.option("--as-of", help="What was known on this day, like 2025-12-31. [default: the latest in the data]")
@click.option("--mapping", "mapping_file", metavar="FILE", help="Which columns hold what (check --save-mapping).")
@click.option("--dir", "folder", default="lab", show_default=True, help="Where your copies of the notebooks are kept.")
def lab(source, jupyter, as_of, mapping_file, folder) -> None:
    """JupyterLab on explore.ipynb with your data; options after -- go to JupyterLab.

    The notebooks are copied once and stay yours: the next time only their parameters follow SOURCE.
    """
    import nbformat
    from papermill.parameterize import parameterize_notebook

    from ..reports.plan import notebook_path

    if "://" not in source and not Path(source).exists():
        raise KitError(f"{source!r} is not there. Name an export: a file or a folder.")
    given = {"source": source if "://" in source else str(Path(source).resolve())}
    given |= {"as_of": as_of} if as_of else {}
    given |= {"mapping_file": str(Path(mapping_file).resolve())} if mapping_file else {}
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in ("explore.ipynb", "what_if.ipynb"):
        own = Path(folder) / name
        notebook = nbformat.read(own if own.exists() else notebook_path(name), as_version=4)
        nbformat.write(parameterize_notebook(notebook, given), own)
    server = [sys.executable, "-m", "jupyterlab", "explore.ipynb", "--ip=127.0.0.1"]
    server.append("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    sys.exit(subprocess.run([*server, *jupyter], cwd=folder, check=False).returncode)
