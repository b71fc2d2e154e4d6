"""The figures of all partners, by their artists."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from kpi_helpers.judging.fairness import Luck, observed_expected
from kpi_helpers.showing.figures.base import BAD, GOOD, MUTED
from kpi_helpers.showing.figures.funnel import funnel_plot
from kpi_helpers.showing.figures.naming import name_dots
from kpi_helpers.showing.figures.quality_map import quality_map
from kpi_helpers.showing.figures.ranks import rank_plot


@pytest.fixture(autouse=True)
def close():
    yield
    mpl.pyplot.close("all")


def drawn(mine=None, variance=0.0):
    table = observed_expected([20, 22, 18, 60, 2, 21], [20.0] * 6, error=[3.5] * 6)
    points = table.assign(partner=list("ABCDEF"), chance=12.0)
    return funnel_plot(points, Luck(variance, 20.0), cut=0.001, title="", mine=mine)


def names(ax):
    return {text.get_text() for text in ax.texts}


def test_the_funnel_names_those_outside_in_their_colours():
    ax = drawn()
    assert {"D", "E"} <= names(ax) and not {"A", "B", "C", "F"} & names(ax)
    at = {text.get_text(): text.xy for text in ax.texts}
    assert at["D"] == (20.0, 3.0) and at["E"] == (20.0, 0.1)  # each name at its own dot
    colours = [mpl.colors.to_hex(colour).upper() for colour in ax.collections[1].get_facecolors()]
    assert colours[3] == GOOD and colours[4] == BAD


def test_luck_widens_the_funnel():
    bands = (drawn(variance=u).collections[0].get_paths()[0].vertices for u in (0.0, 0.2))
    narrow, wide = (band[band[:, 0] == band[:, 0].max(), 1].max() for band in bands)
    assert wide > narrow + 0.1


def test_the_funnel_of_one_partner_names_no_other():
    ax = drawn(mine="A")
    assert names(ax) & set("ABCDEF") == {"A"}
    others = ax.collections[1]
    assert len(others.get_offsets()) == 5
    assert {mpl.colors.to_hex(colour).upper() for colour in others.get_facecolors()} == {MUTED}


def test_ranks_stand_best_first_from_above():
    ranks = pd.DataFrame(
        {"partner": ["A", "B"], "rank": [1, 2], "low": [1, 1], "high": [2, np.nan]}
    )
    ax = rank_plot(ranks, title="")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["A", "B"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_lines_of_equal_score_pass_where_the_score_is_what_they_say():
    partners = pd.DataFrame({"partner": list("ABC"), "won": [1, 10, 40], "amount": [1e3, 5e4, 1e6]})
    ax = quality_map(partners, title="")
    for line, score in zip(ax.lines, (50, 100, 200), strict=True):
        x, y = line.get_data()
        index = 100 * np.sqrt(x / partners["won"].mean() * y / partners["amount"].mean())
        np.testing.assert_allclose(index, score)


def test_names_neither_overlap_nor_leave_the_axes():
    figure, ax = mpl.pyplot.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    rng = np.random.default_rng(1)
    x, y = rng.random(40), rng.random(40)
    ax.scatter(x, y)
    name_dots(ax, [f"Partner number {i}" for i in range(40)], x, y)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    frame = ax.get_window_extent().padded(3)
    assert 10 < len(boxes) < 40
    assert all(
        frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        for box in boxes
    )
    shrunk = [box.padded(-1.5) for box in boxes]
    assert not any(a.overlaps(b) for i, a in enumerate(shrunk) for b in shrunk[:i])
