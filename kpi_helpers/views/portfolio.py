"""What the report on the whole programme shows: everyone together, and every partner beside the
others."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.contract.windows import as_date, parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging.claims import ABOVE, BELOW
from kpi_helpers.scoring.wide import wide_table
from kpi_helpers.views.claims import fair_claim
from kpi_helpers.views.fleet import FILE, Fleet, measure_fleet
from kpi_helpers.views.partner import (
    HISTORY,
    PartnerView,
    check_prepared,
    own_rules,
    prepared_table,
)


@dataclass(frozen=True)
class PortfolioView:
    """The programme in one window.

    `everyone` is all partners together as a `PartnerView` of partner `*`, with all deals; `now` and
    `previous` are tidy scorecards by partner; `programme` is what judging fitted for all of them;
    `targets` are every partner's.
    """

    everyone: PartnerView
    now: pd.DataFrame
    previous: pd.DataFrame
    programme: object
    targets: pd.DataFrame | None = None

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """A row per partner, best quality score first: OVERVIEW's columns, low and high of the
        close rate, the amount won before, the rank with its interval (95 %), and the verdict of the
        fair comparison where it is carried."""
        wide = wide_table(self.now)
        rate = self.now[
            (self.now["kpi"] == "close_rate") & (self.now["basis"] == "closed")
        ].set_index("partner")
        table = wide.assign(
            low=rate["low"], high=rate["high"], amount_before=wide_table(self.previous)["amount"]
        )
        ranks = self.programme.ranks.reindex(wide.index)
        table = table.assign(rank=ranks["rank"], rank_low=ranks["low"], rank_high=ranks["high"])
        fair = self.programme.last_year.reindex(wide.index)
        verdicts = [fair_claim(self.programme, partner).verdict for partner in wide.index]
        verdict = pd.Series(verdicts, index=wide.index, dtype="str")
        table = table.assign(
            ratio=fair["ratio"], verdict=verdict.where(verdict.isin((ABOVE, BELOW)))
        )
        return table.sort_values(
            ["rank", "amount"], ascending=[True, False], kind="stable"
        ).reset_index()

    @cached_property
    def movers(self) -> pd.DataFrame:
        """Each partner's change of the amount won since the previous window and its exact parts,
        largest rise first: partner, before, after, change = volume + mix + rate + size, deal_ids
        (those that carry most)."""
        from kpi_helpers.judging import what_changed

        rows = []
        for partner, deals in self.everyone.deals.groupby("partner", sort=True):
            found = what_changed(deals, self.everyone.window, as_of=self.everyone.as_of)
            won = found.parts[found.parts["kpi"] == "won_amount"]
            if won.empty or pd.isna(won["change"].iloc[0]):
                continue
            carried = found.deals[found.deals["kpi"] == "won_amount"]
            carried = carried.reindex(
                carried["contribution"].abs().sort_values(ascending=False, kind="stable").index
            )
            rows.append(
                {"partner": partner}
                | won.iloc[0].to_dict()
                | {"deal_ids": tuple(carried["deal_id"].head(3))}
            )
        columns = [
            "partner",
            "before",
            "after",
            "change",
            "volume",
            "mix",
            "rate",
            "size",
            "deal_ids",
        ]
        return pd.DataFrame(rows, columns=columns).sort_values(
            "change", ascending=False, kind="stable"
        )


@nearest_names
def portfolio_view(
    source,
    *,
    window=None,
    as_of=None,
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
) -> PortfolioView:
    """Everything the programme's report needs, from a prepared folder (`partner-kpis report`) or
    any other source.

    `rules` is a file of your own rules of recommendations.

    Parameters
    ----------
    source : path or source
        A folder that `partner-kpis report` prepared, or what `load` reads.
    window : str or Window, optional
        As in `parse_window`; a prepared folder has its own.
    as_of : date or str, optional
        As for `load`; a prepared folder has its own.
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
    PortfolioView
        All partners' scorecards and everyone together as a `PartnerView`.

    Raises
    ------
    KitError
        When a prepared folder was made for another window or date.

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
    >>> view = portfolio_view(deals, window="2025-Q2", as_of="2025-07-31")
    >>> type(view).__name__
    'PortfolioView'
    """
    folder = Path(source) if isinstance(source, (str, Path)) else None
    if folder and (folder / FILE).exists():
        fleet = Fleet.read(folder)
        check_prepared(folder, fleet, window, as_of)
        deals, spend, targets = (
            prepared_table(folder, name) for name in ("deals", "spend", "targets")
        )
        rules = rules or own_rules(folder)
        store = folder / HISTORY if (folder / HISTORY).exists() else None
    else:
        from kpi_helpers.reading import load

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
        fleet = measure_fleet(loaded, parse_window(window, as_of), as_of)
        deals, spend, targets = loaded.deals("pandas"), loaded.spend, loaded.targets
        store = None
    everyone = PartnerView(
        *(EVERYONE, fleet.window, fleet.as_of, fleet.currency, fleet.slow_days, deals),
        *(
            fleet.everyone,
            fleet.everyone_before,
            fleet.peers[:0],
            fleet.everyone_trend,
            fleet.programme,
        ),
        *(spend, None if targets is None else targets[targets["partner"] == EVERYONE]),
        store=store,
        rules=rules,
        year=fleet.everyone_year,
        scatter=fleet.everyone_scatter,
    )
    return PortfolioView(everyone, fleet.now, fleet.previous, fleet.programme, targets)
