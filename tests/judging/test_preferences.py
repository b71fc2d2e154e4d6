import numpy as np
import pandas as pd
import pytest

from kpi_helpers import scorecard
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.judging import composite
from kpi_helpers.stats import reasons

from .sample import sample_deals


@pytest.fixture(scope="module")
def card():
    return scorecard(sample_deals(), by="partner", window="2025-Q4", as_of="2025-12-31")


def test_one_weight_is_that_kpis_own_order(card):
    table = composite(card, {"deal_velocity.cycle_median": 3})
    days = card[card["basis"] == "cycle_median"].set_index("partner")["value"]
    known = table[table["rank"].notna()]
    assert days[known.index].is_monotonic_increasing  # fewer days are better
    assert known["steady"].all() and (known["rank"] == known["rank_equal"]).all()


def test_the_composite_is_the_weighted_mean_and_hangs_on_the_weights(card):
    weights = {"close_rate.closed": 1, "deal_count": 3}
    both = composite(card, weights)
    alone = [composite(card, {name: 1})["composite"].reindex(both.index) for name in weights]
    expected = (alone[0] + 3 * alone[1]) / 4
    assert both["composite"].to_numpy() == pytest.approx(expected.to_numpy(), nan_ok=True)
    known = both[both["rank"].notna()]
    assert (known["rank_low"] <= known["rank"]).all() and (
        known["rank"] <= known["rank_high"]
    ).all()
    assert not known["steady"].all()
    pd.testing.assert_frame_equal(both, composite(card, {k: 10 * w for k, w in weights.items()}))


def test_an_unknown_kpi_gives_no_composite(card):
    table = composite(card, {"average_deal_size": 1})
    unknown = card[(card["basis"] == "whole") & card["value"].isna()]["partner"]
    assert (table.loc[unknown, "reason"] == reasons.NO_WEIGHTS).all() and table.loc[
        unknown, "composite"
    ].isna().all()
    assert np.isfinite(table["composite"]).sum() == len(table) - len(unknown)


@pytest.mark.parametrize(
    "weights, error",
    [
        ({"close": 1}, UnknownValue),
        ({"close_rate.shut": 1}, UnknownValue),
        ({}, KitError),
        ({"close_rate": -1}, KitError),
        ({"marketing_channels.spend.paid": 1}, KitError),
    ],
)
def test_faulty_weights_are_refused(card, weights, error):
    with pytest.raises(error):
        composite(card, weights)
