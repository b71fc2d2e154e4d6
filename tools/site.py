"""Lay the documents, the notebooks and a page of the API out for mkdocs, and build it: `make docs`.

The documents stay where readers of the repository look for them; here they are only copied.
"""

import importlib
import inspect
import re
import shutil
import sys
from pathlib import Path

from mkdocs.__main__ import cli

ROOT = Path(__file__).parents[1]
LAID_OUT, SITE = ROOT / ".docs", ROOT / "site"
ROOMS = {
    "kpi_helpers": "Deals and KPIs",
    "kpi_helpers.reading": "Reading",
    "kpi_helpers.judging": "Judging",
    "kpi_helpers.stats": "Statistics",
    "kpi_helpers.whatif": "What if",
    "kpi_helpers.showing": "Showing",
    "kpi_helpers.panels": "Panels",
    "kpi_helpers.reports": "Reports",
}


def reference() -> str:
    """A page that asks mkdocstrings for every function and class that users call."""
    parts = ["# Reference"]
    for room, title in ROOMS.items():
        module = importlib.import_module(room)
        parts += [f"## {title}", inspect.getdoc(module) or ""]
        for name in sorted(module.__all__):
            thing = getattr(module, name)
            if inspect.isfunction(thing) or inspect.isclass(thing):
                parts.append(f"::: {thing.__module__}.{thing.__qualname__}")
    return "\n\n".join(parts) + "\n"


def lay_out() -> None:
    shutil.rmtree(LAID_OUT, ignore_errors=True)
    shutil.copytree(ROOT / "docs", LAID_OUT / "docs")
    (LAID_OUT / "notebooks").mkdir()
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(notebook, LAID_OUT / "notebooks")
    shutil.copy(ROOT / "CONTRIBUTING.md", LAID_OUT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (LAID_OUT / "index.md").write_text(readme, encoding="utf-8")
    for page in (LAID_OUT / "docs").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"\(\.\./README\.md", "(../index.md", text)
        page.write_text(text, encoding="utf-8")
        for named in re.findall(r"\(\.\./([\w/]+\.toml)\)", text):
            (LAID_OUT / named).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / named, LAID_OUT / named)
    (LAID_OUT / "reference.md").write_text(reference(), encoding="utf-8")


def broken() -> list[str]:
    """Links of the built pages to files that are not there; mkdocs does not look at all of them."""
    found = []
    for page in SITE.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"#?:]+)[#"]', text):
            target = SITE / link.lstrip("/") if link.startswith("/") else page.parent / link
            if not target.exists():
                found.append(f"{page.relative_to(SITE)}: {link}")
    return sorted(set(found))


if __name__ == "__main__":
    lay_out()
    options = ["build", "--strict", "--quiet", "--config-file", str(ROOT / "mkdocs.yml")]
    cli.main(options, standalone_mode=False)
    sys.exit("\n".join(broken()) or None)
