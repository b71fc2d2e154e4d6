import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_helpers.errors import KitError, MissingColumns
from kpi_helpers.judging import expected, fair_comparison, observed_expected
from kpi_helpers.stats import reasons


def deals(partner, won, n, **circumstances):
    return pd.DataFrame({"partner": partner, "won": np.arange(n) < won, **circumstances})


def test_example_of_the_summer_partner():
    peers = [deals("peers", 60, 100, season="summer"), deals("peers", 20, 100, season="winter")]
    trials = pd.concat([deals("A", 11, 20, season="summer"), *peers])
    assert expected(trials, pull=0).loc["A", "expected"] == pytest.approx(12)
    row = observed_expected(11, 12, overall=0.4).iloc[0]
    assert row["ratio"] == pytest.approx(0.917, abs=5e-4)
    assert row["adjusted"] == pytest.approx(0.367, abs=5e-4)
    assert pd.isna(row["verdict"]) and row["reason"] == reasons.WITHIN_CHANCE


def test_example_of_the_two_sizes():
    peers = [
        deals("peers", 10, 100, size_band="enterprise"),
        deals("peers", 40, 100, size_band="small"),
    ]
    ours = [deals("A", 1, 10, size_band="enterprise"), deals("A", 5, 10, size_band="small")]
    row = fair_comparison(pd.concat(ours + peers), pull=0).loc["A"]
    assert (row["observed"], row["expected"]) == (6, pytest.approx(5))
    assert (row["ratio"], row["low"], row["high"]) == pytest.approx((1.20, 0.440, 2.612), abs=5e-4)
    assert pd.isna(row["verdict"])


def naive_twin(trials, cell, pull):
    """The peers' rate of each deal, one deal at a time."""
    answer = {}
    for partner in trials["partner"].unique():
        others, total = trials[trials["partner"] != partner], 0.0
        overall = others["won"].mean()
        for _, deal in trials[trials["partner"] == partner].iterrows():
            rate = overall
            for i in range(1, len(cell) + 1):
                same = others[
                    [all(o[c] == deal[c] for c in cell[:i]) for _, o in others.iterrows()]
                ]
                k, n = same["won"].sum(), len(same)
                rate = (k + pull * rate) / (n + pull) if n + pull else rate
            total += rate
        answer[partner] = total
    return answer


rows = st.tuples(
    st.sampled_from("ABC"), st.booleans(), st.sampled_from("NS"), st.sampled_from("xy")
)


@settings(max_examples=25, deadline=None)
@given(st.lists(rows, min_size=2, max_size=15), st.sampled_from([0, 10]))
def test_equals_the_naive_twin(pairs, pull):
    trials = pd.DataFrame(pairs, columns=["partner", "won", "region", "product"])
    ours = expected(trials, pull=pull)["expected"]
    if trials["partner"].nunique() == 1:
        assert ours.isna().all()
        return
    assert ours.to_dict() == pytest.approx(
        naive_twin(trials, ["region", "product"], pull), abs=1e-9
    )


def test_a_good_partner_in_a_hard_market_is_seen():
    hard = [
        deals("A", 45, 100, region="hard"),
        deals("B", 60, 200, region="hard"),
        deals("D", 55, 200, region="hard"),
    ]
    easy = [deals("C", 160, 200, region="easy"), deals("E", 165, 200, region="easy")]
    trials = pd.concat(hard + easy)
    table = fair_comparison(trials, pull=0)
    assert table.loc["A", "verdict"] == "above"
    assert table.loc[["C", "E"], "verdict"].isna().all()
    assert table.loc["A", "adjusted"] > table.loc["C", "adjusted"]
    assert table["expected"].sum() == pytest.approx(table["observed"].sum(), rel=0.05)


def test_verdict_and_p_agree():
    table = observed_expected(np.arange(0, 40), 12.0)
    assert ((table["p"] < 0.05) == table["verdict"].notna()).all()
    assert table["verdict"].dropna().unique().tolist() == ["below", "above"]


def test_silences_say_why():
    table = observed_expected([20, 0, 3], [4.99, 0, np.nan])
    assert table["reason"].tolist() == [
        reasons.EXPECTED_BELOW_5,
        reasons.NO_PEERS,
        reasons.NO_PEERS,
    ]
    assert table["ratio"].isna().tolist() == [False, True, True]
    assert fair_comparison(deals("A", 3, 9))["reason"].tolist() == [reasons.NO_PEERS]
    assert len(fair_comparison(deals("A", 0, 0))) == 0


def test_blanks_are_a_circumstance_and_order_does_not_matter():
    trials = pd.concat(
        [deals("A", 3, 9, region=None), deals("B", 9, 9, region=None), deals("B", 0, 9, region="N")]
    )
    assert expected(trials, pull=0).loc["A", "expected"] == pytest.approx(9)
    mixed = trials.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(expected(trials), expected(mixed))


def test_bad_input_is_refused():
    with pytest.raises(MissingColumns, match="won"):
        expected(pd.DataFrame({"partner": ["A"]}))
    with pytest.raises(KitError, match="negative"):
        observed_expected([-1], [2])
