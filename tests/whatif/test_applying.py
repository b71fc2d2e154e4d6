"""What is shifted or moved is conserved; what is added, replaced or won back is counted as said."""

import numpy as np
import pytest

from kpi_helpers import whatif
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.whatif import Scenario
from kpi_helpers.whatif.applying import applied

PARTNERS = ("Işık Bilişim", "Boğaziçi Veri")


def world(base, **entries):
    return base.part_of(applied(base, Scenario(**entries))[0])


def test_shifted_spend_is_conserved(base):
    shift = {"what": "spend", "from": "paid", "to": "earned", "amount": "30%"}
    after = world(base, shift=[shift]).spend
    assert sum(after.values()) == pytest.approx(sum(base.world.spend.values()))
    assert after["paid"] == pytest.approx(0.7 * base.world.spend["paid"])


def test_shifted_leads_are_conserved_and_win_as_the_new_channels_do(base):
    after = world(base, shift=[{"what": "leads", "from": "paid", "to": "owned", "amount": 2}])
    before = base.mine.coming.groupby("channel")[["leads", "wins"]].sum()
    now = after.coming.groupby("channel")[["leads", "wins"]].sum()
    assert now["leads"].sum() == pytest.approx(before["leads"].sum())
    assert now.loc["owned", "leads"] == pytest.approx(before.loc["owned", "leads"] + 2)
    assert now.loc["owned", "wins"] / now.loc["owned", "leads"] == pytest.approx(
        before.loc["owned", "wins"] / before.loc["owned", "leads"]
    )


@pytest.mark.parametrize("how", ["share", "deals"])
def test_moved_deals_conserve_totals(sample, everyone, how):
    bases = [whatif.baseline(**sample, partner=name, draws=500) for name in PARTNERS]
    given = (
        {"share": "40%"}
        if how == "share"
        else {"deals": bases[0].mine.opened["deal_id"].head(3).tolist()}
    )
    scenario = Scenario(move=[{"from": PARTNERS[0], "to": PARTNERS[1]} | given])
    before = [whatif.simulate(base) for base in bases]
    after = [whatif.simulate(base, scenario) for base in bases]
    assert after[0].revenue.mean < before[0].revenue.mean
    for measure in ("revenue", "deal_count", "weighted_pipeline"):
        sums = [
            sum(getattr(answer, measure).mean for answer in answers) for answers in (before, after)
        ]
        assert sums[0] == pytest.approx(sums[1])
    same = whatif.simulate(everyone, scenario)
    assert np.allclose(same.revenues, whatif.simulate(everyone).revenues)


def test_won_back_losses_add_the_share_asked_for(base):
    lost = base.recent[
        base.recent["lost_to_competitor"].fillna(False).astype(bool)
        & (base.recent["status"] == "lost")
    ]
    gain = (
        whatif.simulate(base, {"win_back": "50%"}).deal_count.mean
        - whatif.simulate(base).deal_count.mean
    )
    assert gain == pytest.approx(0.5 * len(lost) * base.left / 365)


def test_an_added_partner_brings_what_its_model_does(sample, everyone):
    like = whatif.baseline(**sample, partner=PARTNERS[0], draws=500)
    new = like.mine.coming
    added = whatif.simulate(everyone, Scenario(add=[{"name": "Yeni", "like": PARTNERS[0]}]))
    gain = added.revenue.mean - whatif.simulate(everyone).revenue.mean
    assert gain == pytest.approx((new["wins"] * new["amount"]).sum(), rel=0.15)
    late = whatif.simulate(
        everyone, Scenario(add=[{"name": "Yeni", "like": PARTNERS[0], "starts": "2026-02-15"}])
    )
    assert 0 < late.revenue.mean - whatif.simulate(everyone).revenue.mean < gain


def test_a_partner_replaced_by_itself_changes_no_mean(everyone):
    same = Scenario(replace=[{"member": PARTNERS[0], "like": PARTNERS[0]}])
    assert whatif.simulate(everyone, same).revenue.mean == pytest.approx(
        whatif.simulate(everyone).revenue.mean
    )


def test_a_strategy_works_from_its_start(base):
    def gain(starts):
        plan = Scenario(
            strategies=[{"name": "desk", "set": {"average_deal_size": "+20%"}, "starts": starts}]
        )
        return whatif.simulate(base, plan).revenue.mean / whatif.simulate(base).revenue.mean - 1

    assert gain("2025-06-01") == pytest.approx(0.2)
    assert gain("2026-03-02") == pytest.approx(0.2 * 30 / 90)
    with pytest.raises(KitError, match="after the window"):
        gain("2026-05-01")


def test_returns_are_the_visible_assumption(base):
    def leads(returns):
        scenario = Scenario(set={"spend.paid": "+100%"}, returns=returns)
        coming = world(base, set=scenario.set, returns=returns).coming
        return coming.loc[coming["channel"] == "paid", "leads"].sum()

    assert leads(1.0) == pytest.approx(2 * leads(0.0))
    assert leads(0.5) == pytest.approx(2**0.5 * leads(0.0))
    notes = whatif.simulate(base, {"spend.paid": "+100%"}).notes
    assert any(note.code == "returns_assumed" for note in notes)


def test_no_chance_goes_above_one(base):
    after = world(base, set={"close_rate": "100%"})
    assert (
        after.opened["chance"].max() <= 1
        and (after.coming["wins"] <= after.coming["leads"] + 1e-12).all()
    )


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"move": [{"from": "Nobody", "to": PARTNERS[0], "share": "10%"}]}, "Nobody"),
        ({"move": [{"from": PARTNERS[0], "to": PARTNERS[1], "deals": ["D-0"]}]}, "D-0"),
        ({"move": [{"from": PARTNERS[0], "to": PARTNERS[1], "share": "120%"}]}, "no share"),
        ({"shift": [{"what": "spend", "from": "paid", "to": "unknown", "amount": 5}]}, "unknown"),
        ({"shift": [{"what": "money", "from": "paid", "to": "owned", "amount": 5}]}, "money"),
        (
            {"shift": [{"what": "spend", "from": "paid", "to": "owned", "amount": 1e12}]},
            "taken away",
        ),
        ({"add": [{"name": "New"}]}, "portfolio"),
        ({"set": {"close_rat": "+5pp"}}, "close_rate"),
    ],
)
def test_what_cannot_be_done_is_said(base, entries, words):
    with pytest.raises((KitError, UnknownValue), match=words):
        applied(base, Scenario(**entries))
