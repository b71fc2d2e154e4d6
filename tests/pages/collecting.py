"""What a page says, section by section, without running a notebook."""

import re
from dataclasses import dataclass
from pathlib import Path

from kpi_helpers import load, partner_view, portfolio_view
from kpi_helpers import showing as show
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.kpis import KPIS
from kpi_helpers.views.fleet import measure_fleet

SECTIONS = ("masthead", "summary", "plan", "moved", "fair", "changes", "outlook", "data_note")
PROGRAMME = ("programme_plan", "ranking", "movers")
PICTURES = ("funnel",)


@dataclass(frozen=True)
class Page:
    """One page: whose, its view, and the text of each section."""

    name: str
    view: object
    texts: dict[str, str]

    @property
    def text(self) -> str:
        return "\n".join(self.texts.values())


def prepare(source: Path, window: str, as_of: str) -> Path:
    """The folder that a run of reports would make of an export, and its reports read."""
    loaded = load(source, as_of=as_of)
    folder = Path(source) / f"prepared-{window}-{as_of}"
    loaded.write_parquet(folder)
    measure_fleet(loaded, parse_window(window, loaded.as_of), loaded.as_of).save(folder)
    return folder


def partner_page(folder: Path, partner: str, *, edition="internal", lang="en") -> Page:
    show.use(lang)
    try:
        view = partner_view(folder, partner, edition=edition)
        return Page(partner, view, _read(view))
    finally:
        show.use("en")


def portfolio_page(folder: Path, *, lang="en") -> Page:
    show.use(lang)
    try:
        view = portfolio_view(folder)
        texts = _read(view.everyone, ("masthead", "summary", "outlook"))
        texts |= {name: getattr(show, name)(view).text for name in PROGRAMME}
        for name in PICTURES:
            drawn = show.portfolio_picture(view, name)
            texts[name] = drawn.text if drawn else ""
        return Page("*", view.everyone, texts)
    finally:
        show.use("en")


def _read(view, sections=SECTIONS) -> dict[str, str]:
    texts = {name: getattr(show, name)(view) for name in sections}
    for kpi in KPIS:
        texts[f"{kpi}.numbers"], texts[kpi] = show.numbers(view, kpi), show.reading(view, kpi)
    return {name: found.text if found else "" for name, found in texts.items()}


def template(text: str) -> re.Pattern:
    """What finds a sentence of the kit in a page, whatever is filled in."""
    return re.compile("(.+?)".join(re.escape(part) for part in re.split(r"\{[^}]*\}", text)))
