from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_helpers.errors import KitError
from kpi_helpers.stats import outcome

AMOUNTS, CHANCES = [1000, 2000, 5000], [0.2, 0.5, 0.8]


def test_example_of_the_pipeline():
    pipeline = outcome(AMOUNTS, CHANCES)
    assert pipeline.values.tolist() == [0, 1000, 2000, 3000, 5000, 6000, 7000, 8000]
    assert pipeline.chances == pytest.approx(
        [0.08, 0.02, 0.08, 0.02, 0.32, 0.08, 0.32, 0.08], abs=1e-12
    )
    assert pipeline.mean == pytest.approx(5200)
    assert pipeline.sd == pytest.approx(2271.56, abs=0.005)
    assert [pipeline.quantile(q) for q in (0.1, 0.5, 0.9, 1)] == [1000, 5000, 7000, 8000]
    assert pipeline.at_least(6000) == pytest.approx(0.48, abs=1e-12)
    assert pipeline.method == "exact"


def naive_twin(deals):
    table = {}
    for won in product((0, 1), repeat=len(deals)):
        value = round(sum(w * a for w, (a, _) in zip(won, deals, strict=True)), 6)
        chance = np.prod([p if w else 1 - p for w, (_, p) in zip(won, deals, strict=True)])
        table[value] = table.get(value, 0) + chance
    return table


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), max_size=6), st.sampled_from([0.0, 0.3])
)
def test_equals_the_naive_twin_and_keeps_each_probability(deals, shock):
    amounts, chances = [a for a, _ in deals], [p for _, p in deals]
    pipeline = outcome(amounts, chances, shock=shock)
    assert pipeline.chances.sum() == pytest.approx(1)
    assert pipeline.mean == pytest.approx(np.dot(amounts, chances), abs=1e-3 if shock else 1e-9)
    if not shock:
        twin = naive_twin(deals)
        assert dict(zip(pipeline.values, pipeline.chances, strict=True)) == pytest.approx(
            twin, abs=1e-12
        )


def test_simulation_agrees_with_the_exact_answer():
    # Deals of value 0 change nothing, but make the thirteenth.
    exact = outcome(AMOUNTS, CHANCES, shock=0.2)
    many = outcome(AMOUNTS + [0] * 10, CHANCES + [0.5] * 10, shock=0.2)
    assert many.method == "simulated"
    assert many.mean == pytest.approx(exact.mean, rel=0.01)
    assert many.sd == pytest.approx(exact.sd, rel=0.02)
    assert many.at_least(6000) == pytest.approx(exact.at_least(6000), abs=0.015)


def test_a_shared_shock_widens():
    deals = ([100] * 8, [0.5] * 8)
    assert outcome(*deals, shock=0.3).sd > 1.3 * outcome(*deals).sd
    many = ([100] * 50, [0.5] * 50)
    assert outcome(*many, shock=0.3).sd > 1.3 * outcome(*many).sd


def test_seeded_and_indifferent_to_row_order():
    amounts, chances = np.arange(1, 31) * 100.0, np.linspace(0.1, 0.9, 30)
    one, other = outcome(amounts, chances, seed=4), outcome(amounts[::-1], chances[::-1], seed=4)
    assert np.array_equal(one.values, other.values) and np.array_equal(one.chances, other.chances)
    assert not np.array_equal(one.chances, outcome(amounts, chances, seed=5).chances)


def test_unpriced_deals_are_counted_and_no_deals_bring_nothing():
    pipeline = outcome([1000, None], [0.2, None])
    assert (pipeline.n, pipeline.unpriced, pipeline.mean) == (1, 1, pytest.approx(200))
    nothing = outcome([], [])
    assert (nothing.mean, nothing.quantile(0.9), nothing.at_least(1), nothing.at_least(0)) == (
        0,
        0,
        0,
        1,
    )


@pytest.mark.parametrize(
    ("amounts", "chances", "shock", "text"),
    [
        ([1], [50], 0, "0..1"),
        ([1], [None], 0, "no probability"),
        ([1, 2], [0.5], 0, "one length"),
        ([1], [0.5], 1, "shock"),
    ],
)
def test_bad_input_is_refused(amounts, chances, shock, text):
    with pytest.raises(KitError, match=text):
        outcome(amounts, chances, shock=shock)
