"""How good the forecast would have been: made again on earlier days, then compared with what
came."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at, whole_deals
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.windows import Window, parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.forecasting import READ, SHOCK, Forecast, chances_by, total
from kpi_helpers.judging.win_chances import WinHistory, learn
from kpi_helpers.stats import reasons

BINS = (0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0)
MOST_SHOCK = 0.3
DRAWS = 2000
MOST = 200  # partners: 800 forecasts in four periods tell coverage to some 3 points
EVERYONE = "*"


@dataclass(frozen=True)
class Eve:
    """The day before a past period: the deals as `known` then, the `history` learned from them, and
    each partner's forecast (* for all); `facts` is what came. `snapshot`: an export of that very
    day tells the state."""

    window: Window
    day: pd.Timestamp
    known: pd.DataFrame
    history: WinHistory
    chances: pd.DataFrame
    forecasts: dict[str, Forecast]
    facts: dict[str, pd.Series]
    snapshot: bool

    def actual(self, partner: str) -> float:
        """What the partner won in the period."""
        return float(self.facts["actual"].get(partner, 0.0))


@dataclass(frozen=True)
class Backtest:
    """`periods`: a row per as-of date and partner (* for all): period, p10, p50, p90, actual,
    last_year, crm, covered.

    `scores`: for partners and for *: n, coverage of P10..P90 and its Wilson interval, mean absolute
    error of the median, of last year's value and of the CRM's weighted pipeline, each pair on the
    same rows (reason where null). `brier` of the deals' chances beside `brier_base`, that of the
    overall share for all; `reliability`: by band of chance: n, expected and seen share, with its
    Wilson interval. `shock`: the correlation the misses suggest.
    """

    periods: pd.DataFrame
    scores: pd.DataFrame
    brier: float | None
    brier_base: float | None
    reliability: pd.DataFrame
    shock: float | None
    n: int
    reason: str | None = None


@nearest_names
def backtest(
    deals: pd.DataFrame,
    as_of,
    *,
    periods: int = 4,
    unit: str = "quarter",
    snapshots=None,
    measure: str = "won_amount",
    shock: float = SHOCK,
    seed: int = 0,
    draws: int = DRAWS,
    most: int = MOST,
) -> Backtest:
    """Forecast each of the last whole `periods` from the day before it began, and say how it
    went.

    On each of those days only what was known then is used (`known_at`; amounts are the export's, or
    the snapshot's of that very day); `last_year` is the same period's value a year before; `crm` is
    amount x the CRM's probability over the open deals expected to close by the period's end, from
    the snapshot of that day: without one nobody knows what the CRM stated, and it is null. Partners
    with neither open deals nor deals to come on a day are left out. Of more than `most` partners so
    many stand for all, from those with fewest deals to those with most: what is learned and what
    `*` tells rests on everyone's deals all the same. Silent where no earlier day has history.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    periods : int
        How many whole periods before `as_of` are forecast.
    unit : str
        month or quarter.
    snapshots : dict, optional
        Date -> the deal table as exported then.
    measure : str
        won_amount (money, credited) or deal_count (deals).
    shock : float
        Correlation of a shared good or bad period, in [0, 1).
    seed : int
        The same seed gives the same answer.
    draws : int
        How many are drawn.
    most : int
        Partners that are forecast one by one; of more, so many stand for all.

    Returns
    -------
    Backtest
        Deals of all partners in, a Backtest out; brier lower is better, coverage is best at 0.8.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    Source: Brier 1950.

    Examples
    --------
    >>> import pandas as pd
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": [f"D{i}" for i in range(200)],
    ...         "partner": ["Ada", "Bora"] * 100,
    ...         "status": (["won"] * 3 + ["lost"] * 5) * 25,
    ...         "amount": 100.0,
    ...         "created_on": pd.date_range("2025-01-01", periods=200),
    ...     }
    ... )
    >>> deals["closed_on"] = deals["created_on"] + pd.Timedelta(days=30)
    >>> tested = backtest(deals, "2025-07-31", periods=2, draws=200)
    >>> tested.n, tested.periods.columns[:4].tolist()
    (30, ['as_of', 'period', 'partner', 'open'])
    """
    need_pandas("backtest", *(snapshots or {}).values())
    checks.columns(
        "backtest", deals, ("deal_id", "partner", "status", "amount", "created_on", "closed_on")
    )
    deals, rows, seen = checks.only(deals, READ), [], []
    asked = {"measure": measure, "shock": shock, "seed": seed, "draws": draws}
    subjects = (EVERYONE, *spread(deals["partner"], most))
    windows = past_windows(as_of, periods, unit)
    for eve in eves(deals, windows, subjects, snapshots=snapshots, **asked):
        span = {"start": eve.window.start, "end": eve.window.end}
        for partner, answer in eve.forecasts.items():
            rows.append(_row(partner, answer, eve))
            if partner != EVERYONE:
                seen.append(answer.deals.assign(partner=partner, **span))
    table = pd.DataFrame(rows)
    scores = _scores(table) if rows else table
    if not any(len(one) for one in seen):  # none could be forecast, or only all together
        return Backtest(table, scores, None, None, pd.DataFrame(), None, 0, reasons.NO_HISTORY)
    outcomes = pd.concat(seen, ignore_index=True)
    outcomes["won"] = _came_true(outcomes, deals)
    outcomes = outcomes[outcomes["chance"].notna()]
    chance, won = outcomes["chance"].to_numpy(float), outcomes["won"].to_numpy(float)
    return Backtest(
        table,
        scores,
        float(((chance - won) ** 2).mean()),
        float(won.mean() * (1 - won.mean())),
        reliability(chance, won),
        _shock(outcomes),
        len(outcomes),
    )


def eves(
    deals: pd.DataFrame,
    windows: list[Window],
    subjects: Iterable[str],
    *,
    snapshots=None,
    measure: str = "won_amount",
    shock: float = SHOCK,
    seed: int = 0,
    draws: int = DRAWS,
) -> Iterator[Eve]:
    """The eve of each window on which there was history to learn from, with the forecasts made
    then for each of the `subjects` that has deals, open or to come."""
    snapshots = {pd.Timestamp(day).normalize(): table for day, table in (snapshots or {}).items()}
    for number, window in enumerate(windows):
        day = pd.Timestamp(window.start) - pd.Timedelta(days=1)
        then = checks.only(snapshots.get(day, deals), READ)
        earlier = {d: t for d, t in snapshots.items() if d < day}
        history = learn(deals, day, snapshots=earlier or None)
        if history.base is None:
            continue
        known = known_at(then.reset_index(drop=True), day)
        chances = chances_by(known, history, window)
        forecasts = {}
        for subject, ours in by_subject(known, subjects):
            mine = chances.loc[ours.index[ours["status"] == "open"]]
            answer = total(
                ours, mine, history, window, None, measure, True, shock, seed + number, draws
            )
            if len(answer.deals) or answer.to_come:
                forecasts[subject] = answer
        facts = _facts(deals, window, measure)
        yield Eve(window, day, known, history, chances, forecasts, facts, day in snapshots)


def by_subject(known: pd.DataFrame, subjects: Iterable[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each subject's deals; those of `*` are everyone's, each whole."""
    subjects = set(subjects)
    if EVERYONE in subjects:
        yield EVERYONE, whole_deals(known)
    yield from known[known["partner"].isin(subjects)].groupby("partner", sort=True)


