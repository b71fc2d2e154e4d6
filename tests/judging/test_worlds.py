"""The forecast in rough programmes: no bias, ranges that hold, better than simple ways."""

import numpy as np
import pytest

from .truth import forecast_in_worlds


@pytest.fixture(scope="module")
def told():
    return forecast_in_worlds(6)


@pytest.mark.parametrize("world", ["stable", "growing", "shrinking", "breaking", "small"])
def test_the_forecast_holds_in_every_world(told, world):
    """24 quarters of a programme: shares are known to some 8 points, sums to some 6 per cent."""
    of = {key.split(": ")[1]: value for key, value in told.items() if key.startswith(world)}
    assert 0.62 <= of["all together covered"] <= 1
    assert 0.74 <= of["partners covered"] <= 0.93
    assert abs(of["all together, mean over what came"] - 1) < 0.15
    best = min(value for key, value in of.items() if key.startswith("error of"))
    assert of["error"] < 1.1 * best
    assert np.isfinite(best)
