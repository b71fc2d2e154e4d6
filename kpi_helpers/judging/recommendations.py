"""A ranked plan: what to do next, why, for how much, by whom, and when to look again."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.notes import Note
from kpi_helpers.contract.windows import parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.judging import rule_checks
from kpi_helpers.judging.forecasting import READ, Forecast, agreed, forecast, period_ahead
from kpi_helpers.judging.programme_fit import ProgrammeFit
from kpi_helpers.judging.rules import Rules, read_rules
from kpi_helpers.judging.win_chances import win_chances

EVERYONE = "*"
READ = (*READ, "owner", "lost_reason", "lost_to_competitor")
ORDER = ("value_at_stake", "brings")
PORTFOLIO = (
    "stop_paid",
    "work_on_earned",
)  # rules that are asked of the programme as a whole as well
COLUMNS = (
    "rank",
    "partner",
    "rule",
    "text",
    "level",
    "who",
    "value_at_stake",
    "value_at_stake_low",
    "value_at_stake_high",
    "brings",
    "brings_low",
    "brings_high",
)
COLUMNS = (*COLUMNS, "review_on", "evidence", "deal_ids")


@dataclass(frozen=True)
class Plan:
    """`table`: a row per recommendation, largest value at stake first; `silence`: the sentence that
    is said where it is empty.

    `evidence` holds the numbers by name, `deal_ids` the deals to open; `value_at_stake` is what
    acting would add in a year, `brings` what the open deals named should bring by themselves:
    money with an interval, null where that is not the matter. Housekeeping, which has no value at
    stake, comes last, the most valuable deals first. `review_on` is counted from as_of. `silent`:
    of a portfolio, the sentence of each partner without a recommendation."""

    table: pd.DataFrame
    silence: str | None = None
    silent: dict[str, str] = field(default_factory=dict)

    @property
    def together(self) -> float:
        """The values at stake of all rows, each deal counted for the first row that names it; 0
        without any."""
        total, seen = 0.0, set()
        for row in self.table[self.table["value_at_stake"].notna()].itertuples():
            new = set(row.deal_ids) - seen
            total += row.value_at_stake * (len(new) / len(row.deal_ids) if row.deal_ids else 1.0)
            seen |= new
        return total


@nearest_names
def look_ahead(
    deals: pd.DataFrame, programme: ProgrammeFit, targets: pd.DataFrame | None = None
) -> Forecast:
    """The `forecast` of the period that runs on as_of, else of the next one, against the target
    agreed for it.

    A report's window that is no month, quarter or year looks a quarter ahead.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    programme : ProgrammeFit
        What `fit_programme` gave for this run.
    targets : DataFrame, optional
        The targets table: partner, period, kpi, target.

    Returns
    -------
    Forecast
        One partner's deals, the run's `fit_programme` and the partner's rows of the targets table
        in; a Forecast of won amount out.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.judging import fit_programme
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
    >>> ahead = look_ahead(deals[deals["partner"] == "Ada"], fit)
    >>> ahead.window.label, ahead.p10 <= ahead.p50 <= ahead.p90
    ('2025-Q3', True)
    """
    need_pandas("look_ahead", deals, targets)
    window = programme.window if programme.window.kind in ("month", "quarter", "year") else None
    window = period_ahead(parse_window(window, programme.as_of.date()), programme.as_of)
    target = agreed(targets, window)
    return forecast(deals, programme.history, window, target=target, shock=programme.shock)


@nearest_names
def recommend(
    deals: pd.DataFrame,
    programme: ProgrammeFit,
    partner: str,
    *,
    ahead: Forecast | None = None,
    targets: pd.DataFrame | None = None,
    spend: pd.DataFrame | None = None,
    rules=None,
) -> Plan:
    """What the evidence supports recommending for one partner, ranked by the value at stake.

    `rules` is a path to an edited rules.toml. Alerts are those that survive Benjamini-Hochberg over
    all partners. Under 10 closed deals, or where no rule is carried, the plan is empty and says so.

    Parameters
    ----------
    deals : DataFrame
        This partner's rows of the deal table.
    programme : ProgrammeFit
        What `fit_programme` gave for this run.
    partner : str
        The partner's name as in the deals.
    ahead : Forecast, optional
        From `look_ahead`, to save making it again.
    targets : DataFrame, optional
        The targets table: partner, period, kpi, target.
    spend : DataFrame, optional
        The spend table: month, channel, partner, amount in the reporting currency.
    rules : path, optional
        A changed copy of rules.toml.

    Returns
    -------
    Plan
        This partner's deals, the run's `fit_programme`, its spend and its targets (or its `ahead`,
        a forecast from `look_ahead`, to save making it again) in; a Plan out.

    Raises
    ------
    KitError
        For missing columns and faulty rules.

    Notes
    -----
    It misleads as a promise: values at stake say what the gap is worth, not what an action will
    bring.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.judging import fit_programme
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
    >>> plan = recommend(deals[deals["partner"] == "Ada"], fit, "Ada")
    >>> len(plan.table), plan.silence
    (0, 'Nothing calls for action: none of the 12 rules checked is backed by the evidence.')
    """
    need_pandas("recommend", deals, targets, spend)
    rules = rules if isinstance(rules, Rules) else read_rules(rules)
    known = known_at(checks.only(deals, READ).reset_index(drop=True), programme.as_of)
    closed = int((known["status"] != "open").sum())
    if closed < rules.fewest_closed:
        return Plan(
            _table([]), Note.of(rules.too_few, closed=closed, fewest_closed=rules.fewest_closed)
        )
    if ahead is None and targets is not None and len(targets):
        ahead = look_ahead(deals, programme, targets)
    rows = _rows(_case(known, programme, partner, ahead, spend), rules)
    return Plan(_table(rows), None if rows else Note.of(rules.nothing, rules=len(rules.rules)))


@nearest_names
def recommend_portfolio(
    deals: pd.DataFrame, programme: ProgrammeFit, *, spend=None, targets=None, rules=None
) -> Plan:
    """All partners' recommendations and those for the programme as a whole (partner *), ranked
    by the value at stake.

    Partners without a recommendation are named in `silent`; the programme's own rules are the
    channel verdicts.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    programme : ProgrammeFit
        What `fit_programme` gave for this run.
    spend : DataFrame, optional
        The spend table: month, channel, partner, amount in the reporting currency.
    targets : DataFrame, optional
        The targets table: partner, period, kpi, target.
    rules : path, optional
        A changed copy of rules.toml.

    Returns
    -------
    Plan
        The deal table of all partners, `fit_programme`, and the spend and targets tables of all in;
        a Plan out, as `recommend`.

    Examples
    --------
    >>> import pandas as pd
    >>> from kpi_helpers.judging import fit_programme
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
    >>> plan = recommend_portfolio(deals, fit)
    >>> len(plan.table), plan.silence
    (1, None)
    """
    need_pandas("recommend_portfolio", deals, targets, spend)
    rules = rules if isinstance(rules, Rules) else read_rules(rules)
    tables, silent = [], {}
    for partner, ours in deals.groupby("partner", sort=True):
        sides = {"spend": _own(spend, partner), "targets": _own(targets, partner)}
        made = recommend(ours, programme, partner, rules=rules, **sides)
        tables.append(made.table)
        if made.silence:
            silent[partner] = made.silence
    known = known_at(checks.only(deals, READ), programme.as_of)
    everyone = _case(known, programme, EVERYONE, None, spend)
    rows = _rows(everyone, rules, only=PORTFOLIO)
    table = pd.concat([*tables, _table(rows)], ignore_index=True)
    table = table.sort_values(list(ORDER), ascending=False, kind="stable", ignore_index=True)
    table["rank"] = range(1, len(table) + 1)
    return Plan(
        table, None if len(table) else Note.of(rules.nothing, rules=len(rules.rules)), silent
    )


def _own(side, partner):
    return None if side is None or "partner" not in side else side[side["partner"] == partner]


def _case(known, programme, partner, ahead, spend):
    known = known.assign(value=credited(known))
    open_deals = known[known["status"] == "open"]
    chances = win_chances(programme.history, open_deals)
    open_deals = open_deals.assign(
        chance=chances["eventually"], age=(programme.as_of - open_deals["created_on"]).dt.days
    )
    return rule_checks.Case(partner, programme, known, open_deals, ahead, spend)


def _rows(case, rules, only=None):
    rows = []
    for rule in rules.rules:
        if only is not None and rule.name not in only:
            continue
        found = getattr(rule_checks, rule.name)(case, **rule.settings)
        if found is None:
            continue
        review = case.programme.as_of + pd.Timedelta(days=rule.look_again_days)
        rows.append(
            {"partner": case.partner, "rule": rule.name, "text": rule.text.format(**found.facts)}
        )
        rows[-1] |= {"level": rule.level, "who": found.who}
        for name in ORDER:
            ends = (name, f"{name}_low", f"{name}_high")
            rows[-1] |= dict(zip(ends, map(float, getattr(found, name)), strict=True))
        rows[-1] |= {"review_on": review, "evidence": found.facts, "deal_ids": found.deal_ids}
    if any(row["rule"] == "replacement" for row in rows):
        rows = [row for row in rows if row["rule"] != "below_expectation"]
    return sorted(rows, key=lambda row: [-np.nan_to_num(row[name], nan=-np.inf) for name in ORDER])


def _table(rows):
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "rank"])
    table.insert(0, "rank", range(1, len(table) + 1))
    money = [name for name in COLUMNS if name.startswith(ORDER)]
    kinds = {"who": "str", **dict.fromkeys(money, float), "review_on": "datetime64[s]"}
    return table.astype(kinds)
