import pickle

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.judging import Plan, fit_programme, read_rules, recommend, recommend_portfolio
from kpi_helpers.judging.rules import LEVELS

from .sample import sample_deals, sample_side

AS_OF = "2025-12-31"


@pytest.fixture(scope="module")
def programme():
    return fit_programme(sample_deals(), "2025-Q4", as_of=AS_OF, backtest_periods=0)


def plan(partner, programme, deals=None, **more):
    deals = sample_deals() if deals is None else deals
    return recommend(deals[deals["partner"] == partner], programme, partner, **more)


def rules_of(answer):
    return answer.table["rule"].tolist()


def test_planted_truths_are_recommended(programme):
    spend = sample_side("spend").query("partner == 'Çınar Teknoloji'")
    answer = plan("Çınar Teknoloji", programme, spend=spend)
    assert rules_of(answer)[0] == "stop_paid"
    row = answer.table.iloc[0]
    assert row["value_at_stake"] == 136230 and len(row["deal_ids"]) == 25
    assert "leads that are old enough 0 of 25 were won" in row["text"]
    assert row["review_on"] == pd.Timestamp("2026-03-31") and row["level"] == "department"
    assert rules_of(plan("Öztürk & Oğulları", programme))[0] == "replacement"


def test_luck_and_region_carry_no_verdict(programme):
    assert plan("Çiğdem Yazılım", programme).silence.startswith(
        "The data cannot support a recommendation yet: 5 closed deals"
    )
    assert not {"below_expectation", "replacement", "decline", "stop_paid"} & set(
        rules_of(plan("Işık Bilişim", programme))
    )


def test_silence_says_so(programme):
    answer = plan("Forêt Conseil", programme)
    assert answer.table.empty
    assert (
        answer.silence
        == "Nothing calls for action: none of the 12 rules checked is backed by the evidence."
    )


def test_plans_are_ranked_and_values_at_stake_lie_in_their_intervals(programme):
    high = {
        "partner": ["Işık Bilişim"],
        "period": ["2026-Q1"],
        "kpi": ["won_amount"],
        "target": [1e6],
    }
    answer = recommend_portfolio(
        sample_deals(), programme, spend=sample_side("spend"), targets=pd.DataFrame(high)
    )
    table = answer.table
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert table["value_at_stake"].dropna().is_monotonic_decreasing
    worth = table["value_at_stake"].notna()
    assert worth[: worth.sum()].all()  # housekeeping comes last, the most valuable deals first
    assert table.loc[~worth, "brings"].dropna().is_monotonic_decreasing
    assert {"stale", "overdue"}.isdisjoint(table.loc[worth, "rule"])
    bad = table[
        (table["value_at_stake_low"] > table["value_at_stake"])
        | (table["value_at_stake"] > table["value_at_stake_high"])
    ]
    assert bad.empty, bad.iloc[0].to_dict()
    for name in ("value_at_stake", "brings"):
        known = table[table[name].notna()]
        assert len(known) and (known[f"{name}_low"] <= known[name] + 1e-6).all()
        assert (known[name] <= known[f"{name}_high"] + 1e-6).all()
    assert set(table["level"]) <= set(LEVELS)
    assert (table["review_on"] > AS_OF).all()
    known = sample_deals().groupby("partner")["deal_id"].agg(set)
    for row in table[table["partner"] != "*"].itertuples():
        assert set(row.deal_ids) <= known[row.partner] and "{" not in row.text
    assert "target_at_risk" in table.loc[table["partner"] == "Işık Bilişim", "rule"].tolist()
    assert {*answer.silent} == {*known.index} - {*table["partner"]}
    assert "5 closed deals" in answer.silent["Çiğdem Yazılım"]


QUIET, OTHERS = "Boğaziçi Veri", 14


def quieted(mine):
    """Nothing calls for action: open deals are young and due later, ideal ones were taken up."""
    is_open = mine["status"] == "open"
    mine.loc[is_open, "created_on"] = pd.Timestamp("2025-11-03")
    mine.loc[is_open, ["amount", "stage"]] = [9000.0, "Proposal"]
    reason = np.where(mine["status"] == "lost", "Price", None)
    return mine.assign(expected_close_on=pd.Timestamp("2026-05-05"), ideal=True, lost_reason=reason)


def portfolio(change):
    """The quiet partner's deals changed, among some others."""
    deals = sample_deals()
    others = deals[
        deals["partner"].isin(deals["partner"].unique()[:OTHERS]) & (deals["partner"] != QUIET)
    ]
    mine = change(quieted(deals[deals["partner"] == QUIET].copy()))
    return pd.concat([mine, others], ignore_index=True)


@pytest.fixture(scope="module")
def shared():
    return fit_programme(portfolio(lambda mine: mine), "2025-Q4", as_of=AS_OF, backtest_periods=0)


