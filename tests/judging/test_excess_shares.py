"""A share above the others': SciPy's Fisher test is the oracle."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from kpi_helpers.judging.excess_shares import excess_shares


def _table(counts):
    rows = [(who, i < hits) for who, n, hits in counts for i in range(n)]
    return excess_shares(*(pd.Series(column) for column in zip(*rows, strict=True)), 10)


@pytest.mark.parametrize("hits", [0, 3, 8, 12])
def test_p_is_fishers(hits):
    table = _table([("A", 12, hits), ("B", 40, 8), ("C", 25, 6)])
    odds = [[hits, 12 - hits], [14, 51]]
    assert table.loc["A", "p"] == pytest.approx(fisher_exact(odds, alternative="greater").pvalue)
    assert table.loc["A", "others"] == pytest.approx(14 / 65)


def test_few_deals_and_no_others_carry_no_verdict():
    table = _table([("A", 9, 9), ("B", 40, 8)])
    assert np.isnan(table.loc["A", "p"]) and table.loc["A", "reason"]
    alone = _table([("A", 20, 9)])
    assert np.isnan(alone.loc["A", "others"]) and alone.loc["A", "p"] == pytest.approx(1)
    assert excess_shares(pd.Series(dtype=str), pd.Series(dtype=bool), 10).empty
