"""`partner-kpis lab`."""

import os
from pathlib import Path

import click

from kpi_helpers.errors import KitError

SERVER = (
    "--ip=127.0.0.1",
    "--LabApp.default_url=/lab/tree/explore.ipynb",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


@click.command()
@click.argument("source")
@click.argument("jupyter", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--as-of",
    help="Use only what was known on this day, like 2025-12-31. [default: the latest in the data]",
)
@click.option(
    "--mapping",
    "mapping_file",
    metavar="FILE",
    help="Which columns hold what (check --save-mapping).",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "tr"]),
    default="en",
    help="The language of what_if.ipynb.",
)
@click.option(
    "--dir",
    "folder",
    default="lab",
    show_default=True,
    help="Where your copies of the notebooks are kept.",
)
def lab(source, jupyter, as_of, mapping_file, lang, folder) -> None:
    """Open explore.ipynb in JupyterLab on your data; options after -- go to JupyterLab, like --
    --no-browser.

    It listens on this machine only, asks for its token, and ends with Ctrl-C. The notebooks are
    copied once and stay yours: the next time only their parameters follow SOURCE.
    """
    from kpi_helpers.reading.files.database import is_database, refuse_password

    for named in (source, mapping_file):
        if named and not is_database(named) and not Path(named).exists():
            raise KitError(
                f"{named!r} is not there. Name an export: a file or a folder; --mapping takes a "
                f"file."
            )
    if is_database(source):
        refuse_password(source)
    given = {
        "source": source if is_database(source) else str(Path(source).resolve()),
        "as_of": as_of,
    }
    given["mapping_file"] = mapping_file and str(Path(mapping_file).resolve())
    _notebooks(Path(folder), given, lang)
    from jupyterlab.labapp import main as jupyterlab

    # JupyterLab runs in this very process, so that it ends with the command however that is ended.
    os.chdir(folder)
    as_root = (
        ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    )  # as in most containers
    jupyterlab([*SERVER, *as_root, *jupyter])


def _notebooks(folder: Path, given: dict, lang: str) -> None:
    """The user's copies of the notebooks, with these parameters and in this language."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from kpi_helpers.reports.schedule import notebook_path
    from kpi_helpers.showing.language import prose, using

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("explore.ipynb", "what_if.ipynb"):
            own = folder / name
            notebook = load_notebook_node(str(own if own.exists() else notebook_path(name)))
            mine = given | ({"lang": lang} if name == "what_if.ipynb" else {})
            with using(lang):
                for cell in notebook.cells:
                    if cell.cell_type == "markdown":
                        cell.source = prose(cell.source)
            nbformat.write(parameterize_notebook(notebook, mine), own)
    except (OSError, ValueError) as error:
        raise KitError(
            f"The notebooks cannot be kept in {str(folder)!r}: {error} Name another with --dir."
        ) from None
