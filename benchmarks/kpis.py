"""All eight KPIs by partner and by partner and month: the kit on DuckDB beside the same numbers
written by hand.

`python benchmarks/kpis.py` makes deals of 1,000 partners from a fixed seed as Parquet, runs each
way in a process of its own, in turns, and prints medians as ratios to the kit once all ways gave
equal numbers. `--grow` runs the kit alone at 1, 10 and 50 million deals; `--engines` runs it on
each engine at 2 thousand, 1 and 10 million, from the file to the answer; `--slider` times calls on
one partner's 2,000 deals in pandas. Only ratios travel between machines; on a busy one the ratios
of processor time (user and system) are the steadier ones.
"""

import argparse
import importlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

START, END, AS_OF = "2024-01-01", "2024-12-31", "2025-02-28"
NUMBERS = (
    "whole",
    "median",
    "won",
    "amount",
    "open",
    "weighted",
    "leads.paid",
    "won.paid",
    "revenue.paid",
    "cohort",
    "closed",
    "value",
    "cycle_median",
    "cycle_mean",
    "yield",
    "success",
    "identification",
    "conversion",
)
WAYS = ("kit", "sql", "pandas", "polars")
ENGINES = ("kit on pandas", "kit on Polars", "kit on DuckDB")
KIT = ("kpi_helpers.scoring.scorecard", "scipy.special")
LOADED = {  # before the clock starts: importing is not what is measured
    "kit": (*KIT, "duckdb"),
    "sql": ("duckdb",),
    "pandas": ("pyarrow",),
    "polars": ("polars", "pyarrow"),
    "kit on pandas": (*KIT, "pyarrow"),
    "kit on Polars": (*KIT, "polars"),
    "kit on DuckDB": (*KIT, "duckdb"),
}


def make(path: Path, rows: int, partners: int = 1000) -> None:
    """Deals sorted by partner, two decimals, with every status and 5 % of amounts unknown."""
    import duckdb

    duckdb.sql("CREATE OR REPLACE MACRO one_of(i, salt, n) AS CAST(hash(i, salt) % n AS INTEGER)")
    duckdb.sql(f"""COPY (
        SELECT 'D' || i AS deal_id, printf('P%04d', i * {partners} // {rows}) AS partner,
          1.0::DOUBLE AS credit,
               'O' || one_of(i, 2, 900) AS owner,
               ['paid', 'earned', 'owned', 'partner', NULL][one_of(i, 5, 5) + 1] AS channel,
               ['open', 'won', 'won', 'lost', 'lost', 'lost', 'cancelled'][one_of(i, 10,
                 7) + 1] AS status,
               CASE WHEN one_of(i, 11, 20) > 0 THEN one_of(i, 6, 10000000) / 100 END AS amount,
               CASE WHEN one_of(i, 10, 7) = 0 THEN one_of(i, 7, 100) / 100 END AS probability,
               one_of(i, 12, 3) = 0 AS ideal,
               TIMESTAMP '2023-01-01' + INTERVAL 1 DAY * one_of(i, 8, 800) AS created_on,
               CASE WHEN one_of(i, 10, 7) > 0 THEN created_on + INTERVAL 1 DAY * one_of(i, 9,
                 200) END AS closed_on
        FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)""")


def kit(path: str, by: str, engine: str = "DuckDB") -> pd.DataFrame:
    import narwhals as nw

    from kpi_helpers import scorecard

    module, read = {
        "pandas": ("pandas", "read_parquet"),
        "Polars": ("polars", "scan_parquet"),
        "DuckDB": ("duckdb", "read_parquet"),
    }[engine]
    deals = getattr(importlib.import_module(module), read)(path)
    answer = scorecard(deals, by=by, window=f"{START}..{END}", as_of=AS_OF, basis=NUMBERS)
    answer = nw.from_native(answer).lazy().collect("pandas").to_native()
    index = by.split(",")
    answer = answer[
        (answer["kpi"] != "deal_count") | (answer["basis"] != "open")
    ]  # the pipeline's `open` is money
    return answer.drop_duplicates([*index, "basis"]).pivot(
        index=index, columns="basis", values="value"
    )


