"""An interval beside every answer of a scorecard that can bear one: what totals tell, and what
deals have to."""

import zlib

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at, whole_deals
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.deals import CHANNELS
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.levels import EVERYONE, PERIODS
from kpi_helpers.contract.windows import MONTHS_IN, Window
from kpi_helpers.kpis.average_deal_size import won_priced_credit, won_whole
from kpi_helpers.kpis.close_rate import decided_amount, decided_priced
from kpi_helpers.kpis.deal_velocity import cycle_sum, dated
from kpi_helpers.kpis.shared import closed, won, won_amount, won_credit, won_priced
from kpi_helpers.scoring.contributions import contributions
from kpi_helpers.stats.intervals import poisson
from kpi_helpers.stats.resampling import bootstrap, bootstrap_ratio

FEWEST = 5  # won deals, before money and days have an interval
DRAWS = 1000
LARGE = 5000  # deals; above it the draws of their sums are normal
TAILS = (0.025, 0.975)
COLUMN = {
    "employee": "owner",
    "business_unit": "unit",
}  # levels that the deal table calls otherwise


def with_intervals(card: pd.DataFrame, deals: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """The scorecard with a 95 % interval beside each answer that can bear one; narrower means
    better known.

    Rates keep their Wilson interval. Counts, what of a target they reach, and cost per won deal
    rest on exact Poisson; sizes, days, yield and the close rate by value on `bootstrap`; sums of
    money, ROI, revenue per day and quality indices on deals drawn with Poisson weights, so that
    their number is uncertain too (peers and the past are drawn as well): 2.5 to 97.5 % of 1,000
    draws. Silent under 5 won deals, for spend, for missed amounts, and for the open pipeline: a
    state is counted, not sampled. The same seed gives the same intervals, whatever the order of
    rows.

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
    It misleads for few and skewed deals: too narrow. Source: kpis.md 3; Efron 1979; Hanley and
    MacGibbon 2006.

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
    >>> 20 < low < 35 < high < 50
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
    facts = _facts(deals, as_of, columns)
    groups = facts.groupby(columns).indices if columns else {(): np.arange(len(facts))}
    card = _counted(card)
    who = _keys(card, levels)
    for (start, end), rows in card.groupby(["window_start", "window_end"], sort=False):
        window = _window(start.date(), end.date())
        samples = {
            key: _Sample(facts.iloc[groups.get(key, [])], window, as_of, key, seed)
            for key in sorted(set(who[rows.index]), key=repr)  # sums follow this order
        }
        ends = {key: _sizes(sample) | _sums(sample) for key, sample in samples.items()}
        for key, index in _indices(samples).items():
            ends[key] |= index
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
        card.loc[rows.index[silent], ["low", "high"]] = np.array(found, dtype=float)[silent]
    return card


def _keys(card, levels):
    """The group of each row, as `DataFrameGroupBy.indices` names it."""
    if not levels:
        return pd.Series([()] * len(card), index=card.index)
    return (
        card[levels[0]]
        if len(levels) == 1
        else pd.Series(list(zip(*(card[x] for x in levels), strict=True)))
    )


def _counted(card):
    """What rests on a count alone: exact Poisson."""
    card = card.reset_index(drop=True)
    silent = card["low"].isna() & card["value"].notna() & (card["kpi"] != "pipeline")
    number = silent & (card["unit"] == "number") & ~card["basis"].isin(("open", "credited"))
    share = silent & card["basis"].isin(("attainment", "pace"))
    cost = silent & card["basis"].str.startswith("cost_per_won")
    ends = ["low", "high"]
    card.loc[number, ends] = np.transpose(poisson(card.loc[number, "numerator"]))
    shared = (
        np.array(poisson(card.loc[share, "numerator"])) / card.loc[share, "denominator"].to_numpy()
    )
    card.loc[share, ends] = shared.T
    paid = (
        card.loc[cost, "numerator"].to_numpy()
        / np.array(poisson(card.loc[cost, "denominator"]))[::-1]
    )
    card.loc[cost, ends] = paid.T
    return card


def _window(start, end) -> Window:
    """The window with the kind its dates have, and so with the right one before it."""
    kinds = (w for kind in MONTHS_IN for w in Window(start, end).periods(kind))
    return next(
        (w for w in kinds if (w.start, w.end) == (start, end) and w.kind in MONTHS_IN),
        Window(start, end),
    )


# What a deal adds to the totals that intervals are drawn of.
MEASURES = (
    closed,
    won,
    won_amount,
    won_priced,
    won_credit,
    won_whole,
    won_priced_credit,
    cycle_sum,
    dated,
    decided_amount,
    decided_priced,
)


def _facts(deals, as_of, columns):
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


class _Sample:
    """One group in one window: its deals, and the totals that other samples of them would have."""

    def __init__(self, facts, window, as_of, key, seed):
        self.rng = np.random.default_rng([seed, zlib.crc32(repr((key, window.start)).encode())])
        ended = facts[closed.name] > 0
        self.closed = facts[ended & _inside(facts["closed_on"], window)]
        self.created = facts[_inside(facts["created_on"], window)]
        earlier = window.alike(window.previous(), as_of)[0]
        self.earlier = facts[ended & _inside(facts["closed_on"], earlier)]
        self.won = self.closed[self.closed[won.name] > 0]
        summed = (won, won_amount, won_priced, cycle_sum, dated, won_credit)
        self.totals = self.drawn({measure: self.closed[measure.name] for measure in summed})

    def drawn(self, columns: dict) -> dict:
        """DRAWS totals of each column over deals with Poisson weights; all columns share a draw's
        weights."""
        table = np.column_stack([np.asarray(column, dtype=float) for column in columns.values()])
        if len(table) > LARGE:
            normal = self.rng.standard_normal((DRAWS, table.shape[1]))
            drawn = table.sum(axis=0) + normal @ np.linalg.qr(table, mode="r")
        else:
            drawn = self.rng.poisson(1.0, (DRAWS, len(table))).astype(float) @ table
        return dict(zip(columns, drawn.T, strict=True))


def _inside(days, window):
    return days.between(pd.Timestamp(window.start), pd.Timestamp(window.end))


def _sizes(sample):
    """Averages, medians and ratios over the deals there are: `bootstrap`."""

    def of(*measures):
        """What deals add to the measures, those that count for the first alone."""
        rows = sample.closed[sample.closed[measures[0].name] > 0]
        return [rows[measure.name] for measure in measures[1:]]

    (sizes,), (days,) = of(won_priced, won_whole), of(dated, cycle_sum)
    worked = sample.closed[won_amount.name]
    unpriced = (sample.closed[won.name] > 0) & (sample.closed[won_priced.name] == 0)
    found = {
        ("average_deal_size", "whole"): bootstrap(sizes),
        ("average_deal_size", "median"): bootstrap(sizes, "median"),
        ("average_deal_size", "credited"): bootstrap_ratio(
            *of(won_priced, won_amount, won_priced_credit)
        ),
        ("deal_velocity", "cycle_median"): bootstrap(days, "median"),
        ("deal_velocity", "cycle_mean"): bootstrap(days),
        ("quality_score", "yield"): bootstrap(worked[~unpriced]),
        ("close_rate", "value"): bootstrap_ratio(*of(decided_priced, won_amount, decided_amount)),
    }
    return {
        key: (interval.low, interval.high)
        for key, interval in found.items()
        if interval.low is not None
    }


def _sums(sample):
    """Money won, by itself, through each channel and a day."""
    if len(sample.won) >= FEWEST:
        t = sample.totals
        with np.errstate(divide="ignore", invalid="ignore"):
            a_day = t[won_amount] / t[won_priced] * t[won] / (t[cycle_sum] / t[dated])
        found = dict.fromkeys(
            (("deal_count", "amount"), ("quality_score", "amount")), _tails(t[won_amount])
        )
        found |= {("pipeline", "attainment"): found["deal_count", "amount"]}
        found |= {("deal_velocity", "revenue_per_day"): _tails(a_day)}
        found |= {("deal_count", "credited"): _tails(t[won_credit])}
    else:
        found = {}
    leads, brought = sample.created, sample.created[won_amount.name]
    through = {channel: (leads["channel"] == channel) for channel in CHANNELS}
    through = {
        channel: at for channel, at in through.items() if (leads[won.name] * at).sum() >= FEWEST
    }
    if through:
        drawn = sample.drawn({channel: brought * at for channel, at in through.items()})
        for metric in ("revenue", "roi", "revenue_per_spend"):
            found |= {
                ("marketing_channels", f"{metric}.{name}"): _tails(sums)
                for name, sums in drawn.items()
            }
    return found


def _indices(samples):
    """The quality indices, with the peers, and the own past, drawn as well."""
    active = {key: sample for key, sample in samples.items() if len(sample.closed)}
    if not active:
        return {}
    count, brought = (
        np.array([s.totals[measure] for s in active.values()]) for measure in (won, won_amount)
    )
    mean_won, mean_brought = count.mean(axis=0), brought.mean(axis=0)
    found = {}
    for i, (key, sample) in enumerate(active.items()):
        if len(sample.won) < FEWEST:
            continue
        found[key] = {
            ("quality_score", "peers"): _index(count[i], brought[i], mean_won, mean_brought)
        }
        past = sample.earlier
        if past[won.name].sum() >= FEWEST:
            then = sample.drawn({measure: past[measure.name] for measure in (won, won_amount)})
            found[key]["quality_score", "past"] = _index(
                count[i], brought[i], then[won], then[won_amount]
            )
    return found


def _index(won, brought, won_of, brought_of):
    with np.errstate(divide="ignore", invalid="ignore"):
        return _tails(100 * np.sqrt(won * brought / (won_of * brought_of)))


def _tails(draws):
    """2.5 and 97.5 %, unless more than one draw in a hundred has nothing to divide by."""
    known = draws[np.isfinite(draws)]
    return tuple(np.quantile(known, TAILS)) if len(known) >= 0.99 * len(draws) else (np.nan, np.nan)


def _end(ends, kpi, basis, per, value):
    """The interval in the answer's own unit: money by what it is held against."""
    if np.isnan(value) or (kpi, basis) not in ends:
        return np.nan, np.nan
    low, high = ends[kpi, basis]
    name = basis.partition(".")[0]
    if name not in ("roi", "revenue_per_spend", "attainment"):
        return low, high
    less = 1.0 if name == "roi" else 0.0
    return low / per - less, high / per - less
