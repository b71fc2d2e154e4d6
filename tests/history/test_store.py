"""Monthly states: whole, never silently another, safe when two save at once; movement against them
is exact."""

import datetime
import multiprocessing
import os

import pandas as pd
import polars as pl
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.history.changes import pipeline_history
from kpi_helpers.history.departures import departures
from kpi_helpers.history.store import (
    monthly_states,
    read_snapshot,
    save_snapshot,
    snapshot_at,
    snapshot_dates,
)
from kpi_helpers.reading import load

BEFORE = pd.DataFrame(
    {
        "deal_id": list("abcdefg"),
        "partner": ["Ada", "Ada", "Ada", "Bo", "Bo", "Bo", "Bo"],
        "status": ["open", "open", "open", "open", "open", "lost", "open"],
        "amount": [1000.0, 2000.0, 500.0, 700.0, 300.0, 50.0, None],
        "created_on": pd.to_datetime("2025-01-05"),
        "closed_on": pd.to_datetime([None] * 5 + ["2025-02-01", None]),
        "expected_close_on": pd.to_datetime(
            ["2025-03-20", "2025-06-30", "2025-03-10", "2025-03-15", "2025-03-31", None, None]
        ),
    }
)
NOW = BEFORE.assign(
    status=["open", "open", "won", "lost", "open", "open", "open"],
    amount=[1500.0, 1800.0, 500.0, 700.0, 300.0, 50.0, 10.0],
    closed_on=pd.to_datetime([None, None, "2025-03-10", "2025-03-12", None, None, None]),
    expected_close_on=pd.to_datetime(
        ["2025-05-20", "2025-03-30", None, None, "2025-03-31", None, None]
    ),
)
NEW = {
    "deal_id": "h",
    "partner": "Bo",
    "status": "open",
    "amount": 4000.0,
    "created_on": pd.Timestamp("2025-03-03"),
}


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def test_the_last_state_of_each_month_before_a_day_is_what_a_forecast_learns_from(store):
    for day in ("2025-01-15", "2025-01-31", "2025-02-28", "2025-03-31"):
        save_snapshot(load(BEFORE), store, on=day)
    states = monthly_states(store, "2025-03-31", None)
    assert [*map(str, states)] == ["2025-01-31", "2025-02-28"]
    pd.testing.assert_frame_equal(states[datetime.date(2025, 2, 28)], load(BEFORE).deals())
    assert monthly_states(None, "2025-03-31", None) == {}


def test_states_in_another_currency_and_an_empty_store_are_refused(store, tmp_path):
    save_snapshot(load(BEFORE.assign(currency="EUR")), store, on="2025-02-28")
    with pytest.raises(KitError, match="is in EUR, the export is read in USD"):
        monthly_states(store, "2025-03-31", "USD")
    with pytest.raises(KitError, match="holds no state"):
        monthly_states(tmp_path / "none", "2025-03-31", None)


def test_a_state_is_kept_and_read_back(store):
    data = load(BEFORE)
    assert snapshot_dates(store) == []
    saved = save_snapshot(data, store, on="2025-02-28")
    assert (saved.outcome, saved.deals, saved.later) == ("saved", 7, 0)
    assert [p.name for p in store.iterdir()] == ["snapshot_date=2025-02-28"]
    pd.testing.assert_frame_equal(read_snapshot(store, "2025-03-15"), data.deals())
    assert isinstance(read_snapshot(store, "2025-03-15", engine="polars"), pl.DataFrame)
    assert read_snapshot(store, "2025-03-15", engine="duckdb").aggregate("count(*)").fetchall() == [
        (7,)
    ]
    assert snapshot_at(store, "2025-02-27") is None
    with pytest.raises(
        KitError, match="no state at or before 2025-02-27: its first state is of 2025-02-28"
    ):
        read_snapshot(store, "2025-02-27")
    with pytest.raises(KitError, match="holds no state yet"):
        read_snapshot(store / "none", "2025-02-27")
    assert not (store / "none").exists()
    assert save_snapshot(data, store, on="2025-01-10").later == 1


def test_the_same_state_is_fine_another_is_refused(store):
    save_snapshot(load(BEFORE), store, on="2025-02-28")
    assert (
        save_snapshot(
            load(BEFORE.sort_values("deal_id", ascending=False)),
            store,
            on=datetime.date(2025, 2, 28),
        ).outcome
        == "same"
    )
    with pytest.raises(
        KitError, match=r"already has another state of 2025-02-28 \(6 of the 7 new .*replace=True"
    ):
        save_snapshot(load(NOW), store, on="2025-02-28")
    assert len(read_snapshot(store, "2025-02-28").query("status == 'won'")) == 0
    assert save_snapshot(load(NOW), store, on="2025-02-28", replace=True).outcome == "replaced"
    assert len(read_snapshot(store, "2025-02-28").query("status == 'won'")) == 1
    assert not [p for p in store.rglob("*") if p.name.startswith(".")]