def sql(path: str, by: str) -> pd.DataFrame:
    """What a good analyst would write: one query, an aggregate a number, decimals for money."""
    import duckdb

    monthly = "month" in by
    key, on = (
        ("partner, month", "USING (partner, month)") if monthly else ("partner", "USING (partner)")
    )
    month = "strftime({}, '%Y-%m') AS month" if monthly else "0 AS month"
    days = f"(SELECT unnest(range(DATE '{START}', DATE '{END}' + 1, INTERVAL 1 MONTH)) AS first)"
    open_on = (
        f"deals, (SELECT strftime(first, '%Y-%m') AS month, first + INTERVAL 1 MONTH AS day FROM "
        f"{days})"
        if monthly
        else f"deals, (SELECT 0 AS month, TIMESTAMP '{AS_OF}' + INTERVAL 1 DAY AS day)"
    )
    money = "CAST(amount * credit AS DECIMAL(18, 4))"
    query = f"""
    WITH deals AS (FROM read_parquet('{path}')),
    c AS (SELECT partner, {month.format("closed_on")}, count(*) FILTER (status = 'won') AS won,
            count(*) FILTER (status = 'lost') AS lost, count(*) AS ended,
            count(amount) FILTER (status = 'won') AS priced,
              sum({money}) FILTER (status = 'won') AS amount,
            sum({money}) FILTER (status IN ('won', 'lost')) AS decided,
            median(amount) FILTER (status = 'won') AS median,
            median(date_diff('day', created_on, closed_on)) FILTER (status = 'won') AS cycle_median,
            avg(date_diff('day', created_on, closed_on)) FILTER (status = 'won') AS cycle_mean
          FROM deals WHERE closed_on BETWEEN '{START}' AND '{END}' GROUP BY ALL),
    m AS (SELECT partner, {month.format("created_on")}, count(*) AS created,
      count(*) FILTER (bought) AS bought,
            count(*) FILTER (ideal) AS ideal, count(*) FILTER (ideal AND bought) AS ideal_won,
            count(*) FILTER (channel = 'paid') AS leads, count(*) FILTER (channel = 'paid'
              AND bought) AS paid_won,
            sum({money}) FILTER (channel = 'paid' AND bought) AS revenue
          FROM (SELECT *, status = 'won' AND closed_on <= '{AS_OF}' AS bought FROM deals
                WHERE created_on BETWEEN '{START}' AND '{END}') GROUP BY ALL),
    o AS (SELECT partner, month, sum({money}) AS open,
            sum(CAST(amount * credit * probability AS DECIMAL(18, 4))) AS weighted
          FROM {open_on} WHERE created_on < day
            AND (closed_on IS NULL OR closed_on >= day) GROUP BY ALL)
    SELECT {key}, amount / priced AS whole, median, won, amount, open, weighted,
      leads AS "leads.paid",
      paid_won AS "won.paid", revenue AS "revenue.paid", bought / created AS cohort,
      won / (won + lost) AS closed, amount / decided AS value,
      cycle_median, cycle_mean, amount / ended AS yield, ideal_won / created AS success,
      ideal / created AS identification, ideal_won / ideal AS conversion
    FROM c FULL JOIN m {on} FULL JOIN o {on}"""
    return duckdb.sql(query).df().set_index(key.split(", "))


