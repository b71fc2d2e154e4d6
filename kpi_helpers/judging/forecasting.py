"""What a period will bring by its end: won so far, what the open deals may bring, and deals not yet
created."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.windows import Window, parse_window
from kpi_helpers.errors import UnknownValue, nearest_names
from kpi_helpers.judging.arrivals import YEAR, deals_to_come
from kpi_helpers.judging.win_chances import (
    CRM,
    EFFECTS,
    WinHistory,
    win_chances,
)
from kpi_helpers.stats import reasons
from kpi_helpers.stats.pipeline_outcome import EXACT, Outcome, outcome

READ = (
    "deal_id",
    "credit",
    "status",
    "stage",
    "amount",
    "probability",
    "probability_source",
    "expected_close_on",
    "created_on",
)
READ = (*READ, "closed_on", *EFFECTS)
MEASURES = ("won_amount", "deal_count")
FEWEST_CREATED = 8  # deals in the last year, before deals to come are foreseen
SHOCK = 0.02  # correlation of one partner's outcomes in a period
COMMON = 0.25  # the part of it that all partners share
DRAWS = 10_000
AT_A_TIME = 1_000  # deals whose draws are held


@dataclass(frozen=True)
class Forecast:
    """A period's total: `so_far` is won already, p10, p50, p90 and mean are totals at its end,
    `chance` that of reaching `target` (null where `target_reason` says why).

    `deals`: the open deals with amount, chance to be won by the end, its source and the CRM's own
    (crm); `unpriced` and `unknown` of them are left out for want of an amount or a chance;
    `to_come`: wins expected of deals not yet created, 0 where `to_come_reason` says why. `method`:
    exact or simulated. `outcome`: the total's whole distribution.
    """

    measure: str
    window: Window
    as_of: pd.Timestamp
    so_far: float
    p10: float | None
    p50: float | None
    p90: float | None
    mean: float | None
    target: float | None
    chance: float | None
    deals: pd.DataFrame
    unpriced: int
    unknown: int
    to_come: float
    method: str | None
    outcome: Outcome | None = None
    target_reason: str | None = None
    to_come_reason: str | None = None
    reason: str | None = None

    @property
    def sources(self) -> dict[str, int]:
        """How many of the open deals have their chance from where; say it beside the number."""
        return self.deals["source"].value_counts().to_dict()


@nearest_names
def period_ahead(window, as_of) -> Window:
    """The window if it still runs on `as_of`, else the next of its kind: there is nothing to
    forecast in a past one.

    Parameters
    ----------
    window : str or Window
        The days that count, written as in `parse_window`.
    as_of : date or str
        What was known on this day, like 2025-12-31.

    Returns
    -------
    Window
        The window if it still runs on `as_of`, else the next of its kind: there is nothing to
        forecast in a past one.

    Examples
    --------
    >>> period_ahead("2025-Q4", "2025-12-31").label, period_ahead("2025-Q4", "2025-11-03").label
    ('2026-Q1', '2025-Q4')
    """
    as_of = pd.Timestamp(as_of).date()
    window = parse_window(window, as_of)
    while window.end <= as_of:
        after = pd.Timestamp(window.end) + pd.Timedelta(days=1)
        if window.kind in ("month", "quarter", "year"):
            window = parse_window(
                str(
                    after.to_period({"month": "M", "quarter": "Q", "year": "Y"}[window.kind])
                ).replace("Q", "-Q")
            )
        else:
            window = Window(after.date(), (after + pd.Timedelta(days=window.days - 1)).date())
    return window


@nearest_names
def forecast(
    deals: pd.DataFrame,
    history: WinHistory,
    window,
    *,
    target: float | None = None,
    measure: str = "won_amount",
    to_come: bool = True,
    shock: float = SHOCK,
    seed: int = 0,
    draws: int = DRAWS,
) -> Forecast:
    """What the slice will have won by the end of the window; more is better.

    Each open deal is won by the end with its own chance (`win_chances`: circumstances, stage where
    snapshots taught it, closing time from the censored curve given its age); `shock` correlates a
    partner's outcomes (Gaussian copula), and a quarter of it those of different partners. Deals not
    yet created: as many a day as in the last year (8 or more needed, the rate itself uncertain as
    Gamma(n + 1/2)), times the programme's growth and season (`arrivals_ahead`), each like one of
    these, created on any day left. Exact for 12 open deals or
    fewer when none are to come, else `draws` seeded draws. Where there is no history: the CRM's
    probability, labelled, and no deals to come.

    Parameters
    ----------
    deals : DataFrame
        A slice of the deal table.
    history : WinHistory
        What `learn` gave.
    window : str or Window
        It ends after the history's as_of.
    target : float, optional
        What is to be reached, in the measure's unit.
    measure : str
        won_amount (money, credited) or deal_count (deals).
    to_come : bool
        Add deals not yet created.
    shock : float
        Correlation of a shared good or bad period, in [0, 1).
    seed : int
        The same seed gives the same answer.
    draws : int
        How many are drawn.

    Returns
    -------
    Forecast
        A slice of deals, the `learn`ed history and a window that ends after its as_of in; a
        Forecast out, in money (credited) or deals.

    Raises
    ------
    KitError
        For unknown measures.

    Notes
    -----
    It misleads when amounts are hopes: they are taken as they stand. Source: Vasicek 2002 for the
    shared shock.

    Examples
    --------
    >>> from kpi_helpers.judging import learn
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": list("abc"),
    ...         "partner": "P",
    ...         "status": "open",
    ...         "credit": 1.0,
    ...         "amount": [1e3, 2e3, 5e3],
    ...         "probability": [0.2, 0.5, 0.8],
    ...         "created_on": "2025-03-01",
    ...         "closed_on": None,
    ...     }
    ... )
    >>> f = forecast(deals, learn(deals, "2025-03-10"), "2025-03", target=6000)
    >>> f.p10, f.p50, f.p90, round(f.chance, 2), f.method, f.sources
    (1000.0, 5000.0, 7000.0, 0.48, 'exact', {'CRM probability, no history': 3})
    """
    if measure not in MEASURES:
        raise UnknownValue("measure", measure, MEASURES)
    checks.columns("forecast", deals, ("deal_id", "status", "amount", "created_on", "closed_on"))
    as_of = history.as_of
    window = parse_window(window, as_of.date())
    known = known_at(checks.only(deals, READ).reset_index(drop=True), as_of)
    chances = chances_by(known, history, window)
    return total(known, chances, history, window, target, measure, to_come, shock, seed, draws)


def agreed(targets: pd.DataFrame | None, window: Window) -> float | None:
    """The amount to be won in the window by these rows of the targets table; None where they agree
    none."""
    if targets is None:
        return None
    rows = targets[
        (targets["kpi"] == "won_amount") & (targets["period"].astype(str) == window.label)
    ]
    return float(rows["target"].sum()) if len(rows) else None


def chances_by(known, history, window) -> pd.DataFrame:
    """Each open deal's chance to be won by the window's end, beside the CRM's own."""
    open_deals = known[known["status"] == "open"]
    chances = win_chances(history, open_deals, until=window.end)
    if "probability" in open_deals:
        chances["crm"] = _stated(open_deals, window.end)
    return chances


