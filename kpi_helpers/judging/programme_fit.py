"""What judging knows of the programme: fitted once per run, then read for every
partner."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.windows import Window, parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.backtesting import Backtest, backtest
from kpi_helpers.judging.comparisons import adjusted_trends, alerts
from kpi_helpers.judging.excess_shares import excess_shares
from kpi_helpers.judging.fairness import NO_LUCK, SURE, Luck, fair_comparison, learn_luck
from kpi_helpers.judging.forecasting import SHOCK
from kpi_helpers.judging.ideal_deals import ideal_ended
from kpi_helpers.judging.ranks import rank_intervals
from kpi_helpers.judging.season import season_of
from kpi_helpers.judging.strategies import COLUMNS, strategy_answers
from kpi_helpers.judging.trials import closed_trials
from kpi_helpers.judging.win_chances import WinHistory, learn

FEWEST_LOST = 10  # losses, to compare the share that goes to competitors
FEWEST_IDEAL = 10  # ideal deals, to compare the share that nobody took up
FEWEST_IN_STAGE = 5  # open deals of a partner in a stage, to compare their ages
CROWD = ["n", "observed", "expected", "chance"]
BY_PARTNER = (
    "last_year",
    "year_before",
    "trends",
    "ranks",
    "losses",
    "missed",
    "stale",
    "stages",
    "alerts",
    "strategies",
)  # ProgrammeFit's tables


@dataclass(frozen=True)
class ProgrammeFit:
    """One run's fit to all partners. Tables are indexed by partner unless told otherwise.

    `history`, `backtest`, `shock` for forecasts; `last_year` and `year_before`: `fair_comparison`
    of the twelve months up to as_of and of those before; `trends`: `adjusted_trends`; `ranks`:
    `rank_intervals` in the window; `losses` to a competitor and `missed` ideal deals, of the last
    year: and `stale` ones of the open deals: n, hits, share, others, p; `stages` (a row per
    partner and stage): n, median, others, p; `alerts`: question, partner, p, q, alert over all of
    them at once; `slow_days`: 90th percentile of won cycles; `season`: the `seasonal_index` row of
    the window's month, else of its quarter, none where it spans several or there is silence.
    `luck`: that of partners' years; `cut`: the p under which an alert is raised; `ranked` partners
    have a rank; `close_rate` is everyone's of `last_year`, `crowd` its n, observed, expected and
    chance without names: these hold where the tables are one partner's slice; `strategies` are the
    `strategy_answers`, a row an event.
    """

    as_of: pd.Timestamp
    window: Window
    slow_days: float | None
    history: WinHistory
    backtest: Backtest | None
    shock: float
    last_year: pd.DataFrame
    year_before: pd.DataFrame
    trends: pd.DataFrame
    ranks: pd.DataFrame
    losses: pd.DataFrame
    missed: pd.DataFrame
    stale: pd.DataFrame
    stages: pd.DataFrame
    alerts: pd.DataFrame
    season: pd.DataFrame
    ranked: int
    close_rate: float
    crowd: pd.DataFrame
    luck: Luck = NO_LUCK
    cut: float = 0.0
    strategies: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))

    def alert(self, question: str, partner) -> bool:
        """Whether this partner's answer to the question is raised among all partners' answers."""
        found = self.alerts[
            (self.alerts["question"] == question) & (self.alerts["partner"] == partner)
        ]
        return bool(found["alert"].any())


@nearest_names
def fit_programme(
    deals: pd.DataFrame, window, *, as_of, snapshots=None, events=None, backtest_periods: int = 4
) -> ProgrammeFit:
    """Fit everything that one partner's judging shares with all others'; neither direction is
    better.

    `backtest_periods` of 0 leaves the back-test out, its slowest part. `shock` is the default,
    0.02, with which the back-test covers best; the one that the misses suggest is in
    `backtest.shock`. Each part is silent by its own rules.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    window : str or Window
        The days that count, written as in `parse_window`.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    snapshots : dict, optional
        Date -> the deal table as exported then.
    events : DataFrame, optional
        What began when: date, partner (blank: the whole programme) and name.
    backtest_periods : int
        Periods of the back-test; 0 leaves it out, its slowest part.

    Returns
    -------
    ProgrammeFit
        The deal table of all partners, the report's window and date in; a ProgrammeFit out, to be
        held for the run.

    Raises
    ------
    KitError
        For missing columns.

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
    >>> fit = fit_programme(deals, "2025-Q2", as_of="2025-07-31", backtest_periods=1)
    >>> fit.window.label, sorted(fit.last_year.index), round(fit.close_rate, 3)
    ('2025-Q2', ['Ada', 'Bora'], 0.379)
    """
    checks.columns(
        "fit_programme",
        deals,
        ("deal_id", "partner", "status", "amount", "created_on", "closed_on"),
    )
    deals = deals.reset_index(drop=True)
    as_of = pd.Timestamp(as_of).normalize()
    window = parse_window(window, as_of.date())
    known = known_at(deals, as_of)
    trials = closed_trials(deals, as_of)
    year = as_of - pd.DateOffset(years=1)
    luck = learn_luck(trials, as_of)
    last_year, year_before = (
        fair_comparison(_year_of(deals, day), luck=luck) for day in (as_of, year)
    )
    trends, losses, stages = (
        adjusted_trends(trials, as_of=as_of),
        _losses(known, year),
        _stages(known, as_of),
    )
    ideal = ideal_ended(known, year)
    missed = excess_shares(ideal["partner"], ideal["missed"], FEWEST_IDEAL)
    questions = {"fair": last_year["p"], "trend": trends["p"], "competitor": losses["p"]}
    questions["missed_ideal"] = missed["p"]
    for stage, rows in stages.groupby("stage"):
        questions[f"stage {stage}"] = rows.set_index("partner")["p"]
    ranks = rank_intervals(deals, window, as_of=as_of).set_index("partner")
    tested = (
        backtest(deals, as_of, periods=backtest_periods, snapshots=snapshots)
        if backtest_periods
        else None
    )
    raised = alerts(questions)
    won = known[known["status"] == "won"].drop_duplicates("deal_id")
    cycles = (won["closed_on"] - won["created_on"]).dt.days
    slow_days = float(cycles.quantile(0.9)) if cycles.notna().any() else None
    return ProgrammeFit(
        as_of,
        window,
        slow_days,
        learn(deals, as_of, snapshots=snapshots),
        tested,
        SHOCK,
        last_year,
        year_before,
        trends,
        ranks,
        losses,
        missed,
        _stale(known, as_of, slow_days),
        stages,
        raised,
        season_of(trials, window),
        len(ranks),
        float(last_year["observed"].sum() / last_year["n"].sum()) if len(last_year) else np.nan,
        last_year[CROWD].sort_values(CROWD, ignore_index=True),
        luck,
        _cut(raised),
        strategy_answers(deals, events, as_of),
    )


def _cut(raised):
    """The p at which an alert begins: that of the last one raised, else that of a first."""
    if raised["alert"].any():
        return float(raised.loc[raised["alert"], "p"].max())
    return SURE / max(1, int(raised["p"].notna().sum()))


def _year_of(deals, day):
    """The trials of the twelve months up to a day, as they were known on it."""
    return closed_trials(deals, day, since=day - pd.DateOffset(years=1) + pd.Timedelta(days=1))


def _losses(known, year):
    """The share of the last year's losses that went to a competitor, where that is known."""
    if "lost_to_competitor" not in known:
        return excess_shares(known["partner"][:0], known["partner"][:0], FEWEST_LOST)
    lost = known[
        (known["status"] == "lost")
        & (known["closed_on"] > year)
        & known["lost_to_competitor"].notna()
    ]
    went = lost["lost_to_competitor"].astype(str).str.lower() == "true"
    return excess_shares(lost["partner"], went, FEWEST_LOST)