def by_pandas(path: str, by: str) -> pd.DataFrame:
    """Straightforward pandas: filter, group, aggregate."""
    deals = pd.read_parquet(path, columns=[*DEALS])
    deals["worth"] = deals["amount"] * deals["credit"]
    keys = by.split(",")
    closed = deals[deals["closed_on"].between(START, END)].copy()
    closed["month"] = closed["closed_on"].dt.strftime("%Y-%m") if "month" in by else ""
    won = closed[closed["status"] == "won"]
    won = won.assign(cycle=(won["closed_on"] - won["created_on"]).dt.days).groupby(keys)
    count, worth, priced = won.size(), won["worth"].sum(), won["amount"].count()
    decided = closed[closed["status"].isin(["won", "lost"])].groupby(keys)
    made = deals[deals["created_on"].between(START, END)].copy()
    made["month"] = made["created_on"].dt.strftime("%Y-%m") if "month" in by else ""
    bought = made[(made["status"] == "won") & (made["closed_on"] <= AS_OF)]
    created, ideal = made.groupby(keys).size(), made[made["ideal"]].groupby(keys).size()
    ideal_won = bought[bought["ideal"]].groupby(keys).size()
    paid = bought[bought["channel"] == "paid"].groupby(keys)
    months = pd.period_range(START, END, freq="M")
    ends = (
        {str(m): m.end_time.normalize() for m in months}
        if "month" in by
        else {"": pd.Timestamp(AS_OF)}
    )
    still = []
    for month, day in ends.items():
        rows = deals[(deals["created_on"] <= day) & ~(deals["closed_on"] <= day)]
        still.append(rows.assign(month=month, expected=rows["worth"] * rows["probability"]))
    still = pd.concat(still).groupby(keys)
    found = {
        "whole": worth / priced,
        "median": won["amount"].median(),
        "won": count,
        "amount": worth,
        "open": still["worth"].sum(),
        "weighted": still["expected"].sum(),
        "leads.paid": made[made["channel"] == "paid"].groupby(keys).size(),
        "won.paid": paid.size(),
        "revenue.paid": paid["worth"].sum(),
        "cohort": bought.groupby(keys).size() / created,
        "closed": count / decided.size(),
        "value": worth / decided["worth"].sum(),
        "cycle_median": won["cycle"].median(),
        "cycle_mean": won["cycle"].mean(),
        "yield": worth / closed.groupby(keys).size(),
        "success": ideal_won / created,
        "identification": ideal / created,
        "conversion": ideal_won / ideal,
    }
    return pd.DataFrame(found)


DEALS = (
    "partner",
    "credit",
    "channel",
    "status",
    "amount",
    "probability",
    "ideal",
    "created_on",
    "closed_on",
)


def by_polars(path: str, by: str) -> pd.DataFrame:
    """Polars, lazily: one query for each date that counts, collected together."""
    import polars as pl

    deals = pl.scan_parquet(path).with_columns(worth=pl.col("amount") * pl.col("credit"))
    keys, start, end, as_of = (
        by.split(","),
        *(pl.lit(day).str.to_datetime() for day in (START, END, AS_OF)),
    )
    won, lost = (pl.col("status") == status for status in ("won", "lost"))
    cycle = (pl.col("closed_on") - pl.col("created_on")).dt.total_days().filter(won)
    worth = pl.col("worth")
    closed = (
        deals.filter(pl.col("closed_on").is_between(start, end))
        .with_columns(month=pl.col("closed_on").dt.strftime("%Y-%m"))
        .group_by(keys)
        .agg(
            **{
                "whole": worth.filter(won).sum() / pl.col("amount").filter(won).count(),
                "median": pl.col("amount").filter(won).median(),
                "won": won.sum(),
                "amount": worth.filter(won).sum(),
                "closed": won.sum() / (won | lost).sum(),
                "value": worth.filter(won).sum() / worth.filter(won | lost).sum(),
                "cycle_median": cycle.median(),
                "cycle_mean": cycle.mean(),
                "yield": worth.filter(won).sum() / pl.len(),
            }
        )
    )
    bought, paid, ideal = pl.col("bought"), pl.col("channel") == "paid", pl.col("ideal")
    made = (
        deals.filter(pl.col("created_on").is_between(start, end))
        .with_columns(
            month=pl.col("created_on").dt.strftime("%Y-%m"),
            bought=won & (pl.col("closed_on") <= as_of),
        )
        .group_by(keys)
        .agg(
            **{
                "leads.paid": paid.sum(),
                "won.paid": (paid & bought).sum(),
                "revenue.paid": worth.filter(paid & bought).sum(),
                "cohort": bought.sum() / pl.len(),
                "success": (ideal & bought).sum() / pl.len(),
                "identification": ideal.sum() / pl.len(),
                "conversion": (ideal & bought).sum() / ideal.sum(),
            }
        )
    )
    months = pd.period_range(START, END, freq="M")
    ends = (
        [(str(m), m.end_time.normalize()) for m in months]
        if "month" in by
        else [("", pd.Timestamp(AS_OF))]
    )
    days = pl.LazyFrame(
        {"month": [m for m, _ in ends], "day": [d.to_pydatetime() for _, d in ends]}
    )
    still = (
        deals.join(days, how="cross")
        .filter(
            pl.col("created_on") <= pl.col("day"),
            (pl.col("closed_on") > pl.col("day")).fill_null(True),
        )
        .group_by(keys)
        .agg(open=worth.sum(), weighted=(worth * pl.col("probability")).sum())
    )
    tables = [table.to_pandas().set_index(keys) for table in pl.collect_all([closed, made, still])]
    return pd.concat(tables, axis=1)


