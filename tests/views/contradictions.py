"""Reads a page as its reader does, and says where a sentence, a table or a claim contradicts
another."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from kpi_helpers import showing as show
from kpi_helpers.judging import what_changed
from kpi_helpers.judging.channels import STOP_PAID, WORK_ON_EARNED
from kpi_helpers.judging.claims import ABOVE, BELOW, FELL, LEVEL, ROSE, TOLD, UNKNOWN
from kpi_helpers.judging.enough import ENOUGH
from kpi_helpers.kpis import KPIS
from kpi_helpers.showing.claimed import TEXTS
from kpi_helpers.showing.kpi_tables import summary
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.language import _
from kpi_helpers.showing.masthead import masthead
from kpi_helpers.views.claims import FALLING, MET, RISING

SILENT = {LEVEL, UNKNOWN}  # they assert no difference
UP, DOWN = {ROSE, ABOVE, RISING}, {FELL, BELOW, FALLING}
ADVICE = {"stop_paid": STOP_PAID, "work_on_earned": WORK_ON_EARNED}
BAD = ("below_expectation", "replacement")
# of the decomposition: the same change as the table's
SPLIT = (("deal_count", "won"), ("close_rate", "closed"), ("average_deal_size", "whole"))


def contradictions(view) -> list[str]:
    """What is wrong on this page, in words; nothing where it agrees with itself."""
    claims = view.claims | view.judged
    checks = (_sentences, _directions, _young, _advice, _target, _clearest, _tables, _decomposed)
    return [f"{check.__name__}: {found}" for check in checks for found in check(view, claims)]


def paragraphs(view) -> dict[str, str]:
    """The page's own sentences, by where they stand."""
    texts = {kpi: _said(PRESENTATIONS[kpi].sentences(view)) for kpi in KPIS}
    return texts | {"head": repr(masthead(view)), "fair": repr(show.fair(view))}


def _said(sentences) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _pattern(text: str) -> re.Pattern:
    parts = re.split(r"\{[^}]*\}", _(text))
    within = r"(?:(?![.;] ).)+?"  # a place never holds the end of a sentence
    return re.compile(within.join(re.escape(part) for part in parts))


def _sentences(view, claims) -> Iterator[str]:
    """Every assertive sentence is a claim's, of the same KPI and verdict."""
    page = paragraphs(view)
    for where, text in page.items():
        for kind, verdicts in TEXTS.items():
            made = [c for c in claims.values() if _kind(c) == kind and _place(c) in (where, "*")]
            for verdict, template in verdicts.items():
                if verdict in SILENT or template in {verdicts.get(c.verdict) for c in made}:
                    continue
                if _pattern(template).search(text):
                    yield f"{where} says {kind} {verdict} without such a claim: {text}"
    for key, claim in claims.items():
        told = key[:2] in TOLD and claim.kind in ("change", "peers") and claim.verdict in UP | DOWN
        if told and not _pattern(TEXTS[_kind(claim)][claim.verdict]).search(page[claim.kpi]):
            yield f"{claim} is not said"


def _kind(claim) -> str:
    sure = claim.kind == "change" and claim.sure
    return "sure change" if sure else claim.kind


def _place(claim) -> str:
    heads = {"clearest": "head", "target": "head", "fair": "fair", "strategy": "*"}
    return heads.get(claim.kind, claim.kpi)


def _directions(view, claims) -> Iterator[str]:
    """A verdict points where its numbers do."""
    for (kpi, basis, which), claim in claims.items():
        if claim.verdict not in UP | DOWN or claim.estimate is None:
            continue
        up = claim.estimate > (1 if claim.relative or claim.kind == "fair" else 0)
        if claim.kind == "average":
            up = round(claim.estimate) > 100
            if round(claim.estimate) == 100:
                yield f"an index of 100 is {claim.verdict}"
        if up != (claim.verdict in UP):
            yield f"{claim.kind} of {kpi}.{basis} is {claim.verdict} at {claim.estimate}"
        row = view.row(kpi, basis) if which in ("previous", "year", "peers") else None
        if row is None:
            continue
        beside = {"previous": "before", "year": "year_before", "peers": "peers_median"}[which]
        if claim.kind == "peers" and (row["value"] > row[beside]) != up:
            yield f"{kpi}.{basis} {row['value']} is {claim.verdict} {row[beside]}"
        moved = row["change" if which == "previous" else "year_change"]
        if claim.kind == "change" and not pd.isna(moved) and (moved > 0) != up:
            yield f"{kpi}.{basis} {claim.verdict}, and its table says {moved:+.0%}"


