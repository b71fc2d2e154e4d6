"""What may be said of a number beside another: one claim for each comparison, made once and read by
every sentence, table and page."""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.notes import decode
from kpi_helpers.contract.windows import Window
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats.differences import (
    NOTHING,
    Difference,
    count_ratio,
    holm,
    moved,
    rate_difference,
    scatter,
)

ROSE, FELL, LEVEL, UNKNOWN = "rose", "fell", "no difference shown", "not known"
ABOVE, BELOW = "above", "below"
SURE = 0.05  # of a single question, and of all that are taken together (Holm)
TOLD = (  # the changes that a page has a sentence for, each against two earlier windows
    ("average_deal_size", "whole"),
    ("deal_count", "won"),
    ("close_rate", "closed"),
    ("deal_velocity", "cycle_median"),
)
PICKED = TOLD[1:3]  # of which a page's head names the clearest, against the window before
AVERAGE = 100  # of an index
# Of 95 % about a median, in quartile ranges over the root of the number: 1.96 x 1.2533 / 1.349.
MEDIAN_ERROR = 1.821
FEWEST_EXPECTED, FEWEST_PERIODS = 1.0, 3  # deals a period, and periods, to learn scatter from


@dataclass(frozen=True)
class Scatter:
    """How much more than chance the programme's own counts and rates vary from period to period,
    as factors of the variance; 1 is chance alone."""

    count: float = 1.0
    rate: float = 1.0


CHANCE = Scatter()


@dataclass(frozen=True)
class Compared:
    """The window that stands before: what of it is compared, and the day it is looked at from."""

    window: Window
    as_of: date

    @property
    def days(self) -> int:
        """The days that had passed of it."""
        return max(1, (min(self.window.end, self.as_of) - self.window.start).days + 1)


@dataclass(frozen=True)
class Claim:
    """What may be said of a number: of its change against another window (`kind` change), of it
    beside the peers', of what was promised or advised.

    `estimate` with `low` and `high` is the change in the KPI's unit, or the ratio of two rates of
    counts (`relative`), or what the kind tells; `verdict` is what a sentence may say, like rose,
    fell, no difference shown or not known, by a test of the difference and not by whether the old
    number lies in the new one's interval. `sure` says that a change also holds with all the page's
    changes taken together: only then is it more than chance explains. `rule` names how it was
    decided, `behind` holds the numbers it rests on.
    """

    kpi: str
    basis: str
    window: str
    before: str
    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    relative: bool
    verdict: str
    kind: str = "change"
    rule: str = ""
    behind: dict = field(default_factory=dict)
    sure: bool = False


@nearest_names
def change_claim(
    now: dict, before: dict, this: Compared, that: Compared, learned: Scatter = CHANCE
) -> Claim:
    """Whether a KPI's number changed between two windows.

    Rates by Newcombe's difference, counts by the exact ratio of two Poisson rates with the days
    they were counted over, everything else by both windows' intervals; the first two widened by
    what the programme's history scatters beyond chance.

    Parameters
    ----------
    now : dict
        A row of a scorecard: kpi, basis, value, unit, numerator, denominator, low, high.
    before : dict
        The same of the other window.
    this : Compared
        The window of `now` and the day it is looked at from.
    that : Compared
        The other window, seen at the same age.
    learned : Scatter
        What `learn_scatter` gave.

    Returns
    -------
    Claim
        Unknown where one side is, and where one is of a young cohort.

    Notes
    -----
    It misleads when the mix of deals changed: it says that the number moved, not why. Source:
    kpis.md 5.

    Examples
    --------
    >>> row = {"kpi": "deal_count", "basis": "won", "unit": "number"}
    >>> this = Compared(Window(date(2025, 10, 1), date(2025, 12, 31)), date(2025, 11, 15))
    >>> that = Compared(Window(date(2025, 7, 1), date(2025, 8, 15)), date(2025, 8, 15))
    >>> claim = change_claim(row | {"value": 3.0}, row | {"value": 3.0}, this, that)
    >>> claim.estimate, claim.verdict
    (1.0, 'no difference shown')
    """
    relative = now["unit"] == "number" and _counted(now)
    found = _difference(now, before, this, that, learned, relative)
    level = 1.0 if relative else 0.0
    return Claim(
        now["kpi"],
        now["basis"],
        this.window.label,
        that.window.label,
        found.estimate,
        found.low,
        found.high,
        found.p,
        relative,
        _verdict(found, level),
        rule=_rule(now, before, relative),
        behind=_behind(now) | {f"{name}_before": x for name, x in _behind(before).items()},
    )


def _behind(row: dict) -> dict:
    return {name: row.get(name) for name in ("value", "numerator", "denominator", "n")}


def _rule(now, before, relative) -> str:
    if relative:
        return "ratio of two counts a day, exact, widened by the programme's scatter"
    if now["unit"] == "ratio" and _of_deals(now) and _of_deals(before):
        return "difference of two rates (Newcombe), widened by the programme's scatter"
    return "difference of two numbers, by both their intervals"


