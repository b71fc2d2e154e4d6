import pandas as pd
import pytest

from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.whatif import parse_change

DRIVERS = pd.DataFrame(
    {"value": [0.3, 10_000.0, 60.0, 0.0, 0.0, 0.0, float("nan")], "n": [10, 9, 9, 16, 5, 0, 0]},
    index=[
        "close_rate",
        "average_deal_size",
        "cycle_days",
        "close_rate.paid",
        "win_back",
        "spend.owned",
        "leads.x",
    ],
).assign(unit=["ratio", "money", "days", "ratio", "ratio", "money", "number"])


@pytest.mark.parametrize(
    ("driver", "written", "value"),
    [
        ("close_rate", "+5pp", 0.35),
        ("close_rate", "−5 pp", 0.25),
        ("close_rate", "+20%", 0.36),
        ("close_rate", "35%", 0.35),
        ("close_rate", 0.35, 0.35),
        ("average_deal_size", "12000", 12_000),
        ("average_deal_size", "+500", 10_500),
        ("average_deal_size", "-20 %", 8_000),
        ("cycle_days", 45, 45),
        ("win_back", "30%", 0.3),
        ("close_rate.paid", "+5pp", 0.15),
    ],
)
def test_what_people_write(driver, written, value):
    assert parse_change(DRIVERS, driver, written).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("driver", "written", "words"),
    [
        ("close_rate", "+5", "points"),
        ("close_rate", "5pp", "points"),
        ("close_rate", "35", "0..1"),
        ("close_rate", "+80pp", "0..1"),
        ("average_deal_size", "20%", r"\+20%"),
        ("average_deal_size", "+5pp", "points"),
        ("average_deal_size", "-120%", "cannot be"),
        ("average_deal_size", "1e12", "times"),
        ("cycle_days", "0", "cannot be"),
        ("cycle_days", "1e-300", "1,000th"),
        ("close_rate", "a lot", "not understood"),
        ("close_rate", True, "not understood"),
        ("close_rate", "nan", "not understood"),
        ("close_rate", None, "not understood"),
        ("spend.owned", "500", "was 0"),
        ("leads.x", "+5", "could not be measured"),
    ],
)
def test_what_cannot_be_read_says_why(driver, written, words):
    with pytest.raises(KitError, match=words):
        parse_change(DRIVERS, driver, written)


def test_a_misspelt_driver_is_guessed():
    with pytest.raises(UnknownValue, match="Did you mean 'close_rate'"):
        parse_change(DRIVERS, "closerate", "+5pp")