def slider() -> None:
    """Calls on one partner's 2,000 deals in pandas, beside pandas by hand, in processor time."""
    import duckdb

    from kpi_helpers import KPIS, close_rate, scorecard
    from kpi_helpers.stats import wilson

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deals.parquet"
        make(path, 2000, 1)
        deals = duckdb.read_parquet(str(path)).df()
    options = {"window": f"{START}..{END}", "as_of": AS_OF}

    def by_hand():
        known = deals[deals["created_on"] <= AS_OF]
        closed = known[known["closed_on"].between(START, END) & (known["closed_on"] <= AS_OF)]
        won, lost = (closed["status"] == "won").sum(), (closed["status"] == "lost").sum()
        return won / (won + lost), *wilson(won, won + lost)

    def spent(call) -> float:
        call()
        began = time.process_time()
        for _ in range(30):
            call()
        return (time.process_time() - began) / 30

    row = close_rate(deals, basis="closed", **options).iloc[0]
    assert np.allclose(by_hand(), [row["value"], row["low"], row["high"]])
    rounds = [
        (
            spent(by_hand),
            spent(lambda: close_rate(deals, basis="closed", **options)),
            spent(lambda: scorecard(deals, **options)),
            sum(spent(lambda kpi=kpi: kpi(deals, **options)) for kpi in KPIS.values()),
        )
        for _ in range(5)
    ]
    hand, one, card, each = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"slider: close_rate(basis='closed') takes {one / hand:.1f} times pandas by hand; "
        f"the scorecard {card / each:.2f} of its KPIs called one by one"
    )


