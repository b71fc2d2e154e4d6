"""What judging adds to a report: `python benchmarks/judging.py [data/sample]`. Only the ratios
travel between machines.

A report's time is what the run's manifest says, warm and cold; judging is what the report of one
partner calls, beside what is fitted once for all partners: `fit_programme` and the intervals of the
scorecard.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ |= dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
)  # as the reports' own processes have it

from kpi_helpers import load
from kpi_helpers.contract.as_of import ages
from kpi_helpers.judging import (
    channel_verdicts,
    fit_programme,
    forecast,
    pace_of_years,
    period_ahead,
    recommend,
    what_changed,
    with_intervals,
)
from kpi_helpers.scoring.scorecard import scorecard
from kpi_helpers.stats import share_won_by

WINDOW, AS_OF, PARTNERS = "2025-Q4", "2025-12-31", ("Işık Bilişim", "Boğaziçi Veri")
SOURCE = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "data" / "sample")


def seconds(call, times=1):
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def report_seconds(server):
    """What the run's own manifest says one report took."""
    command = [
        str(Path(sys.executable).parent / "partner-kpis"),
        "report",
        str(SOURCE),
        "--jobs",
        "1",
    ]
    command += ["--window", WINDOW, "--as-of", AS_OF, "--server", server]
    command += [word for partner in PARTNERS for word in ("--partner", partner)]
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([*command, "--out", out], check=True, capture_output=True)
        rows = [
            json.loads(line)
            for line in (Path(out) / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
        ]
    return statistics.median(row["seconds"] for row in rows if "seconds" in row)


def judge(deals, spend, programme, partner):
    mine, paid = deals[partner], spend.get(partner)
    what_changed(mine, WINDOW, as_of=AS_OF)
    channel_verdicts(mine, WINDOW, as_of=AS_OF)
    followed = ages(mine, AS_OF)
    share_won_by(followed["days"], followed["outcome"])
    pace_of_years(mine, AS_OF)
    ahead = forecast(mine, programme.history, period_ahead(WINDOW, AS_OF), target=1e6)
    recommend(mine, programme, partner, ahead=ahead, spend=paid)


def judge_all():
    with_intervals(card, table)
    return fit_programme(table, WINDOW, as_of=AS_OF)


data = load(SOURCE, as_of=AS_OF)
table = data.deals("pandas")
deals = {partner: mine.reset_index(drop=True) for partner, mine in table.groupby("partner")}
spend = dict(iter(data.spend.groupby("partner")))
card = scorecard(
    table, by="partner", window=WINDOW, as_of=AS_OF, spend=data.spend, targets=data.targets
)
programme = judge_all()
once = seconds(judge_all)
judge(deals, spend, programme, PARTNERS[0])
each = {partner: seconds(lambda p=partner: judge(deals, spend, programme, p)) for partner in deals}
usual, most = statistics.median(each.values()), max(each.values())
told = {engine: report_seconds(engine) for engine in ("warm", "cold")}
print(f"judging one partner, median of {len(each)}: {usual:.3f} s, most {most:.3f} s")
print(f"fitted once for all partners: {once:.2f} s, {once / len(each):.3f} s a partner")
for engine, report in told.items():
    share, highest = ((x + once / len(each)) / report for x in (usual, most))
    print(
        f"{engine} report {report:.2f} s: judging adds {share:.1%} (at most {highest:.1%}), "
        f"common part shared out"
    )
clock = (
    "import time; t = time.perf_counter(); import pandas; a = time.perf_counter(); import "
    "kpi_helpers.judging; "
)
code = clock + "print((time.perf_counter() - a) / (a - t))"
run = [sys.executable, "-c", code]
shares = [float(subprocess.run(run, capture_output=True, check=True).stdout) for _ in range(3)]
print(
    f"importing kpi_helpers.judging on top of pandas: {statistics.median(shares):.1%} of "
    f"importing pandas"
)
