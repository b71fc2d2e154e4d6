"""What the coming window brings, as distributions: the baseline, or with a scenario's changes."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import nearest_names
from kpi_helpers.whatif.applying import applied
from kpi_helpers.whatif.baselines import Baseline, World
from kpi_helpers.whatif.scenarios import scenario_of

MEASURES = ("revenue", "deal_count", "weighted_pipeline", "quality_score", "attainment")
AT_A_TIME = 32  # deals summed at a time


@dataclass(frozen=True)
class Range:
    """Reached with chances 90 %, 50 % and 10 %, and the mean."""

    p10: float
    p50: float
    p90: float
    mean: float


@dataclass(frozen=True)
class Answer:
    """The coming window: `revenue` (credited money, with what is won already), `deal_count`,
    `weighted_pipeline` (what today's open deals bring in the end; its mean is their weighted
    value), `quality_score` (100: the average peer at last year's pace) and `attainment` (revenue /
    target), each a Range or None where it cannot be told; `chance` to reach the target; `spend`,
    `notes` to read with it, and every draw of the `revenues` and `counts`.
    """

    name: str
    revenue: Range
    deal_count: Range
    weighted_pipeline: Range
    quality_score: Range | None
    attainment: Range | None
    target: float | None
    chance: float | None
    spend: float | None
    notes: tuple[Note, ...]
    revenues: np.ndarray = field(repr=False)
    counts: np.ndarray = field(repr=False)

    def difference(self, other: "Answer") -> Range:
        """How much more revenue than the other's, draw by draw: the same luck on both sides."""
        return _range(self.revenues - other.revenues, self.revenue.mean - other.revenue.mean)

    def plain(self) -> dict:
        """The numbers as plain data; what is not known is None."""
        ranges = {
            name: vars(plain) if (plain := getattr(self, name)) else None for name in MEASURES
        }
        return ranges | {"chance": self.chance, "target": self.target, "spend": self.spend}


@nearest_names
def simulate(base: Baseline, scenario=None) -> Answer:
    """What the window brings when the scenario holds; more is better.

    Open deals are won with their own chance, deals to come arrive as a Poisson process whose rate
    is uncertain as Gamma(n + 1/2), and a shared shock correlates a partner's outcomes, as in
    `judging.forecast`; the seeded draws are common to all scenarios. Means are exact, not averages
    of draws. With rates, sizes and numbers changed by a factor, revenue changes by that factor, and
    by 1/factor with the cycle (the velocity equation), unless a chance reaches 1.

    Parameters
    ----------
    base : Baseline
        What `baseline` gave.
    scenario : Scenario or dict, optional
        Changes of drivers; None changes nothing.

    Returns
    -------
    Answer
        A `Baseline` and a `Scenario`, {driver: change} or None (nothing changed) in, an `Answer`
        out.

    Raises
    ------
    KitError
        For changes it cannot read.

    Notes
    -----
    It misleads when a driver is moved that cannot be moved alone: that deals with more discount
    were won more often does not say that discount wins deals.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.whatif import baseline
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(40),
    ...         "partner": "Ada",
    ...         "status": ["won", "lost"] * 20,
    ...         "amount": 100.0,
    ...         "created_on": pd.Timestamp("2025-01-01"),
    ...         "closed_on": pd.to_datetime(["2025-02-10", "2025-03-01"] * 20),
    ...     }
    ... )
    >>> base = baseline(deals, partner="Ada", as_of="2025-12-31")
    >>> today, better = simulate(base), simulate(base, {"close_rate": "+10%"})
    >>> better.revenue.mean > today.revenue.mean
    True
    """
    scenario = scenario_of(scenario)
    world, notes = applied(base, scenario)
    mine = base.part_of(world)
    revenues, counts, ever = drawn(base, mine)
    amount, number, weighted = expected(base, mine)
    target = scenario.target if scenario.target is not None else base.target
    score = None
    if base.peers and min(base.peers) > 0:
        scores = 100 * np.sqrt(np.maximum(revenues, 0) / base.peers[0] * counts / base.peers[1])
        score = _range(scores, float(scores.mean()))
    return Answer(
        name=scenario.name,
        revenue=_range(revenues, amount),
        deal_count=_range(counts, number),
        weighted_pipeline=_range(ever, weighted),
        quality_score=score,
        attainment=_range(revenues / target, amount / target) if target else None,
        target=target,
        chance=float((revenues >= target - 1e-6).mean()) if target else None,
        spend=sum(mine.spend.values()) if mine.spend else None,
        notes=(*base.notes, *notes),
        revenues=revenues,
        counts=counts,
    )


