"""Pages at any point of their window, in any currency, with whole, partial, doubled and
contradicting side tables, of few and of many partners: numbers are those of an own computation."""

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.errors import KitError
from kpi_helpers.reading import load

from .contradictions import contradictions
from .measuring import measured, page

WINDOW = parse_window("2025-Q4")
AS_OF = {"10 %": date(2025, 10, 9), "50 %": date(2025, 11, 15), "100 %": date(2025, 12, 31)}
CURRENCY = {"native": ("EUR", 1.0), "other": ("USD", 1.25)}  # and what a EUR is worth in it
TARGETS = ("all", "some", "none", "duplicated", "contradicting")
SPEND = ("once", "twice")
PARTNERS = (1, 5, 6)
TARGET, SPENT = 4000.0, 700.0  # in the reporting currency


def every_pair() -> list[tuple]:
    """Few cases in which every two values of two axes meet at least once."""
    axes = [AS_OF, CURRENCY, TARGETS, SPEND, PARTNERS]
    cases, left = [], None
    everything = [*product(*axes)]

    def pairs(case):
        return {(i, j, case[i], case[j]) for i in range(5) for j in range(i)}

    left = set().union(*map(pairs, everything))
    while left:
        best = max(everything, key=lambda case: len(pairs(case) & left))
        cases.append(best)
        left -= pairs(best)
    return cases


def export(folder, partners: int, targets: str, spend: str, money=("EUR", 1.0)) -> pd.DataFrame:
    """A folder of an export; the deals as they are written there."""
    rng = np.random.default_rng(partners)
    n = 60 * partners
    created = pd.Timestamp("2024-10-01") + pd.to_timedelta(rng.integers(0, 456, n), unit="D")
    closed = created + pd.to_timedelta(rng.integers(5, 80, n), unit="D")
    status = rng.choice(["won", "lost"], n)
    still = closed > pd.Timestamp("2025-12-31")
    deals = pd.DataFrame(
        {
            "deal_id": range(n),
            "partner": [f"P{at % partners}" for at in range(n)],
            "channel": rng.choice(["paid", "earned", "owned"], n),
            "status": np.where(still, "open", status),
            "amount": rng.integers(2, 40, n) * 100,
            "currency": "EUR",
            "created_on": created,
            "closed_on": closed.where(~still),
        }
    )
    deals.to_csv(folder / "deals.csv", index=False)
    code, worth = money
    rates = pd.DataFrame({"currency": ["EUR", code], "date": "2024-01-01", "rate": [worth, 1.0]})
    rates.drop_duplicates().to_csv(folder / "rates.csv", index=False)
    named = [f"P{at}" for at in range(partners)]
    named = named[: (len(named) + 1) // 2] if targets == "some" else named
    agreed = pd.DataFrame(
        {"partner": named, "period": "2025-Q4", "kpi": "won_amount", "target": TARGET}
    )
    if targets in ("duplicated", "contradicting"):
        more = TARGET if targets == "duplicated" else 2 * TARGET
        agreed = pd.concat([agreed, agreed.assign(target=more)])
    if targets != "none":
        agreed.to_csv(folder / "targets.csv", index=False)
    months = pd.DataFrame({"month": ["2025-10", "2025-11", "2025-12"], "channel": "paid"})
    bills = pd.concat([months.assign(partner=f"P{at}", amount=SPENT) for at in range(partners)])
    pd.concat([bills] * {"once": 1, "twice": 2}[spend]).to_csv(folder / "spend.csv", index=False)
    return deals


def counted(deals: pd.DataFrame, as_of: date, worth: float) -> dict[str, float]:
    """The numbers of a page, by loops over rows and nothing of the kit's."""
    start, day = pd.Timestamp(WINDOW.start), pd.Timestamp(as_of)
    won = amount = opened = revenue = leads = 0.0
    for row in deals.itertuples():
        if row.created_on > day:
            continue
        decided = pd.notna(row.closed_on) and row.closed_on <= day
        is_won = decided and row.status == "won"
        if is_won and row.closed_on >= start:
            won, amount = won + 1, amount + row.amount * worth
        opened += 0 if decided else row.amount * worth
        if row.created_on >= start and row.channel == "paid":
            leads += 1
            revenue += row.amount * worth if is_won else 0
    return {"won": won, "amount": amount, "open": opened, "leads": leads, "revenue": revenue}


def checked(row, wanted) -> None:
    assert row["value"] == pytest.approx(wanted, nan_ok=True), row


def agreed(targets: str, name: str, partners: int) -> bool:
    """Whether the partner has a target that can be used."""
    if targets in ("none", "contradicting"):
        return False
    return targets != "some" or int(name[1:]) < (partners + 1) // 2


@pytest.mark.parametrize("case", every_pair(), ids=lambda case: ", ".join(map(str, case)))
def test_a_page_shows_what_an_own_computation_gives(tmp_path, case):
    at, currency, targets, spend, partners = case
    as_of, (code, worth) = AS_OF[at], CURRENCY[currency]
    deals = export(tmp_path, partners, targets, spend, CURRENCY[currency])
    loaded = load(tmp_path, as_of=as_of, currency=code)
    sides = {"targets": loaded.targets, "spend": loaded.spend}
    made = measured(loaded.deals("pandas"), as_of, "2025-Q4", **sides)
    view = page(made, "P0", loaded.deals("pandas"), **sides)
    own = counted(deals[deals["partner"] == "P0"], as_of, worth)
    checked(view.row("deal_count", "won"), own["won"])
    checked(view.row("deal_count", "amount"), own["amount"])
    checked(view.row("pipeline", "open"), own["open"])
    checked(view.row("marketing_channels", "leads.paid"), own["leads"])
    reached = own["amount"] / TARGET if agreed(targets, "P0", partners) else np.nan
    checked(view.row("pipeline", "attainment"), reached)
    if at == "100 %":  # spend is known by whole months
        spent = 3 * SPENT
        checked(view.row("marketing_channels", "roi.paid"), (own["revenue"] - spent) / spent)
    by_name = {
        name: counted(mine, as_of, worth)["amount"] for name, mine in deals.groupby("partner")
    }
    toward = [amount for name, amount in by_name.items() if agreed(targets, name, partners)]
    share = sum(toward) / (TARGET * len(toward)) if toward else np.nan
    everyone = made.everyone
    row = everyone[(everyone["kpi"] == "pipeline") & (everyone["basis"] == "attainment")].iloc[0]
    assert row["partner"] == EVERYONE
    checked(row, share)
    few = partners - 1 < 5
    assert pd.isna(view.row("deal_count", "won")["peers_median"]) == few
    assert contradictions(view) == []


def test_a_currency_that_cannot_be_reached_is_refused(tmp_path):
    export(tmp_path, 1, "all", "once")
    with pytest.raises(KitError, match="GBP"):
        load(tmp_path, currency="GBP")
