"""Which texts there are to translate, and the Turkish catalogue brought up to date with them: `make
messages`.

Texts come from `_`, `N_` and `ngettext` in code and templates, from the prose of the reports'
notebooks, from the rules and effects that are data files, and from the catalogue of notes.
"""

import re
import tomllib
from collections.abc import Iterator
from io import BytesIO

import nbformat
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from kpi_helpers.contract.deals import DEAL_COLUMNS, SIDE_TABLES, STATUSES
from kpi_helpers.contract.note_texts import TEXTS
from kpi_helpers.kpis import KPIS
from kpi_helpers.reading.checking.coverage import KINDS
from kpi_helpers.reading.checking.health import AMONG, SEVERITIES
from kpi_helpers.reports.pages.health import words
from kpi_helpers.reports.schedule import notebook_path
from kpi_helpers.showing.language import LOCALE, prose

PACKAGE = LOCALE.parent
METHODS = [("**.py", "python"), ("**.j2", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
NOISE = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Last-Translator',
    b'"Language-Team',
    b'"Report-Msgid',
)
TURKISH = LOCALE / "tr" / "LC_MESSAGES" / "kit.po"


def texts() -> Catalog:
    """Every text of the kit that a reader of reports can see, with where it stands."""
    catalog = Catalog(project="partner-kpi-kit", charset="utf-8")
    for file, _line, message, comments, _context in extract_from_dir(
        PACKAGE, METHODS, keywords=KEYWORDS
    ):
        catalog.add(message, locations=[(f"kpi_helpers/{file}", None)], auto_comments=comments)
    for where, message in (*_prose(), *_data(), *_notes(), *_contract()):
        catalog.add(message, locations=[(where, None)])
    return catalog


def _prose() -> Iterator[tuple[str, str]]:
    found = []
    folder = notebook_path().parent
    for path in (*sorted(folder.glob("*_report.ipynb")), folder / "what_if.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                prose(
                    cell.source,
                    lambda text, where=f"notebooks/{path.name}": (
                        found.append((where, text)) or text
                    ),
                )
    return iter(found)


def _data() -> Iterator[tuple[str, str]]:
    rules = tomllib.loads((PACKAGE / "judging" / "rules.toml").read_text(encoding="utf-8"))
    for name in ("text", "nothing"):
        yield "kpi_helpers/judging/rules.toml", rules["silence"][name]
    for rule in rules["rules"].values():
        yield from (
            ("kpi_helpers/judging/rules.toml", rule[name])
            for name in ("text", "partner_text")
            if rule.get(name)
        )
    effects = tomllib.loads(
        (PACKAGE / "reading" / "data" / "effects.toml").read_text(encoding="utf-8")
    )
    for entry in (*effects["warnings"].values(), *effects["blanks"].values()):
        yield "kpi_helpers/reading/data/effects.toml", entry["effect"]


def _notes() -> Iterator[tuple[str, str]]:
    for form in TEXTS.values():
        for text in (form,) if isinstance(form, str) else form:
            if re.sub(r"\{\w+\}", "", text):
                yield "kpi_helpers/contract/note_texts.py", text


def _contract() -> Iterator[tuple[str, str]]:
    """The names and meanings of the deal table's columns, and the other words of the page of data
    health."""
    for name, column in DEAL_COLUMNS.items():
        yield from (("kpi_helpers/contract/deals.py", text) for text in (words(name), column.what))
    for name in (*STATUSES, *AMONG, *SEVERITIES, *KINDS, *KPIS, *SIDE_TABLES):
        yield "kpi_helpers/reports/pages/health.py", words(name)
    yield from (("kpi_helpers/reading/checking/coverage.py", meaning) for meaning in KINDS.values())


def updated() -> Catalog:
    """The Turkish catalogue with every text of now; new ones are empty, those that are gone are
    dropped."""
    with TURKISH.open("rb") as file:
        catalog = read_po(file, locale="tr")
    catalog.update(texts(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    for message in catalog:
        message.flags -= {"python-format", "python-brace-format"}  # "95% interval" is no format
    return catalog


def write(catalog: Catalog) -> None:
    """The catalogue without the lines that change on every run or name nobody."""
    written = BytesIO()
    write_po(
        written, catalog, width=120, include_lineno=False, sort_output=True, ignore_obsolete=True
    )
    lines = written.getvalue().splitlines(keepends=True)
    TURKISH.write_bytes(b"".join(line for line in lines if not line.startswith(NOISE)))


if __name__ == "__main__":
    write(updated())
