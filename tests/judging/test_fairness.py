import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kpi_helpers.errors import KitError, MissingColumns
from kpi_helpers.judging import (
    expected,
    fair_comparison,
    fair_limits,
    learn_luck,
    observed_expected,
)
from kpi_helpers.judging.fairness import Luck
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


def test_an_error_gives_students_t_with_a_continuity_correction():
    table = observed_expected([20, 12], [12.0, 12.0], error=[2.5, 2.5], freedom=9)
    assert table["p"].tolist() == pytest.approx([2 * stats.t.sf(7.5 / 2.5, 9), 1.0])
    assert table["verdict"].tolist()[0] == "above" and pd.isna(table["verdict"].tolist()[1])
    sure = observed_expected(20, 12.0, error=2.5)["p"].item()
    assert sure == pytest.approx(2 * stats.norm.sf(7.5 / 2.5))
    assert table[["low", "high"]].equals(observed_expected([20, 12], [12.0, 12.0])[["low", "high"]])


def test_p_agrees_with_the_exact_distribution_of_unequal_chances():
    """Five partners' wins, each of deals with chances of their own."""
    rng = np.random.default_rng(4)
    for _ in range(5):
        p = rng.uniform(0.05, 0.7, 80)
        exact = np.array([1.0])
        for one in p:
            exact = np.convolve(exact, [1 - one, one])
        e, error = p.sum(), np.sqrt((p * (1 - p)).sum())
        k = int(e + 2.2 * error)
        ours = observed_expected(k, e, error=error)["p"].item()
        assert ours == pytest.approx(2 * exact[k:].sum(), rel=0.25)


def test_a_deal_riper_than_its_peers_is_expected_to_be_won_more_often():
    trials = pd.concat([deals("A", 5, 10, ripeness=1.0), deals("B", 50, 100, ripeness=0.0)])
    assert expected(trials, pull=0).loc["A", "expected"] == pytest.approx(10 / (1 + np.exp(-1)))
    assert expected(trials, pull=0).loc["B", "expected"] == pytest.approx(100 / (1 + np.exp(1)))
    same = trials.assign(ripeness=0.7)
    assert expected(same, pull=0).loc["A", "expected"] == pytest.approx(5)


def years(rng, sd, partners=30, each=200):
    """Three years of closed deals, each partner's year lucky or not by log odds with this sd."""
    tables = []
    for partner in range(partners):
        for year in (2022, 2023, 2024):
            p = 1 / (1 + np.exp(0.6 - rng.normal(0, sd)))
            on = pd.Timestamp(f"{year}-01-01") + pd.to_timedelta(rng.integers(0, 365, each), "D")
            tables.append(pd.DataFrame({"partner": partner, "won": rng.random(each) < p, "on": on}))
    return pd.concat(tables, ignore_index=True)


def test_planted_luck_of_years_is_learned_and_widens_p():
    rng = np.random.default_rng(0)
    none, some = ([learn_luck(years(rng, sd), "2024-12-31") for _ in range(6)] for sd in (0, 0.3))
    assert np.mean([luck.variance for luck in some]) == pytest.approx(0.09, rel=0.25)
    assert np.mean([luck.variance for luck in none]) < 0.008
    assert {luck.freedom for luck in some} == {60.0}
    trials = years(rng, 0.3)
    plain, wide = fair_comparison(trials), fair_comparison(trials, luck=some[0])
    assert (wide["p"] > plain["p"]).mean() > 0.9 and plain["low"].equals(wide["low"])


@pytest.mark.parametrize("luck", [Luck(), Luck(0.05, 30.0)])
def test_outside_the_limits_lies_what_has_a_verdict(luck):
    rng, seen = np.random.default_rng(3), []
    tables = [deals(name, rng.integers(0, 40), 80, season="Q1") for name in range(30)]
    table = fair_comparison(pd.concat(tables), luck=luck)
    wins = table["observed"].sum()
    for row in table.itertuples():
        limits = fair_limits(
            row.expected, luck, share=row.chance / row.expected, wins=wins - row.observed
        ).iloc[0]
        outside = not limits["low"] <= row.ratio <= limits["high"]
        seen.append(outside)
        assert outside == pd.notna(row.verdict)
    assert 0 < sum(seen) < 30


def test_a_few_partners_that_truly_changed_do_not_pass_for_luck():
    trials = years(np.random.default_rng(1), 0.0)
    fell = trials["partner"].isin((0, 1)) & (trials["on"] >= "2024-01-01")
    trials.loc[fell, "won"] = False
    assert learn_luck(trials, "2024-12-31").variance < 0.02


def test_a_first_year_that_is_not_whole_teaches_nothing():
    trials = years(np.random.default_rng(2), 0.3)
    whole = trials[trials["on"] >= "2023-01-01"]
    late = trials[(trials["on"] >= "2022-07-01")]
    assert learn_luck(late, "2024-12-31").freedom == learn_luck(whole, "2024-12-31").freedom == 30
    assert learn_luck(whole[whole["on"] >= "2024-01-01"], "2024-12-31").variance == 0


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
