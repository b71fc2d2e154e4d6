import pickle

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.judging import fit_common, read_rules, recommend, recommend_portfolio
from kpi_helpers.judging.rules import LEVELS

from .sample import sample_deals, sample_side

AS_OF = "2025-12-31"


@pytest.fixture(scope="module")
def common():
    return fit_common(sample_deals(), "2025-Q4", as_of=AS_OF, backtest_periods=0)


def plan(partner, common, deals=None, **more):
    deals = sample_deals() if deals is None else deals
    return recommend(deals[deals["partner"] == partner], common, partner, **more)


def rules_of(answer):
    return answer.table["rule"].tolist()


def test_planted_truths_are_recommended(common):
    spend = sample_side("spend").query("partner == 'Çınar Teknoloji'")
    answer = plan("Çınar Teknoloji", common, spend=spend)
    assert rules_of(answer)[0] == "stop_paid"
    row = answer.table.iloc[0]
    assert row["prize"] == 136230 and len(row["deal_ids"]) == 38
    assert row["text"].startswith("Stop investing in paid leads: 0 of 38 were won")
    assert row["review_on"] == pd.Timestamp("2026-03-31") and row["level"] == "department"
    assert rules_of(plan("Öztürk & Oğulları", common))[0] == "replacement"


def test_luck_and_region_carry_no_verdict(common):
    assert plan("Çiğdem Yazılım", common).silence.startswith(
        "The data cannot support a recommendation yet: 5 closed deals"
    )
    assert not {"below_expectation", "replacement", "decline", "stop_paid"} & set(
        rules_of(plan("Işık Bilişim", common))
    )


def test_silence_says_so(common):
    answer = plan("Forêt Conseil", common)
    assert answer.table.empty
    assert answer.silence == "Nothing calls for action: of 12 rules looked at, none is carried by the evidence."


def test_plans_are_ranked_and_prizes_lie_in_their_intervals(common):
    high = {"partner": ["Işık Bilişim"], "period": ["2026-Q1"], "kpi": ["won_amount"], "target": [1e6]}
    answer = recommend_portfolio(sample_deals(), common, spend=sample_side("spend"), targets=pd.DataFrame(high))
    table = answer.table
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert table["prize"].is_monotonic_decreasing
    bad = table[(table["prize_low"] > table["prize"]) | (table["prize"] > table["prize_high"])]
    assert bad.empty, bad.iloc[0].to_dict()
    assert (table["prize_low"] <= table["prize"] + 1e-6).all() and (table["prize"] <= table["prize_high"] + 1e-6).all()
    assert set(table["level"]) <= set(LEVELS)
    assert (table["review_on"] > AS_OF).all()
    known = sample_deals().groupby("partner")["deal_id"].agg(set)
    for row in table[table["partner"] != "*"].itertuples():
        assert set(row.deal_ids) <= known[row.partner] and "{" not in row.text
    assert "target_at_risk" in table.loc[table["partner"] == "Işık Bilişim", "rule"].tolist()
    assert {*answer.silent} == {*known.index} - {*table["partner"]}
    assert "5 closed deals" in answer.silent["Çiğdem Yazılım"]


def changed(partner, change):
    """The sample with this partner's deals changed, and what is common to all then."""
    deals = sample_deals()
    mine = deals["partner"] == partner
    deals = pd.concat([change(deals[mine].copy()), deals[~mine]], ignore_index=True)
    return deals, fit_common(deals, "2025-Q4", as_of=AS_OF, backtest_periods=0)


def to_competitors(mine):
    return mine.assign(lost_to_competitor=np.where(mine["status"] == "lost", "true", None))


def one_large_deal(mine):
    first = mine.index[mine["status"] == "open"][0]
    mine.loc[first, ["amount", "created_on"]] = [5e6, pd.Timestamp("2025-12-01")]
    return mine


def older(mine):
    early = mine["status"] == "open"
    mine.loc[early, "stage"] = "Proposal"
    mine.loc[early, "created_on"] = pd.Timestamp("2024-09-02")
    return mine


def turning(mine):
    """Each quarter a smaller share is won."""
    quarter = (mine["closed_on"].dt.year - 2023) * 4 + mine["closed_on"].dt.quarter
    closed = mine["status"].isin(("won", "lost"))
    place = mine.groupby(quarter).cumcount() / mine.groupby(quarter)["deal_id"].transform("size")
    mine.loc[closed, "status"] = np.where(place < 1 - quarter / 13, "won", "lost")[closed]
    return mine


def no_earned(mine):
    earned = mine["channel"] == "earned"
    mine.loc[earned & (mine["status"] == "won"), "status"] = "lost"
    more = mine[earned].assign(deal_id="more " + mine["deal_id"], status="lost", created_on=pd.Timestamp("2025-03-03"))
    return pd.concat([mine, more.assign(closed_on=pd.Timestamp("2025-05-05"))])


@pytest.mark.parametrize(
    "rule, change",
    [
        ("competitor", to_competitors),
        ("concentration", one_large_deal),
        ("slow_stage", older),
        ("stale", older),
        ("decline", turning),
        ("work_on_earned", no_earned),
    ],
)
def test_each_rule_speaks_when_its_evidence_is_there(rule, change):
    partner = "Boğaziçi Veri"
    deals, common = changed(partner, change)
    answer = plan(partner, common, deals)
    assert rule in rules_of(answer)
    row = answer.table.set_index("rule").loc[rule]
    assert row["deal_ids"] and "{" not in row["text"] and np.isfinite(row["prize"])


def test_below_expectation_gives_way_to_the_replacement_question(common):
    last_year = common.year_before.assign(verdict=None)
    once = type(common)(**vars(common) | {"year_before": last_year})
    assert "below_expectation" in rules_of(plan("Öztürk & Oğulları", once))
    assert "below_expectation" not in rules_of(plan("Öztürk & Oğulları", common))


def test_thresholds_and_texts_can_be_edited(common, tmp_path):
    mine = tmp_path / "my.toml"
    stale = '[rules.stale]\nfewest = 1\ntext = "Look at {count}."\n'
    mine.write_text(f"[silence]\nfewest_closed = 3\n{stale}[rules.overdue]\nenabled = false\n", encoding="utf-8")
    answer = plan("Işık Bilişim", common, rules=mine)
    assert answer.table.set_index("rule").loc["stale", "text"] == "Look at 5."
    assert len(read_rules(mine).rules) == len(read_rules().rules) - 1
    assert "closed deals" not in (plan("Çiğdem Yazılım", common, rules=mine).silence or "")


@pytest.mark.parametrize(
    "text, error",
    [
        ("[rules.stael]\nfewest = 1", UnknownValue),
        ("[rules.stale]\nfew = 1", UnknownValue),
        ('[rules.stale]\ntext = "{who}"', UnknownValue),
        ('[rules.stale]\nlevel = "boss"', UnknownValue),
        ("[rules.stale", KitError),
    ],
)
def test_a_faulty_rule_file_is_refused(text, error, tmp_path):
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(error):
        read_rules(tmp_path / "bad.toml")


def test_common_is_one_object_to_hold(common):
    again = pickle.loads(pickle.dumps(common))
    assert rules_of(plan("Çınar Teknoloji", again)) == rules_of(plan("Çınar Teknoloji", common))
    assert common.slow_days == pytest.approx(100)
