"""What the docs list is what the code has."""

import re
from pathlib import Path

from kpi_helpers import KPIS

ROOT = Path(__file__).parents[1]


def test_docs_list_every_basis_of_every_kpi():
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", (ROOT / "docs/kpis.md").read_text(), re.MULTILINE)
    listed = {kpi: re.findall(r"`([^`]+)`", bases) for kpi, bases in rows}
    declared = {
        kpi.name: list(dict.fromkeys(re.sub(r"\..*", ".*", basis.name) for basis in kpi.bases))
        for kpi in KPIS.values()
    }
    assert listed == declared


def test_readme_names_all_eight_kpis_before_anything_else_but_the_picture_and_the_commands():
    readme = (ROOT / "README.md").read_text()
    titles = re.findall(r"^\| ([A-Z][\w ]+) \|", readme.split("## The command")[0], re.MULTILINE)
    assert [title.lower().replace(" ", "_") for title in titles if title != "KPI"] == [
        name if name != "pipeline" else "opportunity_pipeline" for name in KPIS
    ]
    assert (ROOT / "docs/report.png").exists()