def total(
    known, by_deal, history, window, target, measure, to_come, shock, seed, draws
) -> Forecast:
    """`forecast` of deals `known_at` its day, with their chances `by_deal`."""
    as_of = history.as_of
    worth = _worth(known, measure)
    ended = (known["status"] == "won") & known["closed_on"].between(
        pd.Timestamp(window.start), as_of
    )
    so_far = float(worth[ended & (known["closed_on"] <= pd.Timestamp(window.end))].sum())
    by_deal = by_deal.assign(amount=worth.reindex(by_deal.index))
    usable = by_deal["amount"].notna() & by_deal["chance"].notna()
    counts = {
        "unpriced": int(by_deal["amount"].isna().sum()),
        "unknown": int((~usable & by_deal["amount"].notna()).sum()),
    }
    why = reasons.NO_TARGET if target is None or np.isnan(target) else None
    base = {
        "measure": measure,
        "window": window,
        "as_of": as_of,
        "so_far": so_far,
        "deals": by_deal,
        **counts,
    }
    base |= {"target": None if why else float(target), "target_reason": why}
    left = (pd.Timestamp(window.end) - as_of).days
    if left <= 0:
        nothing = dict.fromkeys(("p10", "p50", "p90", "mean", "chance", "method"))
        return Forecast(**base, **nothing, to_come=0.0, reason=reasons.PERIOD_OVER)
    amounts, chances = (
        by_deal.loc[usable, "amount"].to_numpy(float),
        by_deal.loc[usable, "chance"].to_numpy(float),
    )
    coming, silent = _to_come(history, known, worth, left) if to_come else (None, None)
    shock = 0.0 if (by_deal["source"] == CRM).all() else shock
    if coming is None and not len(by_deal) and history.base is None:
        nothing = dict.fromkeys(("p10", "p50", "p90", "mean", "chance", "method"))
        return Forecast(
            **base, **nothing, to_come=0.0, to_come_reason=silent, reason=reasons.NO_CHANCE
        )
    if coming is None and len(amounts) <= EXACT:
        bring = outcome(amounts, chances, shock=shock)
        total, method = (
            Outcome(bring.values + so_far, bring.chances, bring.n, counts["unpriced"], "exact"),
            "exact",
        )
    else:
        whose = _whose(known.loc[by_deal.index[usable]])
        sums = np.round(so_far + _simulated(amounts, chances, whose, coming, shock, seed, draws), 6)
        values, seen = np.unique(sums, return_counts=True)
        total, method = (
            Outcome(values, seen / draws, len(amounts), counts["unpriced"], "simulated"),
            "simulated",
        )
    p10, p50, p90 = (total.quantile(q) for q in (0.1, 0.5, 0.9))
    chance = None if why else total.at_least(float(target))
    expected = 0.0 if coming is None else coming.wins
    answers = {"p10": p10, "p50": p50, "p90": p90, "mean": total.mean, "chance": chance}
    return Forecast(
        **base, **answers, method=method, outcome=total, to_come=expected, to_come_reason=silent
    )


