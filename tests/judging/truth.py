"""Figures against known truth: `python -m tests.judging.truth [seeds] [names]` prints those of
docs/evidence.md."""

import sys
import time

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from kpi_helpers import scorecard
from kpi_helpers.judging import (
    adjusted_trends,
    alerts,
    backtest,
    closed_trials,
    fair_comparison,
    learn_luck,
    rank_intervals,
    seasonal_index,
    strategy_effect,
    with_intervals,
)
from kpi_helpers.stats import (
    bootstrap,
    empirical_bayes,
    interrupted_series,
    placebo_dates,
    poisson,
    time_to_outcome,
    wilson,
)

from . import world, worlds

CLOSED = ["deal_count", "deal_velocity", "quality_score"]


def inside(low, truth, high):
    return float(np.mean((np.asarray(low) <= truth) & (truth <= np.asarray(high))))


def rates_and_counts(seeds):
    """Wilson and exact Poisson; 1,000 draws a seed."""
    rng = np.random.default_rng(1)
    told = {}
    for n in (10, 30, 100):
        p = rng.uniform(0.05, 0.95, 1000 * seeds)
        told[f"Wilson 95 %, n = {n}: coverage"] = inside(*_around(wilson(rng.binomial(n, p), n), p))
    mean = rng.uniform(1, 60, 1000 * seeds)
    return told | {
        "Poisson exact 95 %: coverage": inside(*_around(poisson(rng.poisson(mean)), mean))
    }


def _around(interval, truth):
    return interval[0], truth, interval[1]


def sizes(seeds):
    """Bootstrap of the mean and the median of 60 log-normal deal sizes."""
    rng, hits = np.random.default_rng(2), {"mean": [], "median": []}
    for seed in range(seeds):
        values = rng.lognormal(0, 0.5, 60)
        for name, truth in (("mean", np.exp(0.125)), ("median", 1.0)):
            answer = bootstrap(values, name, seed=seed, resamples=1000)
            hits[name].append(answer.low <= truth <= answer.high)
    return {
        f"Bootstrap 95 %, {name} of 60 sizes: coverage": np.mean(hit) for name, hit in hits.items()
    }


def shrunk_rates(seeds):
    """Empirical Bayes over 40 partners of 20 to 120 deals, true rates Beta(6, 12)."""
    rng, hits = np.random.default_rng(3), []
    for _ in range(seeds):
        n, p = rng.integers(20, 120, 40), betaincinv(6, 12, rng.random(40))
        fit = empirical_bayes(rng.binomial(n, p), n)
        if fit.reason is None:
            hits.append(inside(fit.low, p, fit.high))
    return {"Empirical Bayes 95 %: coverage": np.mean(hits)}


ROUGH = {
    "friendly": {},
    "sizes with a log sd of 1.2": {"sigma": 1.2},
    "few deals": {"scale": 0.4},
    "rough quarters": {"rough": 4},
    "all three": {"sigma": 1.2, "scale": 0.5, "rough": 4},
    "one partner alone": {"partners": 1},
    "one partner alone, all three": {"partners": 1, "sigma": 1.2, "scale": 0.5, "rough": 4},
}
RATE, NUMBER, CYCLE = np.linspace(0.3, 0.6, 8), np.linspace(25, 60, 8), 40.0


def answers(seeds, worlds=ROUGH):
    """Counts, sizes, sums, rates, revenue per day and quality indices of partners' quarters, the
    last of eight: coverage by world."""
    told = {}
    for name, world_of in worlds.items():
        for basis, hits in _answered(seeds, **world_of).items():
            told[f"Scorecard 95 %, {name}, {basis.replace('_', ' ')}: coverage"] = np.mean(hits)
    return told