@nearest_names
def reliability(chance, won, *, bins=BINS) -> pd.DataFrame:
    """Whether deals given a chance of 30 % are won 3 times in 10; the closer the shares,
    the better.

    Bands without deals are left out.

    Parameters
    ----------
    chance : array-like
        The chances that were told, in 0..1.
    won : array-like
        Whether each was won.
    bins : sequence of float
        Ends of the bands.

    Returns
    -------
    DataFrame
        Chances and outcomes in; a row per band out: low_chance, high_chance, n, expected (mean
        chance), seen, low, high (Wilson).

    Notes
    -----
    Source: Murphy and Winkler 1977.

    Examples
    --------
    >>> reliability([0.05, 0.05, 0.5, 0.5], [0, 0, 1, 0])[["n", "expected", "seen"]].values.tolist()
    [[2.0, 0.05, 0.0], [2.0, 0.5, 0.5]]
    """
    from kpi_helpers.stats.intervals import wilson

    chance, won = np.asarray(chance, dtype=float), np.asarray(won, dtype=float)
    at = np.clip(np.searchsorted(bins, chance, side="right") - 1, 0, len(bins) - 2)
    n, hits, promised = (np.bincount(at, weights, len(bins) - 1) for weights in (None, won, chance))
    there = n > 0
    low, high = wilson(hits[there], n[there])
    return pd.DataFrame(
        {
            "low_chance": np.array(bins[:-1])[there],
            "high_chance": np.array(bins[1:])[there],
            "n": n[there].astype(int),
            "expected": promised[there] / n[there],
            "seen": hits[there] / n[there],
            "low": low,
            "high": high,
        }
    )


def spread(partners: pd.Series, most: int) -> pd.Index:
    """At most so many partners, evenly from those with fewest deals to those with most."""
    counts = partners.value_counts().sort_index().sort_values(kind="stable")
    places = np.linspace(0, len(counts) - 1, min(most, len(counts)))
    return counts.index[places.round().astype(int)]


