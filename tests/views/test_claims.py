"""A page's claims: made once, of the same numbers as its tables, and given with it."""

import json

import pandas as pd
import pytest

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.judging.claims import LEVEL
from kpi_helpers.reports import run_reports
from kpi_helpers.views.claims import fair_claim, records, records_of_programme
from kpi_helpers.views.partner import partner_view
from kpi_helpers.views.portfolio import portfolio_view

QUARTER = {"window": "2025-Q4", "as_of": "2025-12-31"}
FIELDS = {"subject", "kind", "quantity", "window", "against", "estimate", "low", "high"}
FIELDS |= {"relative", "p", "verdict", "sure", "rule", "behind"}


@pytest.fixture
def source(export):
    return export(*"ABCDEFG")


def test_every_claim_says_of_whom_what_how_sure_and_by_which_rule(source):
    view = partner_view(source, "A", **QUARTER)
    found = records(view)
    assert {frozenset(one) for one in found} == {frozenset(FIELDS)}
    assert {one["subject"] for one in found} == {"A"}
    assert all(one["verdict"] and one["rule"] for one in found)
    json.dumps(found, allow_nan=False)  # unknown is null
    kinds = {one["kind"] for one in found}
    assert {"peers", "average", "trend", "pace", "channels", "fair"} <= kinds


def test_a_claim_rests_on_the_numbers_of_the_table(source):
    view = partner_view(source, "A", **QUARTER)
    for (kpi, basis, which), claim in view.claims.items():
        if which in ("previous", "year", "peers"):
            row = view.row(kpi, basis)
            if pd.isna(row["value"]) or (kpi, basis) == ("quality_score", "peers"):
                continue
            assert claim.behind["value"] == row["value"], (kpi, basis)
        if which == "previous" and claim.estimate is not None and not claim.relative:
            assert claim.estimate == pytest.approx(row["value"] - row["before"])


def test_a_partners_edition_claims_nothing_that_others_would_have_won(source):
    view = partner_view(source, "A", **QUARTER)
    whole, own = (fair_claim(view.programme, "A", whole=whole) for whole in (True, False))
    assert whole.estimate is not None and "expected" in whole.behind
    assert (own.estimate, own.p, set(own.behind)) == (None, None, {"won", "decided"})
    assert own.verdict == whole.verdict == LEVEL


@pytest.mark.parametrize("edition", ["internal", "partner"])
def test_claims_stand_beside_each_page(source, tmp_path, edition):
    out = tmp_path / "out"
    run_reports(source, out=out, edition=edition, partners=["A"], jobs=1, **QUARTER)
    (told,) = (json.loads(path.read_text("utf-8")) for path in out.glob("*/claims.json"))
    same = records(partner_view(out / "prepared", "A", edition=edition))
    assert told == json.loads(json.dumps(same))
    assert {one["subject"] for one in told} == {"A"}


def test_the_programmes_page_claims_of_everyone_and_of_each(source):
    told = records_of_programme(portfolio_view(source, **QUARTER))
    assert {one["subject"] for one in told} == {EVERYONE, *"ABCDEFG"}
    assert {one["kind"] for one in told if one["subject"] == "B"} == {"fair"}
    json.dumps(told, allow_nan=False)