def _answered(seeds, *, partners=8, sigma=0.5, scale=1.0, rough=None, quarters=8):
    """Whether each partner's intervals hold its truth; `rough` is the shape of a gamma that each
    partner's quarters are good or bad by."""
    rng, hits = np.random.default_rng(11), {}
    rate, number = RATE[-partners:], NUMBER[-partners:] * scale
    wins, size = number * rate, 1e4 * np.exp(sigma**2 / 2)
    truth = {
        ("deal_count", "won"): wins,
        ("deal_count", "amount"): wins * size,
        ("average_deal_size", "whole"): np.full(partners, size),
        ("average_deal_size", "median"): np.full(partners, 1e4),
        ("quality_score", "yield"): rate * size,
        ("quality_score", "past"): np.full(partners, 100.0),
        ("deal_velocity", "revenue_per_day"): wins * size / (CYCLE * np.exp(0.3**2 / 2)),
        ("close_rate", "closed"): rate,
    }
    if partners > 1:
        truth["quality_score", "peers"] = 100 * wins / wins.mean()
    ends = pd.date_range("2023-11-15", periods=quarters, freq="91D")
    for seed in range(seeds):
        mood = rng.gamma(rough, 1 / rough, (quarters, partners)) if rough else 1.0
        n = rng.poisson(number * np.broadcast_to(mood, (quarters, partners)))
        who = np.repeat(np.tile(np.arange(partners), quarters), n.ravel())
        table = pd.DataFrame(
            {"deal_id": np.arange(len(who)), "partner": who.astype(str), "credit": 1.0}
        )
        table["status"] = np.where(rng.random(len(who)) < rate[who], "won", "lost")
        table["amount"] = 1e4 * rng.lognormal(0, sigma, len(who))
        table["closed_on"] = np.repeat(ends, n.sum(axis=1))
        table["created_on"] = table["closed_on"] - pd.to_timedelta(
            CYCLE * rng.lognormal(0, 0.3, len(who)), unit="D"
        )
        last = f"{ends[-1].year}-Q{ends[-1].quarter}"
        card = scorecard(
            table,
            by="partner",
            window=last,
            as_of=ends[-1] + pd.offsets.QuarterEnd(0),
            kpis=[*CLOSED, "average_deal_size", "close_rate"],
            basis=sorted({basis for _, basis in truth}),
        )
        told = with_intervals(card, table, seed=seed).set_index(["kpi", "basis", "partner"])
        told = told.sort_index()
        for (kpi, basis), value in truth.items():
            rows = told.loc[(kpi, basis)].reindex(np.arange(partners).astype(str))
            low, high = rows[["low", "high"]].to_numpy(dtype=float).T
            known = ~np.isnan(low)
            if known.any():
                hit = (low[known] <= value[known]) & (value[known] <= high[known])
                hits.setdefault(f"{kpi} {basis}", []).extend(hit)
    return hits


def curves(seeds):
    """Share won by day 60 (Aalen-Johansen) of 150 deals, 40 % won, entered over 180 days."""
    rng, hits = np.random.default_rng(4), []
    big = np.random.default_rng(0)
    truth = 0.4 * np.mean(46 * big.lognormal(0, 0.6, 1_000_000) <= 60)
    for _ in range(seeds):
        won = rng.random(150) < 0.4
        ends, seen = np.where(won, 46, 60) * rng.lognormal(0, 0.6, 150), rng.uniform(1, 180, 150)
        outcome = np.where(ends > seen, "open", np.where(won, "won", "lost"))
        row = time_to_outcome(np.minimum(ends, seen), outcome).query("day <= 60").iloc[-1]
        hits.append(row["won_low"] <= truth <= row["won_high"])
    return {"Aalen-Johansen 95 %, share won by day 60: coverage": np.mean(hits)}


def seasons(seeds):
    """The planted season within its intervals, partners and regions differing."""
    rng, hits, errors = np.random.default_rng(5), [], []
    for _ in range(seeds):
        table, _ = world.trials(rng, spread=0.3)
        flat, _ = world.trials(
            np.random.default_rng(99), partners=200, each=100, season=np.zeros(12)
        )
        odds = (
            -0.7
            + flat["region"].map(world.REGION)
            + flat["size_band"].map(lambda s: world.SIZE[s][0])
        )
        rate = np.array([(1 / (1 + np.exp(-odds - s))).mean() for s in world.SEASON])
        told = seasonal_index(table).table
        truth = rate / table["won"].mean()
        hits.append(inside(told["low"], truth, told["high"]))
        errors.append(np.abs(told["index"] - truth).mean())
    return {
        "Seasonal index 95 %: coverage": np.mean(hits),
        "Seasonal index: mean absolute error": np.mean(errors),
    }