def past_windows(as_of, periods: int, unit: str) -> list[Window]:
    """The last whole periods that had ended by as_of, oldest first."""
    as_of = pd.Timestamp(as_of).normalize()
    letter = {"month": "M", "quarter": "Q", "year": "Y"}[unit]
    last = (as_of + pd.Timedelta(days=1)).to_period(letter) - 1
    return [
        parse_window(str(last - i).replace("Q", "-Q"), as_of.date())
        for i in reversed(range(periods))
    ]


def _facts(deals, window, measure):
    """Value won by partner in the window and in the same window a year before."""
    won = deals[deals["status"] == "won"]
    closed = pd.to_datetime(won["closed_on"])
    worth = 1.0 if measure == "deal_count" else credited(won)
    start, end = pd.Timestamp(window.start), pd.Timestamp(window.end)
    year = pd.DateOffset(years=1)
    # Shares of split deals add up to the whole in money, not in number.
    whole = ~(won["deal_id"].duplicated() & (measure == "deal_count"))
    facts = {}
    for name, span in (("actual", (start, end)), ("last_year", (start - year, end - year))):
        mine = pd.Series(worth, index=won.index).where(closed.between(*span))
        facts[name] = mine.groupby(won["partner"]).sum()
        facts[name].loc[EVERYONE] = mine.where(whole).sum()
    if pd.to_datetime(deals["created_on"]).min() > start - year:
        facts["last_year"] = facts["last_year"] * np.nan
    return facts


def _row(partner, answer: Forecast, eve: Eve):
    actual, crm = eve.actual(partner), np.nan
    if eve.snapshot and "crm" in answer.deals:
        crm = float(answer.so_far + (answer.deals["amount"] * answer.deals["crm"]).sum())
    return {
        "as_of": answer.as_of,
        "period": answer.window.label,
        "partner": partner,
        "open": len(answer.deals),
        "to_come": answer.to_come,
        "p10": answer.p10,
        "p50": answer.p50,
        "p90": answer.p90,
        "mean": answer.mean,
        "actual": actual,
        "last_year": float(eve.facts["last_year"].get(partner, np.nan)),
        "crm": crm,
        "covered": bool(answer.p10 <= actual <= answer.p90),
    }


def _scores(table):
    from kpi_helpers.stats.intervals import wilson

    rows = []
    for who, part in (
        ("partners", table[table["partner"] != EVERYONE]),
        (EVERYONE, table[table["partner"] == EVERYONE]),
    ):
        low, high = wilson(part["covered"].sum(), len(part))
        miss = (part["p50"] - part["actual"]).abs()
        row = {
            "who": who,
            "n": len(part),
            "coverage": part["covered"].mean(),
            "low": low,
            "high": high,
        }
        row["mae"] = miss.mean()
        for rival, why in (("last_year", reasons.ONE_YEAR_ONLY), ("crm", reasons.NO_SNAPSHOT)):
            known = part[rival].notna()
            row[f"n_{rival}"] = int(known.sum())
            row[f"mae_beside_{rival}"] = miss[known].mean()
            row[f"mae_{rival}"] = (part[rival] - part["actual"]).abs()[known].mean()
            row[f"reason_{rival}"] = None if known.any() else why
        rows.append(row)
    return pd.DataFrame(rows).astype({"reason_last_year": "str", "reason_crm": "str"})


def _came_true(outcomes, deals):
    won = deals[deals["status"] == "won"].drop_duplicates(["deal_id", "partner"])
    closed = outcomes.merge(
        won[["deal_id", "partner", "closed_on"]], on=["deal_id", "partner"], how="left"
    )["closed_on"]
    closed = pd.to_datetime(closed)
    return (
        (closed >= pd.to_datetime(outcomes["start"])) & (closed <= pd.to_datetime(outcomes["end"]))
    ).to_numpy()


def _shock(outcomes):
    """Moments: how much more partners' wins in a period scatter around their expectation than
    independent deals do."""
    from scipy.special import ndtri

    p = np.clip(outcomes["chance"].to_numpy(float), 1e-6, 1 - 1e-6)
    height = np.exp(-(ndtri(p) ** 2) / 2) / np.sqrt(2 * np.pi)
    facts = pd.DataFrame(
        {"miss": outcomes["won"] - p, "own": p * (1 - p), "h": height, "h2": height**2}
    )
    sums = facts.groupby([outcomes["partner"], outcomes["start"]]).sum()
    pairs = (sums["h"] ** 2 - sums["h2"]).sum()
    extra = (sums["miss"] ** 2 - sums["own"]).sum()
    return float(np.clip(extra / pairs, 0, MOST_SHOCK)) if pairs > 0 else None
