from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_helpers.errors import KitError
from kpi_helpers.stats import midpoint, reasons, won_amount_change

counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_example_of_the_channels():
    answer = midpoint([5, 15], [50, 50], [10, 7], [80, 20], groups=["paid", "owned"])
    assert (answer.before, answer.after) == pytest.approx((0.20, 0.17))
    assert answer.change == pytest.approx(-0.03, abs=1e-12)
    assert answer.rate == pytest.approx(0.03375, abs=1e-12)
    assert answer.mix == pytest.approx(-0.06375, abs=1e-12)
    assert (answer.parts["rate"] > 0).all()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=6))
def test_rate_and_mix_close_to_the_change(groups):
    before, after = zip(*groups, strict=True)
    answer = midpoint(*zip(*before, strict=True), *zip(*after, strict=True))
    if answer.change is None:
        assert sum(n for _, n in before) == 0 or sum(n for _, n in after) == 0
        return
    assert answer.rate + answer.mix == pytest.approx(answer.change, abs=1e-12)
    assert answer.parts["change"].sum() == pytest.approx(answer.change, abs=1e-12)


def test_equal_mix_has_no_mix_effect_and_equal_rates_no_rate_effect():
    assert midpoint([1, 2], [10, 10], [3, 8], [20, 20]).mix == pytest.approx(0, abs=1e-15)
    assert midpoint([1, 4], [10, 10], [3, 4], [30, 10]).rate == pytest.approx(0, abs=1e-15)


def test_a_new_group_is_all_mix():
    parts = midpoint([5, 0], [10, 0], [5, 1], [10, 10]).parts
    assert parts["rate"].tolist() == [0, 0] and parts["mix"][1] < 0


def test_no_deals_before_is_null_with_a_reason():
    answer = midpoint([0], [0], [1], [2])
    assert (answer.before, answer.after, answer.change, answer.reason) == (
        None,
        0.5,
        None,
        reasons.NO_TOTAL,
    )


def average_over_orders(before, after):
    """The Shapley value from its definition: change one factor after the other, in every order."""
    effects = [0.0, 0.0, 0.0]
    for order in permutations(range(3)):
        state = list(before)
        for i in order:
            start = state[0] * state[1] * state[2]
            state[i] = after[i]
            effects[i] += (state[0] * state[1] * state[2] - start) / 6
    return effects


def test_amount_change_equals_the_definition():
    answer = won_amount_change(100, 20, 2000, 120, 30, 2700)
    expected = average_over_orders((100, 0.2, 100), (120, 0.25, 90))
    assert (answer.volume, answer.rate, answer.size) == pytest.approx(tuple(expected), abs=1e-9)


won = st.integers(0, 60).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, 10**7))
)


@settings(max_examples=80, deadline=None)
@given(won, won)
def test_amount_change_closes_to_zero(before, after):
    before, after = ((n, k, cents / 100 if k else 0) for n, k, cents in (before, after))
    answer = won_amount_change(*before, *after)
    assert answer.volume + answer.rate + answer.size == pytest.approx(
        after[2] - before[2], abs=1e-6
    )


def test_a_first_win_is_no_change_of_size():
    answer = won_amount_change(10, 0, 0, 10, 2, 600)
    assert (answer.volume, answer.rate, answer.size) == pytest.approx((0, 600, 0))


def test_bad_input_is_refused():
    with pytest.raises(KitError, match="larger than n"):
        midpoint([3], [2], [1], [2])
    with pytest.raises(KitError, match="one length"):
        midpoint([1], [2], [1, 1], [2, 2])
    with pytest.raises(KitError, match="must be known"):
        midpoint([1, None], [2, 2], [1, 1], [2, 2])
    with pytest.raises(KitError, match="needs a won deal"):
        won_amount_change(10, 0, 5, 10, 2, 600)
