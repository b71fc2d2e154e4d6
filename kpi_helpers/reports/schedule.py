"""The plan of a run: which notebooks, with which parameters, into which folders; checked before
anything runs."""

from dataclasses import dataclass
from pathlib import Path

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.reports.pages.brand import PLAIN, Brand
from kpi_helpers.reports.parameters import check_parameters
from kpi_helpers.reports.slugs import WHOLE, slugs

REPORT, PORTFOLIO = "partner_report.ipynb", "portfolio_report.ipynb"


@dataclass(frozen=True)
class Limits:
    """What one report may take at most: seconds in all and in one cell, memory and the size of a
    file in MiB."""

    seconds: float = 600.0
    cell_seconds: float = 300.0
    memory_mb: int = 8192
    file_mb: int = 1024


LIMITS = Limits()


@dataclass(frozen=True)
class Job:
    """One report to make."""

    partner: str
    slug: str
    notebook: str
    parameters: dict[str, str]
    folder: str
    limits: Limits = LIMITS
    brand: Brand = PLAIN


def notebook_path(name: str = REPORT) -> Path:
    """A notebook of the kit, in a checkout or in an installed package."""
    package = Path(__file__).parents[1]
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / name).exists():
            return folder / name
    raise KitError(
        f"The kit's notebook {name} is not where it was installed; install partner-kpi-kit again."
    )


def make_schedule(
    known: list[str],
    wanted: list[str],
    parameters: dict[str, str],
    out: Path,
    limits: Limits = LIMITS,
    brand: Brand = PLAIN,
) -> list[Job]:
    """A job for each partner known, after that for all of them together; the partners' own edition
    has no such.

    Raises `UnknownValue` for a partner wanted or a parameter that there is not, `KitError` for a
    parameter of another type than the notebook has and for a parameters cell that holds more than
    literals.
    """
    for name in wanted:
        if name not in known:
            raise UnknownValue("partner", name, known)
    notebook, portfolio = notebook_path(), notebook_path(PORTFOLIO)
    check_parameters(notebook, {"partner": "", **parameters})
    shared = {name: value for name, value in parameters.items() if name != "edition"}
    check_parameters(portfolio, shared)
    jobs = [
        Job(
            name,
            slug,
            str(notebook),
            {**parameters, "partner": name},
            str(out / slug),
            limits,
            brand,
        )
        for name, slug in slugs(known).items()
    ]
    if parameters.get("edition", "internal") == "internal":
        jobs.insert(
            0, Job(EVERYONE, WHOLE, str(portfolio), shared, str(out / WHOLE), limits, brand)
        )
    return jobs
