"""Sentences that any KPI may say: against its peers, against the window before, and why nothing."""

from collections.abc import Iterator

import pandas as pd

from kpi_helpers.contract.notes import decode
from kpi_helpers.judging.claims import FELL, ROSE
from kpi_helpers.scoring.peers import FEWEST
from kpi_helpers.showing.claimed import told
from kpi_helpers.showing.format import changed, period, shown, size_of
from kpi_helpers.showing.language import N_, _, filled
from kpi_helpers.showing.notes import remarks
from kpi_helpers.views.partner import PartnerView


def against_peers(view: PartnerView, row: dict) -> str:
    """Apart from the peers' median only where a test says so."""
    if pd.isna(row["value"]) or row["young"]:
        return ""
    if pd.isna(row["peers_median"]):
        return _("There are fewer than {fewest} peers to compare with.", fewest=FEWEST)
    claim = view.claims[row["kpi"], row["basis"], "peers"]
    return told(claim, median=shown(row["peers_median"], row["unit"], view.currency))


def against_before(view: PartnerView, row: dict) -> Iterator[str]:
    """The change since the window before and since a year before: rose or fell only where a test
    of the change says so."""
    if pd.isna(row["value"]) or row["young"]:
        return
    for which, before in (("previous", row["before"]), ("year", row["year_before"])):
        if which not in view.compared or pd.isna(before):
            continue
        moved = row["change"] if which == "previous" else row["year_change"]
        words = {"window": compared_name(view, which)}
        if pd.isna(moved):
            if before == 0 and which == "previous":
                yield _("In {window} there was none, so there is no change to report.", **words)
            continue
        claim = view.claims[row["kpi"], row["basis"], which]
        sign = claim.verdict not in (ROSE, FELL)  # a verb gives the direction
        words["change"] = (
            changed(moved, row["unit"], before, row["value"])
            if sign
            else size_of(moved, row["unit"])
        )
        yield told(claim, **words)


def compared_name(view: PartnerView, which: str) -> str:
    """What a change is measured against, in words: while a window runs, the first days of the
    other."""
    earlier = view.window.previous() if which == "previous" else view.window.year_before()
    that = view.compared[which]
    if that.window == earlier:
        return period(earlier.label)
    return _("the first {days} days of {window}", days=that.days, window=period(earlier.label))


def so_far(view: PartnerView, row: dict, sentence: str) -> str:
    """`sentence` for a young cohort's number, with what is expected of it; else nothing."""
    if not row["young"] or pd.isna(row["value"]):
        return ""
    young = next(note for note in decode(row["codes"]) if note.code == "young")
    words = {
        name: shown(row[name], row["unit"], view.currency)
        for name in ("value", "expected", "expected_low", "expected_high")
    }
    text = filled(sentence, **words, open=young.values["n"], all=young.values["all"])
    if pd.isna(row["expected"]):
        return text
    return text + " " + _(_EXPECTED, **words)


_EXPECTED = N_(
    "Once they are decided it should be {expected} (95% interval {expected_low} to "
    "{expected_high}); until then it is compared with nothing."
)


def unknown(row: dict, sentence: str) -> str:
    """`sentence` with the reason filled in where the value is null, else nothing."""
    return sentence.format(why=remarks(row)) if pd.isna(row["value"]) else ""
