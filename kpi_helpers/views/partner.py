"""What one partner's report shows: its own deals and rows, and its peers only as anonymous
statistics."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.deals import DEAL_COLUMNS, SIDE_TABLES
from kpi_helpers.contract.levels import EVERYONE, LEVELS
from kpi_helpers.contract.notes import Note, decode, encode, noted
from kpi_helpers.contract.windows import Window, as_date, parse_window
from kpi_helpers.engines.arrays import PANDAS
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.judging.claims import CHANCE, Claim, Compared, Scatter, young
from kpi_helpers.kpis import KPIS
from kpi_helpers.kpis.change import change
from kpi_helpers.scoring.peers import FEWEST
from kpi_helpers.scoring.scorecard import scorecard
from kpi_helpers.scoring.wide import OVERVIEW, wide_table
from kpi_helpers.views.claims import of_deals, of_numbers
from kpi_helpers.views.files import read_table
from kpi_helpers.views.fleet import FILE, Fleet, measure, measure_fleet

# In a prepared folder: an earlier state, the health's headline, and the user's own rules of
# recommendations.
HISTORY, HEALTH, RULES = "history", "data-health-notes.json", "rules.toml"
FEW_PEERS = Note("few_peers", n=FEWEST)
EDITIONS = ("internal", "partner")
NOTHING = {"value": np.nan}
ALONE = {"count": 0} | dict.fromkeys(("low", "median", "high", "rank", "quarter"), np.nan)


@dataclass(frozen=True)
class PartnerView:
    """One partner in one window.

    `now`, `previous` and `year` (the same window a year before) are tidy scorecards of the partner,
    the earlier ones seen at the same age; `claims` is what may be said of their differences, given
    what the programme scatters beyond chance (`scatter`); `peers` has one row per KPI and basis
    with `count`, `low`, `median`, `high` (quartiles of the other partners, null under five) and
    `rank` (1 is best, null where no direction is better); `trend` is the scorecard by period;
    `deals` the partner's own deals; `store` holds the earlier state that `history` starts from;
    `health` is the headline of the whole export's data health. In the partner's own `edition`
    `peers` is what is shared with everybody (`peers.shared_peers`). `rules` is a file of the user's
    own rules of recommendations.
    """

    partner: str
    window: Window
    as_of: date
    currency: str | None
    slow_days: float | None
    deals: pd.DataFrame
    now: pd.DataFrame
    previous: pd.DataFrame
    peers: pd.DataFrame
    trend: pd.DataFrame
    programme: object = None
    spend: pd.DataFrame | None = None
    targets: pd.DataFrame | None = None
    store: Path | None = None
    health: tuple[Note, ...] = ()
    edition: str = "internal"
    rules: Path | str | None = None
    year: pd.DataFrame | None = None
    scatter: Scatter = CHANCE

    @cached_property
    def compared(self) -> dict[str, Compared]:
        """The windows that changes are measured against, seen at the same age as this one:
        `previous` and `year`, those that there are."""
        earlier = {"previous": self.window.previous(), "year": self.window.year_before()}
        return {
            name: Compared(*self.window.alike(window, self.as_of))
            for name, window in earlier.items()
            if window is not None
        }

    @cached_property
    def claims(self) -> dict[tuple[str, str, str], Claim]:
        """What the scorecards bear, by kpi, basis and what it is claimed of: `previous` and `year`
        for changes, peers, average, trend, most, target, clearest."""
        return of_numbers(self)

    @cached_property
    def judged(self) -> dict[tuple[str, str, str], Claim]:
        """What takes the deals themselves: pace, channels, enough, fair, advice, strategy."""
        return of_deals(self)

    @cached_property
    def history(self):
        """How the pipeline moved since the end of the month before (`pipeline_history`)."""
        from kpi_helpers.history.changes import pipeline_history

        everyone = self.partner == EVERYONE
        return pipeline_history(self.deals, self.store, as_of=self.as_of, everyone=everyone)

    @cached_property
    def ahead(self):
        """The forecast of the period that runs on as_of, else of the next one; plan and outlook
        read the same."""
        from kpi_helpers.judging import look_ahead

        return look_ahead(self.deals, self.programme, self.targets)

    @cached_property
    def enough(self):
        """Whether the open deals are enough for the target of that period (judging.Enough)."""
        from kpi_helpers.judging import enough_pipeline

        return enough_pipeline(self.deals, self.ahead)

    @cached_property
    def planned(self):
        """The recommendations (judging.Plan) and the rules they follow; two places of a report show
        them."""
        from kpi_helpers.judging import read_rules, recommend

        rules = read_rules(self.rules, edition=self.edition)
        made = recommend(
            self.deals,
            self.programme,
            self.partner,
            ahead=self.ahead,
            spend=self.spend,
            rules=rules,
        )
        return made, rules

    def row(self, kpi: str, basis: str | None = None) -> dict:
        """The partner's answer for one basis, with `before`, `change`, peers_count, _low, _median,
        _high, _rank, and whether it is of a `young` cohort: then nothing is compared, and
        `expected` with its ends is what it should be once that is decided."""
        return self._rows[kpi, basis or KPIS[kpi].headline]

    @cached_property
    def _rows(self) -> dict[tuple[str, str], dict]:
        """Every answer with what stands beside it, built once: a report asks for a hundred and
        fifty of them."""
        before, peers = _by_key(self.previous), _by_key(self.peers)
        year = {} if self.year is None else _by_key(self.year)
        rows = {}
        for row in self.now.to_dict("records"):
            key = row["kpi"], row["basis"]
            row |= {f"peers_{name}": peers.get(key, ALONE)[name] for name in ALONE}
            earlier = [card.get(key, NOTHING) for card in (before, year)]
            was, last_year = (there["value"] for there in earlier)
            if key == ("quality_score", "peers") and row["peers_count"] < FEWEST:
                # they could be worked out from it
                row |= dict.fromkeys(("value", "low", "high"), np.nan) | {
                    "note": FEW_PEERS,
                    "codes": encode([FEW_PEERS]),
                }
                was = last_year = np.nan
            moved, moved_in_year = (
                np.nan if young(row) or young(there) else change(row["value"], old, row["unit"])
                for there, old in zip(earlier, (was, last_year), strict=True)
            )
            rows[key] = row | {
                "young": young(row),
                "before": was,
                "change": moved,
                "year_before": last_year,
                "year_change": moved_in_year,
            }
        return rows

    @cached_property
    def _trends(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The trend's rows of every basis, told apart once: a report asks for two dozen of them."""
        return dict(iter(self.trend.groupby(["kpi", "basis"])))

    def by(self, level: str) -> pd.DataFrame:
        """The window by employee, department, unit, region, product or channel, largest amount won
        first.

        A row for each with a deal decided in the window or open at its end: the level's column,
        OVERVIEW's columns, and low and high of the close rate. Empty where the data does not have
        the level.
        """
        if LEVELS[level] not in self.deals or self.deals[LEVELS[level]].isna().all():
            return pd.DataFrame(columns=[level, *OVERVIEW, "low", "high"])
        asked = {"window": self.window, "as_of": self.as_of, "slow_days": self.slow_days}
        kpis, bases = (list(dict.fromkeys(names)) for names in zip(*OVERVIEW.values(), strict=True))
        card = scorecard(self.deals, by=level, kpis=kpis, basis=bases, **asked)
        column = card.columns[0]  # unit is shown as business_unit there
        rate = card[(card["kpi"] == "close_rate") & (card["basis"] == "closed")].set_index(column)
        table = wide_table(card, column).join(rate[["low", "high", "n"]]).rename_axis(level)
        table = table[(table["n"] > 0) | (table["open"] > 0)].drop(columns="n")
        return table.sort_values("amount", ascending=False, kind="stable").reset_index()

    def missed(self) -> pd.DataFrame:
        """The deals created in the window that ended without a sale, a row each, ideal ones first,
        then by amount.

        The deal table's columns and `missed`: rejected, never_worked, expired, competitor,
        otherwise or cancelled.
        """
        from kpi_helpers.kpis.deal_success import MISSED, deal_success
        from kpi_helpers.kpis.kpi import Basis, Kpi
        from kpi_helpers.scoring.exploring import deals_behind

        named = {basis.name: basis for basis in deal_success.bases}
        kinds = {
            measure.name: kind for kind in MISSED for measure in named[f"missed.{kind}"].measures
        }
        measures = tuple(measure for kind in MISSED for measure in named[f"missed.{kind}"].measures)
        all_missed = Kpi("missed", "", (Basis("missed", None, measures, "number", "lower"),))
        found = deals_behind(all_missed, self.deals, window=self.window, as_of=self.as_of)
        found["missed"] = found.reindex(columns=list(kinds)).idxmax(axis=1).map(kinds)
        table = found.reindex(columns=["missed", *self.deals.columns])
        ideal = table["ideal"].eq(True) if "ideal" in table else False
        order = {
            "by": ["_ideal", "amount"],
            "ascending": False,
            "kind": "stable",
            "ignore_index": True,
        }
        return table.assign(_ideal=ideal).sort_values(**order).drop(columns="_ideal")

    def losses(self) -> pd.DataFrame:
        """The deals lost in the twelve months up to as_of by the reason that is given, the most
        frequent first: reason (null where none is given), lost, share, amount (null where that of
        none is known) and rank, the same for as many."""
        year = parse_window("12m", self.as_of)
        known = known_at(self.deals, self.as_of)
        closed = known["closed_on"].between(pd.Timestamp(year.start), pd.Timestamp(year.end))
        lost = known[closed & (known["status"] == "lost")]
        reason = lost["lost_reason"] if "lost_reason" in lost else pd.Series(None, lost.index)
        grouped = credited(lost).groupby(reason.rename("reason"), dropna=False)
        table = pd.DataFrame({"lost": grouped.size(), "amount": grouped.sum(min_count=1)})
        table = table.assign(share=table["lost"] / max(1, table["lost"].sum()))
        named = table["lost"].where(table.index.notna())
        table = table.assign(rank=named.rank(method="min", ascending=False))
        order = {"by": ["rank", "amount"], "ascending": [True, False], "na_position": "last"}
        return table.sort_values(**order, kind="stable").reset_index()

    def periods(self, kpi: str, basis: str) -> pd.DataFrame:
        """The trailing periods of one basis, oldest first: period, value (null of a young cohort),
        low, high, n."""
        rows = self._trends.get((kpi, basis), self.trend[:0]).sort_values("window_start")
        rows = rows.assign(value=rows["value"].mask(noted(rows, "young")))
        unit = next(name for name in ("month", "quarter") if name in rows)
        return rows.rename(columns={unit: "period"})[
            ["period", "value", "low", "high", "n", "window_end"]
        ]


