import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from kpi_helpers.errors import KitError
from kpi_helpers.stats import benjamini_hochberg


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_equals_statsmodels(p):
    table = benjamini_hochberg(p)
    alert, q = multipletests(p, 0.05, "fdr_bh")[:2]
    assert table["q"].to_numpy() == pytest.approx(q, abs=1e-9)
    assert table["alert"].tolist() == alert.tolist()


def test_unknown_p_is_no_test_and_the_index_stays():
    table = benjamini_hochberg(pd.Series([0.04, None], index=["A", "B"]))
    assert table.loc["A", "q"] == 0.04 and table["alert"].to_dict() == {"A": True, "B": False}
    assert np.isnan(table.loc["B", "q"])
    assert len(benjamini_hochberg([])) == 0


def test_share_of_false_alerts_in_small():
    rng = np.random.default_rng(0)
    false = [
        benjamini_hochberg(np.append(rng.random(90), np.zeros(10)))["alert"][:90].sum()
        for _ in range(200)
    ]
    assert np.mean([f / (f + 10) for f in false]) <= 0.055


def test_bad_p_is_refused():
    with pytest.raises(KitError, match="must lie in"):
        benjamini_hochberg([5])