def fairness(seeds):
    """Partners that do not differ: alerts after Benjamini-Hochberg; one of them sells on the best
    coast only."""
    rng, alarms, any_alarm, coast, plain, covered = np.random.default_rng(6), [], [], [], [], []
    for _ in range(seeds):
        table, _ = world.trials(rng, coast=(0,))
        told = fair_comparison(table)
        raised = alerts({"fair": told["p"], "trend": adjusted_trends(table)["p"]})
        alarms.append(raised["alert"].mean())
        any_alarm.append(raised["alert"].any())
        coast.append(pd.notna(told.loc[0, "verdict"]))
        plain.append(fair_comparison(table, cell=()).loc[0, "verdict"] == "above")
        covered.append(inside(told["low"], 1.0, told["high"]))
    return {
        "No difference: false alerts among all partners and questions": np.mean(alarms),
        "No difference: portfolios of 40 partners with any false alert": np.mean(any_alarm),
        "Observed / expected 95 % (exact Poisson): coverage of 1": np.mean(covered),
        "Partner on the best coast: verdict though like its peers": np.mean(coast),
        "The same without the comparison by region": np.mean(plain),
    }


def differences(seeds):
    """One partner with half the odds of its peers, one falling by 0.2 log odds a quarter for 12
    quarters."""
    rng, below, falling, slopes = np.random.default_rng(7), [], [], []
    for _ in range(seeds):
        table, p = world.trials(rng, each=240)
        table["on"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(
            rng.integers(0, 1095, len(table)), unit="D"
        )
        quarter = (table["on"].dt.year - 2022) * 4 + table["on"].dt.quarter - 1
        shift = np.where(
            table["partner"] == 0, -0.7, np.where(table["partner"] == 1, 1.1 - 0.2 * quarter, 0)
        )
        chance = 1 / (1 + (1 - p) / p * np.exp(-shift))
        table["won"] = rng.random(len(table)) < chance
        told, trends = fair_comparison(table), adjusted_trends(table)
        raised = alerts({"fair": told["p"], "trend": trends["p"]}).set_index(
            ["question", "partner"]
        )["alert"]
        below.append(told.loc[0, "verdict"] == "below" and raised["fair", 0])
        falling.append(trends.loc[1, "verdict"] == "falling" and raised["trend", 1])
        mine = (table["partner"] == 1).to_numpy()
        truth = np.polyfit(quarter[mine], (chance - p)[mine], 1)[0]
        slopes.append(trends.loc[1, "low"] <= truth <= trends.loc[1, "high"])
    return {
        "Half the odds, 240 deals: alerted": np.mean(below),
        "Decline of 0.2 log odds a quarter, 20 deals a quarter: alerted": np.mean(falling),
        "Decline: true slope within the interval": np.mean(slopes),
    }


def luck(seeds, partners=40):
    """Partners that do not differ but for their quarters' luck (standard deviation of log odds),
    20 deals a month: programmes with a false verdict among all of them, and the luck learned."""
    told = {}
    for sd in (0.0, 0.25, 0.4):
        wrong, variance = [], []
        for seed in range(seeds):
            deck = world.programme(seed, partners=partners, per_month=20, spread=0.0, luck=sd)
            learned, table = _fair_year(world.export(deck, "2024-12-31"), "2024-12-31")
            wrong.append(alerts({"fair": table["p"]})["alert"].any())
            variance.append(learned.variance)
        told[f"Luck {sd}: programmes of {partners} with a false verdict"] = np.mean(wrong)
        told[f"Luck {sd}: variance of a year's log odds learned"] = np.mean(variance)
    return told


def _fair_year(deals, day):
    day = pd.Timestamp(day)
    learned = learn_luck(closed_trials(deals, day), day)
    since = day - pd.DateOffset(years=1) + pd.Timedelta(days=1)
    return learned, fair_comparison(closed_trials(deals, day, since=since), luck=learned)


def newcomers(seeds):
    """A partner like all others that began five months ago, that grew, or that shrank, where losses
    end much sooner than wins: observed over expected, with and without the deals' ripeness."""
    told = {}
    for name in ("new", "growing", "shrinking"):
        sums = []
        for seed in range(seeds):
            deck = world.programme(seed, partners=20, per_month=15, spread=0.0, luck=0.0)
            days = (deck["ends_on"] - deck["created_on"]) * np.where(
                deck["outcome"] == "won", 2, 0.4
            )
            deck["ends_on"] = deck["created_on"] + days.dt.round("D")
            past = (deck["created_on"] - world.START).dt.days / 1095
            kept = {"new": past > 0.86, "growing": past**2, "shrinking": (1 - past) ** 2}[name]
            there = np.random.default_rng(seed).random(len(deck)) < kept
            deals = world.export(deck[there | (deck["partner"] != "P00")], "2024-12-31")
            trials = closed_trials(deals, "2024-12-31", since="2024-01-01")
            both = (fair_comparison(t) for t in (trials, trials.drop(columns="ripeness")))
            sums.append([t.loc["P00", ["observed", "expected"]].to_list() for t in both])
        (o, e), (_, plain) = np.sum(sums, axis=0)
        told[f"A {name} partner like all others: observed over expected"] = o / e
        told[f"A {name} partner, closed deals taken as they are"] = o / plain
    return told


def sixty_deals(seeds):
    """Verdicts on one of 40 partners with 60 closed deals whose odds are halved, doubled or
    neither."""
    rng, told = np.random.default_rng(12), {}
    for name, odds in (("the same", 1.0), ("half", 0.5), ("double", 2.0)):
        said = []
        for _ in range(seeds):
            table, p = world.trials(rng, each=60)
            mine = (table["partner"] == 0).to_numpy()
            table.loc[mine, "won"] = rng.random(60) < 1 / (1 + (1 / p[mine] - 1) / odds)
            said.append(pd.notna(fair_comparison(table).loc[0, "verdict"]))
        told[f"Odds {name}, 60 deals: verdict"] = np.mean(said)
    return told


def ranks(seeds):
    """40 partners of some 15 closed deals whose volumes differ by a log sd of 0.3, of 0.6, or not
    at all: true ranks within their interval, and partners wholly in the better half."""
    told = {}
    for sd in (0.3, 0.6, 0.0):
        rng, hits, better = np.random.default_rng(13), [], []
        for _ in range(seeds):
            mean = 15 * np.exp(rng.normal(0, sd, 40))
            ends = pd.date_range("2023-11-15", periods=8, freq="91D")
            n = rng.poisson(np.tile(mean, (len(ends), 1)))
            who = np.repeat(np.tile(np.arange(40), len(ends)), n.ravel())
            table = pd.DataFrame({"deal_id": np.arange(len(who)), "partner": who, "credit": 1.0})
            table["status"] = np.where(rng.random(len(who)) < 0.45, "won", "lost")
            table["amount"] = 1e4 * rng.lognormal(0, 0.8, len(who))
            table["closed_on"] = np.repeat(ends, n.sum(axis=1))
            table["created_on"] = table["closed_on"] - pd.Timedelta(days=40)
            told_of = rank_intervals(table, "2025-Q3", as_of="2025-09-30").set_index("partner")
            known = told_of["low"].notna()
            low, high = told_of.loc[known, "low"], told_of.loc[known, "high"]
            better.append((high <= 20).sum())
            rank = pd.Series(-mean).rank().reindex(low.index)
            hits.append(1.0 if sd == 0 else ((low <= rank) & (rank <= high)).mean())
        told[f"Ranks, volumes differ by {sd}: wholly in the better half, of 40"] = np.mean(better)
        if sd:
            told[f"Ranks, volumes differ by {sd}: coverage"] = np.mean(hits)
    return told


def strategies(seeds):
    """Series of 18 and 18 months: effect 0 and 2 standard deviations, independent and neighbours at
    0.3."""
    told = {}
    for name, rho in (("independent months", 0.0), ("neighbours at 0.3", 0.3)):
        rng, hits, alarms, doubted, found = np.random.default_rng(8), [], [], [], []
        for _ in range(seeds):
            noise = rng.normal(size=36)
            for i in range(1, 36):
                noise[i] = rho * noise[i - 1] + np.sqrt(1 - rho**2) * noise[i]
            none = interrupted_series(noise, 18)
            placebo = placebo_dates(noise, 18)
            large = (placebo.dates["effect"].abs() >= abs(none.effect)).sum() >= 0.25 * len(
                placebo.dates
            )
            effect = interrupted_series(noise + 2 * (np.arange(36) >= 18), 18)
            hits.append(effect.low <= 2 <= effect.high)
            alarms.append(none.verdict is not None)
            doubted.append(none.verdict is not None and not large)
            found.append(effect.verdict == "rose")
        told |= {
            f"Strategy effect, {name}: coverage": np.mean(hits),
            f"Strategy effect, {name}: false verdicts": np.mean(alarms),
            f"Strategy effect, {name}: false verdicts, placebo dates heeded": np.mean(doubted),
            f"Strategy effect of 2 standard deviations, {name}: found": np.mean(found),
        }
    return told


def strategy_verdicts(seed, many, **more):
    """What `strategy_effect` says of that many worlds."""
    rng, asked = np.random.default_rng(seed), {"partner": "P00", "as_of": "2025-08-31"}
    told = (
        strategy_effect(worlds.strategy_world(rng, **more), "2024-01-01", **asked)
        for _ in range(many)
    )
    return [answer.verdict for answer in told]


def strategies_in_worlds(seeds):
    """12 deals a month, 24 months before and 16 after: odds times 2.5 and times 1, with a trend of
    the partner's own in log odds a year where the others' have a standard deviation of 0.2."""
    told = {}
    for trend in (0.0, 0.4, 0.8):
        for odds in (2.5, 1.0):
            found = strategy_verdicts(5, seeds, odds=odds, trend=trend)
            share = 1 - found.count(None) / seeds
            told[f"Strategy, own trend {trend}, odds times {odds}: verdict"] = share
    few = strategy_verdicts(6, seeds, odds=2.5, partners=6)
    return told | {"Strategy, 6 partners, odds times 2.5: verdict": 1 - few.count(None) / seeds}


def forecasts(seeds, periods=2):
    """Back-tests of whole programmes: 10 partners, three years, with the CRM's snapshots."""
    table, deals = _tested(seeds, periods, 0.0)
    told = {}
    for who, part in _sides(table):
        told[f"Forecast, {who}: P10-P90 covers"] = part["covered"].mean()
        for name in ("p50", "crm", "last_year"):
            told[f"Forecast, {who}: mean absolute error of {name}"] = (
                (part[name] - part["actual"]).abs().mean()
            )
    brier, base, n, shock = np.array(deals, dtype=float).T
    told["Forecast: Brier score of the deals"] = np.average(brier, weights=n)
    told["Forecast: Brier score of one chance for all"] = np.average(base, weights=n)
    return told | {"Forecast: mean of the shock learned": shock.mean()}


def forecast_in_worlds(seeds, periods=4):
    """Back-tests of rough programmes, the last four quarters of four years; errors of the whole are
    shares of what came, beside those of simple ways."""
    told = {}
    for name, rough in worlds.WORLDS.items():
        parts = []
        for seed in range(seeds):
            deals = worlds.export(worlds.programme(seed, rough), "2025-12-31")
            tested = backtest(deals, "2025-12-31", periods=periods, draws=1000).periods
            parts.append(tested.merge(_simply(deals), on="period", how="left"))
        for who, part in _sides(pd.concat(parts)):
            told[f"{name}: {who} covered"] = part["covered"].mean()
        came = part["actual"].mean()
        told[f"{name}: all together, mean over what came"] = part["mean"].mean() / came
        for way in ("p50", "last_year", "trailing", "smoothed"):
            label = "error" if way == "p50" else f"error of {way}"
            told[f"{name}: {label}"] = (part[way] - part["actual"]).abs().mean() / came
    return told


def _simply(deals):
    """What simple ways say of each quarter the day before: the mean of the four before it, and an
    exponential smoothing of all before it."""
    won = deals[deals["status"] == "won"]
    quarters = won.groupby(won["closed_on"].dt.to_period("Q"))["amount"].sum()
    ways = {"trailing": quarters.rolling(4).mean(), "smoothed": quarters.ewm(alpha=0.5).mean()}
    table = pd.DataFrame(ways).shift().reset_index(names="period")
    return table.assign(period=table["period"].astype(str).str.replace("Q", "-Q"))


def shared_luck(seeds, periods=2):
    """The same where all partners have good and bad quarters together, 0.2 log odds (standard
    deviation)."""
    told = _sides(_tested(seeds, periods, 0.2)[0])
    return {
        f"Forecast, luck shared, {who}: P10-P90 covers": part["covered"].mean()
        for who, part in told
    }


def _tested(seeds, periods, shared):
    rows, deals = [], []
    for seed in range(seeds):
        deck = world.programme(seed, shared=shared)
        days = pd.to_datetime(["2024-03-31", "2024-06-30", "2024-09-30"])[: periods + 1]
        end = days[-1] + pd.offsets.QuarterEnd()
        snapshots = {day: world.export(deck, day) for day in days}
        answer = backtest(
            world.export(deck, end), end, periods=periods, draws=1000, snapshots=snapshots
        )
        rows.append(answer.periods.assign(seed=seed))
        deals.append((answer.brier, answer.brier_base, answer.n, answer.shock))
    return pd.concat(rows), deals


def _sides(table):
    return ("partners", table[table["partner"] != "*"]), (
        "all together",
        table[table["partner"] == "*"],
    )


def critical_values(seeds):
    """Kiefer and Vogelsang's two-sided 5 % values (Bartlett), simulated, beside the polynomial
    strategy.py uses."""
    from kpi_helpers.stats.strategy import _caution

    rng, steps, told = np.random.default_rng(9), 400, {}
    walks = [
        rng.normal(size=(1000, steps)).cumsum(axis=1) / np.sqrt(steps)
        for _ in range(max(4, seeds // 10))
    ]
    for b in (0.1, 0.2, 0.4):
        t, lag = [], int(b * steps)
        for walk in walks:
            bridge = walk - walk[:, -1:] * np.arange(1, steps + 1) / steps
            spread = (
                2
                / b
                * (
                    (bridge**2).mean(axis=1)
                    - (bridge[:, lag:] * bridge[:, :-lag]).sum(axis=1) / steps
                )
            )
            t.append(walk[:, -1] / np.sqrt(spread))
        told[f"Kiefer-Vogelsang, b = {b}: simulated"] = np.quantile(np.abs(np.concatenate(t)), 0.95)
        told[f"Kiefer-Vogelsang, b = {b}: in strategy.py"] = 1.96 * _caution(b)
    return told


def on_sample(_):
    """The truths planted in data/sample, and the back-test there."""
    import json

    from .sample import AS_OF, FOLDER, sample_deals

    planted = json.loads(FOLDER.with_name("sample-truth.json").read_text(encoding="utf-8"))
    deals = sample_deals()
    known = closed_trials(deals, AS_OF)
    last_year = fair_comparison(known[known["on"] > "2024-12-31"])
    trends = adjusted_trends(known, as_of=AS_OF)
    told = {}
    for name in ("region_only", "lucky", "decline", "strategy"):
        row = last_year.loc[planted[name]["partner"]]
        told |= {f"Sample, {name}, O/E 2025{what}": row[key] for what, key in _three("ratio")}
    row = trends.loc[planted["decline"]["partner"]]
    told |= {
        f"Sample, decline, adjusted share a quarter{what}": row[key]
        for what, key in _three("slope")
    }
    effect = strategy_effect(
        deals, planted["strategy"]["began"], partner=planted["strategy"]["partner"], as_of=AS_OF
    )
    told |= {
        f"Sample, strategy effect{what}": getattr(effect.effect, key)
        for what, key in _three("effect")
    }
    # The season is planted by month of creation: the index is asked of the month in which deals
    # were created.
    ripe = deals[(deals["created_on"] <= "2025-08-31") & deals["status"].isin(("won", "lost"))]
    trials = ripe.assign(won=ripe["status"] == "won", on=ripe["created_on"])
    season = seasonal_index(trials).table
    truth = np.array(list(planted["season"]["index"].values()))
    level = np.average(truth, weights=season["n"])
    within = inside(season["low"] * level, truth, season["high"] * level)
    told["Sample, season: months of 12 within their interval"] = 12 * within
    answer = backtest(deals, AS_OF, periods=8)
    year = answer.periods[(answer.periods["partner"] == "*") & (answer.periods["period"] >= "2025")]
    for name in ("p50", "last_year"):
        error = (year[name] - year["actual"]).abs().mean()
        told[f"Sample, back-test, * in 2025: mean absolute error of {name}"] = error
    for who, part in answer.scores.set_index("who").iterrows():
        told[f"Sample, back-test of 8 quarters, {who}: P10-P90 covers"] = part["coverage"]
        told[f"Sample, back-test, {who}: mean absolute error of p50 beside last year's"] = part[
            "mae_beside_last_year"
        ]
        told[f"Sample, back-test, {who}: mean absolute error of last year's"] = part[
            "mae_last_year"
        ]
    return told | {
        "Sample, back-test: Brier score": answer.brier,
        "Sample, one chance for all": answer.brier_base,
    }


def _three(key):
    return ("", key), (", low", "low"), (", high", "high")


FIGURES = (
    rates_and_counts,
    sizes,
    answers,
    shrunk_rates,
    curves,
    seasons,
    fairness,
    differences,
    luck,
    newcomers,
    sixty_deals,
    ranks,
    strategies,
)
FIGURES = (*FIGURES, critical_values, strategies_in_worlds, forecasts, forecast_in_worlds)
FIGURES = (*FIGURES, shared_luck, on_sample)

if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for figure in FIGURES:
        if len(sys.argv) > 2 and figure.__name__ not in sys.argv[2:]:
            continue
        started = time.perf_counter()
        for what, value in figure(count).items():
            print(f"{what} | {value:.4g}", flush=True)
        print(
            f"-- {figure.__name__}: {count} seeds, {time.perf_counter() - started:.0f} s",
            file=sys.stderr,
            flush=True,
        )
