import numpy as np
import pandas as pd
import pytest

from kpi_helpers.contract.as_of import known_at
from kpi_helpers.errors import UnknownValue
from kpi_helpers.judging import forecast, learn, period_ahead, win_chances
from kpi_helpers.stats import reasons

from .sample import sample_deals


@pytest.fixture(scope="module")
def history():
    return learn(sample_deals(), "2025-12-31")


def few(n=3, **more):
    base = {"deal_id": range(n), "partner": "P", "status": "open", "credit": 1.0, "closed_on": None}
    base |= {"created_on": "2025-03-01", "probability": 0.5, "amount": 100.0, "stage": "Proposal"}
    return pd.DataFrame(base | more)


def open_of(deals, day):
    known = known_at(deals, day)
    return known[known["status"] == "open"]


def test_example_of_the_pipeline_without_history():
    deals = few(amount=[1000.0, 2000, 5000], probability=[0.2, 0.5, 0.8])
    answer = forecast(deals, learn(deals, "2025-03-10"), "2025-03", target=6000)
    assert (answer.p10, answer.p50, answer.p90) == (1000, 5000, 7000)
    assert answer.chance == pytest.approx(0.48)
    assert answer.mean == pytest.approx(5200)
    assert answer.method == "exact"
    assert answer.sources == {"CRM probability, no history": 3}
    assert answer.to_come_reason == reasons.NO_HISTORY
    stage = deals.assign(probability_source=["crm", "crm", "stage default"])
    sources = forecast(stage, learn(stage, "2025-03-10"), "2025-03").sources
    assert sources == {"CRM probability, no history": 2, "stage default, no history": 1}


def test_without_history_a_deal_expected_later_is_not_counted():
    deals = few(expected_close_on=["2025-03-20", "2025-05-01", None])
    answer = forecast(deals, learn(deals, "2025-03-10"), "2025-03")
    assert answer.deals["chance"].tolist() == [0.5, 0.0, 0.5]
    assert (answer.chance, answer.target_reason) == (None, reasons.NO_TARGET)


def test_a_chance_that_nobody_knows_is_counted_as_unknown():
    deals = few(probability=[0.5, None, None], amount=[100.0, 100.0, None])
    answer = forecast(deals, learn(deals, "2025-03-10"), "2025-03")
    assert (answer.unknown, answer.unpriced, answer.p90) == (1, 1, 100.0)


def test_history_needs_five_wins_and_five_other_endings():
    """Open deals are no endings: five wins, three losses and ten open deals teach nothing."""
    ended = ["won"] * 5 + ["lost"] * 3
    deals = few(18, status=ended + ["open"] * 10, closed_on=["2025-03-05"] * 8 + [None] * 10)
    assert learn(deals, "2025-03-10").reason == reasons.NO_HISTORY
    ended = ["won"] * 5 + ["lost"] * 5
    deals = few(20, status=ended + ["open"] * 10, closed_on=["2025-03-05"] * 10 + [None] * 10)
    assert learn(deals, "2025-03-10").reason is None


def test_what_is_won_already_is_certain():
    deals = few(2, status=["won", "open"], closed_on=["2025-03-05", None])
    answer = forecast(deals, learn(deals, "2025-03-10"), "2025-03", target=100)
    assert answer.so_far == 100 and answer.p10 == 100 and answer.chance == 1.0


def test_a_period_that_is_over_has_no_forecast(history):
    answer = forecast(sample_deals().head(100), history, "2025-Q4")
    assert (answer.p50, answer.reason) == (None, reasons.PERIOD_OVER)


def test_nothing_open_and_no_history_is_unknown():
    deals = few(2, status="lost", closed_on="2025-03-05")
    assert forecast(deals, learn(deals, "2025-03-10"), "2025-03").reason == reasons.NO_CHANCE


@pytest.mark.parametrize("measure", ["won_amount", "deal_count"])
def test_the_mean_is_the_sum_of_chances_and_deals_to_come(history, measure):
    deals = sample_deals().query("partner == 'Nordlicht Systemhaus GmbH'")
    answer = forecast(deals, history, "2026-Q1", measure=measure)
    assert answer.method == "simulated" and answer.p10 < answer.p50 < answer.p90
    only = forecast(deals, history, "2026-Q1", measure=measure, to_come=False)
    assert only.mean == pytest.approx((only.deals["amount"] * only.deals["chance"]).sum(), rel=0.02)
    assert answer.mean > only.mean
    if measure == "deal_count":
        assert answer.mean == pytest.approx(only.deals["chance"].sum() + answer.to_come, rel=0.02)