def _difference(now, before, this, that, learned, relative) -> Difference:
    if np.isnan([now["value"], before["value"]]).any() or young(now) or young(before):
        return NOTHING
    if relative:
        return count_ratio(now["value"], this.days, before["value"], that.days, phi=learned.count)
    if now["unit"] == "ratio" and _of_deals(now) and _of_deals(before):
        pairs = [(row["numerator"], row["denominator"]) for row in (now, before)]
        return rate_difference(*pairs[0], *pairs[1], phi=learned.rate)
    ends = [row.get(name, np.nan) for row in (now, before) for name in ("value", "low", "high")]
    return moved(*(np.nan if end is None else float(end) for end in ends))


def young(row: dict) -> bool:
    """Whether a scorecard's row is of a cohort that is not decided yet: no outcome, only a number
    so far."""
    return any(note.code == "young" for note in decode(row.get("codes", "")))


def _counted(row: dict) -> bool:
    """Whether a number is a count of deals: the shares of split deals are none."""
    return row["basis"] != "credited" and float(row["value"]).is_integer()


def _of_deals(row: dict) -> bool:
    """Whether a ratio is wins of deals, and not of money or of a target."""
    top, bottom = row.get("numerator", np.nan), row.get("denominator", np.nan)
    return (
        not np.isnan([top, bottom]).any()
        and row["basis"] not in ("attainment", "pace", "value", "coverage")
        and float(top).is_integer()
        and float(bottom).is_integer()
        and 0 <= top <= bottom
    )


def _verdict(found: Difference, level: float) -> str:
    if found.low is None and found.high is None:
        return UNKNOWN
    low = -np.inf if found.low is None else found.low
    high = np.inf if found.high is None else found.high
    if low <= level <= high or found.p is None or found.p >= SURE:
        return LEVEL
    return ROSE if low > level else FELL


@nearest_names
def together(claims: dict) -> dict:
    """The changes that one page tells, taken together (Holm): which of them are more than chance
    explains, however many were looked at.

    Parameters
    ----------
    claims : dict
        Claims of changes by (kpi, basis, window they are against).

    Returns
    -------
    dict
        The same claims; `sure` are those of `TOLD` that hold together.

    Notes
    -----
    It misleads when pages are read side by side: each is a family of its own. Source: Holm 1979.

    Examples
    --------
    >>> together({})
    {}
    """
    told = {key: claim for key, claim in claims.items() if key[:2] in TOLD}
    p = holm([np.nan if claim.p is None else claim.p for claim in told.values()])
    sure = {
        key: replace(claim, sure=True)
        for (key, claim), one in zip(told.items(), p, strict=True)
        if one < SURE and claim.verdict in (ROSE, FELL)
    }
    return claims | sure


@nearest_names
def clearest(claims: list[Claim]) -> Claim | None:
    """The surest change of several; None where none is sure.

    Parameters
    ----------
    claims : list of Claim
        Those among which one is picked out, as `together` gave them.

    Returns
    -------
    Claim or None
        The one with the smallest p.

    Examples
    --------
    >>> clearest([]) is None
    True
    """
    return min((c for c in claims if c.sure), key=lambda c: c.p, default=None)


@nearest_names
def beside_peers(rows: list[dict], window: str) -> list[Claim]:
    """Whether each number lies above or below its peers' median, all of them taken together.

    The difference with both sides' uncertainty: the number's own interval, and the median's, which
    follows from the peers' quartiles as if their values were normal. Of several numbers of one page
    some differ by chance, so they are taken together (Holm).

    Parameters
    ----------
    rows : list of dict
        Rows of a partner's scorecard with peers_count, peers_low, peers_median and peers_high.
    window : str
        What the window is called.

    Returns
    -------
    list of Claim
        One for each row: above, below, no difference shown, or not known without an interval or
        enough peers.

    Notes
    -----
    It misleads where partners differ in kind: season, region and size are not considered. Source:
    Holm 1979; the median's error after Kendall and Stuart.

    Examples
    --------
    >>> row = {"kpi": "close_rate", "basis": "closed", "value": 0.5, "low": 0.4, "high": 0.6}
    >>> row |= {"peers_count": 20, "peers_low": 0.2, "peers_median": 0.25, "peers_high": 0.3}
    >>> beside_peers([row], "2025-Q4")[0].verdict
    'above'
    """
    found = [NOTHING if young(row) else _from_median(row) for row in rows]
    sure = holm([np.nan if one.p is None else one.p for one in found])
    return [
        Claim(
            *(row["kpi"], row["basis"], window, "peers’ median"),
            *(one.estimate, one.low, one.high, one.p),
            relative=False,
            verdict=_apart(one, p < SURE),
            kind="peers",
            rule="difference from the peers' median, the page's numbers taken together (Holm)",
            behind=_behind(row) | {"median": row["peers_median"], "peers": row["peers_count"]},
        )
        for row, one, p in zip(rows, found, sure, strict=True)
    ]


