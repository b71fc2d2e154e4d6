import pytest

from kpi_helpers import whatif
from kpi_helpers.errors import KitError, UnknownValue


@pytest.mark.parametrize(
    "driver", ["close_rate", "average_deal_size", "opportunities", "cycle_days", "leads.paid"]
)
def test_goal_seek_inverts_the_forward_function(base, driver):
    target = 1.08 * whatif.simulate(base).revenue.mean
    goal = whatif.goal_seek(base, driver, target)
    assert goal.reason is None
    assert whatif.simulate(base, {driver: goal.value}).revenue.mean == pytest.approx(
        target, rel=1e-6
    )


def test_goal_seek_of_what_is_now_gives_what_is_measured(base):
    goal = whatif.goal_seek(base, "average_deal_size", whatif.simulate(base).revenue.mean)
    assert goal.value == pytest.approx(goal.measured)


def test_a_goal_too_far_is_not_reachable(base):
    now = whatif.simulate(base).revenue.mean
    far = whatif.goal_seek(base, "close_rate", 50 * now)
    assert far.value is None and "not reachable: even at close_rate = 1" in far.reason
    low = whatif.goal_seek(base, "leads.paid", 0.01 * now)
    assert low.value is None and "already" in low.reason


def test_goal_seek_for_a_chance_of_nine_in_ten(base):
    p10 = whatif.simulate(base).revenue.p10
    goal = whatif.goal_seek(base, "average_deal_size", 1.5 * p10, at="p10")
    assert whatif.simulate(base, {"average_deal_size": goal.value}).revenue.p10 == pytest.approx(
        1.5 * p10, rel=1e-6
    )
    with pytest.raises(UnknownValue, match="p10"):
        whatif.goal_seek(base, "average_deal_size", 1.0, at="p11")


@pytest.mark.parametrize("target", [float("nan"), float("inf"), -5, "much"])
def test_a_goal_is_money(base, target):
    with pytest.raises(KitError, match="money above 0"):
        whatif.goal_seek(base, "close_rate", target)


def test_tornado_orders_by_swing_and_agrees_with_simulating(base):
    table = whatif.tornado(base)
    assert table["swing"].is_monotonic_decreasing
    row = table.loc["close_rate"]
    assert row["revenue_high"] == pytest.approx(
        whatif.simulate(base, {"close_rate": row["high"]}).revenue.mean
    )
    assert table.loc["cycle_days", "revenue_low"] > table.loc["cycle_days", "revenue_high"]
    even = whatif.tornado(base, by=0.1)
    assert even.loc["average_deal_size", "swing"] == pytest.approx(
        0.2 * whatif.simulate(base).revenue.mean
    )
