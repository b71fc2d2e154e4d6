"""Health is plain data, its counts are those of the load, and every warning says what it does."""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

import kpi_helpers.reading
from kpi_helpers.kpis import KPIS
from kpi_helpers.reading import load
from kpi_helpers.reading.checking.health import AMONG, SEVERITIES, effect_of, headline, health
from kpi_helpers.reports.pages.health import health_page

EFFECTS = tomllib.loads(
    (files("kpi_helpers.reading") / "data" / "effects.toml").read_text(encoding="utf-8")
)
DEALS = """id,Partner,Stage,Amount,Lead Source,Created Date,Close Date,Probability
1,<script>alert(1)</script>,Closed Won,100,Trade Show,2025-01-01,2025-02-01,
2,Ada,Closed Won,,Pigeon,2025-01-01,2025-02-01,
3,Ada,Closed Won,1,,2025-01-01,2025-02-01,
4,Ada,Closed Won,-5,,2025-01-01,2025-02-01,
5,Ada,Prospecting,70,Referral,2025-01-01,2025-01-15,0.4
6,Ada,Mystery,70,Referral,2025-01-01,2025-02-15,
7,Ada,Closed Won,70,Referral,2025-03-01,2025-02-15,
8,,Closed Won,many,Referral,2025-01-01,2025-02-15,
9,Ada,Closed Won,5,,2025-01-01,2025-02-01,
9,Ada,Closed Won,5,,2025-01-01,2025-02-01,
10,Ada,Closed Won,5,,2025-01-01,2025-02-01,
10,Ada,Closed Won,6,,2025-01-01,2025-02-01,
11,Ada
"""


@pytest.fixture
def loaded(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(
        "order_id,deal_id,amount\nA,1,100\nB,3,9\nC,77,1\n", encoding="utf-8"
    )
    (tmp_path / "notes.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    return load(tmp_path)


def test_counts_are_those_of_the_load(loaded):
    found = health(loaded)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["rows"] == {
        "in": 13,
        "used": loaded.rows_used,
        "rejected": loaded.rows_rejected,
        "faults": len(loaded.rejected),
    }
    assert sum(s["deals"] for s in found["statuses"]) == found["rows"]["used"]
    assert sum(r["rows"] for r in found["rejections"]) == found["rows"]["faults"]
    frame = loaded.deals()
    for blank in found["blanks"]:
        if blank["among"] == "all":
            assert blank["blank"] == frame[blank["column"]].isna().sum(), blank["column"]
    probability = next(b for b in found["blanks"] if b["column"] == "probability")
    assert (probability["among"], probability["rows"]) == (
        "open",
        int((frame["status"] == "open").sum()),
    )
    assert found["period"]["created_on"] == {"first": "2025-01-01", "last": "2025-01-01"}
    kinds = {t["kind"]: t["rows"] for t in found["orders"]["totals"]}
    assert (kinds["matched"], kinds["amount_differs"], kinds["no_deal"]) == (1, 1, 1)
    assert headline(found).startswith(f"13 rows in = {loaded.rows_used} used")


def test_every_warning_has_an_effect(loaded):
    unknown = [
        w["text"] for w in health(loaded)["warnings"] if w["effect"].startswith("Look whether")
    ]
    assert len(loaded.warnings) >= 8 and not unknown
    assert effect_of("something new")["kpis"] == ["all"]


def test_effects_name_kpis_and_match_what_the_loader_says():
    source = "".join(
        p.read_text(encoding="utf-8")
        for p in Path(kpi_helpers.reading.__file__).parent.rglob("*.py")
    )
    text = re.sub(r'"\s*\n?\s*f?"', "", source)  # texts over several lines, as one
    for entry in EFFECTS["warnings"]:
        assert entry["severity"] in SEVERITIES
        assert all(re.search(part, text) for part in entry["said"].split("|")[:1]), entry["said"]
    for entry in [*EFFECTS["warnings"], *EFFECTS["blanks"].values()]:
        assert {k for k in entry["kpis"] if k != "all"} <= set(KPIS), entry
        assert entry.get("among", "all") in AMONG


def test_the_page_is_self_contained_and_escapes(loaded):
    page = health_page(health(loaded))
    assert "<script" not in page and "&lt;script&gt;" not in page.split("<main>")[0]
    assert (
        "default-src &#39;none&#39;" in page
        or "default-src 'none'; style-src 'unsafe-inline'" in page
    )
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", page)
    for heading in (
        "Warnings",
        "Rejected rows",
        "Orders against deals",
        "Blanks",
        "Period",
        "understood",
    ):
        assert heading in page


def test_a_clean_and_an_empty_table():
    clean = pd.DataFrame({"deal_id": ["1"], "partner": ["Ada"], "status": ["open"]})
    assert "every row is used" in health_page(health(load(clean)))
    none = health(load(clean.assign(partner=None)))
    assert none["rows"]["used"] == 0 and none["blanks"][0]["share"] is None
    assert "–" in health_page(none)