def _young(view, claims) -> Iterator[str]:
    """A young number is compared with nothing and ranked nowhere."""
    for kpi, basis in view._rows:
        row = view.row(kpi, basis)
        if not row["young"]:
            continue
        if not pd.isna([row["change"], row["year_change"], row["peers_rank"]]).all():
            yield f"{kpi}.{basis} is young, and compared"
        for which in ("previous", "year", "peers"):
            claim = claims.get((kpi, basis, which))
            if claim is not None and claim.verdict in UP | DOWN:
                yield f"{kpi}.{basis} is young, and {claim.verdict}"


def _advice(view, claims) -> Iterator[str]:
    """What is advised is what the sections below find."""
    rules = {key[1] for key, claim in claims.items() if claim.kind == "advice"}
    channels = claims["marketing_channels", "close_rate", "channels"].verdict
    for rule, verdict in ADVICE.items():
        if rule in rules and channels != verdict and channels not in ADVICE.values():
            yield f"advice {rule}, and channels: {channels}"
    fair = claims["close_rate", "closed", "fair"].verdict
    if fair != BELOW and rules & {*BAD}:
        yield f"advice {rules & {*BAD}}, and fair: {fair}"
    enough = claims.get(("pipeline", "open", "enough"))
    if "target_at_risk" in rules and (enough is None or enough.verdict == ENOUGH):
        yield f"the target is at risk, and the pipeline {enough}"


def _target(view, claims) -> Iterator[str]:
    for kpi in ("pipeline", "deal_count"):
        claim, row = claims.get((kpi, "attainment", "target")), view.row(kpi, "attainment")
        if claim is not None and (claim.verdict == MET) != (row["value"] >= 1):
            yield f"target {claim.verdict} at {row['value']}"


def _clearest(view, claims) -> Iterator[str]:
    """What the head picks out is what its row says, and the table shows."""
    named = claims.get(("", "", "clearest"))
    if named is None:
        return
    row = claims[named.kpi, named.basis, "previous"]
    if not row.sure or row.verdict != named.verdict:
        yield f"the head says {named.verdict}, its row {row.verdict} (sure: {row.sure})"


def _tables(view, claims) -> Iterator[str]:
    """The summary's numbers are those of the sections, and its trend ends in them."""
    text = repr(summary(view))
    for kpi, shown_as in PRESENTATIONS.items():
        if _(shown_as.title) not in text:
            yield f"{kpi} is not in the summary"
    for key in TOLD:
        periods, row = view.periods(*key), view.row(*key)
        whole = str(periods["period"].iloc[-1]) == view.window.label
        last = periods["value"].iloc[-1]
        if whole and not _same(last, row["value"]):
            yield f"{key}: the trend ends at {last}, the table says {row['value']}"
    count, head = view.row("pipeline", "count")["value"], repr(masthead(view))
    if (_("Nothing is open.") in head) != (count == 0):
        yield f"{count} open deals: {head}"


def _decomposed(view, claims) -> Iterator[str]:
    """What changed, by deal, is the change of the tables."""
    if view.window.kind == "all":
        return
    parts = what_changed(view.deals, view.window, as_of=view.as_of).parts
    for one in parts.to_dict("records"):
        key = one["kpi"], one["basis"]
        if key in SPLIT and pd.isna(one["reason"]):
            row = view.row(*key)
            if not _same(one["change"], row["value"] - row["before"]):
                yield f"{key}: {one['change']} by deal, {row['value'] - row['before']} by table"


def _same(one, other) -> bool:
    return bool(np.isclose(one, other, rtol=1e-6, atol=1e-6, equal_nan=True))
