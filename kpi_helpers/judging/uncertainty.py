"""An interval beside every answer of a scorecard that can bear one: what totals tell, and what
deals have to."""

from functools import cached_property

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at, whole_deals
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.deals import CHANNELS
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.levels import EVERYONE, PERIODS
from kpi_helpers.contract.windows import MONTHS_IN, Window
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.dispersion import Dispersion, learn_dispersion
from kpi_helpers.kpis.average_deal_size import won_priced_credit, won_whole
from kpi_helpers.kpis.close_rate import decided_amount, decided_priced
from kpi_helpers.kpis.deal_velocity import cycle_sum, dated
from kpi_helpers.kpis.shared import closed, decided, won, won_amount, won_priced
from kpi_helpers.scoring.contributions import contributions
from kpi_helpers.stats.intervals import negative_binomial, wilson
from kpi_helpers.stats.products import Factor, product_interval
from kpi_helpers.stats.resampling import bootstrap, bootstrap_ratio
from kpi_helpers.stats.shapes import learn_shape

FEWEST = 5  # won deals, before money and days have an interval
SILENT = (np.nan, np.nan)
COLUMN = {
    "employee": "owner",
    "business_unit": "unit",
}  # levels that the deal table calls otherwise
OF_WINS = ("success", "conversion")  # shares won of deals, besides the close rates


