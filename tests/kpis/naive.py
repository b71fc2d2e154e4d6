"""The KPIs once more, as plain loops over plain rows, written from kpis.md and not from the kit's
code.

Slow on purpose and free of any frame: what the kit computes on every engine has to equal what is
counted here.
"""

import math
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median

CHANNELS = ("paid", "earned", "owned", "partner", "unknown")
REASONS = {
    "Registration rejected": "rejected",
    "never worked": "never_worked",
    "Süresi doldu": "expired",
}
KINDS = (*REASONS.values(), "competitor", "otherwise", "cancelled")


@dataclass(frozen=True)
class Span:
    start: date
    end: date

    def holds(self, day: date | None) -> bool:
        return day is not None and self.start <= day <= self.end


def over(top, bottom):
    return None if top is None or not bottom else top / bottom


def as_they_stood(deals: list[dict], as_of: date) -> list[dict]:
    """Deals created later do not exist; those closed later are open."""
    rows = []
    for deal in deals:
        if deal["created_on"] is not None and deal["created_on"] > as_of:
            continue
        closed = deal["status"] != "open" and (
            deal["closed_on"] is None or deal["closed_on"] <= as_of
        )
        rows.append({**deal, "outcome": deal["status"] if closed else "open"})
    return rows


def whole(deals: list[dict]) -> list[dict]:
    """One row a deal: the shares that fall into the group are added up."""
    rows = {}
    for deal in deals:
        credit = 1.0 if deal["credit"] is None else deal["credit"]
        if deal["deal_id"] in rows:
            rows[deal["deal_id"]]["credit"] += credit
        else:
            rows[deal["deal_id"]] = {**deal, "credit": credit}
    return list(rows.values())


def money(deals: list[dict]) -> float:
    return math.fsum(d["amount"] * d["credit"] for d in deals if d["amount"] is not None)


def priced(deals: list[dict]) -> list[dict]:
    return [d for d in deals if d["amount"] is not None]


def of(deals: list[dict], *outcomes: str) -> list[dict]:
    return [d for d in deals if d["outcome"] in outcomes]


def days(deal: dict) -> int | None:
    days = deal["closed_on"], deal["created_on"]
    return None if None in days else (days[0] - days[1]).days


def cycles(deals: list[dict]) -> list[int]:
    return [d for d in map(days, of(deals, "won")) if d is not None]


def slow_days(deals: list[dict], as_of: date) -> float | None:
    """The 90th percentile of won cycles, each deal once, interpolated between neighbours."""
    found = sorted(cycles(whole(as_they_stood(deals, as_of))))
    if not found:
        return None
    at = 0.9 * (len(found) - 1)
    low, high = found[math.floor(at)], found[math.ceil(at)]
    return low + (high - low) * (at - math.floor(at))


def why_missed(deal: dict) -> str:
    if deal["lost_reason"] in REASONS:
        return REASONS[deal["lost_reason"]]
    if deal["lost_to_competitor"]:
        return "competitor"
    return "otherwise" if deal["outcome"] == "lost" else "cancelled"


