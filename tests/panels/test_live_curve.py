"""Only the curve moves; nothing of the last one stays."""

import numpy as np

from kpi_helpers.panels.live_curve import LiveCurve


class Answer:
    def __init__(self, scale, target=None):
        self.revenues, self.target = (
            scale * np.random.default_rng(1).lognormal(10, 0.5, 2000),
            target,
        )


def test_the_kept_axes_show_what_new_ones_would():
    before, near, far = Answer(1), Answer(1.1), Answer(1.2)
    kept, new = LiveCurve("EUR"), LiveCurve("EUR")
    first, second = kept.png(before, near), kept.png(before, far)
    reach = kept.reach
    assert first != second and kept.png(before, near) == first == new.png(before, near)
    assert kept.reach == reach == new.reach


def test_axes_follow_a_curve_that_leaves_them_and_another_baseline():
    curve, before = LiveCurve("EUR"), Answer(1)
    curve.png(before, before)
    reach = curve.reach
    curve.png(before, Answer(3))
    assert curve.reach > 2 * reach  # and back again, when half of the axes would be empty
    curve.png(before, before)
    assert curve.reach == reach
    curve.png(Answer(1, target=1e9), before)
    assert curve.before is not before
    assert curve.png(Answer(0), Answer(0)).startswith(b"\x89PNG")