@nearest_names
def partner_view(
    source,
    partner: str,
    *,
    window=None,
    as_of=None,
    store=None,
    edition: str = "internal",
    rules=None,
    query=None,
    mapping=None,
    mapping_file=None,
    profile=None,
    decimal=None,
    dates=None,
    shares=None,
    encoding=None,
    currency=None,
) -> PartnerView:
    """Everything one partner's report needs, from a prepared folder (`partner-kpis report`) or
    any other source.

    In a prepared folder only this partner's slice of the deals is read, and it brings its own
    `store` (the folder of `partner-kpis snapshot`, for exact history). `edition` "partner" is what
    may be given to the partner itself: nothing in it tells of another, and unless five others
    closed deals in the last twelve months everything is fitted to its own deals alone. `rules` is a
    file of your own rules of recommendations; a prepared folder may bring one.

    Parameters
    ----------
    source : path or source
        A folder that `partner-kpis report` prepared, or what `load` reads.
    partner : str
        The partner's name as in the deals.
    window : str or Window, optional
        As in `parse_window`; a prepared folder has its own.
    as_of : date or str, optional
        As for `load`; a prepared folder has its own.
    store : path, optional
        A folder of snapshots, for exact history.
    edition : str
        internal, or partner for what may be given to the partner itself.
    rules : path, optional
        A changed copy of rules.toml.
    query : str or path, optional
        SQL, or a .sql file, for a database source; user and password come from the environment.
    mapping : mapping of str to str, optional
        Field of the deal table -> column of the export.
    mapping_file : str or path, optional
        A TOML file of such answers, as `save_mapping` writes it.
    profile : str, optional
        Which CRM the export is from, where the headers leave it open.
    decimal : str, optional
        The decimal mark, "." or ",", where the values leave it open.
    dates : str, optional
        dmy or mdy, where the values leave the order open.
    shares : str, optional
        percent (75) or fraction (0.75), where the values leave it open.
    encoding : str, optional
        The text's encoding, like cp1250 or shift_jis, where it is not UTF-8 and guessed wrongly.
    currency : str, optional
        The reporting currency's code, like EUR.

    Returns
    -------
    PartnerView
        One partner's scorecards, peers, deals and judgements, each worked out when it is asked for.

    Raises
    ------
    KitError
        `UnknownValue` for a partner the data does not have, and `KitError` when a prepared folder
        was made for another window or date.

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
    >>> view = partner_view(deals, "Ada", window="2025-Q2", as_of="2025-07-31")
    >>> view.partner, view.window.label, view.edition
    ('Ada', '2025-Q2', 'internal')
    """
    if edition not in EDITIONS:
        raise UnknownValue("edition", edition, EDITIONS)
    folder = Path(source) if isinstance(source, (str, Path)) else None
    if folder and (folder / FILE).exists():
        own = Fleet.read(folder, partner)
        check_prepared(folder, own, window, as_of)
        deals, spend, targets = (
            prepared_table(folder, name, partner) for name in ("deals", "spend", "targets")
        )
        store = folder / HISTORY if (folder / HISTORY).exists() else None
        rules = rules or own_rules(folder)
        health = (
            decode((folder / HEALTH).read_text(encoding="utf-8"))
            if (folder / HEALTH).exists()
            else ()
        )
    else:
        from kpi_helpers.reading import load
        from kpi_helpers.reading.checking.health import summary

        loaded = load(
            source,
            as_of=as_of,
            query=query,
            mapping=mapping,
            mapping_file=mapping_file,
            profile=profile,
            decimal=decimal,
            dates=dates,
            shares=shares,
            encoding=encoding,
            currency=currency,
        )
        as_of = as_date(as_of or loaded.as_of, "as_of")
        own = measure_fleet(loaded, parse_window(window, as_of), as_of).of(partner)
        deals, spend, targets = (
            _own(table, partner) for table in (loaded.deals("pandas"), loaded.spend, loaded.targets)
        )
        health = summary(loaded)
    if edition == "partner" and (own.programme.crowd["n"] > 0).sum() <= FEWEST:
        # what is fitted to so few would tell of each of them
        began = own.programme.strategies.query("partner == @partner")
        own = measure(
            *(deals, own.window, own.as_of),
            targets=targets,
            spend=spend,
            events=began,
            currency=own.currency,
        )
    shared = (own.window, own.as_of, own.currency, own.slow_days)
    beside = own.peers if edition == "internal" else own.shared
    cards = (own.now, own.previous, beside, own.trend, own.programme)
    return PartnerView(
        *(partner, *shared, deals, *cards, spend, targets, store, health, edition, rules),
        year=own.year,
        scatter=own.scatter,
    )


