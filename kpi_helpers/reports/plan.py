"""The plan of a run: which notebooks, with which parameters, into which folders; checked before anything runs."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import KitError, UnknownValue
from .brand import PLAIN, Brand
from .slugs import slugs

REPORT = "partner_report.ipynb"


@dataclass(frozen=True)
class Job:
    """One report to make, and what it may use at most: time, memory (MiB) and size of a file (MiB)."""

    partner: str
    slug: str
    notebook: str
    parameters: dict[str, str]
    folder: str
    seconds: float = 600
    memory_mb: int = 8192
    file_mb: int = 1024
    brand: Brand = PLAIN


def notebook_path(name: str = REPORT) -> Path:
    """A notebook of the kit, in a checkout or in an installed package."""
    package = Path(__file__).parents[1]
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / name).exists():
            return folder / name
    raise KitError(f"The kit's notebook {name} is not where it was installed; install partner-kpi-kit again.")


def make_plan(
    known: list[str], wanted: list[str] | None, parameters: dict[str, str], out: Path, brand: Brand = PLAIN
) -> list[Job]:
    """A job for each partner wanted (all by default). Raises `UnknownValue` for a partner or parameter there is not."""
    for name in wanted or []:
        if name not in known:
            raise UnknownValue("partner", name, known)
    notebook = notebook_path()
    check_parameters(notebook, {"partner": "", **parameters})
    folders = slugs(known)
    chosen = [name for name in known if not wanted or name in wanted]
    return [
        Job(name, folders[name], str(notebook), {**parameters, "partner": name}, str(out / folders[name]), brand=brand)
        for name in chosen
    ]


def check_parameters(notebook: Path, parameters: dict) -> None:
    """papermill lets a misspelt parameter pass with a log line; this does not."""
    from papermill import inspect_notebook

    known = inspect_notebook(str(notebook))
    for name in parameters:
        if name not in known:
            raise UnknownValue(f"parameter of {notebook.name}", name, known)
