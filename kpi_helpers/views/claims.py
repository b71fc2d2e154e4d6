"""Everything that a page may claim, made once: sentences, tables and claims.json read the same."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.judging.channels import STOP_PAID, WORK_ON_EARNED, channel_verdicts, ripe_year
from kpi_helpers.judging.claims import (
    LEVEL,
    PICKED,
    UNKNOWN,
    Claim,
    Compared,
    beside_average,
    beside_peers,
    change_claim,
    clearest,
    together,
)
from kpi_helpers.judging.pace import pace_of_years
from kpi_helpers.kpis import KPIS
from kpi_helpers.kpis.deal_success import MISSED
from kpi_helpers.stats.trend import SURE, theil_sen

RISING, FALLING = "rising", "falling"
FASTER, SLOWER = "faster", "slower"
FEW_LARGE, FEWEST_SIZES = "a few large deals", 3
MOST, LARGEST = "most", "the largest part"
MET, MISSED_IT, RUNNING = "met", "missed", "running"
HEADLINES = tuple((name, kpi.headline) for name, kpi in KPIS.items())
Key = tuple[str, str, str]
Claims = dict[Key, Claim]


def of_numbers(view) -> Claims:
    """What the scorecards alone bear, by KPI, basis and what it is claimed of: changes, the
    clearest of them, and what the window's own numbers say."""
    claims = together(_changes(view))
    keys = [(*which, "previous") for which in PICKED]
    named = clearest([claims[key] for key in keys if key in claims])
    if named is not None:
        rule = f"{named.rule}; the page's changes taken together (Holm)"
        claims["", "", "clearest"] = replace(named, kind="clearest", rule=rule)
    return claims | of_the_window(view)


def of_the_window(view) -> Claims:
    """Numbers beside the peers and the average, the trend of sizes, what carries them, what was
    missed most, and the target."""
    window, claims = view.window.label, {}
    if len(view.peers):
        rows = [view.row(*key) for key in HEADLINES]
        claims = {(one.kpi, one.basis, "peers"): one for one in beside_peers(rows, window)}
        index = beside_average(view.row("quality_score", "peers"), window)
        claims["quality_score", "peers", "average"] = index
    for claim in (_sizes(view), _skew(view), _missed(view), _target(view)):
        if claim is not None:
            claims[claim.kpi, claim.basis, claim.kind] = claim
    return claims


def _changes(view) -> Claims:
    this, claims = Compared(view.window, view.as_of), {}
    for which, that in view.compared.items():
        card = view.previous if which == "previous" else view.year
        before = {} if card is None else _by_key(card)
        for key, row in _by_key(view.now).items():
            if key in before:
                claims[*key, which] = change_claim(row, before[key], this, that, view.scatter)
    return claims


def _by_key(card: pd.DataFrame) -> dict[tuple[str, str], dict]:
    return {(row["kpi"], row["basis"]): row for row in card.to_dict("records")}


def _claim(kpi, basis, kind, verdict, rule, *, window="", before="", ends=(), p=None, **behind):
    """A claim that is no comparison of two windows; unknown numbers are null."""
    ends = [None if x is None or pd.isna(x) else float(x) for x in (*ends, *[None] * 3)[:3]]
    p = None if p is None or np.isnan(p) else float(p)
    return Claim(kpi, basis, window, before, *ends, p, False, verdict, kind, rule, behind)


def _sizes(view) -> Claim:
    """Whether deals grow larger over the trailing periods: rising is the sign of a good partner."""
    periods = view.periods("average_deal_size", "whole")
    found = theil_sen(periods["value"])
    verdict = UNKNOWN if found.p is None else found.verdict or LEVEL
    first, last = (periods["period"].iloc[at] if len(periods) else "" for at in (0, -1))
    return _claim(
        *("average_deal_size", "whole", "trend", verdict),
        "Theil-Sen slope with Mann-Kendall's p under 5 %",
        window=str(last),
        before=str(first),
        ends=(found.slope, found.low, found.high),
        p=found.p,
        periods=int(found.n),
    )


