"""One small check a rule: what the evidence says, or None. The rules' texts and thresholds are in
rules.toml."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from kpi_helpers.contract.windows import Window, last_months
from kpi_helpers.judging.channels import STOP_PAID, WORK_ON_EARNED, channel_verdicts, ripe_year
from kpi_helpers.judging.forecasting import Forecast
from kpi_helpers.judging.ideal_deals import ideal_ended, worth_taking_up
from kpi_helpers.judging.programme_fit import ProgrammeFit
from kpi_helpers.stats.intervals import poisson, wilson
from kpi_helpers.stats.pipeline_outcome import outcome

UNKNOWN = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Case:
    """One partner: `known` deals at as_of with their `value` (credited), the `open` ones with
    chance and age."""

    partner: str
    programme: ProgrammeFit
    known: pd.DataFrame
    open: pd.DataFrame
    forecast: Forecast | None
    spend: pd.DataFrame | None

    @property
    def last_year(self) -> Window:
        start = self.programme.as_of - pd.DateOffset(years=1) + pd.Timedelta(days=1)
        return Window(start.date(), self.programme.as_of.date())

    @property
    def paid_spend(self) -> float:
        """What paid channels cost in the last twelve whole months; NaN where no spend is known."""
        if self.spend is None or not len(self.spend):
            return np.nan
        months = self.spend["month"].astype(str).str[:7]
        year = months.isin(last_months(self.programme.as_of.date()))
        return float(self.spend.loc[year & (self.spend["channel"] == "paid"), "amount"].sum())

    @property
    def size(self) -> float:
        """What a won deal of the last two years brings on average; NaN where none was won with an
        amount."""
        recent = self.known["closed_on"] > self.programme.as_of - pd.DateOffset(years=2)
        return float(self.known.loc[recent & (self.known["status"] == "won"), "value"].mean())

    @cached_property
    def channels(self) -> pd.DataFrame:
        """The channel verdicts of the last year that intervals carry, however many paid leads were
        won."""
        if "channel" not in self.known:
            return pd.DataFrame({"verdict": []})
        asked = {"as_of": self.programme.as_of, "spend": self.spend, "most_won": len(self.known)}
        leads = ripe_year(self.programme.as_of, self.programme.slow_days)
        return channel_verdicts(self.known, leads, **asked).verdicts


@dataclass(frozen=True)
class Finding:
    """`facts` fill the rule's text; `value_at_stake` is what acting would add in a year, `brings`
    what the deals named should bring by themselves, both money with an interval and null where
    that is not the matter; `who` names the one to ask, where known."""

    facts: dict
    deal_ids: list
    value_at_stake: tuple[float, float, float] = UNKNOWN
    brings: tuple[float, float, float] = UNKNOWN
    who: str | None = None


def stop_paid(case: Case, *, most_won: int) -> Finding | None:
    return _channel(case, STOP_PAID, lambda row, size: (case.paid_spend,) * 3, most_won)


def work_on_earned(case: Case) -> Finding | None:
    def value_at_stake(row, size):
        low, high = wilson(row["won"], row["leads"])
        rates = (row["won"] / row["leads"], high, low)
        return tuple(max(0.0, row["beside"] - rate) * row["leads"] * size for rate in rates)

    return _channel(case, WORK_ON_EARNED, value_at_stake)


def competitor(case: Case) -> Finding | None:
    if case.partner not in case.programme.losses.index or not case.programme.alert(
        "competitor", case.partner
    ):
        return None
    row = case.programme.losses.loc[case.partner]
    year = case.programme.as_of - pd.DateOffset(years=1)
    lost = case.known[(case.known["status"] == "lost") & (case.known["closed_on"] > year)]
    went = lost[lost["lost_to_competitor"].astype(str).str.lower() == "true"]
    usual, rate = row["others"] * row["n"], case.programme.close_rate
    worth = went["value"].mean() * rate
    value_at_stake = tuple(
        max(0.0, k - usual) * worth for k in (row["hits"], *poisson(row["hits"]))
    )
    facts = {"to_competitor": int(row["hits"]), "lost": int(row["n"])}
    facts |= row[["share", "others"]].to_dict()
    return Finding(facts, went["deal_id"].tolist(), value_at_stake)


def stale(case: Case, *, fewest: int, p: float) -> Finding | None:
    """Where a larger share is stale than is usual in the programme, as far as that is known."""
    if case.partner in case.programme.stale.index:
        habit = case.programme.stale.loc[case.partner]
        if not pd.isna(habit["others"]) and not habit["p"] < p:
            return None
    slow = case.programme.slow_days
    found = case.open[case.open["age"] > slow] if slow is not None else case.open[:0]
    return _held(found, fewest, {"slow_days": slow})


def overdue(case: Case, *, fewest: int) -> Finding | None:
    if "expected_close_on" not in case.open:
        return None
    late = (case.programme.as_of - pd.to_datetime(case.open["expected_close_on"])).dt.days
    found = case.open[late > 0]
    return _held(found, fewest, {"longest": int(late.max())} if len(found) else {})


def missed_ideal(case: Case, *, fewest: int, share: float) -> Finding | None:
    if case.partner not in case.programme.missed.index or not case.programme.alert(
        "missed_ideal", case.partner
    ):
        return None
    row = case.programme.missed.loc[case.partner]
    ended = ideal_ended(case.known, case.programme.as_of - pd.DateOffset(years=1))
    missed, taken = ended[ended["missed"]], ended[~ended["missed"]]
    if len(missed) < max(1, fewest) or len(missed) < share * len(ended) or taken.empty:
        return None
    excess = max(0.0, 1 - row["others"] / row["share"])
    facts = {"count": len(missed), "ideal": len(ended), "share": row["share"]}
    facts |= {"others": row["others"], "conversion": (taken["status"] == "won").mean()}
    return Finding(facts, missed["deal_id"].tolist(), worth_taking_up(ended, excess))


def slow_stage(case: Case) -> Finding | None:
    rows = case.programme.stages[case.programme.stages["partner"] == case.partner].sort_values("p")
    rows = rows[[case.programme.alert(f"stage {stage}", case.partner) for stage in rows["stage"]]]
    if rows.empty:
        return None
    row = rows.iloc[0]
    found = case.open[case.open["stage"] == row["stage"]]
    facts = {
        "stage": row["stage"],
        "count": len(found),
        "median": row["median"],
        "others": row["others"],
    }
    return Finding(facts, found["deal_id"].tolist(), brings=_bring(found))


def concentration(case: Case, *, share: float, fewest_open: int) -> Finding | None:
    known = case.open[case.open["value"].notna() & case.open["chance"].notna()]
    brings = known["value"] * known["chance"]
    if len(known) < fewest_open or not brings.sum() > 0 or brings.max() < share * brings.sum():
        return None
    deal = known.loc[brings.idxmax()]
    facts = {"deal": deal["deal_id"], "share": brings.max() / brings.sum(), "open": len(known)}
    hoped = (brings.max(), 0.0, deal["value"])
    return Finding(facts, [deal["deal_id"]], brings=hoped, who=deal.get("owner"))


def target_at_risk(case: Case, *, chance: float) -> Finding | None:
    ahead = case.forecast
    if ahead is None or ahead.chance is None or ahead.chance > chance:
        return None
    facts = {
        "target": ahead.target,
        "period": ahead.window.label,
        "chance": ahead.chance,
        "p10": ahead.p10,
        "p90": ahead.p90,
    }
    value_at_stake = tuple(max(0.0, ahead.target - x) for x in (ahead.p50, ahead.p90, ahead.p10))
    return Finding(facts, ahead.deals["deal_id"].tolist(), value_at_stake)


def decline(case: Case) -> Finding | None:
    if case.partner not in case.programme.trends.index or not case.programme.alert(
        "trend", case.partner
    ):
        return None
    row = case.programme.trends.loc[case.partner]
    if not row["slope"] < 0:
        return None
    year = case.programme.as_of - pd.DateOffset(years=1)
    recent = case.known[
        (case.known["closed_on"] > year) & case.known["status"].isin(("won", "lost"))
    ]
    # Another year at this slope: its four quarters lie 1, 2, 3 and 4 slopes lower.
    worth = 2.5 * len(recent) * case.size
    value_at_stake = tuple(max(0.0, -row[name]) * worth for name in ("slope", "high", "low"))
    facts = {"points": -100 * row["slope"], "periods": int(row["periods"])}
    return Finding(
        facts, recent.loc[recent["status"] == "lost", "deal_id"].tolist(), value_at_stake
    )


def below_expectation(case: Case) -> Finding | None:
    """Gives way to the replacement question, which rests on the same evidence."""
    table = case.programme.last_year
    if case.partner not in table.index or not case.programme.alert("fair", case.partner):
        return None
    row = table.loc[case.partner]
    if row["verdict"] != "below":
        return None
    year = case.programme.as_of - pd.DateOffset(years=1)
    lost = case.known[(case.known["closed_on"] > year) & (case.known["status"] == "lost")]
    won = (row["observed"], row["high"] * row["expected"], row["low"] * row["expected"])
    facts = {"won": row["observed"], **row[["expected", "ratio", "low", "high"]].to_dict()}
    return Finding(
        facts,
        lost["deal_id"].tolist(),
        tuple(max(0.0, row["expected"] - w) * case.size for w in won),
    )


def replacement(case: Case, *, ratio: float) -> Finding | None:
    found = below_expectation(case)
    if found is None or case.partner not in case.programme.year_before.index:
        return None
    before = case.programme.year_before.loc[case.partner]
    if found.facts["ratio"] > ratio or before["ratio"] > ratio or before["verdict"] != "below":
        return None
    facts = found.facts | {"won_before": before["observed"], "expected_before": before["expected"]}
    return Finding(facts, found.deal_ids, found.value_at_stake)


def _channel(case, verdict, value_at_stake, most_won=np.inf):
    verdicts = case.channels[case.channels["verdict"] == verdict]
    if verdicts.empty or verdicts.iloc[0]["won"] > most_won:
        return None
    row = verdicts.iloc[0]
    return Finding(
        row[["won", "leads", "high", "beside"]].to_dict(),
        row["deal_ids"],
        value_at_stake(row, case.size),
    )


def _held(found, fewest, facts):
    if found.empty or len(found) < fewest:
        return None
    owners = found["owner"].value_counts() if "owner" in found else pd.Series(dtype=int)
    owner, count = (
        (owners.index[0], int(owners.iloc[0])) if len(owners) else ("nobody named", len(found))
    )
    facts = {"count": len(found), "owner": owner, "owners_count": count, **facts}
    who = owner if len(owners) else None
    return Finding(facts, found["deal_id"].tolist(), brings=_bring(found), who=who)


def _bring(found):
    """What these open deals should bring by themselves: the mean, and between what in 95 of 100
    cases."""
    known = found[found["value"].notna() & found["chance"].notna()]
    if known.empty:
        return UNKNOWN
    brought = outcome(known["value"], known["chance"], draws=2000)
    return brought.mean, brought.quantile(0.025), brought.quantile(0.975)