def last(mine, status, count, **columns):
    """The partner's deals, the last `count` of this status with other values in some columns."""
    mine.loc[mine.index[mine["status"] == status][-count:], list(columns)] = list(columns.values())
    return mine


def old(mine, count):
    return last(mine, "open", count, created_on=pd.Timestamp("2024-09-02"))


def late(mine, count):
    return last(mine, "open", count, expected_close_on=pd.Timestamp("2025-12-01"))


def never_worked(mine, count):
    return last(mine, "lost", count, lost_reason="Never worked")


def one_large_deal(mine, amount):
    return last(mine, "open", 1, amount=amount)


def paid_lost(mine, won):
    """Of the paid leads of the last year so many were won."""
    paid = mine.index[
        (mine["channel"] == "paid")
        & (mine["created_on"] >= "2025-01-01")
        & (mine["status"] != "open")
    ]
    mine.loc[paid, "status"] = ["won"] * won + ["lost"] * (len(paid) - won)
    more = mine.loc[paid[won:]].assign(deal_id="more " + mine["deal_id"])
    return pd.concat([mine, more])


def earned_lost(mine):
    earned = mine["channel"] == "earned"
    mine.loc[earned & (mine["status"] == "won"), "status"] = "lost"
    more = mine[earned].assign(
        deal_id="more " + mine["deal_id"], status="lost", created_on=pd.Timestamp("2025-03-03")
    )
    return pd.concat([mine, more.assign(closed_on=pd.Timestamp("2025-05-05"))])


def to_competitors(mine):
    return mine.assign(lost_to_competitor=np.where(mine["status"] == "lost", "true", None))


def turning(mine):
    """Each quarter a smaller share is won."""
    quarter = (mine["closed_on"].dt.year - 2023) * 4 + mine["closed_on"].dt.quarter
    closed = mine["status"].isin(("won", "lost"))
    place = mine.groupby(quarter).cumcount() / mine.groupby(quarter)["deal_id"].transform("size")
    mine.loc[closed, "status"] = np.where(place < 1 - quarter / 13, "won", "lost")[closed]
    return mine


def losing(mine, since):
    """Four in five wins lost from a date on."""
    won = mine.index[(mine["status"] == "won") & (mine["closed_on"] >= since)]
    mine.loc[[deal for at, deal in enumerate(won) if at % 5], "status"] = "lost"
    return mine


CASES = {
    "stale": lambda mine: old(mine, 30),
    "overdue": lambda mine: late(mine, 2),
    "missed_ideal": lambda mine: never_worked(mine, 70),
    "concentration": lambda mine: one_large_deal(mine, 5e6),
    "stop_paid": lambda mine: paid_lost(mine, 0),
    "work_on_earned": earned_lost,
    "slow_stage": lambda mine: old(mine, 30),
    "competitor": to_competitors,
    "decline": turning,
    "below_expectation": lambda mine: losing(mine, "2025-01-01"),
    "replacement": lambda mine: losing(mine, "2024-01-01"),
}
HOUSEKEEPING = ("stale", "overdue", "slow_stage", "concentration")
REFITTED = (
    "stale",
    "missed_ideal",
    "slow_stage",
    "competitor",
    "decline",
    "below_expectation",
    "replacement",
)  # all partners' part differs
ALMOST = {
    "stale": lambda mine: old(mine, 1),
    "overdue": lambda mine: late(mine, 1),
    "missed_ideal": lambda mine: never_worked(mine, 4),
    "concentration": lambda mine: one_large_deal(mine, 90_000.0),
    "stop_paid": lambda mine: paid_lost(mine, 1),
}


def test_a_quiet_partner_gets_no_recommendation_of_any_rule(shared):
    answer = plan(QUIET, shared, portfolio(lambda mine: mine), targets=agreed(1000.0))
    assert rules_of(answer) == [] and answer.silence.startswith(
        "Nothing calls for action: none of the 12 rules"
    )


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_speaks_when_its_evidence_is_there(rule, shared):
    deals = portfolio(CASES[rule])
    programme = (
        fit_programme(deals, "2025-Q4", as_of=AS_OF, backtest_periods=0)
        if rule in REFITTED
        else shared
    )
    answer = plan(QUIET, programme, deals)
    assert rule in rules_of(answer)
    row = answer.table.set_index("rule").loc[rule]
    assert row["deal_ids"] and "{" not in row["text"]
    kinds = {"stop_paid": (0, 0)} | dict.fromkeys(HOUSEKEEPING, (0, 1))  # no spend is known here
    known = tuple(int(np.isfinite(row[name])) for name in ("value_at_stake", "brings"))
    assert known == kinds.get(rule, (1, 0))


def test_each_deal_is_counted_once_in_what_is_at_stake_together():
    rows = [(300.0, ["a", "b", "c"]), (np.nan, ["d"]), (90.0, ["b", "c", "e"]), (5.0, [])]
    table = pd.DataFrame(rows, columns=["value_at_stake", "deal_ids"])
    assert Plan(table).together == 300 + 90 / 3 + 5
    assert Plan(table[:0]).together == 0