def _skew(view) -> Claim | None:
    """Whether a few large deals carry the average: it is more than twice the median."""
    mean, median = view.row("average_deal_size"), view.row("average_deal_size", "median")
    if not (mean["n"] >= FEWEST_SIZES and mean["value"] > 2 * median["value"] > 0):
        return None
    return _claim(
        *(
            "average_deal_size",
            "whole",
            "skew",
            FEW_LARGE,
            "the mean is over twice the median",
        ),
        window=view.window.label,
        ends=(mean["value"] / median["value"],),
        n=int(mean["n"]),
    )


def _missed(view) -> Claim | None:
    """The way in which deals were missed that stands alone at the top; none where two share it."""
    counts = {kind: view.row("deal_success", f"missed.{kind}")["value"] for kind in MISSED}
    most, total = max(counts.values()), sum(counts.values())
    first = [kind for kind, count in counts.items() if count == most]
    if not most or len(first) != 1:
        return None
    verdict = MOST if most > total / 2 else LARGEST
    rule = "more than half, or more than any other way"
    behind = {"outcome": first[0], "count": int(most), "all": int(total)}
    window = view.window.label
    return _claim("deal_success", "missed", "most", verdict, rule, window=window, **behind)


def _target(view) -> Claim | None:
    """Whether the target is met: of money where there is one, else of deals."""
    for kpi in ("pipeline", "deal_count"):
        reached = view.row(kpi, "attainment")
        if pd.isna(reached["value"]) or pd.isna(reached["denominator"]):
            continue
        over = view.as_of >= view.window.end
        verdict = MET if reached["value"] >= 1 else MISSED_IT if over else RUNNING
        return _claim(
            *(kpi, "attainment", "target", verdict, "won / target"),
            window=view.window.label,
            ends=(reached["value"],),
            won=float(reached["numerator"]),
            target=float(reached["denominator"]),
        )
    return None


def of_deals(view) -> Claims:
    """What takes the deals themselves: pace, channels, enough pipeline, the fair comparison, the
    recommendations and what strategies did."""
    claims = {("deal_velocity", "cycle_median", "pace"): _pace(view)}
    claims["marketing_channels", "close_rate", "channels"] = _channels(view)
    if view.enough.verdict is not None:
        claims["pipeline", "open", "enough"] = _enough(view)
    if view.partner != EVERYONE:
        claims["close_rate", "closed", "fair"] = fair_claim(
            view.programme, view.partner, whole=view.edition == "internal"
        )
    for claim in (*_advice(view), *_strategies(view)):
        claims[claim.kpi, claim.basis, claim.kind] = claim
    return claims


def _pace(view) -> Claim:
    """Whether deals are won sooner than a year before; years scatter as quarters' rates do."""
    from scipy.special import ndtr

    z = pace_of_years(view.deals, view.as_of)["z"] / np.sqrt(view.scatter.rate)
    p, verdict = 2 * float(ndtr(-abs(z))), UNKNOWN
    if not np.isnan(z):
        verdict = (FASTER if z > 0 else SLOWER) if p < SURE else LEVEL
    return _claim(
        *("deal_velocity", "cycle_median", "pace", verdict),
        "log-rank test of two years' deals, widened by the programme's scatter",
        window="12m",
        before="12m before",
        p=p,
        z=float(z),
    )


def _channels(view) -> Claim:
    leads = ripe_year(view.as_of, view.slow_days)
    judged = channel_verdicts(view.deals, leads, as_of=view.as_of)
    told = judged.verdicts["verdict"].tolist()
    verdict = next((one for one in (STOP_PAID, WORK_ON_EARNED) if one in told), LEVEL)
    counts = judged.channels.set_index("channel")[["won", "leads"]]
    return _claim(
        *("marketing_channels", "close_rate", "channels", verdict),
        "intervals apart, and nine in ten leads of each channel decided",
        window=leads.label,
        start=leads.start,
        end=leads.end,
        reason=judged.reason,
        **{
            f"{name}_{what}": int(counts.at[name, what]) for name in counts.index for what in counts
        },
    )


