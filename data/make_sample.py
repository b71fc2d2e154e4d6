"""Invent a channel programme with known truths: `python data/make_sample.py [folder]` (default:
data/sample).

Six CSV files go to the folder and the truth behind them to `<folder>-truth.json` beside it.
data/README.md tells the story; sample_world.py holds every parameter, sample_sides.py the tables
beside the deals.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import sample_sides as sides
import sample_world as world


def partners():
    rows = [line.split("|") for line in world.PARTNERS.strip().splitlines()]
    table = pd.DataFrame(
        rows, columns=["partner", "language", "per_quarter", "log_odds", "ideal_share", "regions"]
    )
    pairs = table["regions"].map(lambda text: [pair.split(":") for pair in text.split(", ")])
    table["regions"] = pairs.map(
        lambda shares: {region: int(share) / 100 for region, share in shares}
    )
    return table.astype({"per_quarter": float, "log_odds": float, "ideal_share": float}).set_index(
        "partner"
    )


def pick(rng, shares, n=None):
    """Draw from a dict of option -> weight."""
    weights = np.array(list(shares.values()), dtype=float)
    return rng.choice(np.array(list(shares), dtype=object), n, p=weights / weights.sum())


def reps(rng, table):
    """Two to five people a partner; nobody works for two partners."""
    names = {
        lang: [f"{a} {b}" for a in world.FIRST[lang].split() for b in world.LAST[lang].split()]
        for lang in world.FIRST
    }
    names = {lang: list(rng.permutation(people)) for lang, people in names.items()}
    rows = []
    for partner, row in table.iterrows():
        size = 2 if row.per_quarter < 5 else 3 + (row.per_quarter >= 14) + (row.per_quarter >= 24)
        owners = [str(names[row.language].pop()) for _ in range(size)]
        rows += [
            (partner, owner, rng.choice(world.DEPARTMENTS), rng.choice(world.UNITS))
            for owner in owners
        ]
    return pd.DataFrame(rows, columns=["partner", "owner", "department", "unit"])


def customers(rng):
    """Companies with one region and one size each."""
    rows = []
    for turkish, words in world.CUSTOMERS.items():
        roots, trades, forms = (part.split() for part in words)
        regions = [name for name in world.REGION if (name in world.TURKISH) == turkish]
        names = rng.permutation(
            [f"{root} {trade} {form}" for root in roots for trade in trades for form in forms]
        )
        rows += [(str(name), regions[i % len(regions)]) for i, name in enumerate(names)]
    table = pd.DataFrame(rows, columns=["customer", "region"])
    return table.assign(
        size_band=pick(rng, {"small": 0.5, "mid": 0.35, "enterprise": 0.15}, len(table))
    )


def created(rng, table):
    """Who brings a deal when: Poisson counts a quarter, at least 10 (small partners: 1 to 3), on
    working days."""
    rows = []
    for partner, rate in table["per_quarter"].items():
        for quarter in world.QUARTERS:
            count = np.clip(rng.poisson(rate), *((10, None) if rate > 10 else (1, 3)))
            if partner == world.LUCKY["partner"]:
                count = world.LUCKY["deals"] if quarter == pd.Period(world.LUCKY["created"]) else 0
            days = pd.bdate_range(quarter.start_time, quarter.end_time.normalize())
            rows += [(partner, days[i]) for i in rng.integers(0, len(days), count)]
    return pd.DataFrame(rows, columns=["partner", "created_on"])


def describe(rng, deals, table, people, companies):
    """Who sells what to whom, and how the deal came: nothing here depends on the outcome."""
    deals = deals.copy()
    deals["region"] = [pick(rng, table.at[partner, "regions"]) for partner in deals["partner"]]
    by_region, by_partner = companies.groupby("region").indices, people.groupby("partner").indices
    company = [rng.choice(by_region[region]) for region in deals["region"]]
    person = [rng.choice(by_partner[partner]) for partner in deals["partner"]]
    deals[["customer", "size_band"]] = companies.loc[company, ["customer", "size_band"]].to_numpy()
    deals[["owner", "department", "unit"]] = people.loc[
        person, ["owner", "department", "unit"]
    ].to_numpy()
    deals["product"] = rng.choice(list(world.PRODUCT), len(deals))
    deals["channel"] = pick(
        rng, {"paid": 26, "earned": 20, "owned": 26, "partner": 22, "unknown": 6}, len(deals)
    )
    deals["source"] = [rng.choice(world.SOURCES[channel]) for channel in deals["channel"]]
    fits = rng.random(len(deals)) < deals["partner"].map(table["ideal_share"])
    deals["ideal"] = np.where(rng.random(len(deals)) < 0.1, "", np.where(fits, "true", "false"))
    return deals


def log_odds(deals, table):
    """What everybody meets (`peers`) and what the partner adds (`own`), in log odds to win."""
    parts = {
        "region": world.REGION,
        "product": world.PRODUCT,
        "size_band": world.SIZE_BAND,
        "channel": world.CHANNEL,
        "ideal": world.IDEAL,
    }
    season = np.log(np.array(world.SEASON))[deals["created_on"].dt.month - 1]
    peers = (
        np.log(world.BASE_ODDS)
        + season
        + sum(np.log(deals[name].map(odds)) for name, odds in parts.items())
    )
    own = deals["partner"].map(table["log_odds"]).astype(float)
    after = (deals["partner"] == world.STRATEGY["partner"]) & (
        deals["created_on"] >= world.STRATEGY["began"]
    )
    own += after * np.log(world.STRATEGY["odds"])
    quarters = (deals["created_on"].dt.year - 2023) * 4 + deals["created_on"].dt.quarter - 1
    steps = (
        quarters - world.QUARTERS.get_loc(pd.Period(world.DECLINE["first_lower_quarter"])) + 1
    ).clip(lower=0)
    own += (
        (deals["partner"] == world.DECLINE["partner"])
        * steps
        * world.DECLINE["log_odds_per_quarter"]
    )
    own[
        (deals["partner"] == world.PAID_NOTHING["partner"]) & (deals["channel"] == "paid")
    ] = -np.inf
    return pd.DataFrame({"season": season, "peers": peers, "own": own})


def chance(odds_log):
    return 1 / (1 + np.exp(-odds_log))


def decide(rng, deals, win):
    """The outcome, and the day it is known; `ends_on` may lie after the export."""
    count = len(deals)
    outcome = np.where(rng.random(count) < win, "won", "lost").astype(object)
    outcome[rng.random(count) < world.CANCELLED] = "cancelled"
    median = pd.Series(outcome).map({"won": 46, "lost": 60, "cancelled": 70})
    median *= deals["size_band"].map({"small": 0.85, "mid": 1.0, "enterprise": 1.35})
    days = np.maximum(1, np.rint(median * rng.lognormal(0, 0.65, count))).astype(int)
    days[rng.random(count) < world.NEVER_CLOSED] += 5000
    lucky = np.flatnonzero(deals["partner"] == world.LUCKY["partner"])
    outcome[lucky] = ["won"] * world.LUCKY["won"] + ["lost"] * (
        world.LUCKY["deals"] - world.LUCKY["won"]
    )
    ends = deals["created_on"] + pd.to_timedelta(days, unit="D")
    quarter = pd.Period(world.LUCKY["closed"])
    ends[lucky] = quarter.start_time + pd.to_timedelta(rng.integers(1, 90, len(lucky)), unit="D")
    ends = pd.Series(np.busday_offset(ends.to_numpy().astype("datetime64[D]"), 0, roll="forward"))
    return deals.assign(outcome=outcome, ends_on=ends.astype("datetime64[s]"), usual_days=median)


def price(rng, deals, rates):
    """Sizes are drawn in EUR and quoted in the customer's currency at the rate of the day the deal
    is priced."""
    turkish = deals["region"].isin(world.TURKISH)
    home = pick(rng, {"TRY": 60, "USD": 20, "EUR": 20}, len(deals))
    abroad = pick(rng, {"EUR": 88, "USD": 12}, len(deals))
    currency = pd.Series(np.where(turkish, home, abroad))
    size = deals["size_band"].map({"small": 7000, "mid": 26000, "enterprise": 90000})
    euros = size * rng.lognormal(0, 0.5, len(deals))
    table = {(row.currency, row.date[:7]): row.rate for row in rates.itertuples()}
    months = deals["ends_on"].clip(upper=world.AS_OF).dt.strftime("%Y-%m")
    rate = pd.Series([table.get(key, 1.0) for key in zip(currency, months, strict=True)])
    amount = (euros / rate / 10).round().astype(int) * 10
    return deals.assign(currency=currency, amount=amount, euros=(amount * rate).round(2))


def export(rng, deals):
    """What the CRM knows at world.AS_OF: stage, status, forecast and reasons."""
    deals, count = deals.copy(), len(deals)
    is_open = deals["ends_on"] > world.AS_OF
    deals["status"] = deals["outcome"].mask(is_open, "open")
    deals["closed_on"] = deals["ends_on"].mask(is_open)
    progress = (world.AS_OF - deals["created_on"]) / (deals["ends_on"] - deals["created_on"])
    progress *= deals["outcome"].map({"won": 1.0, "lost": 0.75, "cancelled": 0.5})
    stage = np.array(list(world.STAGES))[np.searchsorted([0.2, 0.45, 0.7], progress)]
    ended = {"won": "Closed Won", "lost": "Closed Lost", "cancelled": "Cancelled"}
    deals["stage"] = np.where(is_open, stage, deals["status"].map(ended))
    moved = rng.choice([-0.1, -0.05, 0, 0, 0, 0, 0, 0.05, 0.1, 0.15], count)
    stated = (deals["stage"].map(world.STAGES) + moved).clip(0.05, 0.95).round(2)
    deals["probability"] = stated.where(is_open & (rng.random(count) > 0.04))
    plan = deals["created_on"] + pd.to_timedelta(
        np.rint(deals["usual_days"] * rng.lognormal(0, 0.35, count)), unit="D"
    )
    pushed = world.AS_OF + pd.to_timedelta(rng.integers(3, 76, count), unit="D")
    plan = plan.mask(is_open & (plan < world.AS_OF) & (rng.random(count) < 0.85), pushed)
    seen = deals["closed_on"] + pd.to_timedelta(np.rint(rng.normal(0, 12, count)), unit="D")
    expected = seen.fillna(plan)
    deals["expected_close_on"] = expected.where(
        expected >= deals["created_on"], deals["created_on"]
    )
    reason = pd.Series(pick(rng, world.LOST_REASONS, count))
    reason[(deals["ideal"] == "false") & (rng.random(count) < 0.25)] = "Registration rejected"
    lost = deals["status"] == "lost"
    deals["lost_reason"] = reason.where(lost, "").mask(
        deals["status"] == "cancelled", "Project stopped"
    )
    to_competitor = np.where(
        deals["lost_reason"].str.startswith("Lost to competitor"), "true", "false"
    )
    deals["lost_to_competitor"] = np.where(lost, to_competitor, "")
    return deals


def split(rng, deals, table, people):
    """A second row for some deals: another partner of the region, none of the planted, shares the
    credit."""
    helpers = table[(table["per_quarter"] > 10) & ~table.index.isin(world.PLANTED)]["regions"]
    able = deals.index[deals["partner"] != world.LUCKY["partner"]]
    chosen = np.sort(rng.choice(able, int(world.SPLIT * len(deals)), replace=False))
    second = deals.loc[chosen].copy()
    first_credit = rng.choice([0.5, 0.6, 0.7], len(chosen))
    for index, row in second.iterrows():
        there = [
            name
            for name, regions in helpers.items()
            if row.region in regions and name != row.partner
        ]
        person = people[people["partner"] == rng.choice(there)].sample(1, random_state=rng).iloc[0]
        second.loc[index, ["partner", "owner", "department", "unit"]] = person.to_numpy()
    deals = deals.assign(credit=1.0)
    deals.loc[chosen, "credit"] = first_credit
    return pd.concat([deals, second.assign(credit=(1 - first_credit).round(1))]).sort_index(
        kind="stable"
    )


def add_dirt(rng, deals):
    """What real exports carry and a loader must accept: won deals without amount, and amounts of
    1."""
    dirty = rng.choice(
        deals.index[(deals["status"] == "won") & (deals["partner"] != world.LUCKY["partner"])],
        12,
        replace=False,
    )
    amount = deals["amount"].astype("Int64")
    amount[dirty[:6]] = pd.NA
    amount[dirty[6:]] = 1
    return deals.assign(amount=amount)


def truth(deals, table, odds):
    """Every parameter, and what it means in close rates (won of won + lost) over the deals that
    were made."""
    everything, by_partner = odds["peers"] + odds["own"], deals["partner"]
    in_month = [
        float(chance(everything - odds["season"] + np.log(factor)).mean())
        for factor in world.SEASON
    ]
    measures = {"deals": by_partner.groupby(by_partner).size()}
    measures["close_rate"] = chance(everything).groupby(by_partner).mean().round(4)
    measures["peers_close_rate"] = chance(odds["peers"]).groupby(by_partner).mean().round(4)
    told = table.drop(columns="language").assign(
        odds=np.exp(table["log_odds"]).round(4), **measures
    )
    is_open = deals["status"] == "open"
    return {
        "seed": world.SEED,
        "as_of": str(world.AS_OF.date()),
        "odds": {
            "base": world.BASE_ODDS,
            "created_month": dict(enumerate(world.SEASON, 1)),
            "region": world.REGION,
            "product": world.PRODUCT,
            "size_band": world.SIZE_BAND,
            "channel": world.CHANNEL,
            "ideal": {name or "blank": factor for name, factor in world.IDEAL.items()},
        },
        "season": {
            "close_rate": dict(enumerate(np.round(in_month, 4).tolist(), 1)),
            "index": dict(enumerate(np.round(in_month / np.mean(in_month), 4).tolist(), 1)),
        },
        "cancelled_share": world.CANCELLED,
        "strategy": world.STRATEGY,
        "region_only": world.REGION_ONLY
        | {"region_odds": world.REGION[world.REGION_ONLY["region"]], "odds": 1.0},
        "paid_nothing": world.PAID_NOTHING,
        "decline": world.DECLINE,
        "lucky": world.LUCKY,
        "events": [
            dict(zip(("date", "partner", "name", "odds"), event, strict=True))
            for event in world.EVENTS
        ],
        "open_deals": {
            "count": int(is_open.sum()),
            "will_win": int((is_open & (deals["outcome"] == "won")).sum()),
        },
        "partners": told.rename(columns={"log_odds": "own_log_odds"}).to_dict("index"),
    }


def name_deals(deals):
    """Each deal by its product and undertaking; drawn from nothing, so that no other column
    moves."""
    number = deals["deal_id"].str.extract(r"(\d+)", expand=False).astype(int)
    kinds = number.mod(len(world.UNDERTAKINGS)).map(dict(enumerate(world.UNDERTAKINGS)))
    return deals.assign(deal_name=deals["product"].fillna("Project") + " " + kinds)


def make():
    """All tables by file name, and the truth."""
    rng = np.random.default_rng(world.SEED)
    table, rates = partners(), sides.monthly_rates(rng)
    people, companies = reps(rng, table), customers(rng)
    deals = created(rng, table).sort_values("created_on", kind="stable", ignore_index=True)
    deals.insert(0, "deal_id", [f"D-{number:05d}" for number in range(1, len(deals) + 1)])
    deals = describe(rng, deals, table, people, companies)
    odds = log_odds(deals, table)
    deals = decide(rng, deals, chance(odds["peers"] + odds["own"]))
    deals = export(rng, price(rng, deals, rates))
    tables = {
        "deals": name_deals(split(rng, add_dirt(rng, deals), table, people))[world.COLUMNS],
        "targets": sides.quarterly_targets(rng, deals, table),
        "spend": sides.marketing_spend(rng, table),
        "orders": sides.erp_orders(rng, deals),
        "events": pd.DataFrame(world.EVENTS, columns=["date", "partner", "name", "odds"]).drop(
            columns="odds"
        ),
        "rates": rates,
    }
    return tables, truth(deals, table, odds)


def write(folder):
    tables, known = make()
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(
            folder / f"{name}.csv",
            index=False,
            lineterminator="\n",
            encoding="utf-8",
            date_format="%Y-%m-%d",
        )
    text = json.dumps(known, ensure_ascii=False, indent=1) + "\n"
    folder.with_name(f"{folder.name}-truth.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "sample")
