import numpy as np
import pandas as pd
import pytest

from kpi_helpers.errors import MissingColumns
from kpi_helpers.judging import strategy_answers, strategy_effect
from kpi_helpers.judging.strategies import AHEAD, COLUMNS, NOTHING, ROSE, TOO_FEW

from .sample import AS_OF, sample_deals, sample_side


@pytest.fixture(scope="module")
def deals():
    return sample_deals()


def events(*rows):
    return pd.DataFrame(rows, columns=["date", "partner", "name"])


def test_every_event_of_the_sample_is_answered_as_its_truth_is(deals):
    told = strategy_answers(deals, sample_side("events"), AS_OF).set_index("name")
    assert told["answer"].tolist() == [ROSE, NOTHING, TOO_FEW]
    found = strategy_effect(deals, "2024-05-01", partner="Nordlicht Systemhaus GmbH", as_of=AS_OF)
    row = told.loc["Deal desk qualifies every lead"]
    assert row[["effect", "low", "high"]].tolist() == [
        found.effect.effect,
        found.effect.low,
        found.effect.high,
    ]
    assert (row["before"], row["after"], row["tried"]) == (16, 16, len(found.placebo))
    assert row["control"] and told.loc["New registration portal", "partner"] == "*"


def test_events_to_come_of_nobody_and_of_everyone(deals):
    told = strategy_answers(
        deals,
        events(
            ("2026-02-01", "Delta Réseaux", "later"),
            ("2024-01-01", "Nobody", "unknown"),
            ("2023-09-01", None, "ours"),
            ("1999-01-01", "Delta Réseaux", "long ago"),
        ),
        AS_OF,
    )
    assert told["name"].tolist() == ["long ago", "ours", "later"]
    assert told["answer"].tolist()[0::2] == [TOO_FEW, AHEAD]
    ours = told.set_index("name").loc["ours"]
    assert ours["partner"] == "*" and not ours["control"] and ours["low"] < ours["high"]


def test_no_events_is_an_empty_table_and_missing_columns_are_told(deals):
    for none in (None, events()):
        assert strategy_answers(deals, none, AS_OF).columns.tolist() == COLUMNS
    with pytest.raises(MissingColumns, match="name"):
        strategy_answers(deals, pd.DataFrame({"date": [np.nan], "partner": ["A"]}), AS_OF)