def _enough(view) -> Claim:
    found = view.enough
    return _claim(
        *("pipeline", "open", "enough", found.verdict),
        "chance to reach the target: enough from 75 %, not enough under 25 %",
        window=view.ahead.window.label,
        ends=(found.chance,),
        target=view.ahead.target,
        left=found.left,
        expected=found.expected,
    )


def fair_claim(programme, partner: str, *, whole: bool = True) -> Claim:
    """Whether a partner's wins of twelve months lie above or below what its peers would have won;
    without `whole` nothing that peers would have won is behind it."""
    table = programme.last_year
    if partner not in table.index or pd.isna(table.at[partner, "ratio"]):
        return _claim("close_rate", "closed", "fair", UNKNOWN, "nothing decided in twelve months")
    own = table.loc[partner]
    raised = programme.alert("fair", partner) and not pd.isna(own["verdict"])
    told: dict[str, Any] = {"won": int(own["observed"]), "decided": int(own["n"])}
    compared = {}
    if whole:
        told["expected"] = float(own["expected"])
        compared = {"ends": own[["ratio", "low", "high"]].tolist(), "p": float(own["p"])}
    return _claim(
        *("close_rate", "closed", "fair", own["verdict"] if raised else LEVEL),
        "wins against those expected, all partners judged at once (Benjamini-Hochberg)",
        window="12m",
        before="peers of the same circumstances",
        **compared,
        **told,
    )


def _advice(view) -> Iterator[Claim]:
    for row in view.planned[0].table.to_dict("records"):
        yield _claim(
            *("", row["rule"], "advice", row["rule"]),
            f"rules.toml: {row['rule']}",
            window=str(view.as_of),
            ends=(row["value_at_stake"], row["value_at_stake_low"], row["value_at_stake_high"]),
            **row["evidence"],
        )


def _strategies(view) -> Iterator[Claim]:
    table = view.programme.strategies
    if view.partner != EVERYONE:
        table = table[table["partner"] == view.partner]
    for row in table.to_dict("records"):
        yield _claim(
            *(
                "close_rate",
                f"{row['date']} {row['partner']} {row['name']}",
                "strategy",
                row["answer"],
            ),
            "interrupted series against the other partners, with placebo dates",
            window=row["date"],
            ends=tuple(row[name] for name in ("effect", "low", "high")),
            partner=row["partner"],
        )


def records(view) -> list[dict]:
    """Every claim of a page as plain values, for claims.json: subject, quantity, window, estimate,
    interval, verdict, rule and the numbers behind."""
    return [_record(view.partner, claim) for claim in (view.claims | view.judged).values()]


def _record(subject: str, claim: Claim) -> dict:
    said = {
        name: _plain(getattr(claim, name))
        for name in ("estimate", "low", "high", "relative", "p", "verdict", "sure", "rule")
    }
    return {
        "subject": subject,
        "kind": claim.kind,
        "quantity": ".".join(filter(None, (claim.kpi, claim.basis))),
        "window": claim.window,
        "against": claim.before,
        **said,
        "behind": {name: _plain(value) for name, value in claim.behind.items()},
    }


def records_of_programme(view) -> list[dict]:
    """The claims of the programme's page: of everyone together, and each partner's verdict."""
    verdicts = {name: fair_claim(view.programme, name) for name in view.ranking["partner"]}
    each = [_record(partner, claim) for partner, claim in verdicts.items()]
    return records(view.everyone) + each


def _plain(value):
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float | np.number):
        return float(value) if np.isfinite(value) else None  # JSON has no infinity
    return str(value)
