"""What a report was made from, in words that may be typed again."""

import shlex
from dataclasses import replace

import pandas as pd
import pytest

from kpi_helpers import partner_view
from kpi_helpers.showing import provenance


@pytest.fixture(scope="module")
def view():
    deals = pd.DataFrame({"deal_id": ["1"], "partner": "Ada", "status": "open", "amount": 1.0})
    deals["created_on"] = pd.Timestamp("2025-02-01")
    return partner_view(deals, "Ada", window="2025-Q1", as_of="2025-03-31")


@pytest.mark.parametrize(
    "partner", ["Ada", "123", "True", "$(touch x)", 'O\'Neil "& Sons"', "a`b`"]
)
def test_the_line_to_repeat_a_report_names_its_partner_and_runs_nothing(view, partner):
    line = str(provenance(replace(view, partner=partner), "deals.csv")).split("papermill ", 2)[-1]
    words = shlex.split(line.splitlines()[0])
    given = dict(zip(words[3::3], words[4::3], strict=True))
    assert given["partner"] == partner and given["window"] == "2025-Q1"
    assert set(words[2::3]) == {"-r"}  # papermill would read 123 and True as other than text
