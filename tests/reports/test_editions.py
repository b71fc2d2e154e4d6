"""A partner's edition holds nothing of any other partner, in any byte of its folder."""

import html
import json
import re
import zipfile
import zlib
from base64 import b64decode
from io import BytesIO, StringIO
from pathlib import Path

import pandas as pd
import pytest

from kpi_helpers import partner_view
from kpi_helpers import showing as show
from kpi_helpers.reports import run_reports
from kpi_helpers.reports.pages.workbook import partner_workbook
from kpi_helpers.showing.cells import QUARTERS
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.pictures import PICTURES

NAMES = (
    "Ada Bilişim",
    "Bosporus GmbH",
    "Çınar Teknoloji",
    "Delta Réseaux",
    "Efe & Ortakları",
    "Fjord Data",
    "Göksu AŞ",
)

SHARED = "Together-1"


def export(path: Path) -> Path:
    """Seven partners, every deal with an id, owner and customer that names no other; each a year of
    deals."""
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
                    "stage": {"won": "Closed Won", "lost": "Closed Lost", "open": "Proposal"}[
                        status
                    ],
                    "status": status,
                    "amount": 1013 + 517 * p + 89 * d,
                    "ideal": "true" if d % 2 else "false",
                    "created_on": created.date(),
                    "closed_on": ""
                    if status == "open"
                    else (created + pd.Timedelta(days=20 + p)).date(),
                    "lost_reason": "Price" if status == "lost" else "",
                    "credit": 1.0,
                }
            )
    shared = rows[28] | {
        "deal_id": SHARED,
        "amount": 90_000,
        "credit": 0.5,
    }  # won by two partners together
    rows[28] = shared
    rows.append(shared | {"partner": NAMES[1], "owner": "Owner1x0", "customer": "Customer1y0"})
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def everything(folder: Path) -> str:
    """All text in a folder's files: packed, compressed and escaped parts opened, and their bytes as
    they are."""
    texts = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        texts.append(content.decode("utf-8", "replace"))
        if file.suffix == ".ipynb":
            texts.append(json.dumps(json.loads(content), ensure_ascii=False))
        pictures = [
            b64decode(found) for found in re.findall(rb"iVBORw0KGgo[A-Za-z0-9+/=]+", content)
        ]
        assert file.suffix != ".html" or len(pictures) > 3
        for picture in pictures:  # nothing but pixels: no text, no time, no other metadata
            assert set(re.findall(rb"[a-z][A-Z]{3}|[A-Z]{4}", _names(picture))) <= {
                b"IHDR",
                b"PLTE",
                b"IDAT",
                b"IEND",
            }
        if file.suffix == ".pdf":
            texts += [
                _inflated(part)
                for part in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
            ]
        if zipfile.is_zipfile(BytesIO(content)):
            with zipfile.ZipFile(BytesIO(content)) as packed:
                texts += [
                    packed.read(name).decode("utf-8", "replace") for name in packed.namelist()
                ]
    told = "\n".join(texts)
    return (
        told
        + html.unescape(told)
        + re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), told)
    )


def _names(png: bytes) -> bytes:
    """The names of a PNG's chunks, of which pHYs tells only the size."""
    names, at = [], 8
    while at < len(png):
        names.append(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4], "big")
    return b" ".join(name for name in names if name not in (b"pHYs", b"tRNS"))


def _inflated(stream: bytes) -> str:
    try:
        return zlib.decompress(stream).decode("utf-8", "replace")
    except zlib.error:
        return ""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    source = export(folder / "deals.csv")
    run = run_reports(
        source, out=folder / "out", edition="partner", jobs=2, window="2025-Q4", as_of="2025-12-31"
    )
    assert not run.failed, run.failed
    return {
        record["partner"]: run.out / record["slug"]
        for record in run.records
        if record["partner"] in NAMES
    }


@pytest.mark.parametrize("partner", NAMES)
def test_no_byte_tells_of_another_partner(made, partner):
    text, mine = everything(made[partner]), NAMES.index(partner)
    assert partner in text and f"K{mine}Q" in text
    others = [name for name in NAMES if name != partner]
    assert [name for name in others if name in text] == []
    found = set(re.findall(r"K(\d)Q\d{3}|Owner(\d)x|Customer(\d)y", text))
    assert {digit for group in found for digit in group if digit} == {str(mine)}
    assert "../index.html" not in text
    assert (SHARED in text) == (mine < 2)