def test_simulation_agrees_with_the_exact_listing(history):
    deals = open_of(sample_deals(), "2025-12-31").head(12)
    exact = forecast(deals, history, "2026-Q1", to_come=False)
    more = forecast(
        deals.assign(amount=deals["amount"]), history, "2026-Q1", to_come=False, draws=50
    )
    assert exact.method == more.method == "exact"
    extra = pd.concat([deals, deals.head(1).assign(deal_id="none", amount=0.0)])
    simulated = forecast(extra, history, "2026-Q1", to_come=False, draws=100_000)
    assert simulated.method == "simulated"
    assert simulated.mean == pytest.approx(exact.mean, rel=0.02)
    assert simulated.outcome.sd == pytest.approx(exact.outcome.sd, rel=0.03)


def test_row_order_does_not_matter_and_the_seed_repeats(history):
    deals = sample_deals().query("partner == 'Boğaziçi Veri'")
    first, again = (
        forecast(d, history, "2026-Q1") for d in (deals, deals.sample(frac=1, random_state=1))
    )
    assert (first.p10, first.p50, first.p90) == (again.p10, again.p50, again.p90)


def test_chances_are_between_0_and_1_and_grow_with_the_date(history):
    deals = open_of(sample_deals(), "2025-12-31")
    soon, later, ever = (
        win_chances(history, deals, until=day)["chance"]
        for day in ("2026-01-31", "2026-06-30", None)
    )
    assert (
        soon.between(0, 1).all() and (soon <= later + 1e-12).all() and (later <= ever + 1e-12).all()
    )


def test_an_old_deal_has_less_chance_than_a_fresh_one_of_its_kind(history):
    one = open_of(sample_deals(), "2025-12-31").head(1)
    twins = pd.concat([one.assign(created_on=day) for day in ("2025-12-20", "2024-12-20")])
    fresh, old = win_chances(history, twins)["chance"]
    assert old < fresh


def test_stages_are_learned_from_snapshots():
    rng = np.random.default_rng(0)
    n = 800
    created = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 200, n), unit="D")
    closed = created + pd.to_timedelta(rng.integers(20, 80, n), unit="D")
    won = rng.random(n) < 0.4
    deals = pd.DataFrame(
        {"deal_id": range(n), "partner": "P", "created_on": created, "closed_on": closed}
    )
    deals["status"] = np.where(won, "won", "lost")
    deals["stage"] = np.where(rng.random(n) < np.where(won, 0.8, 0.1), "Late", "Early")
    day = "2025-06-01"
    history = learn(deals, "2025-12-31", snapshots={day: deals})
    stages = history.stages.set_index("stage")["log_odds"]
    assert stages["Late"] > 1 > 0 > stages["Early"]
    late = win_chances(history, few(1, stage="Late", created_on="2025-12-20"))
    assert late["source"].tolist() == ["history and stage"]
    unseen = win_chances(history, few(1, stage="Never seen", created_on="2025-12-20"))
    assert unseen["source"].tolist() == ["history"] and unseen["chance"].notna().all()


def test_a_stage_of_few_deals_teaches_nothing():
    deals = sample_deals()
    table = deals.assign(stage=np.where(deals["deal_id"] == "D-06000", "Rare", "Open"))
    stages = learn(deals, "2025-12-31", snapshots={"2025-06-30": table}).stages.set_index("stage")
    assert np.isnan(stages["log_odds"].get("Rare", np.nan)) and stages.loc["Open", "n"] > 100


def test_periods_ahead():
    assert [period_ahead(w, "2025-12-31").label for w in ("2025", "2025-12", "2025-Q4")] == [
        "2026",
        "2026-01",
        "2026-Q1",
    ]
    assert period_ahead("2025-12-17..2025-12-31", "2025-12-31").label == "2026-01-01..2026-01-15"
    with pytest.raises(UnknownValue):
        forecast(few(), learn(few(), "2025-03-10"), "2025-03", measure="money")
