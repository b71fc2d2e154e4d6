"""What closed deals teach about open ones: how likely each is won, and by when, given its age
now."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import ages, known_at
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.errors import nearest_names
from kpi_helpers.stats import reasons
from kpi_helpers.stats.regression import logistic
from kpi_helpers.stats.survival import time_to_outcome

EFFECTS = ("region", "product", "size_band", "channel", "ideal", "partner")
LATELY = 365  # days: a partner may have changed, so its last year has an effect of its own
RIDGE = 4.0  # effects lie within some ± 1 log odds
ENOUGH = 5  # wins, and other endings
PACE = "size_band"  # larger deals take longer: each band has a curve of its own
ENOUGH_ENDED = 50  # endings for it
MONTHS = 12  # of created deals before the month counts; the ridge keeps thin ones near nothing
RIPE = 0.95  # share of endings that come sooner than the youngest deal learned from
HISTORY, STAGE, NONE = "history", "history and stage", "unknown"
CRM, DEFAULT = "CRM probability, no history", "stage default, no history"


@dataclass(frozen=True)
class WinHistory:
    """What was learned by `as_of` over all partners: hold it and use it for every partner.

    `curve`: the pooled outcome curve, `curves`: those of the size bands with 50 endings or more;
    `effects`: column, level, log_odds; `base`: the intercept; `stages`: stage, n, won, log_odds,
    reason (log odds a stage adds to being won within `horizon` days), learned from snapshots;
    `size_slope`: log odds that a unit of log amount above `size_middle` adds; `ages`: days since
    each deal was created, ascending.
    """

    as_of: pd.Timestamp
    curve: pd.DataFrame
    effects: pd.DataFrame
    base: float | None
    n: int
    curves: dict[str, pd.DataFrame] = field(default_factory=dict)
    stages: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["stage", "n", "won", "log_odds"])
    )
    horizon: int = 90
    reason: str | None = None
    size_slope: float = 0.0
    size_middle: float = 0.0
    ages: tuple[int, ...] = ()

    @cached_property
    def log_odds(self) -> dict[str, dict[str, float]]:
        """The effects by column and level."""
        columns = (self.effects[name].tolist() for name in ("column", "level", "log_odds"))
        effects: dict[str, dict[str, float]] = {}
        for column, level, log_odds in zip(*columns, strict=True):
            effects.setdefault(column, {})[level] = log_odds
        return effects


@nearest_names
def learn(deals: pd.DataFrame, as_of, *, snapshots=None, horizon: int = 90) -> WinHistory:
    """Learn every open deal's chance from all partners' closed ones; neither direction is
    better.

    The eventual win is logistic in region, product, size_band, channel, ideal, month of creation
    (from 12 months on), partner, partner in the last year and log amount, each with a ridge of 4,
    over deals old enough that 95 % of endings come sooner (one that is still open was not won);
    when they end is told by the Aalen-Johansen curve of all partners' deals of its size band. With
    `snapshots` ({date: the deal table exported then}) each stage's log odds of a win within
    `horizon` days, beyond what history says, are learned as well: without them nobody knows the
    stages of earlier days. Silent (reason, base None) under 5 wins or 5 other endings; a stage the
    same.

    Parameters
    ----------
    deals : DataFrame
        The deal table of all partners.
    as_of : date or str
        What was known on this day, like 2025-12-31.
    snapshots : dict, optional
        Date -> the deal table as exported then.
    horizon : int
        Days within which a stage's wins are learned from snapshots.

    Returns
    -------
    WinHistory
        Deals of all partners in, a WinHistory out.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads when the programme has changed. Source: Aalen and Johansen 1978; McCullagh and
    Nelder 1989.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(40),
    ...         "partner": "P",
    ...         "status": ["won", "lost"] * 20,
    ...         "created_on": "2025-01-01",
    ...         "closed_on": ["2025-02-10", "2025-03-01"] * 20,
    ...     }
    ... )
    >>> learn(deals, "2025-12-31").n
    40
    """
    need_pandas("learn", *(snapshots or {}).values())
    checks.columns("learn", deals, ("partner", "status", "created_on", "closed_on"))
    as_of = pd.Timestamp(as_of).normalize()
    known = known_at(deals.reset_index(drop=True), as_of)
    age = ages(known, as_of)
    curve = time_to_outcome(age["days"], age["outcome"])
    known = known.loc[age.index].assign(days=age["days"])
    ended = known["status"] != "open"
    curves = {}
    for band, ours in known[ended].groupby(PACE) if PACE in known else ():
        if len(ours) >= ENOUGH_ENDED:
            mine = age[known[PACE] == band]
            curves[str(band)] = time_to_outcome(mine["days"], mine["outcome"])
    won = known["status"] == "won"
    nothing = pd.DataFrame(columns=["column", "level", "log_odds"])
    if min(won.sum(), (ended & ~won).sum()) < ENOUGH:
        return WinHistory(
            as_of,
            curve,
            nothing,
            None,
            int(ended.sum()),
            horizon=horizon,
            reason=reasons.NO_HISTORY,
        )
    ripe = known["created_on"] <= as_of - pd.Timedelta(
        days=float(known.loc[ended, "days"].quantile(RIPE))
    )
    # A ripe deal that is still open was not won: left out, deals that are never closed would
    # raise everybody's chance. Where too few are ripe, those that ended have to do.
    lessons = known[ripe]
    if min(won[ripe].sum(), (ended & ~won)[ripe].sum()) < ENOUGH:
        lessons = known[ended]
    table = _columns(lessons, as_of, since=lessons["created_on"].min())
    size = _log_amount(lessons)
    middle = float(size.mean()) if size.notna().any() else 0.0
    numbers = (size - middle).fillna(0.0).to_numpy()
    effects, slope, base = _fit(table, numbers, (lessons["status"] == "won").to_numpy(float))
    since = (as_of - known["created_on"]).dt.days.dropna().astype(int).sort_values()
    facts = {"horizon": horizon, "size_slope": slope, "size_middle": middle}
    facts["ages"] = tuple(since.tolist())
    history = WinHistory(as_of, curve, effects, base, len(lessons), curves, **facts)
    if not snapshots:
        return history
    return replace(history, stages=_stages(history, known, snapshots))


@nearest_names
def win_chances(
    history: WinHistory, deals: pd.DataFrame, *, until=None, shifted: bool = True
) -> pd.DataFrame:
    """Each open deal's own chance to be won by `until` (ever, unless given), given that it is
    still open; higher is better.

    p (G(a + h) - G(a)) / (p (1 - G(a)) + (1 - p)(1 - L(a))), a its age, h the days left, p its
    eventual chance, G and L the shares of wins and of other endings by age; plus the log odds of
    its stage where snapshots taught them. Without history the CRM's probability, counted where the
    deal is expected to close by `until`; without that null.

    Parameters
    ----------
    history : WinHistory
        What `learn` gave.
    deals : DataFrame
        Open deals.
    until : date or str, optional
        The day to win by; unset, ever.
    shifted : bool
        Use what snapshots taught of stages.

    Returns
    -------
    DataFrame
        Open deals in; out with their index: deal_id, eventually, chance, source.

    Notes
    -----
    It misleads as `learn` does.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.judging import learn
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
    >>> deals.loc[199, ["status", "closed_on"]] = ["open", pd.NaT]
    >>> found = win_chances(learn(deals, "2025-07-31"), deals[deals["status"] == "open"])
    >>> found[["deal_id", "source"]].values.tolist(), bool(found["eventually"].between(0, 1).all())
    ([['D199', 'history']], True)
    """
    checks.columns("win_chances", deals, ("deal_id", "created_on"))
    last = None if until is None else pd.Timestamp(until).normalize()
    created = pd.to_datetime(deals["created_on"])
    age = (history.as_of - created).dt.days.to_numpy(float)
    table = pd.DataFrame({"deal_id": deals["deal_id"]}, index=deals.index)
    if history.base is None or not len(deals):
        stated = (
            deals["probability"].astype(float)
            if "probability" in deals
            else pd.Series(np.nan, index=deals.index)
        )
        chance = stated.copy()
        if last is not None and "expected_close_on" in deals:
            chance = chance.mask(pd.to_datetime(deals["expected_close_on"]) > last, 0.0)
        of_stage = deals.get("probability_source", pd.Series(None, deals.index)) == "stage default"
        source = np.where(stated.isna(), NONE, np.where(of_stage, DEFAULT, CRM))
        return table.assign(eventually=stated, chance=chance, source=source)
    p = eventual(history, deals)
    left = np.inf if last is None else max(0, (last - history.as_of).days)
    young = np.isnan(age)
    age = np.where(young, 0, np.maximum(age, 0))
    eventually, chance = (_given_age(history, deals, p, age, days) for days in (np.inf, left))
    source = np.full(len(deals), HISTORY, dtype=object)
    if shifted and len(history.stages) and "stage" in deals:
        shift = deals["stage"].map(history.stages.set_index("stage")["log_odds"]).to_numpy(float)
        learned = ~np.isnan(shift)
        chance, eventually = (
            np.where(learned, _moved(x, np.nan_to_num(shift)), x) for x in (chance, eventually)
        )
        source[learned] = STAGE
    return table.assign(eventually=np.maximum(eventually, chance), chance=chance, source=source)


def eventual(history: WinHistory, deals: pd.DataFrame) -> np.ndarray:
    """The chance each deal had when it was created, by its circumstances."""
    log_odds = np.full(len(deals), history.base)
    for column, values in _columns(deals, history.as_of).items():
        known = history.log_odds.get(column, {})
        log_odds += np.fromiter((known.get(value, 0.0) for value in values), float, len(deals))
    size = (_log_amount(deals) - history.size_middle).fillna(0.0).to_numpy()
    log_odds += history.size_slope * size
    return 1 / (1 + np.exp(-log_odds))


def share_won_by_age(history: WinHistory, deals: pd.DataFrame, days) -> np.ndarray:
    """Of the deals like these that are won in the end, the share won within `days`."""
    return _by_pace(history, deals, lambda curve, at: _step(curve, curve["won"], days[at]))


def _given_age(history, deals, p, age, left):
    def chance(curve, at):
        other = curve["lost"] + curve["cancelled"]
        won_now, won_then = (_step(curve, curve["won"], days) for days in (age[at], age[at] + left))
        # Of those not won some are never closed; a sliver keeps the oldest deals' chance from being
        # a ratio of nothings.
        never = max(curve["open"].iloc[-1], 1e-9)
        ending = other.iloc[-1] / (other.iloc[-1] + never)
        ended = p[at] * won_now + (1 - p[at]) * ending * _step(curve, other, age[at])
        return p[at] * (won_then - won_now) / np.maximum(1 - ended, 1e-9)

    return np.clip(_by_pace(history, deals, chance), 0, 1)


def _by_pace(history, deals, of):
    """`of(curve, where)` for the deals of each size band, with its own curve or the pooled one."""
    answer = np.zeros(len(deals))
    bands = np.array(_texts(deals[PACE]) if PACE in deals else [""] * len(deals), dtype=object)
    for band in set(bands):
        at = np.flatnonzero(bands == band)
        answer[at] = of(history.curves.get(band, history.curve), at)
    return answer


def _step(curve, share, days):
    share = share.to_numpy()
    at = np.searchsorted(curve["day"].to_numpy(), days, side="right") - 1
    return share[np.clip(at, 0, None)] / max(share[-1], 1e-12)


def _columns(deals, as_of, since=None) -> dict[str, list[str]]:
    """The circumstances of each deal, as text."""
    table = {name: _texts(deals[name]) for name in EFFECTS if name in deals}
    created = pd.to_datetime(deals["created_on"])
    if since is None or (as_of - since).days >= MONTHS * 30:
        table["month"] = _texts(created.dt.month)
    if "partner" in table:
        late = (created > as_of - pd.Timedelta(days=LATELY)).tolist()
        table["partner_recently"] = [
            name if now else "earlier" for name, now in zip(table["partner"], late, strict=True)
        ]
    return table


def _log_amount(deals) -> pd.Series:
    """The logarithm of each amount, null where it is not above 0."""
    if "amount" not in deals:
        return pd.Series(np.nan, index=deals.index)
    amount = deals["amount"].astype(float)
    return np.log(amount.where(amount > 0))


def _texts(values) -> list[str]:
    blank = values.isna().tolist()
    return ["" if none else str(value) for value, none in zip(values.tolist(), blank, strict=True)]


def _fit(table, size, won):
    """Effects, slope of the size and intercept; all other columns as 0 or 1, ridge on each but the
    intercept."""
    from scipy.sparse import csr_array, hstack

    rows, named = np.arange(len(won)), []
    blocks = [np.ones((len(won), 1)), size[:, None]]
    for column, values in table.items():
        codes, levels = pd.factorize(np.array(values, dtype=object))
        blocks.append(
            csr_array((np.ones(len(rows)), (rows, codes)), shape=(len(rows), len(levels)))
        )
        named += [(column, level) for level in levels]
    ridge = np.r_[1e-6, np.full(1 + len(named), RIDGE)]
    fit = logistic(
        hstack([csr_array(b) for b in blocks]).tocsr(), won, np.ones(len(won)), ridge=ridge
    )
    base, slope, *found = map(float, fit.coefficients)
    return pd.DataFrame(named, columns=["column", "level"]).assign(log_odds=found), slope, base


def _stages(history, known, snapshots):
    """Beyond what history says, how much each stage raises a win within the horizon."""
    seen = []
    outcome = known.set_index("deal_id")[["status", "closed_on"]]
    outcome = outcome[~outcome.index.duplicated()]
    for day, table in snapshots.items():
        day = pd.Timestamp(day).normalize()
        end = day + pd.Timedelta(days=history.horizon)
        if end > history.as_of or "stage" not in table:
            continue
        then = known_at(table, day)
        then = then[then["status"] == "open"]
        now = outcome.reindex(then["deal_id"])
        won = ((now["status"] == "won") & (now["closed_on"] <= end)).to_numpy()
        past = replace(history, as_of=day)
        chance = win_chances(past, then, until=end, shifted=False)["chance"].to_numpy()
        seen.append(pd.DataFrame({"stage": then["stage"].to_numpy(), "won": won, "chance": chance}))
    if not seen:
        return history.stages
    rows = []
    for stage, group in pd.concat(seen).groupby("stage"):
        won = int(group["won"].sum())
        few = min(won, len(group) - won) < ENOUGH
        shift = np.nan if few else _shift(group["chance"].to_numpy(), won)
        rows.append({"stage": stage, "n": len(group), "won": won, "log_odds": shift})
        rows[-1]["reason"] = reasons.NO_HISTORY if few else None
    return pd.DataFrame(rows, columns=["stage", "n", "won", "log_odds", "reason"])


def _moved(chance, log_odds):
    with np.errstate(divide="ignore"):
        return 1 / (
            1 + np.exp(-(np.log(chance) - np.log1p(-np.minimum(chance, 1 - 1e-12)) + log_odds))
        )


def _shift(chance, won):
    """The log odds that make the chances add up to the wins seen, drawn to 0 by a ridge of 1."""
    b = 0.0
    for _ in range(50):
        p = _moved(chance, b)
        move = (won - p.sum() - b) / ((p * (1 - p)).sum() + 1)
        b += np.clip(move, -1, 1)
        if abs(move) < 1e-10:
            break
    return float(b)