@dataclass(frozen=True)
class _Coming:
    """Deals not yet created: how many wins to expect, on how many deals that rests, and what a win
    of whom is worth."""

    wins: float
    rests_on: int
    worth: np.ndarray
    weights: np.ndarray
    whose: np.ndarray


def _worth(known, measure):
    if measure == "deal_count":
        return pd.Series(1.0, index=known.index)
    return credited(known)


def _stated(open_deals, end):
    """The CRM's own probability, counted where the deal is expected to close by the end."""
    stated = open_deals["probability"].astype(float)
    if "expected_close_on" not in open_deals:
        return stated
    return stated.mask(pd.to_datetime(open_deals["expected_close_on"]) > pd.Timestamp(end), 0.0)


def _to_come(history, known, worth, left):
    """The deals of the last year stand for those to come, had they been created in the days
    left."""
    last_year = known[known["created_on"] > history.as_of - pd.Timedelta(days=YEAR)]
    last_year = last_year[worth.reindex(last_year.index).notna()]
    if history.base is None or len(last_year) < FEWEST_CREATED:
        return None, reasons.TOO_FEW_CREATED if history.base is not None else reasons.NO_HISTORY
    value = worth.reindex(last_year.index).to_numpy(float)
    order = np.lexsort((last_year["created_on"], value))  # so that row order does not matter
    last_year, value = last_year.iloc[order], value[order]
    observed = min(YEAR, max(90, (history.as_of - known["created_on"].min()).days))
    turn = np.arange(len(last_year))
    _, each = deals_to_come(history, last_year, observed, turn, left)
    wins = float(each.sum())
    if wins <= 0:
        return None, reasons.NO_EVENTS
    return _Coming(wins, len(last_year), value, each / each.sum(), _whose(last_year)), None


def _whose(deals):
    return (
        deals["partner"].to_numpy(dtype=object) if "partner" in deals else np.full(len(deals), "")
    )


def _simulated(amounts, chances, whose, coming, shock, seed, draws):
    from scipy.special import ndtr, ndtri

    rng = np.random.default_rng(seed)
    order = np.lexsort((whose, chances, amounts))  # so that row order does not matter
    amounts, chances, whose = amounts[order], chances[order], whose[order]
    partners, at = np.unique(
        np.concatenate([whose, coming.whose if coming else whose[:0]]), return_inverse=True
    )
    z = _periods(rng, len(partners), draws)
    sums = np.zeros(draws)
    if len(amounts):
        # Won when a normal with a shared part falls under the chance's quantile: one comparison a
        # deal and draw.
        limits = ndtri(chances)[:, None].astype(np.float32)
        for some in np.array_split(np.arange(len(amounts)), 1 + len(amounts) // AT_A_TIME):
            own = rng.standard_normal((len(some), draws), dtype=np.float32)
            own *= np.float32(np.sqrt(1 - shock))
            own -= np.float32(np.sqrt(shock)) * z[at[some]]
            sums += amounts[some] @ (own < limits[some])
    if coming is not None:
        middle = np.clip(coming.wins / coming.rests_on, 1e-9, 1 - 1e-9)
        part = np.bincount(at[len(amounts) :], coming.weights, len(partners))
        lift = part @ ndtr((ndtri(middle) + np.sqrt(shock) * z) / np.sqrt(1 - shock)) / middle
        rate = (
            coming.wins
            * lift
            * rng.gamma(coming.rests_on + 0.5, 1 / (coming.rests_on + 0.5), draws)
        )
        number = rng.poisson(rate)
        drawn = rng.choice(coming.worth, number.sum(), p=coming.weights)
        sums = sums + np.bincount(
            np.repeat(np.arange(draws), number), weights=drawn, minlength=draws
        )
    return sums


def _periods(rng, partners, draws):
    """How good a period each partner has in each draw: standard normals, correlated by what all
    partners share."""
    own = rng.standard_normal((partners, draws), dtype=np.float32)
    if partners == 1:
        return own
    shared = rng.standard_normal(draws, dtype=np.float32)
    return np.float32(np.sqrt(1 - COMMON)) * own + np.float32(np.sqrt(COMMON)) * shared