def _stale(known, as_of, slow_days):
    """The share of the open deals that are older than nine in ten won ones became."""
    open_deals = known[known["status"] == "open"]
    age = (as_of - open_deals["created_on"]).dt.days
    old = age > (np.inf if slow_days is None else slow_days)
    return excess_shares(open_deals["partner"], old, FEWEST_IN_STAGE)


def _stages(known, as_of):
    """Whether a partner's open deals are older than the others' in the same stage (Mann-Whitney,
    one-sided)."""
    columns = ["partner", "stage", "n", "median", "others", "p"]
    open_deals = known[known["status"] == "open"]
    if "stage" not in open_deals or open_deals.empty:
        return pd.DataFrame(columns=columns)
    from scipy.special import ndtr

    table = pd.DataFrame({"partner": open_deals["partner"], "stage": open_deals["stage"]})
    table["age"] = (as_of - open_deals["created_on"]).dt.days
    rows = []
    for stage, inside in table.dropna().groupby("stage"):
        age, rank = inside["age"].to_numpy(), inside["age"].rank().to_numpy()
        for partner, mine in inside.groupby("partner").indices.items():
            n, m = len(mine), len(inside) - len(mine)
            if min(n, m) < FEWEST_IN_STAGE:
                continue
            spread = np.sqrt(n * m / (len(inside) - 1) * rank.var())
            z = (rank[mine].sum() - n * (len(inside) + 1) / 2 - 0.5) / spread if spread else 0.0
            medians = np.median(age[mine]), np.median(np.delete(age, mine))
            rows.append((partner, stage, n, *medians, float(ndtr(-z))))
    return pd.DataFrame(rows, columns=columns)