def test_stale_deals_as_usual_in_the_programme_are_no_matter(shared):
    """Five of the partner's deals are old, as of everybody's."""
    as_usual = portfolio(lambda mine: old(mine, 5))
    programme = fit_programme(as_usual, "2025-Q4", as_of=AS_OF, backtest_periods=0)
    row = programme.stale.loc[QUIET]
    assert row["hits"] == 5 and row["p"] > 0.05
    assert "stale" not in rules_of(plan(QUIET, programme, as_usual))
    alone = as_usual[as_usual["partner"] == QUIET]
    programme = fit_programme(alone, "2025-Q4", as_of=AS_OF, backtest_periods=0)
    assert "stale" in rules_of(plan(QUIET, programme, alone))  # there is no habit to compare with


@pytest.mark.parametrize("rule", ALMOST)
def test_almost_enough_evidence_is_not_enough(rule, shared):
    assert rule not in rules_of(plan(QUIET, shared, portfolio(ALMOST[rule])))


def agreed(target):
    return pd.DataFrame(
        {"partner": [QUIET], "period": "2026-Q1", "kpi": "won_amount", "target": target}
    )


@pytest.mark.parametrize(("target", "told"), [(1000.0, []), (1e8, ["target_at_risk"])])
def test_a_target_is_at_risk_where_the_forecast_seldom_reaches_it(target, told, shared):
    answer = plan(QUIET, shared, portfolio(lambda mine: mine), targets=agreed(target))
    assert rules_of(answer) == told
    for row in answer.table.itertuples():
        assert (
            row.evidence["chance"] < 0.25
            and row.evidence["target"] == 1e8
            and row.value_at_stake > 9e7
        )


def test_every_rule_has_a_case():
    assert {*CASES, "target_at_risk"} == {rule.name for rule in read_rules().rules}


def test_below_expectation_gives_way_to_the_replacement_question(programme):
    last_year = programme.year_before.assign(verdict=None)
    once = type(programme)(**vars(programme) | {"year_before": last_year})
    assert "below_expectation" in rules_of(plan("Öztürk & Oğulları", once))
    assert "below_expectation" not in rules_of(plan("Öztürk & Oğulları", programme))


def test_thresholds_and_texts_can_be_edited(programme, tmp_path):
    mine = tmp_path / "my.toml"
    stale = '[rules.stale]\nfewest = 1\np = 1\ntext = "Look at {count}."\n'
    mine.write_text(
        f"[silence]\nfewest_closed = 3\n{stale}[rules.overdue]\nenabled = false\n", encoding="utf-8"
    )
    answer = plan("Işık Bilişim", programme, rules=mine)
    assert answer.table.set_index("rule").loc["stale", "text"] == "Look at 5."
    assert len(read_rules(mine).rules) == len(read_rules().rules) - 1
    assert "closed deals" not in (plan("Çiğdem Yazılım", programme, rules=mine).silence or "")


@pytest.mark.parametrize(
    "text, error",
    [
        ("[rules.stael]\nfewest = 1", UnknownValue),
        ("[rules.stale]\nfew = 1", UnknownValue),
        ('[rules.stale]\ntext = "{who}"', UnknownValue),
        ('[rules.stale]\nlevel = "boss"', UnknownValue),
        ("[rules.stale", KitError),
        ("[rule.stale]\nfewest = 1", UnknownValue),
        ("rules = 5", KitError),
        ("[rules]\nstale = 5", KitError),
        ('[rules.stale]\nfewest = "two"', KitError),
        ("[rules.stale]\nfewest = -1", KitError),
        ("[rules.stale]\nfewest = true", KitError),
        ('[rules.stale]\nlook_again_days = "soon"', KitError),
        ('[rules.stale]\ntext = "{count:zz}"', KitError),
        ('[rules.stale]\ntext = "{owner:.0f}"', KitError),
        ('[rules.stale]\ntext = "{count"', KitError),
        ("[silence]\nfewest = 3", UnknownValue),
        ('[silence]\nnothing = "{closed}"', UnknownValue),
    ],
)
def test_a_faulty_rule_file_is_refused(text, error, tmp_path):
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(error):
        read_rules(tmp_path / "bad.toml")


def test_common_is_one_object_to_hold(programme):
    again = pickle.loads(pickle.dumps(programme))
    assert rules_of(plan("Çınar Teknoloji", again)) == rules_of(plan("Çınar Teknoloji", programme))
    assert programme.slow_days == pytest.approx(100)


def test_side_tables_that_are_not_given_or_name_no_partner_are_no_partners(programme):
    deals = sample_deals()
    without = recommend_portfolio(deals, programme)
    common_spend = sample_side("spend").drop(columns="partner")
    pd.testing.assert_frame_equal(
        without.table, recommend_portfolio(deals, programme, spend=common_spend).table
    )