def _by_key(card: pd.DataFrame) -> dict[tuple[str, str], dict]:
    return {(row["kpi"], row["basis"]): row for row in card.to_dict("records")}


def check_prepared(folder: Path, fleet: Fleet, window, as_of) -> None:
    """Raises `KitError` when the folder was prepared for another window or date than is asked
    for."""
    if (window and parse_window(window, fleet.as_of).label != fleet.window.label) or (
        as_of and as_date(as_of, "as_of") != fleet.as_of
    ):
        raise KitError(
            f"{folder} was prepared for {fleet.window.label} as of {fleet.as_of}, not for "
            f"{window} as of {as_of}. "
            "Run partner-kpis report again, or give the export itself as source."
        )


def own_rules(folder: Path) -> Path | None:
    """The user's own rules in a prepared folder."""
    return folder / RULES if (folder / RULES).exists() else None


def prepared_table(folder: Path, name: str, partner: str | None = None) -> pd.DataFrame | None:
    """A prepared table in the contract's types, or a partner's rows of it; None where there is
    none."""
    if not (folder / f"{name}.parquet").exists():
        return None
    rows = read_table(folder, name, partner)
    if partner is not None and "partner" not in rows:
        return None
    columns = DEAL_COLUMNS if name == "deals" else SIDE_TABLES[name]
    return rows.astype(
        {column: PANDAS[kind.kind] for column, kind in columns.items() if column in rows}
    )


def _own(table: pd.DataFrame | None, partner: str) -> pd.DataFrame | None:
    if table is None or "partner" not in table:
        return None
    return table[table["partner"] == partner].reset_index(drop=True)