def test_a_failed_write_leaves_nothing(store, monkeypatch):
    def broken(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(KitError, match="No space left"):
        save_snapshot(load(BEFORE), store, on="2025-02-28")
    assert list(store.iterdir()) == [] and snapshot_dates(store) == []


def test_a_disk_without_hard_links(store, monkeypatch):
    def cannot(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", cannot)
    data = load(BEFORE)
    assert [save_snapshot(data, store, on="2025-02-28").outcome for _ in range(2)] == [
        "saved",
        "same",
    ]
    with pytest.raises(KitError, match="another state"):
        save_snapshot(load(NOW), store, on="2025-02-28")
    (store / "snapshot_date=2025-02-28" / ".lock").mkdir()
    with pytest.raises(KitError, match="Another run is saving"):
        save_snapshot(data, store, on="2025-02-28")


def _save(store, amount, ready, answers):
    data = load(BEFORE.assign(amount=amount))
    ready.wait(60)
    for month in range(1, 7):
        try:
            answers.put(
                (month, amount, save_snapshot(data, store, on=f"2025-{month:02}-28").outcome)
            )
        except KitError as error:
            answers.put((month, amount, "refused" if "another state" in str(error) else str(error)))


@pytest.mark.parametrize("amounts", [(1.0, 1.0), (1.0, 2.0)])
def test_two_that_save_at_once(store, amounts):
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(2), context.Queue()
    both = [context.Process(target=_save, args=(store, a, ready, answers)) for a in amounts]
    for one in both:
        one.start()
    told = [answers.get(timeout=30) for _ in range(12)]
    for one in both:
        one.join(60)
    for month in range(1, 7):
        outcomes = {a: o for m, a, o in told if m == month}
        mine = sorted(o for m, _, o in told if m == month)
        assert mine == (["same", "saved"] if len(set(amounts)) == 1 else ["refused", "saved"])
        there = read_snapshot(store, f"2025-{month:02}-28")["amount"].unique().tolist()
        assert len(there) == 1 and (len(set(amounts)) == 1 or outcomes[there[0]] == "saved")
    assert not list(store.glob(".*"))


def test_movement_against_a_state_is_exact(store):
    save_snapshot(load(BEFORE), store, on="2025-02-28")
    now = load(pd.concat([NOW, pd.DataFrame([NEW])], ignore_index=True)).deals()
    history = pipeline_history(now, store, as_of="2025-03-31")
    assert (history.exact, str(history.since)) == (True, "2025-02-28")
    amount = history.steps.set_index("step")["amount"].to_dict()
    # start 4500 (g has no amount), h new, a +500, b -200, g priced +10, f reopened, c won, d lost
    assert amount == {
        "start": 4500,
        "created": 4000,
        "pulled_in": 50,
        "increased": 510,
        "decreased": 200,
        "pushed_out": 0,
        "won": 500,
        "lost": 700,
        "cancelled": 0,
        "end": 7660,
    }
    told = history.changes.groupby("change")["deal_id"].agg("".join).to_dict()
    assert told == {
        "created": "h",
        "decreased": "b",
        "increased": "a",
        "lost": "d",
        "priced": "g",
        "pulled_in": "b",
        "pushed_out": "a",
        "reopened": "f",
        "won": "c",
    }
    pushed = history.changes.query("change == 'pushed_out'").iloc[0]
    assert (
        pushed["days_moved"],
        str(pushed["expected_before"])[:10],
        str(pushed["expected"])[:10],
    ) == (
        61,
        "2025-03-20",
        "2025-05-20",
    )
    march = pipeline_history(now, store, as_of="2025-03-31", horizon="2025-03").steps.set_index(
        "step"
    )["amount"]
    assert march[["pulled_in", "pushed_out"]].to_list() == [1800, 1500]
    ada = pipeline_history(now[now["partner"] == "Ada"], store, as_of="2025-03-31")
    assert ada.steps.set_index("step")["amount"]["start"] == 3500 and set(
        ada.changes["partner"]
    ) == {"Ada"}


def test_without_a_state_only_what_dates_prove(store):
    history = pipeline_history(NOW, store, as_of="2025-03-31")
    assert not history.exact and history.changes.empty
    assert history.steps.set_index("step")["amount"].isna()["pushed_out"]
    with pytest.raises(KitError, match="must be before"):
        pipeline_history(NOW, store, as_of="2025-03-31", since="2025-03-31")


def test_partners_and_deals_that_left_and_deals_that_changed_hands(store):
    save_snapshot(load(BEFORE), store, on="2025-02-28")
    now = BEFORE[BEFORE["deal_id"].isin(list("abc"))].copy()
    now.loc[now["deal_id"] == "a", "partner"] = "Cy"
    state = read_snapshot(store, "2025-02-28", engine="duckdb")
    said = departures(load(now), state, datetime.date(2025, 2, 28))
    assert [line.split("2025-02-28 ")[1] for line in said] == [
        "partners left the export, 1: Bo",
        "deals left the export, 4: d, e, f, g",
        "deals changed hands, 1: a: Ada -> Cy",
    ]
    assert departures(load(BEFORE), state, datetime.date(2025, 2, 28)) == []


def test_everyones_movement_counts_the_partners_who_left(store):
    save_snapshot(load(BEFORE), store, on="2025-02-28")
    ada = load(BEFORE[BEFORE["partner"] == "Ada"]).deals()
    start = [
        pipeline_history(ada, store, as_of="2025-03-31", everyone=everyone)
        .steps.set_index("step")
        .loc["start", "amount"]
        for everyone in (False, True)
    ]
    assert start == [3500, 4500]
