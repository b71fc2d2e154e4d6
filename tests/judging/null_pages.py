"""What pages claim of programmes in which nothing changes, and of planted changes:
`python -m tests.judging.null_pages [worlds]`."""

import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from unittest.mock import patch

import pandas as pd

from kpi_helpers.contract.windows import parse_window
from kpi_helpers.judging.channels import STOP_PAID, WORK_ON_EARNED
from kpi_helpers.judging.claims import ABOVE, BELOW, FELL, ROSE, TOLD
from kpi_helpers.judging.programme_fit import fit_programme
from kpi_helpers.views import fleet
from kpi_helpers.views.claims import FALLING, FASTER, RISING, SLOWER
from kpi_helpers.views.partner import PartnerView

from . import null_world

WINDOW, AS_OF = parse_window("2025-Q4"), date(2025, 12, 31)
ASSERTS = {ROSE, FELL, ABOVE, BELOW, RISING, FALLING, FASTER, SLOWER, STOP_PAID, WORK_ON_EARNED}
# What partners that truly differ in volume, rate and size may be told without being wronged.
OF_DIFFERENCES = ("peers", "average", "fair")
WORLDS = {
    "nothing changes": {},
    "nothing changes, all alike": {"alike": True},
    "close rate halved": {
        "alike": True,
        "a_quarter": 60,
        "close_rate": 0.5,
        "planted": {"rate": 0.5},
    },
    "arrivals doubled": {
        "alike": True,
        "a_quarter": 60,
        "close_rate": 0.5,
        "planted": {"arrivals": 2},
    },
}


def pages(seed: int, **world) -> Iterator[PartnerView]:
    """Every partner's page of a programme; what only the forecast's back-test tells is left out."""
    deals = null_world.programme(seed, **world)
    with patch.object(fleet, "fit_programme", partial(fit_programme, backtest_periods=0)):
        measured = fleet.measure(deals, WINDOW, AS_OF, currency="EUR")
    for name in sorted(measured.now["partner"].unique()):
        own = measured.of(name)
        yield PartnerView(
            *(name, WINDOW, AS_OF, own.currency, own.slow_days, deals[deals["partner"] == name]),
            *(own.now, own.previous, own.peers, own.trend, own.programme),
            year=own.year,
            scatter=own.scatter,
        )


def told(seeds, **world) -> pd.DataFrame:
    """A row for each claim that some sentence of a page tells: seed, partner, kind, about, verdict,
    whether it asserts something, and whether it is more than chance explains."""
    rows = []
    for seed in seeds:
        for view in pages(seed, **world):
            for (kpi, basis, which), claim in (view.claims | view.judged).items():
                change = which in ("previous", "year")
                if (change and (kpi, basis) not in TOLD) or claim.kind in ("advice", "enough"):
                    continue
                about = f"{kpi}, {which}" if change else kpi
                facts = (seed, view.partner, claim.kind, about, claim.verdict)
                rows.append((*facts, claim.verdict in ASSERTS, claim.sure))
    names = ["seed", "partner", "kind", "about", "verdict", "asserts", "sure"]
    return pd.DataFrame(rows, columns=names)


def shares(claims: pd.DataFrame) -> pd.DataFrame:
    """By kind of claim, how many assert something, of how many; and pages with any."""
    by = claims.groupby(["kind", "about"])["asserts"].agg(["sum", "size"])
    pages_of = claims.groupby(["seed", "partner"])
    changes = claims[claims["kind"] == "change"].groupby(["seed", "partner"])
    for name, found in {
        "any change": changes["asserts"].any(),
        "any change more than chance": pages_of["sure"].any(),
        "any peers": claims[claims["kind"] == "peers"]
        .groupby(["seed", "partner"])["asserts"]
        .any(),
    }.items():
        by.loc[("page", name), ["sum", "size"]] = found.sum(), len(found)
    return by.assign(share=by["sum"] / by["size"])


def main(worlds: int) -> None:
    for name, world in WORLDS.items():
        claims = told(range(worlds), **world)
        if "planted" in world:
            claims = claims[claims["partner"] == "P00"]
        print(f"\n{name}: {worlds} programmes\n")
        print(shares(claims).to_string(float_format=lambda x: f"{x:.3f}"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