def test_all_editions_tell_the_same_of_the_peers(made):
    """Laid side by side two reports differ in nothing that they say of the peers, so nothing
    follows from both."""
    told = set()
    for folder in made.values():
        notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
        plain = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
        tables = [
            pd.read_csv(StringIO(text), sep="\t") for text in plain if "Peers’ median" in text
        ]
        assert len(tables) >= 6
        told.add(tuple(cell for table in tables for cell in table["Peers’ median"]))
        ranks = {cell for table in tables if "Rank" in table for cell in table["Rank"]}
        assert ranks <= {"–", *QUARTERS.values()} and len(ranks) > 2
    assert len(told) == 1


def test_few_others_leave_no_trace(tmp_path):
    """With fewer than five others a partner reads the same whatever the others did: nothing can be
    worked out."""

    def told(name, change) -> str:
        deals = pd.read_csv(export(tmp_path / name))
        deals = deals[deals["partner"].isin(NAMES[1:5])]
        others = deals["partner"] != NAMES[2]
        deals.loc[others, "amount"] *= change
        deals.loc[others & (deals["amount"] % 2 < change - 1), "status"] = "lost"
        deals.to_csv(tmp_path / name, index=False)
        view = partner_view(
            tmp_path / name, NAMES[2], window="2025-Q4", as_of="2025-12-31", edition="partner"
        )
        parts = [
            show.masthead(view),
            show.summary(view),
            show.plan(view),
            show.fair(view),
            show.outlook(view),
        ]
        parts += [
            show.changes(view),
            show.levels(view, "department", "employee"),
            show.missed(view),
        ]
        parts += [part(view, kpi) for kpi in PRESENTATIONS for part in (show.numbers, show.reading)]
        drawn = [getattr(show.picture(view, name), "png", None) for name in PICTURES]
        return (
            repr(parts)
            + str([part.markup for part in parts if part])
            + str(drawn)
            + str(partner_cells(view))
        )

    def partner_cells(view):
        with zipfile.ZipFile(BytesIO(partner_workbook(view))) as packed:
            return [packed.read(name) for name in packed.namelist()]

    assert told("a.csv", 1) == told("b.csv", 3)


def test_the_workbook_has_the_shared_peers(made):
    """The peers' medians of a partner's own workbook are those of every other's, and no rank is
    told."""
    from openpyxl import load_workbook

    told = set()
    for folder in made.values():
        head, *rows = load_workbook(folder / "kpis.xlsx", read_only=True)["KPIs"].iter_rows(
            values_only=True
        )
        told.add(tuple(row[head.index("Peers’ median")] for row in rows))
        assert {row[head.index("Rank")] for row in rows} == {None}
    assert len(told) == 1 and any(next(iter(told)))


def test_a_failed_edition_says_nothing_of_the_error(made, tmp_path, monkeypatch):
    """An error may list other partners: neither page nor notebook of that edition has it."""
    import nbformat

    from kpi_helpers.reports.running import child

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("raise ValueError('Bosporus GmbH is better')")]
    )
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "language": "python",
        "display_name": "Python 3",
    }
    nbformat.write(notebook, tmp_path / "fails.ipynb")
    parameters = {"window": "2025-Q4", "edition": "partner", "lang": "en", "source": "prepared"}
    job = {
        "partner": "Ada Bilişim",
        "slug": "ada",
        "notebook": str(tmp_path / "fails.ipynb"),
        "parameters": parameters,
    }
    job |= {"folder": str(tmp_path / "ada"), "brand": {}, "limits": {"cell_seconds": 60}}
    record = child.make_report(job)
    assert record["status"] == "failed" and "Bosporus" in record["error"]
    text = (tmp_path / "ada" / "report.html").read_text(encoding="utf-8")
    assert "This report could not be made." in text
    outputs = nbformat.read(tmp_path / "ada" / "report.ipynb", 4).cells
    assert not any("better" in str(cell.get("outputs", "")) for cell in outputs)