@nearest_names
def with_intervals(card: pd.DataFrame, deals: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """The scorecard with a 95 % interval beside each answer that can bear one; narrower means
    better known.

    How much more than chance the groups vary from period to period is learned from their history
    (`learn_dispersion`) and widens what follows: rates have a Wilson interval of so many fewer
    deals; counts, what of a target they reach, and cost per won deal the exact one of a negative
    binomial count. Means and medians of sizes and days rest on the shape that all groups share
    (`Shape.interval`); the close rate by value and credited sizes on `bootstrap_ratio`. Sums of
    money, yield, ROI, revenue per day and quality indices are products: their intervals are made of
    their factors' (`product_interval`), of the peers' and the past's too. Silent under 5 won deals,
    for spend, for missed amounts, and for the open pipeline: a state is counted, not sampled. The
    same seed gives the same intervals, whatever the order of rows.

    Parameters
    ----------
    card : DataFrame
        A scorecard.
    deals : DataFrame
        The deals that it was made of.
    seed : int
        The same seed gives the same answer.

    Returns
    -------
    DataFrame
        A `scorecard` of any levels and periods and the deals it was made of in; the same table out
        with `low` and `high` filled.

    Raises
    ------
    KitError
        For missing columns.

    Notes
    -----
    It misleads where a group's sizes have another shape than those of all, or its periods another
    dispersion. Source: kpis.md 3 and 5.

    Examples
    --------
    >>> from kpi_helpers import scorecard
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": range(6),
    ...         "partner": "P",
    ...         "status": "won",
    ...         "credit": 1.0,
    ...         "amount": [10.0, 20, 30, 40, 50, 60],
    ...         "created_on": pd.Timestamp("2025-01-01"),
    ...         "closed_on": pd.Timestamp("2025-02-01"),
    ...     }
    ... )
    >>> card = scorecard(
    ...     deals, by="partner", window="2025-Q1", kpis=["average_deal_size"], basis="whole"
    ... )
    >>> low, high = with_intervals(card, deals)[["low", "high"]].iloc[0]
    >>> 15 < low < 35 < high < 100
    True
    """
    need_pandas("with_intervals", card, deals)
    if card.empty:
        return card
    levels = [name for name in card.columns[: card.columns.get_loc("kpi")] if name not in PERIODS]
    if levels == ["partner"] and (card["partner"] == EVERYONE).all():
        levels = []
    columns = [COLUMN.get(name, name) for name in levels]
    checks.columns(
        "with_intervals", deals, ("status", "amount", "created_on", "closed_on", *columns)
    )
    as_of = card["as_of"].iloc[0].date()
    facts = facts_of(deals, as_of, columns)
    shapes = shapes_of(facts, columns, seed)
    groups = facts.groupby(columns).indices if columns else {(): np.arange(len(facts))}
    card = card.reset_index(drop=True)
    who = _keys(card, levels)
    parts = []
    for (start, end), rows in card.groupby(["window_start", "window_end"], sort=False):
        window = _window(start.date(), end.date())
        learned = learn_dispersion(facts, columns, window, as_of)
        samples = {
            key: Sample(facts.iloc[groups.get(key, [])], window, as_of, learned, shapes)
            for key in sorted(set(who[rows.index]), key=repr)  # sums follow this order
        }
        ends = {key: sample.ends() for key, sample in samples.items()}
        for key, index in _indices(samples).items():
            ends[key] |= index
        rows = _counted(rows, learned)
        answer = zip(
            who[rows.index],
            rows["kpi"],
            rows["basis"],
            rows["denominator"],
            rows["value"],
            strict=True,
        )
        found = [_end(ends[key], kpi, basis, per, value) for key, kpi, basis, per, value in answer]
        silent = rows["low"].isna().to_numpy()
        rows.loc[silent, ["low", "high"]] = np.array(found, dtype=float)[silent]
        parts.append(rows)
    return pd.concat(parts).sort_index()


def _keys(card, levels):
    """The group of each row, as `DataFrameGroupBy.indices` names it."""
    if not levels:
        return pd.Series([()] * len(card), index=card.index)
    return (
        card[levels[0]]
        if len(levels) == 1
        else pd.Series(list(zip(*(card[x] for x in levels), strict=True)))
    )


def _counted(rows: pd.DataFrame, learned: Dispersion) -> pd.DataFrame:
    """What rests on counts alone."""
    rows, ends = rows.copy(), ["low", "high"]
    basis, top, bottom = rows["basis"], rows["numerator"], rows["denominator"]
    rate = rows["low"].notna() & (basis.str.startswith("close_rate.") | basis.isin(OF_WINS))
    rate |= rows["low"].notna() & (rows["kpi"] == "close_rate")
    fewer = learned.design_effect(bottom[rate])
    rows.loc[rate, ends] = np.transpose(wilson(top[rate] / fewer, bottom[rate] / fewer))
    known = rows["value"].notna() & (rows["kpi"] != "pipeline")
    silent = known & rows["low"].isna()
    number = known & (rows["unit"] == "number") & ~basis.isin(("open", "credited"))
    begun = number & ((basis == "created") | basis.str.startswith("leads."))
    for which, dispersion in ((number & ~begun, learned.won), (begun, learned.created)):
        rows.loc[which, ends] = np.transpose(negative_binomial(top[which], dispersion))
    share = silent & basis.isin(("attainment", "pace"))
    reached = np.array(negative_binomial(top[share], learned.won)) / bottom[share].to_numpy()
    rows.loc[share, ends] = reached.T
    cost = silent & basis.str.startswith("cost_per_won")
    paid = top[cost].to_numpy() / np.array(negative_binomial(bottom[cost], learned.won))[::-1]
    rows.loc[cost, ends] = paid.T
    return rows


def _window(start, end) -> Window:
    """The window with the kind its dates have, and so with the right one before it."""
    kinds = (w for kind in MONTHS_IN for w in Window(start, end).periods(kind))
    return next(
        (w for w in kinds if (w.start, w.end) == (start, end) and w.kind in MONTHS_IN),
        Window(start, end),
    )


# What a deal adds to the totals that intervals rest on.
MEASURES = (
    closed,
    decided,
    won,
    won_amount,
    won_priced,
    won_whole,
    won_priced_credit,
    cycle_sum,
    dated,
    decided_amount,
    decided_priced,
)


def facts_of(deals, as_of, columns):
    """A row a deal: what it adds to the sums, in an order that is not the table's."""
    known = whole_deals(known_at(deals, as_of), columns)
    facts = known[[*columns, "closed_on", "created_on"]].assign(
        credited=credited(known),
        channel=known.get("channel", pd.Series(index=known.index, dtype="object")),
    )
    facts["channel"] = (
        facts["channel"].astype("object").where(facts["channel"].isin(CHANNELS), "unknown")
    )
    facts = facts.join(contributions(known, MEASURES, as_of))
    return facts.sort_values(["created_on", "closed_on", "credited", "channel"], ignore_index=True)


def shapes_of(facts, columns, seed):
    """The shapes that sizes, whole and credited, and cycles share over groups; of days one more, so
    that deals won on their first day have a logarithm."""
    whose = facts.groupby(columns, sort=True).ngroup() if columns else pd.Series(0, facts.index)

    def of(counted, values):
        rows = facts[counted.name] > 0
        return learn_shape(values[rows], whose[rows], seed=seed)

    return {
        won_whole: of(won_priced, facts[won_whole.name]),
        won_amount: of(won_priced, facts[won_amount.name]),
        cycle_sum: of(dated, facts[cycle_sum.name] + 1),
    }


class Sample:
    """One group in one window: its deals, and how sure the factors are that its answers are made
    of."""

    def __init__(self, facts, window, as_of, learned: Dispersion, shapes):
        self.learned, self.shapes = learned, shapes
        ended = facts[closed.name] > 0
        self.closed = facts[ended & _inside(facts["closed_on"], window)]
        self.created = facts[_inside(facts["created_on"], window)]
        earlier = window.alike(window.previous(), as_of)[0]
        self.earlier = facts[ended & _inside(facts["closed_on"], earlier)]

    def values(self, rows, counted, measure):
        """What those deals add to a measure that count for another."""
        return rows.loc[rows[counted.name] > 0, measure.name].to_numpy(dtype=float)

    def typical(self, values, measure, statistic="mean"):
        """A mean or median with its interval; where values have no logarithm, resampled."""
        shift = 1.0 if measure is cycle_sum else 0.0
        if not len(values):
            return Factor(np.nan, np.nan, np.nan)
        if (values + shift > 0).all():
            ends = self.shapes[measure].interval(values + shift, statistic)
        else:
            found = bootstrap(values, statistic)
            ends = (np.nan if end is None else end + shift for end in (found.low, found.high))
        middle = values.mean() if statistic == "mean" else np.median(values)
        low, high = (np.maximum(0.0, end - shift) for end in ends)  # null stays null
        return Factor(float(middle), float(low), float(high))

    def number(self, rows) -> Factor:
        """How many of those deals were won."""
        count = rows[won.name].sum()
        return Factor(float(count), *map(float, negative_binomial(count, self.learned.won)))

    def brought(self, rows) -> tuple[Factor, Factor]:
        """The number and the mean size of the deals won: what a sum of money is made of."""
        return self.number(rows), self.size(rows)

    def size(self, rows) -> Factor:
        return self.typical(self.values(rows, won_priced, won_amount), won_amount)

    @cached_property
    def won(self) -> tuple[Factor, Factor]:
        return self.brought(self.closed)

    def ends(self) -> dict:
        """low and high by KPI and basis."""
        return self._typical() | self._ratios() | self._sums() | self._channels()

    def _typical(self):
        sizes = self.values(self.closed, won_priced, won_whole)
        days = self.values(self.closed, dated, cycle_sum)
        found = {}
        for values, measure, names in (
            (sizes, won_whole, (("average_deal_size", "whole"), ("average_deal_size", "median"))),
            (days, cycle_sum, (("deal_velocity", "cycle_mean"), ("deal_velocity", "cycle_median"))),
        ):
            if len(values) >= FEWEST:
                for name, statistic in zip(names, ("mean", "median"), strict=True):
                    found[name] = self.typical(values, measure, statistic)[1:3]
        return found

    def _ratios(self):
        def of(counted, *measures):
            return bootstrap_ratio(*(self.values(self.closed, counted, one) for one in measures))

        found = {
            ("average_deal_size", "credited"): of(won_priced, won_amount, won_priced_credit),
            ("close_rate", "value"): of(decided_priced, won_amount, decided_amount),
        }
        return {
            key: (interval.low, interval.high)
            for key, interval in found.items()
            if interval.low is not None
        }

    def _sums(self):
        """Money won, by itself, a closed deal and a day."""
        number, size = self.won
        if number.value < FEWEST:
            return {}
        amount = self.closed[won_amount.name].sum()
        ends = len(self.closed)
        fewer = self.learned.design_effect(ends)
        share = Factor(number.value / ends, *map(float, wilson(number.value / fewer, ends / fewer)))
        days = self.typical(self.values(self.closed, dated, cycle_sum), cycle_sum)
        won_yield = share.value * size.value
        a_day = number.value * size.value / days.value if days.value else np.nan
        total = product_interval(amount, (number, size))
        return {
            ("deal_count", "amount"): total,
            ("quality_score", "amount"): total,
            ("pipeline", "attainment"): total,
            ("deal_count", "credited"): (number.low / number.value, number.high / number.value),
            ("quality_score", "yield"): product_interval(won_yield, (share, size)),
            ("deal_velocity", "revenue_per_day"): product_interval(
                a_day, (number, size, days._replace(power=-1.0))
            ),
        }

    def _channels(self):
        """What leads of each channel brought."""
        found = {}
        for channel, leads in self.created.groupby("channel"):
            number, size = self.brought(leads)
            if number.value >= FEWEST:
                ends = product_interval(leads[won_amount.name].sum(), (number, size))
                for metric in ("revenue", "roi", "revenue_per_spend"):
                    found["marketing_channels", f"{metric}.{channel}"] = ends
        return found


def _inside(days, window):
    return days.between(pd.Timestamp(window.start), pd.Timestamp(window.end))


def _indices(samples):
    """The quality indices, the peers, and the own past, as unsure as they are."""
    active = [sample for sample in samples.values() if len(sample.closed)]
    count = np.array([sample.won[0].value for sample in active])
    money = np.array([sample.closed[won_amount.name].sum() for sample in active])
    found = {}
    for key, sample in samples.items():
        number, size = sample.won
        if number.value < FEWEST:
            continue
        at = active.index(sample)
        found[key] = {("quality_score", "peers"): _against_peers(active, at, count, money)}
        then = sample.brought(sample.earlier)
        if then[0].value >= FEWEST:
            amount, before = money[at], sample.earlier[won_amount.name].sum()
            if amount > 0 and before > 0:
                index = 100 * np.sqrt(number.value * amount / (then[0].value * before))
                factors = (
                    number,
                    size._replace(power=0.5),
                    then[0]._replace(power=-1.0),
                    then[1]._replace(power=-0.5),
                )
                found[key]["quality_score", "past"] = product_interval(index, factors)
    return found


def _against_peers(active, at, count, money):
    """The index' own number and size, less what of them is in the peers' means, and the others'
    numbers, by their share of those means."""
    if not money.sum() > 0 or not money[at] > 0:
        return SILENT
    weight = (count / count.sum() + money / money.sum()) / 2
    value = money / money.sum() / 2
    index = 100 * np.sqrt(count[at] * money[at] / (count.mean() * money.mean()))
    number, size = active[at].won
    factors = [number._replace(power=1 - weight[at]), size._replace(power=0.5 - value[at])]
    for other, sample in enumerate(active):
        if other != at and sample.won[0].value > 0:
            factors.append(sample.won[0]._replace(power=-weight[other]))
            if not np.isnan(sample.won[1].low):
                factors.append(sample.won[1]._replace(power=-value[other]))
    return product_interval(index, factors)


def _end(ends, kpi, basis, per, value):
    """The interval in the answer's own unit: money by what it is held against."""
    if np.isnan(value) or (kpi, basis) not in ends:
        return SILENT
    low, high = ends[kpi, basis]
    if (kpi, basis) == ("deal_count", "credited"):
        return low * value, high * value
    name = basis.partition(".")[0]
    if name not in ("roi", "revenue_per_spend", "attainment"):
        return low, high
    less = 1.0 if name == "roi" else 0.0
    return low / per - less, high / per - less
