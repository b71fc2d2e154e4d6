import math

import pandas as pd
import pytest

from kpi_helpers.showing.format import DASH, changed, day, money, shown


@pytest.mark.parametrize("unit", ["ratio", "money", "money per day", "days", "number", "index"])
def test_unknown_is_a_dash_in_every_unit(unit):
    assert shown(math.nan, unit, "EUR") == DASH


def test_each_unit_reads_as_people_write_it():
    assert shown(0.5, "ratio") == "50.0%"
    assert shown(1234567.4, "money", "TRY") == "TRY1,234,567"
    assert shown(0, "number") == "0"
    assert shown(2777.78, "money per day", "EUR") == "€2,778 a day"
    assert shown(30.0, "days") == "30 days"
    assert shown(100.79, "index") == "100.8"


def test_money_keeps_cents_where_they_matter():
    assert money(266.67, "EUR") == "€266.67"
    assert money(-1500, "EUR") == "-€1,500"


def test_change_from_zero_is_new_and_from_unknown_a_dash():
    assert changed(math.nan, "number", 0, 3) == "new"
    assert changed(math.nan, "number", 0, 0) == DASH
    assert changed(math.nan, "ratio", 0.0, math.nan) == DASH
    assert changed(math.nan, "number", math.nan, 3) == DASH
    assert changed(-0.03, "ratio", 0.2, 0.17) == "-3.0 pp"
    assert changed(0.25, "days", 30, 37.5) == "+25%"


def test_a_day_that_is_not_known_is_a_dash():
    assert day(pd.NaT) == DASH