def group(
    deals, *, window: Span | None, state: date, as_of: date, within: int, slow: float | None
) -> dict:
    """{(kpi, basis): (value, numerator, denominator, n)} for the deals of one group; window None is
    all time."""
    deals = whole(deals)
    now = as_they_stood(deals, as_of)
    closed = [
        d
        for d in now
        if d["outcome"] != "open" and (window is None or window.holds(d["closed_on"]))
    ]
    made = [d for d in now if window is None or window.holds(d["created_on"])]
    won, lost, cancelled = of(closed, "won"), of(closed, "lost"), of(closed, "cancelled")
    decided = [*won, *lost]
    sold = priced(won)
    rows = {}

    def ratio(kpi, basis, top, bottom, n):
        rows[kpi, basis] = (over(top, bottom), top, bottom, n)

    def total(kpi, basis, value, n=None):
        rows[kpi, basis] = (value, value, None, value if n is None else n)

    # 2.1
    size = "average_deal_size"
    ratio(size, "whole", math.fsum(d["amount"] for d in sold), len(sold), len(sold))
    total(size, "median", median(d["amount"] for d in sold) if sold else None, len(sold))
    ratio(size, "credited", money(sold), math.fsum(d["credit"] for d in sold), len(sold))

    # 2.2
    worth = (None if won and not sold else money(won), money(won), None, len(sold))
    total("deal_count", "won", len(won))
    rows["deal_count", "amount"] = worth
    total("deal_count", "credited", math.fsum(d["credit"] for d in won), len(won))
    total("deal_count", "created", len(made))
    total("deal_count", "lost", len(lost))
    total("deal_count", "cancelled", len(cancelled))
    still = of(as_they_stood(deals, state), "open")
    total("deal_count", "open", len(still))

    # 2.3
    known = priced(still)
    weighable = [d for d in known if d["probability"] is not None]
    expected = math.fsum(d["amount"] * d["credit"] * d["probability"] for d in weighable)
    ages = [(state - d["created_on"]).days for d in still if d["created_on"] is not None]
    late = [
        d for d in still if d["expected_close_on"] is not None and d["expected_close_on"] < state
    ]
    rows["pipeline", "open"] = (
        None if still and not known else money(known),
        money(known),
        None,
        len(known),
    )
    rows["pipeline", "weighted"] = (
        None if still and not weighable else expected,
        expected,
        None,
        len(weighable),
    )
    total("pipeline", "count", len(still))
    total("pipeline", "age", median(ages) if ages else None, len(ages))
    total("pipeline", "overdue", len(late))
    total("pipeline", "overdue_amount", money(late), len(late))
    stale = [
        d
        for d in still
        if slow is not None
        and d["created_on"] is not None
        and (state - d["created_on"]).days > slow
    ]
    rows["pipeline", "stale"] = (None if slow is None else len(stale), len(stale), None, len(stale))
    rows["pipeline", "stale_amount"] = (
        None if slow is None else money(stale),
        money(stale),
        None,
        len(stale),
    )
    told = [d for d in lost if d["lost_to_competitor"] is not None]
    beaten = len([d for d in lost if d["lost_to_competitor"]])
    rows["pipeline", "competitor"] = (
        over(beaten, len(lost)) if told else None,
        beaten,
        len(lost),
        len(lost),
    )

    # 2.4
    for channel in CHANNELS:
        leads = [
            d for d in made if (d["channel"] if d["channel"] in CHANNELS else "unknown") == channel
        ]
        bought = of(leads, "won")
        total("marketing_channels", f"leads.{channel}", len(leads))
        total("marketing_channels", f"won.{channel}", len(bought), len(leads))
        total("marketing_channels", f"revenue.{channel}", money(bought), len(bought))
        ratio("marketing_channels", f"close_rate.{channel}", len(bought), len(leads), len(leads))

    # 2.5
    ratio("close_rate", "cohort", len(of(made, "won")), len(made), len(made))
    ratio("close_rate", "closed", len(won), len(decided), len(decided))
    ratio("close_rate", "broad", len(won), len(closed), len(closed))
    old = [
        d for d in made if d["created_on"] is not None and (as_of - d["created_on"]).days >= within
    ]
    soon = [d for d in of(old, "won") if days(d) <= within]
    ratio("close_rate", "within", len(soon), len(old), len(old))
    ratio("close_rate", "value", money(won), money(decided), len(priced(decided)))

    # 2.6
    took = cycles(won)
    total("deal_velocity", "cycle_median", median(took) if took else None, len(took))
    ratio("deal_velocity", "cycle_mean", sum(took), len(took), len(took))
    mean = fmean(took) if took else None
    speed = len(decided) * (money(won) / len(sold)) * (len(won) / len(decided)) if sold else None
    rows["deal_velocity", "revenue_per_day"] = (over(speed, mean), speed, mean, len(decided))

    # 2.7, the pair and the yield; the indices need the others and the past
    total("quality_score", "won", len(won))
    rows["quality_score", "amount"] = worth
    ratio("quality_score", "yield", money(won), len(closed), len(closed))

    # 2.8
    ideal = [d for d in made if d["ideal"]]
    says = any(d["ideal"] is not None for d in made)
    for basis, top in (("success", len(of(ideal, "won"))), ("identification", len(ideal))):
        rows["deal_success", basis] = (
            over(top, len(made)) if says else None,
            top,
            len(made),
            len(made),
        )
    base = ideal if says else made
    ratio("deal_success", "conversion", len(of(base, "won")), len(base), len(base))
    for kind in KINDS:
        missed = [d for d in of(made, "lost", "cancelled") if why_missed(d) == kind]
        total("deal_success", f"missed.{kind}", len(missed))
        total("deal_success", f"missed_amount.{kind}", money(missed), len(missed))
    return rows


def index(won, amount, base_won, base_amount):
    if base_won is None:
        return None
    if not won:
        return 0.0
    if base_amount is None or base_won <= 0 or base_amount <= 0 or amount < 0:
        return None
    return 100 * math.sqrt(won / base_won * amount / base_amount)


def table(
    deals: list[dict],
    *,
    by: list[str],
    windows: list[tuple[Span | None, Span | None, date]],
    as_of: date,
    within: int,
    slow: float | None,
) -> dict:
    """{(group, window number): {(kpi, basis): row}} for windows of (window, the one before, state's
    date)."""
    there = as_they_stood(deals, as_of)
    names = {tuple(d[name] for name in by) for d in there}
    found = {}
    for number, (window, before, state) in enumerate(windows):
        programme = {"as_of": as_of, "within": within, "slow": slow}
        mine = {
            name: group(
                [d for d in deals if tuple(d[b] for b in by) == name],
                window=window,
                state=state,
                **programme,
            )
            for name in (names if by else {()})
        }
        active = [name for name, rows in mine.items() if rows["close_rate", "broad"][3]]
        for name, rows in mine.items():
            won, amount = rows["quality_score", "won"][1], rows["quality_score", "amount"][1]
            peers = [mine[other] for other in active] if by and set(active) - {name} else []
            base_won = fmean(p["quality_score", "won"][1] for p in peers) if peers else None
            base_amount = fmean(p["quality_score", "amount"][1] for p in peers) if peers else None
            rows["quality_score", "peers"] = (
                index(won, amount, base_won, base_amount),
                None,
                None,
                won,
            )
            past = None
            if before:
                rows_of = [d for d in deals if tuple(d[b] for b in by) == name]
                past = group(rows_of, window=before, state=state, **programme)
            was_won = past["quality_score", "won"][1] if past else 0
            was_amount = past["quality_score", "amount"][1] if past else 0
            rows["quality_score", "past"] = (
                index(won, amount, was_won or None, was_amount),
                None,
                None,
                won,
            )
            found[name, number] = rows
    return found
