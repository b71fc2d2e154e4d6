"""The baseline: a slice's open deals, the deals to come, its spend and its drivers, before anything
is changed."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.levels import EVERYONE, LEVELS
from kpi_helpers.contract.notes import Note
from kpi_helpers.contract.windows import Window, as_date, last_months
from kpi_helpers.engines.pandas_table import deal_table, merged_shares
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.judging import WinHistory, learn, period_ahead, win_chances
from kpi_helpers.judging.arrivals import YEAR, deals_to_come
from kpi_helpers.judging.forecasting import FEWEST_CREATED, SHOCK
from kpi_helpers.scoring.sidetables import side_table, target_by
from kpi_helpers.whatif.drawing import Draws
from kpi_helpers.whatif.drivers import SEGMENTS, last_year, measured

CELLS = 40_000_000  # draws x deals held in memory; above it there are fewer draws
FEWEST_DRAWS = 500
LEVEL_NAMES = ("partner", "employee", "department", "unit")


@dataclass(frozen=True)
class World:
    """What a simulation reads; a change gives another one.

    `opened` (all members' open deals) has deal_id, member, partner, SEGMENTS, amount (credited),
    chance (won by the window's end), ever (won at all) and copies (how many such deals each stands
    for). `coming` has a row for each deal created in the last year: member, partner, stream,
    SEGMENTS, amount, wins and leads expected in the window. `spend` is money a channel.
    """

    opened: pd.DataFrame
    coming: pd.DataFrame
    spend: dict[str, float]


@dataclass(frozen=True)
class Baseline:
    """A slice of the deals and its coming window; `drivers` is the table to change, by name.

    `so_far` is (amount, deals) won in the window already; `peers` (mean amount, mean deals) of the
    same level in such a window, None for the portfolio; `left` the days of the window after as_of;
    `lately` its deals closed in the last year; `members` those of the level (portfolio: the
    partners).
    """

    level: str
    member: str
    window: Window
    as_of: pd.Timestamp
    world: World
    drivers: pd.DataFrame
    recent: pd.DataFrame
    members: list[str]
    so_far: tuple[float, float]
    peers: tuple[float, float] | None
    target: float | None
    left: int
    draws: Draws
    notes: tuple[Note, ...] = field(default=())

    @property
    def of_everyone(self) -> bool:
        """Whether this is everyone together."""
        return self.level == "portfolio"

    @cached_property
    def mine(self) -> World:
        """The slice's own part of the world, before anything is changed."""
        return self.part_of(self.world)

    def part_of(self, world: World) -> World:
        if self.of_everyone:
            return world
        ours = [table[table["member"] == self.member] for table in (world.opened, world.coming)]
        return World(*ours, world.spend)


@nearest_names
def baseline(
    deals,
    *,
    partner: str | None = None,
    employee: str | None = None,
    department: str | None = None,
    unit: str | None = None,
    window=None,
    as_of=None,
    spend=None,
    targets=None,
    target: float | None = None,
    history: WinHistory | None = None,
    seed: int = 0,
    draws: int = 10_000,
) -> Baseline:
    """What the coming window stands on for one partner, employee, department or unit; unnamed,
    the whole portfolio.

    The deal table of everyone in (any engine): the chances are learned from all partners' deals.
    `window` is moved on to the first of its kind that still runs after `as_of` (`period_ahead`);
    `as_of` unset is the latest date in the deals. Open deals carry the forecast's own chance, deals
    to come its rate (`judging.forecast`); drivers are measured on the last 365 days. Spend is known
    by partner only. Above 40 million draws x deals there are fewer draws, never under 500.

    Parameters
    ----------
    deals : frame
        The deal table of everyone, on any engine.
    partner : str, optional
        The partner looked at.
    employee : str, optional
        The employee looked at.
    department : str, optional
        The department looked at.
    unit : str, optional
        The business unit looked at.
    window : str or Window, optional
        Moved on to the first of its kind that still runs after `as_of`.
    as_of : date or str, optional
        Unset, the latest date in the deals.
    spend : DataFrame, optional
        The spend table: month, channel, partner, amount in the reporting currency.
    targets : DataFrame, optional
        The targets table: partner, period, kpi, target.
    target : float, optional
        What is to be reached, in the measure's unit.
    history : WinHistory, optional
        What `learn` gave; unset, it is learned.
    seed : int
        The same seed gives the same answer.
    draws : int
        Draws of the window's outcome; fewer above 40 million draws x deals.

    Returns
    -------
    Baseline
        What the coming window stands on for one partner, employee, department or unit.

    Raises
    ------
    KitError
        For unknown members and for a window without an end.

    Notes
    -----
    It misleads as the forecast does: amounts are taken as they stand, and the programme is taken to
    go on as last year.

    Examples
    --------
    >>> import pandas as pd
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(40),
    ...         "partner": "P",
    ...         "status": ["won", "lost"] * 20,
    ...         "amount": 100.0,
    ...         "created_on": "2025-01-01",
    ...         "closed_on": ["2025-02-10", "2025-03-01"] * 20,
    ...     }
    ... ).astype({"created_on": "datetime64[us]", "closed_on": "datetime64[us]"})
    >>> base = baseline(deals, partner="P", as_of="2025-12-31")
    >>> base.window.label, float(base.drivers.loc["close_rate", "value"])
    ('2026-Q1', 0.5)
    """
    chosen = {
        name: value
        for name, value in zip(LEVEL_NAMES, (partner, employee, department, unit), strict=True)
        if value is not None
    }
    if len(chosen) > 1:
        raise KitError(
            f"baseline takes one of {', '.join(LEVEL_NAMES)}; got {' and '.join(chosen)}."
        )
    level, member = next(iter(chosen.items()), ("portfolio", EVERYONE))
    column = LEVELS[level]
    everyones = deal_table("baseline", deals, (column,) if column else ())
    if as_of is None:
        as_of = everyones[["created_on", "closed_on"]].max().max()
    if pd.isna(as_of):
        raise KitError(
            "There are no deals with a created or closed date, so as_of has to be given, like "
            "2025-12-31."
        )
    if str(window) == "all":
        raise KitError(
            "What if is asked of a window with an end; 'all' has none. Name one like 2026-Q1."
        )
    as_of = pd.Timestamp(as_date(as_of, "as_of"))
    window = period_ahead(window, as_of)
    history = history or learn(everyones, as_of)
    known = known_at(merged_shares(everyones, column), as_of)
    known = known.assign(member=known[column] if column else EVERYONE, whole=known["amount"])
    known["amount"] = credited(known)
    known["channel"] = known["channel"].fillna("unknown")
    known = known.dropna(subset="member")
    members = sorted(known[column or "partner"].unique())
    if column and member not in members:
        raise UnknownValue(
            level, member, members, f"Names are as in the deal table's column {column!r}."
        )
    left = (pd.Timestamp(window.end) - as_of).days
    opened, notes = _open_deals(known, history, window)
    coming = _to_come(known, history, left)
    ours = known if not column else known[known["member"] == member]
    if (
        ours["created_on"].gt(as_of - pd.Timedelta(days=YEAR)).sum() < FEWEST_CREATED
        or history.base is None
    ):
        coming = coming[coming["member"] != member]
        notes.append(Note("little_history"))
    won = ours[
        (ours["status"] == "won") & ours["closed_on"].between(pd.Timestamp(window.start), as_of)
    ]
    spent, why = _spend(side_table("spend", spend), level, member, as_of, left)
    if why:
        notes.append(why)
    world = World(opened, coming, spent)
    recent = last_year(ours, as_of)
    slices = [
        table if not column else table[table["member"] == member] for table in (opened, coming)
    ]
    cells = len(slices[0]) + 2 * slices[1]["wins"].sum()
    draws = int(min(draws, max(FEWEST_DRAWS, CELLS // max(cells, 1))))
    return Baseline(
        level=level,
        member=member,
        window=window,
        as_of=as_of,
        world=world,
        drivers=measured(recent, *slices, spent),
        recent=recent,
        members=members,
        so_far=(float(won["amount"].sum()), float(len(won))),
        peers=None if not column else _peers(last_year(known, as_of), window),
        target=target if target is not None else _target(targets, level, member, window),
        left=left,
        draws=Draws(seed, draws, 0.0 if history.base is None else SHOCK),
        notes=tuple(notes),
    )


def _open_deals(known, history, window):
    """Everyone's open deals with their chances, and a note of those that cannot be counted."""
    opened = known[known["status"] == "open"]
    chances = win_chances(history, _whole(opened), until=window.end)
    table = opened[["member", "partner", *SEGMENTS, "amount"]].assign(
        deal_id=opened["deal_id"].astype(str),
        chance=chances["chance"],
        ever=chances["eventually"],
        copies=1.0,
    )
    usable = table["chance"].notna()
    notes = [] if usable.all() else [Note("chance_unknown", count=(~usable).sum())]
    return table[usable].fillna({"amount": 0.0}), notes


def _whole(deals):
    """The deals at their whole amounts, on which chances rest, instead of the credited ones."""
    return deals.assign(amount=deals["whole"])


def _to_come(known, history, left):
    """The deals created in the last year stand for those to come, as in `judging.forecast`; a row
    for each."""
    recent = known[known["created_on"] > history.as_of - pd.Timedelta(days=YEAR)]
    order = np.lexsort((recent["created_on"], recent["amount"].fillna(0)))
    recent = recent.iloc[order]
    table = recent[["member", "partner", *SEGMENTS, "amount"]].fillna({"amount": 0.0})
    table["stream"] = table["channel"]
    if history.base is None or not len(recent):
        return table.assign(wins=0.0, leads=0.0)[:0]
    turn = recent.groupby("member").cumcount().to_numpy()
    first = known.groupby("member")["created_on"].min()
    observed = (history.as_of - recent["member"].map(first)).dt.days.clip(90, YEAR).to_numpy(float)
    leads, wins = deals_to_come(history, _whole(recent), observed, turn, left)
    return table.assign(wins=wins, leads=leads)


def _spend(spend, level, member, as_of, left):
    """What goes into each channel in the coming window at last year's pace."""
    if spend is None:
        return {}, None
    if level not in ("portfolio", "partner"):
        return {}, Note("spend_by_partner")
    rows = spend[spend["month"].astype(str).str[:7].isin(last_months(as_of.date()))]
    if level == "partner":
        rows = rows[rows["partner"] == member] if "partner" in rows else rows[:0]
    return {
        str(name): float(amount)
        for name, amount in (rows.groupby("channel")["amount"].sum() / YEAR * left).items()
        if amount > 0
    }, None


def _peers(recent, window):
    """The mean amount and deals that the members of this level win in such a window; None without
    two of them."""
    active = recent["member"].unique()
    if len(active) < 2:
        return None
    won, share = recent[recent["status"] == "won"], window.days / YEAR / len(active)
    return float(won["amount"].sum()) * share, len(won) * share


def _target(targets, level, member, window):
    targets = side_table("targets", targets)
    if targets is None or level not in ("portfolio", "partner"):
        return None
    keys = pd.DataFrame({"partner": [member], "_window": [0]})
    value = target_by(targets, "won_amount", keys, [window], "partner").iloc[0]
    return None if pd.isna(value) else float(value)
