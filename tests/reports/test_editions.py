"""A partner's edition holds nothing of any other partner, in any byte of its folder."""

import json
import re
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import pandas as pd
import pytest

from kpi_helpers.reports import run_reports
from kpi_helpers.showing.tables import QUARTERS

NAMES = (
    "Ada Bilişim",
    "Bosporus GmbH",
    "Çınar Teknoloji",
    "Delta Réseaux",
    "Efe & Ortakları",
    "Fjord Data",
    "Göksu AŞ",
)


def export(path: Path) -> Path:
    """Seven partners, every deal with an id, owner and customer that names no other; each a year of deals."""
    rows = []
    for p, partner in enumerate(NAMES):
        for d in range(40):
            created = pd.Timestamp("2025-01-05") + pd.Timedelta(days=9 * d)
            status = ("won", "lost", "open", "lost")[(d * (p + 3)) % 4] if d < 36 else "open"
            rows.append(
                {
                    "deal_id": f"K{p}Q{d:03}",
                    "partner": partner,
                    "owner": f"Owner{p}x{d % 3}",
                    "customer": f"Customer{p}y{d % 7}",
                    "department": ("North", "South")[d % 2],
                    "channel": ("paid", "earned", "owned")[d % 3],
                    "stage": {"won": "Closed Won", "lost": "Closed Lost", "open": "Proposal"}[status],
                    "status": status,
                    "amount": 1013 + 517 * p + 89 * d,
                    "ideal": "true" if d % 2 else "false",
                    "created_on": created.date(),
                    "closed_on": "" if status == "open" else (created + pd.Timedelta(days=20 + p)).date(),
                    "lost_reason": "Price" if status == "lost" else "",
                }
            )
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def everything(folder: Path) -> str:
    """All text in a folder's files, packed and escaped ones opened, and their bytes as they are."""
    texts = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        texts.append(content.decode("utf-8", "replace"))
        if file.suffix == ".ipynb":
            texts.append(json.dumps(json.loads(content), ensure_ascii=False))
        if zipfile.is_zipfile(BytesIO(content)):
            with zipfile.ZipFile(BytesIO(content)) as packed:
                texts += [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    return "\n".join(texts).replace("&amp;", "&").replace("&#38;", "&")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    source = export(folder / "deals.csv")
    run = run_reports(source, out=folder / "out", edition="partner", jobs=2, window="2025-Q4", as_of="2025-12-31")
    assert not run.failed, run.failed
    return {record["partner"]: run.out / record["slug"] for record in run.records if record["partner"] in NAMES}


@pytest.mark.parametrize("partner", NAMES)
def test_no_byte_tells_of_another_partner(made, partner):
    text, mine = everything(made[partner]), NAMES.index(partner)
    assert partner in text and f"K{mine}Q" in text
    others = [name for name in NAMES if name != partner]
    assert [name for name in others if name in text] == []
    found = set(re.findall(r"K(\d)Q\d{3}|Owner(\d)x|Customer(\d)y", text))
    assert {digit for group in found for digit in group if digit} == {str(mine)}
    assert "../index.html" not in text


def test_all_editions_tell_the_same_of_the_peers(made):
    """Laid side by side two reports differ in nothing that they say of the peers, so nothing follows from both."""
    told = set()
    for folder in made.values():
        notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
        plain = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
        tables = [pd.read_csv(StringIO(text), sep="\t") for text in plain if "Peers’ median" in text]
        assert len(tables) >= 6
        told.add(tuple(cell for table in tables for cell in table["Peers’ median"]))
        ranks = {cell for table in tables if "Rank" in table for cell in table["Rank"]}
        assert ranks <= {"–", *QUARTERS.values()} and len(ranks) > 2
    assert len(told) == 1


def test_a_failed_edition_says_nothing_of_the_error(made, tmp_path, monkeypatch):
    """An error may list other partners: neither page nor notebook of that edition has it."""
    import nbformat

    from kpi_helpers.reports import child

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("raise ValueError('Bosporus GmbH is better')")]
    )
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "fails.ipynb")
    parameters = {"window": "2025-Q4", "edition": "partner", "lang": "en", "source": "prepared"}
    job = {"partner": "Ada Bilişim", "slug": "ada", "notebook": str(tmp_path / "fails.ipynb"), "parameters": parameters}
    job |= {"folder": str(tmp_path / "ada"), "brand": {}}
    record = child.make_report(job)
    assert record["status"] == "failed" and "Bosporus" in record["error"]
    text = (tmp_path / "ada" / "report.html").read_text(encoding="utf-8")
    assert "This report could not be made." in text
    outputs = nbformat.read(tmp_path / "ada" / "report.ipynb", 4).cells
    assert not any("better" in str(cell.get("outputs", "")) for cell in outputs)
