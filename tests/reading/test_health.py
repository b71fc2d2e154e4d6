"""Health is plain data, its counts are those of the load, and every warning says what it does."""

import json
import re
import tomllib
from importlib.resources import files

import pandas as pd
import pytest

from kpi_helpers.contract.loader_texts import WARNINGS
from kpi_helpers.kpis import KPIS
from kpi_helpers.reading import load
from kpi_helpers.reading.checking.health import AMONG, SEVERITIES, headline, health
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
    assert headline(found)[0].startswith(f"13 rows in = {loaded.rows_used} used")


def test_every_warning_there_is_has_an_effect_on_kpis_there_are(loaded):
    assert EFFECTS["warnings"].keys() == WARNINGS.keys()
    assert len(loaded.warnings) >= 8
    assert [w["text"] for w in health(loaded)["warnings"]] != loaded.warnings  # alarms come first
    for entry in EFFECTS["warnings"].values():
        assert entry["severity"] in SEVERITIES
    for entry in [*EFFECTS["warnings"].values(), *EFFECTS["blanks"].values()]:
        assert {k for k in entry["kpis"] if k != "all"} <= set(KPIS), entry
        assert entry.get("among", "all") in AMONG


def test_reasons_are_counted_without_the_values_of_their_rows():
    rows = {"deal_id": ["1", "2", "3"], "partner": "Ada", "created_on": "2025-03-01"}
    found = load(pd.DataFrame(rows | {"status": ["huh", "perhaps", "huh"]})).rejections
    (line,) = found
    assert (line["column"], line["rows"], line["example"], line["line"]) == ("status", 3, "huh", 1)
    assert line["reason"].startswith("status … is not known: add it to a mapping file's [stages]")
    assert "huh" not in line["reason"]


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