def expected(base: Baseline, mine: World) -> tuple[float, float, float]:
    """The exact means of revenue, deal count and weighted pipeline."""
    opened, coming = mine.opened, mine.coming
    wins = (opened["chance"] * opened["copies"]).to_numpy()
    ever = (opened["ever"] * opened["copies"]).to_numpy()
    amounts, new = opened["amount"].to_numpy(), coming["wins"].to_numpy()
    revenue = base.so_far[0] + amounts @ wins + coming["amount"].to_numpy() @ new
    return float(revenue), float(base.so_far[1] + wins.sum() + new.sum()), float(amounts @ ever)


def drawn(base: Baseline, mine: World) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each draw's revenue, deal count, and what the open deals bring in the end."""
    draws = base.draws
    table = _merged(mine.opened)
    amounts = np.vstack([table["amount"], np.ones(len(table))]).astype(np.float32)
    luck = draws.luck(tuple(zip(table["deal_id"], table["partner"], strict=True)))
    revenue, count = (
        _won(amounts, table["chance"].to_numpy(), luck) + np.array(base.so_far)[:, None]
    )
    ever = _won(amounts[:1], table["ever"].to_numpy(), luck)[0]
    usual = base.mine.coming
    if len(usual):
        parts = usual.groupby("partner")["wins"].sum() / max(usual["wins"].sum(), 1e-12)
        lift = draws.lift(tuple(parts.items()), float(usual["wins"].mean()))
    for name, rows in mine.coming.groupby("stream"):
        wins = rows["wins"].to_numpy()
        if wins.sum() > 0:
            stream = draws.stream(name)
            number = stream.arrived(wins.sum() * lift * stream.pace(len(rows)))
            revenue += stream.worth(number, rows["amount"].to_numpy(), wins)
            count += number
    return revenue, count, ever


def _merged(opened: pd.DataFrame) -> pd.DataFrame:
    """One row a deal, with the wins expected of it: parts of a moved deal are one deal again."""
    table = opened.assign(
        chance=opened["chance"] * opened["copies"], ever=opened["ever"] * opened["copies"]
    )
    if not table.duplicated(["deal_id", "partner"]).any():
        return table
    how = {"amount": "first", "chance": "sum", "ever": "sum"}
    return table.groupby(["deal_id", "partner"], sort=False, as_index=False).agg(how)


def _won(amounts: np.ndarray, expected: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Sums over the won deals in each draw, a row for each of `amounts`; an expectation above 1
    stands for more deals like it. A few deals at a time: what fits the processor's cache is summed
    several times as fast."""
    whole, part = np.divmod(expected, 1)
    sums = np.repeat(amounts @ whole, luck.shape[1]).reshape(len(amounts), -1).astype(float)
    part = part[:, None].astype(np.float32)
    for at in range(0, len(luck), AT_A_TIME):
        some = slice(at, at + AT_A_TIME)
        sums += amounts[:, some] @ (luck[some] < part[some]).astype(np.float32)
    return sums


def _range(values: np.ndarray, mean: float) -> Range:
    return Range(
        *(float(q) for q in np.quantile(values, (0.1, 0.5, 0.9), method="inverted_cdf")), mean
    )
