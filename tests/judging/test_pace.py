import numpy as np
import pytest
from statsmodels.duration.survfunc import survdiff

from kpi_helpers.errors import KitError
from kpi_helpers.judging import logrank, reasons


def sample(n, seed):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 40, n), rng.choice(["won", "lost", "cancelled", "open"], n, p=[0.4, 0.3, 0.1, 0.2])


def test_logrank_equals_statsmodels_in_both_directions():
    days, outcome = sample(60, 3)
    group = np.where(np.arange(60) % 3 == 0, "a", "b")
    days = np.where(group == "a", days, days + 5)
    chi2, p = survdiff(days, outcome == "won", group)
    table = logrank(days, outcome, group).set_index("group")
    assert table["p"].to_list() == pytest.approx([p, p], abs=1e-9)
    assert table["z"]["a"] == pytest.approx(chi2**0.5, abs=1e-9)
    assert table["z"]["b"] == pytest.approx(-(chi2**0.5), abs=1e-9)


def test_logrank_of_three_groups_is_each_against_the_rest():
    days, outcome = sample(60, 5)
    group = np.array(list("abc") * 20)
    table = logrank(days, outcome, group)
    rest = logrank(days, outcome, np.where(group == "b", "b", "rest")).set_index("group")
    assert table.set_index("group")["p"]["b"] == pytest.approx(rest["p"]["b"])
    assert table["ended"].sum() == (outcome == "won").sum()


def test_logrank_silences():
    assert logrank([1, 2], ["won", "lost"], ["a", "a"])["reason"].tolist() == [reasons.NO_PEERS]
    assert logrank([1, 2], ["open", "lost"], ["a", "b"])["reason"].tolist() == [reasons.NO_EVENTS] * 2


def test_bad_input_is_refused():
    with pytest.raises(KitError, match="one length"):
        logrank([1, 2], ["won", "won"], ["a"])
