"""The tables beside the deals: rates, orders, targets and spend."""

import numpy as np
import pandas as pd
import sample_world as world


def monthly_rates(rng):
    """EUR for one unit, from the first of each month: the dollar wanders, the lira loses value."""
    dates = pd.period_range("2022-12", "2025-12", freq="M")
    steps = {"USD": (0.945, -0.002, 0.012), "TRY": (0.0508, -0.0255, 0.015)}
    rows = []
    for currency, (first, drift, noise) in steps.items():
        path = first * np.exp(np.r_[0, np.cumsum(rng.normal(drift, noise, len(dates) - 1))])
        rows += [
            (currency, f"{month}-01", round(rate, 5))
            for month, rate in zip(dates, path, strict=True)
        ]
    return pd.DataFrame(rows, columns=["currency", "date", "rate"])


def erp_orders(rng, deals):
    """About 97 % of the won deals, a day to ten later; some amounts differ a little, some orders
    name no deal."""
    won = deals[(deals["status"] == "won") & (rng.random(len(deals)) < 0.98)]
    ordered = won["closed_on"] + pd.to_timedelta(rng.integers(0, 11, len(won)), unit="D")
    differs = np.where(
        rng.random(len(won)) < 0.02, rng.choice([0.95, 0.98, 1.01, 1.03], len(won)), 1.0
    )
    named = won["deal_id"].mask(rng.random(len(won)) < 0.01, "")
    amount = (won["euros"] * differs).round(2)
    orders = pd.DataFrame(
        {"deal_id": named, "partner": won["partner"], "ordered_on": ordered, "amount": amount}
    )
    orders = orders[orders["ordered_on"] <= world.AS_OF].sort_values(
        "ordered_on", kind="stable", ignore_index=True
    )
    orders.insert(0, "order_id", [f"SO-{number:05d}" for number in range(1, len(orders) + 1)])
    return orders


def quarterly_targets(rng, deals, table):
    """What was agreed: near the partner's own quarterly average; `*` is the sum over partners."""
    won = (
        deals[deals["status"] == "won"]
        .groupby("partner")["euros"]
        .agg(["sum", "size"])
        .reindex(table.index)
        .fillna(0)
    )
    rows = []
    for quarter in world.QUARTERS:
        name, stretch = f"{quarter.year}-Q{quarter.quarter}", rng.uniform(0.9, 1.2, len(table))
        money = np.maximum(5000, (won["sum"] / 12 * stretch).round(-3)).astype(int)
        count = np.maximum(1, (won["size"] / 12 * stretch).round()).astype(int)
        for kpi, values in (("won_amount", money), ("deal_count", count)):
            rows += [
                ("*", name, kpi, values.sum()),
                *((partner, name, kpi, value) for partner, value in values.items()),
            ]
    return pd.DataFrame(rows, columns=["partner", "period", "kpi", "target"])


def marketing_spend(rng, table):
    """Monthly EUR: paid costs most; the partner whose paid channel brings nothing spends twice as
    much on it."""
    rows = []
    for month in world.MONTHS:
        for channel, per_deal in {"paid": 420, "earned": 90, "owned": 140}.items():
            amount = 100 + table["per_quarter"] / 3 * per_deal * rng.lognormal(0, 0.2, len(table))
            if channel == world.PAID_NOTHING["channel"]:
                amount[world.PAID_NOTHING["partner"]] *= 2
            rows += [
                (str(month), channel, partner, int(value // 10 * 10))
                for partner, value in amount.items()
            ]
    return pd.DataFrame(rows, columns=["month", "channel", "partner", "amount"])