def _from_median(row: dict) -> Difference:
    median = row["peers_median"]
    quarters = row["peers_high"] - row["peers_low"]
    with np.errstate(divide="ignore", invalid="ignore"):
        away = MEDIAN_ERROR * quarters / np.sqrt(row["peers_count"])
    return moved(row["value"], row["low"], row["high"], median, median - away, median + away)


def _apart(found: Difference, sure: bool) -> str:
    if found.estimate is None:
        return UNKNOWN
    if not sure or found.low <= 0 <= found.high:
        return LEVEL
    return ABOVE if found.estimate > 0 else BELOW


@nearest_names
def beside_average(row: dict, window: str) -> Claim:
    """Whether an index lies above or below the average peer's 100: only where its interval does,
    and by more than rounding hides.

    Parameters
    ----------
    row : dict
        The scorecard's row of the quality score against peers.
    window : str
        What the window is called.

    Returns
    -------
    Claim
        Above, below, no difference shown, or not known without an interval.

    Notes
    -----
    It misleads as the index does: it says who brings more, not who works better.

    Examples
    --------
    >>> row = {"kpi": "quality_score", "basis": "peers", "value": 99.7, "low": 99.5, "high": 99.9}
    >>> beside_average(row, "2025-Q4").verdict
    'no difference shown'
    """
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    verdict = LEVEL
    if np.isnan([value, low, high]).any():
        verdict = UNKNOWN
    elif round(low) > AVERAGE:
        verdict = ABOVE
    elif round(high) < AVERAGE:
        verdict = BELOW
    known = [None if np.isnan(x) else x for x in (value, low, high)]
    return Claim(
        *(row["kpi"], row["basis"], window, "average peer"),
        *(*known, None),
        relative=False,
        verdict=verdict,
        kind="average",
        rule="its interval leaves out 100",
        behind=_behind(row),
    )


@nearest_names
def learn_scatter(trend: pd.DataFrame, period: str) -> Scatter:
    """How much more than chance counts and rates vary over the periods of a programme's history.

    Every partner's wins against its own mean from its first win on, and its wins of decided deals
    against its own rate, Pearson's chi-square over degrees of freedom; the last period, which is
    what changes are asked of, is left out.

    Parameters
    ----------
    trend : DataFrame
        A scorecard by period, of one or by partner.
    period : str
        Its column of periods, like quarter.

    Returns
    -------
    Scatter
        1 where there is too little history.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads upwards where the truth moved: seasons and growth count as scatter, so fewer changes
    are called. Source: kpis.md 5.

    Examples
    --------
    >>> from kpi_helpers import scorecard
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(200),
    ...         "partner": ["Ada", "Bora"] * 100,
    ...         "status": (["won"] * 3 + ["lost"] * 5) * 25,
    ...         "amount": 100.0,
    ...         "created_on": pd.date_range("2023-01-01", periods=200, freq="5D"),
    ...     }
    ... )
    >>> deals["closed_on"] = deals["created_on"] + pd.Timedelta(days=30)
    >>> trend = scorecard(
    ...     deals, by=["partner", "quarter"], window="2023-01-01..2025-06-30", as_of="2025-12-31"
    ... )
    >>> learn_scatter(trend, "quarter")
    Scatter(count=1.0, rate=1.0)
    """
    checks.columns(
        "learn_scatter", trend, (period, "kpi", "basis", "value", "numerator", "denominator")
    )
    who = ["partner"] if "partner" in trend else []
    earlier = trend[trend[period] < trend[period].max()] if len(trend) else trend
    counts, rates = (
        earlier[(earlier["kpi"] == kpi) & (earlier["basis"] == basis)].sort_values(period)
        for kpi, basis in (("deal_count", "won"), ("close_rate", "closed"))
    )
    begun = _per(counts, who, counts["value"].astype(float), "cumsum") > 0
    counts, decided = counts[begun], rates[rates["denominator"] > 0]
    if counts[period].nunique() < FEWEST_PERIODS:
        return CHANCE
    won = counts["value"].astype(float)
    mean = _per(counts, who, won, "mean")
    enough = mean >= FEWEST_EXPECTED
    count = scatter(won[enough], np.column_stack([mean[enough]] * 2), _groups(counts[enough], who))
    k, n = decided["numerator"].astype(float), decided["denominator"].astype(float)
    rate = _per(decided, who, k, "sum") / _per(decided, who, n, "sum")
    moments = np.column_stack([n * rate, n * rate * (1 - rate)])
    return Scatter(count, scatter(k, moments, _groups(decided, who)))


def _per(table: pd.DataFrame, who: list[str], values: pd.Series, what: str) -> pd.Series:
    """A statistic of each partner's own values, or of all of them, beside every row."""
    by = [table[name] for name in who] or [pd.Series(0, table.index)]
    return values.groupby(by).transform(what)


def _groups(table: pd.DataFrame, who: list[str]) -> int:
    return len(table[who].drop_duplicates()) if who else min(1, len(table))
