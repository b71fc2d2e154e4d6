"""Pages of programmes in which nothing changes claim next to nothing, and tell planted changes.

Small and seeded; docs/evidence.md has the same at length (`python -m tests.judging.null_pages`).
"""

import numpy as np
import pytest

from kpi_helpers.judging.claims import FELL, ROSE

from .null_pages import OF_DIFFERENCES, shares, told


@pytest.fixture(scope="module")
def null():
    return told(range(2), partners=16)


def test_few_sentences_are_false_where_nothing_changes(null):
    """5 % and two standard errors of 32 pages."""
    by = shares(null)
    by = by.drop(index=[kind for kind in OF_DIFFERENCES if kind in by.index.levels[0]], level=0)
    kinds = by.drop(index="page", level=0).groupby("kind")[["sum", "size"]].sum()
    bound = 0.05 + 2 * np.sqrt(0.05 * 0.95 / kinds["size"])
    assert (kinds["sum"] / kinds["size"] < bound).all(), kinds


def test_pages_with_any_more_than_chance_are_rare(null):
    row = shares(null).loc["page", "any change more than chance"]
    assert row["sum"] <= 0.05 * row["size"] + 2 * np.sqrt(0.05 * 0.95 * row["size"])
    assert row["size"] == 32


def test_partners_that_are_alike_are_rarely_set_apart():
    by = shares(told([1, 2], partners=16, alike=True))
    for kind in ("average", "fair"):
        row = by.loc[kind].sum()
        assert row["sum"] <= 4, by
    assert by.loc[("page", "any peers"), "sum"] <= 4


@pytest.mark.parametrize(
    ("planted", "about", "verdict"),
    [({"rate": 0.4}, "close_rate", FELL), ({"arrivals": 2.5}, "deal_count", ROSE)],
)
def test_a_large_planted_change_is_told_the_right_way_round(planted, about, verdict):
    """Of some 55 decided deals a quarter, within two windows, in two of three programmes."""
    world = {"alike": True, "a_quarter": 80, "close_rate": 0.5, "partners": 6}
    claims = told(range(3), planted=planted, **world)
    mine = claims[(claims["partner"] == "P00") & claims["about"].str.startswith(about)]
    mine = mine[mine["kind"] == "change"]
    opposite = {ROSE: FELL, FELL: ROSE}[verdict]
    assert mine.groupby("seed")["verdict"].agg(lambda v: verdict in set(v)).sum() >= 2
    assert opposite not in set(mine["verdict"])
