"""Levels: which column each name reads, and what a wrong name is told."""

import pytest
from kpis.tables import table

from kpi_helpers import KPIS, KitError, close_rate
from kpi_helpers.contract.levels import LEVELS, PERIODS, parse_by
from kpi_helpers.errors import UnknownValue


@pytest.mark.parametrize(
    ("by", "groups", "period"),
    [
        (None, {}, None),
        ("portfolio", {}, None),
        ("", {}, None),
        ([], {}, None),
        ("partner", {"partner": "partner"}, None),
        ("employee", {"employee": "owner"}, None),
        ("department, unit", {"department": "department", "business_unit": "unit"}, None),
        (["partner", "month"], {"partner": "partner"}, "month"),
        (("region,product", "year"), {"region": "region", "product": "product"}, "year"),
        (["partner", "partner"], {"partner": "partner"}, None),
    ],
)
def test_names_and_what_they_read(by, groups, period):
    assert parse_by(by) == (groups, period)


def test_an_unknown_level_gets_a_suggestion():
    with pytest.raises(UnknownValue, match=r"There is no level 'partnr'\. Did you mean 'partner'"):
        parse_by("partnr")
    with pytest.raises(UnknownValue, match="Did you mean 'quarter'"):
        close_rate(table({}), by="quater", as_of="2025-03-31")


def test_one_period_at_a_time():
    with pytest.raises(KitError, match="one period at a time, not by month and year"):
        parse_by("month,year")


@pytest.mark.parametrize("name", [*LEVELS, *PERIODS])
def test_every_level_groups_and_no_column_appears_twice(name):
    level = LEVELS.get(name)
    deals = table(
        {level: "here"} if level else {},
        {level: None} if level and level not in ("partner", "status") else {},
    )
    for kpi in KPIS.values():
        answer = kpi(deals, by=name, window="2025-Q1", as_of="2025-03-31")
        assert answer.columns.is_unique
        assert not answer.empty
