"""What a slider costs: `python benchmarks/whatif.py [data/sample]`. Only the ratios travel between
machines.

An update is what the panel does after a slider has moved (10,000 draws, table and picture); a bare
redraw is the same table and picture from answers that are there already: `anew` with its axes drawn
again, `kept` as the panel does it, where only the curve is. Processor time, which other work on the
machine moves least.
"""

import statistics
import sys
import time
from pathlib import Path

from kpi_helpers import load, whatif
from kpi_helpers.judging import learn
from kpi_helpers.panels.live_curve import LiveCurve
from kpi_helpers.showing.what_if_answers import answer_rows

SOURCE = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "data" / "sample")
MOVES = 60
DRIVERS = ("close_rate", "average_deal_size", "opportunities", "cycle_days")


def milliseconds(call, moves) -> float:
    spent = []
    for move in moves:
        started = time.process_time()
        call(*move)
        spent.append(1000 * (time.process_time() - started))
    return statistics.median(spent)


def show(before, after, curve=None):
    return str(answer_rows([before, after], "EUR", small=True).markup), (
        curve or LiveCurve("EUR")
    ).png(before, after)


data = load(SOURCE)
deals = data.deals("pandas")
history = learn(deals, data.as_of)
usual = deals["partner"].value_counts().sort_values()
for name in (usual.index[len(usual) // 2], usual.index[-1], None):
    base = whatif.baseline(
        deals, partner=name, as_of=data.as_of, spend=data.spend, history=history, target=1e6
    )
    before, after = whatif.simulate(base), whatif.simulate(base, {"close_rate": "+5pp"})
    moves = [(DRIVERS[i % 4], f"{i % 25 - 12:+d}%") for i in range(MOVES)]
    live = LiveCurve("EUR")
    anew = milliseconds(lambda *_move, pair=(before, after): show(*pair), moves)
    kept = milliseconds(lambda *_move, pair=(before, after), curve=live: show(*pair, curve), moves)
    update = milliseconds(
        lambda d, c, b=base, first=before, curve=live: show(
            first, whatif.simulate(b, {d: c}), curve
        ),
        moves,
    )
    size = f"{len(base.mine.opened)} open deals, {base.draws.n:,} draws"
    told = (
        f"update {update:.0f} ms; bare redraw anew {anew:.0f} ms ({update / anew:.2f} x), "
        f"kept {kept:.0f} ms"
    )
    print(f"{name or 'everyone'} ({size}): {told}")
