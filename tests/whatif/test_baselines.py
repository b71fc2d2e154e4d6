"""Slices of every level, their measured drivers, and what bad input says."""

import pandas as pd
import pytest

from kpi_helpers import average_deal_size, close_rate, deal_velocity, whatif
from kpi_helpers.errors import KitError, UnknownValue

from .conftest import many

YEAR = "2025-01-01..2025-12-31"


def test_drivers_are_the_kpis_of_the_last_year(sample, base):
    own = sample["deals"][sample["deals"]["partner"] == base.member]
    year = {"window": YEAR, "as_of": base.as_of}
    rate = close_rate(own, basis="closed", **year).iloc[0]
    assert base.drivers.loc["close_rate", ["value", "low", "high"]].tolist() == pytest.approx(
        [rate["value"], rate["low"], rate["high"]]
    )
    cycle = deal_velocity(own, basis="cycle_mean", **year).iloc[0]
    assert base.drivers.loc["cycle_days", "value"] == pytest.approx(cycle["value"])
    size = average_deal_size(own[own["credit"] == 1], basis="whole", **year).iloc[0]
    assert base.drivers.loc["average_deal_size", "value"] == pytest.approx(size["value"], rel=0.1)


def test_spend_is_last_years_pace(sample, base):
    spend = sample["spend"]
    own = spend[(spend["partner"] == base.member) & (spend["channel"] == "paid")]
    own = own[own["month"].between("2025-01", "2025-12")]
    assert base.drivers.loc["spend.paid", "value"] == pytest.approx(own["amount"].sum() / 365 * 90)


@pytest.mark.parametrize("level", ["employee", "department", "unit"])
def test_every_level_has_its_own_slice(sample, level):
    column = {"employee": "owner"}.get(level, level)
    member = sample["deals"][column].dropna().iloc[0]
    base = whatif.baseline(**sample, **{level: member}, draws=500)
    assert set(base.mine.opened["member"]) <= {member}
    assert whatif.simulate(base, {"average_deal_size": "+20%"}).revenue.mean == pytest.approx(
        1.2 * whatif.simulate(base).revenue.mean
    )
    assert any("Spend is known by partner" in str(note) for note in base.notes)


def test_the_portfolio_counts_a_split_deal_once():
    deals = many().assign(credit=1.0)
    split = pd.concat([deals, deals.tail(1).assign(partner="Z")], ignore_index=True)
    split.loc[split["deal_id"] == deals["deal_id"].iloc[-1], "credit"] = 0.5
    one, two = (whatif.baseline(table, as_of="2025-12-31", draws=500) for table in (deals, split))
    assert len(one.world.coming) == len(two.world.coming)


def test_any_engine_gives_the_same(sample, base):
    polars = pytest.importorskip("polars")
    given = sample | {"deals": polars.from_pandas(sample["deals"])}
    other = whatif.baseline(**given, partner=base.member, draws=base.draws.n)
    assert whatif.simulate(other).plain() == whatif.simulate(base).plain()


def test_the_input_is_not_changed(sample):
    before = sample["deals"].copy()
    whatif.simulate(
        whatif.baseline(**sample, partner="Polder Data", draws=500), {"close_rate": "+5pp"}
    )
    pd.testing.assert_frame_equal(sample["deals"], before)


def test_bad_questions_are_told(sample):
    with pytest.raises(UnknownValue, match="Did you mean 'Işık Bilişim'"):
        whatif.baseline(**sample, partner="Isik Bilisim")
    with pytest.raises(KitError, match="one of partner"):
        whatif.baseline(**sample, partner="Polder Data", unit="Cloud")
    with pytest.raises(KitError, match="with an end"):
        whatif.baseline(**sample, window="all")


def test_many_deals_take_fewer_draws(sample, monkeypatch):
    monkeypatch.setattr("kpi_helpers.whatif.baselines.CELLS", 600_000)
    assert 500 <= whatif.baseline(**sample).draws.n < 1000


def test_little_history_leaves_the_deals_to_come_out():
    deals = many(n=6)
    base = whatif.baseline(deals, partner=deals["partner"].iloc[0], as_of="2025-12-31")
    assert any("not yet created" in str(note) for note in base.notes) and base.mine.coming.empty