def measure(way: str, path: str, by: str, out: str) -> None:
    """One way in this process: its numbers to `out`, its seconds and peak memory as JSON.

    An engine is asked again and again for a second, because one answer of few deals is too short to
    be timed.
    """
    for name in LOADED[way]:
        importlib.import_module(name)
    ask = {"kit": kit, "sql": sql, "pandas": by_pandas, "polars": by_polars}
    ask |= {name: partial(kit, engine=name.split()[-1]) for name in ENGINES}
    began, used, calls = time.perf_counter(), time.process_time(), 0
    while not calls or (way in ENGINES and time.perf_counter() < began + 1):
        table = ask[way](path, by)
        calls += 1
    seconds, cpu = (time.perf_counter() - began) / calls, (time.process_time() - used) / calls
    table.sort_index()[list(NUMBERS)].astype(float).to_pickle(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mib": peak}))


def run(way: str, path: Path, by: str) -> tuple[dict, pd.DataFrame]:
    out = path.with_name(f"{way}.pickle")
    command = [sys.executable, __file__, "--measure", way, str(path), by, str(out)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(told.stdout.splitlines()[-1]), pd.read_pickle(out)


def compare(path: Path, by: str, repeat: int) -> None:
    spent: dict[str, list[dict]] = {way: [] for way in WAYS}
    for _ in range(repeat):
        tables = {}
        for way in WAYS:
            told, tables[way] = run(way, path, by)
            spent[way].append(told)
        wanted = tables["kit"].fillna(0)
        for way in WAYS[1:]:
            found = tables[way].reindex(wanted.index).fillna(0)
            assert np.allclose(found, wanted, rtol=1e-9, atol=1e-6), (
                f"{way} gives other numbers than the kit"
            )
    for way in WAYS:
        own = {name: [one[name] for one in spent[way]] for name in ("seconds", "cpu", "mib")}
        ratios = {
            name: statistics.median(
                kit[name] / one[name] for kit, one in zip(spent["kit"], spent[way], strict=True)
            )
            for name in ("seconds", "cpu")
        }
        print(
            f"{by:14s} {way:7s} kit / this: {ratios['seconds']:.2f} of the time, "
            f"{ratios['cpu']:.2f} of the processor "
            f"time; peak {max(own['mib']):,.0f} MiB"
        )


def engines(folder: Path, sizes: list[int]) -> None:
    """The scorecard by partner on each engine; ratios to the quickest of the size."""
    path = folder / "deals.parquet"
    for rows in sizes:
        make(path, rows, 1 if rows < 10_000 else 1000)
        found = {way: [run(way, path, "partner") for _ in range(3)] for way in ENGINES}
        for way in ENGINES[1:]:
            pd.testing.assert_frame_equal(
                found[way][0][1], found[ENGINES[0]][0][1], check_dtype=False
            )
        best = {
            way: {k: min(told[k] for told, _ in runs) for k in ("seconds", "cpu", "mib")}
            for way, runs in found.items()
        }
        least = {k: min(one[k] for one in best.values()) for k in ("seconds", "cpu")}
        for way, one in best.items():
            print(
                f"{rows:>11,} deals, {way:13s} {one['seconds'] / least['seconds']:5.1f} of the "
                f"least time, "
                f"{one['cpu'] / least['cpu']:5.1f} of the least processor time; peak "
                f"{one['mib']:,.0f} MiB",
                flush=True,
            )


def grow(folder: Path, sizes: list[int]) -> None:
    first = None
    for rows in sizes:
        path = folder / "deals.parquet"
        make(path, rows)
        for by in ("partner", "partner,month"):
            told, _ = run("kit", path, by)
            first = first or {}
            one = first.setdefault(by, told["cpu"] / rows)
            print(
                f"{rows:>11,} deals by {by:14s} processor time a deal "
                f"{told['cpu'] / rows / one:.2f} of that at "
                f"{sizes[0]:,}; peak {told['mib']:,.0f} MiB",
                flush=True,
            )


def main() -> None:
    """Parse, make the deals, measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument(
        "--grow", type=int, nargs="*", help="sizes; without any 1, 10 and 50 million"
    )
    options.add_argument(
        "--engines", type=int, nargs="*", help="sizes; without any 2 thousand, 1 and 10 million"
    )
    options.add_argument("--slider", action="store_true")
    options.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    said = options.parse_args()
    if said.measure:
        return measure(*said.measure)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    if said.slider:
        return slider()
    with tempfile.TemporaryDirectory() as folder:
        if said.grow is not None:
            return grow(Path(folder), said.grow or [1_000_000, 10_000_000, 50_000_000])
        if said.engines is not None:
            return engines(Path(folder), said.engines or [2_000, 1_000_000, 10_000_000])
        path = Path(folder) / "deals.parquet"
        make(path, said.rows)
        for by in ("partner", "partner,month"):
            compare(path, by, said.repeat)
    return None


if __name__ == "__main__":
    main()
