"""Deal success: spotting ideal opportunities and turning them into sales; 0 to 1, higher is better.

    identification = ideal / submitted;  conversion = won ideal / ideal
    success = identification x conversion = won ideal / submitted

over the deals created in the window, with their outcome by as_of. The three are shown together,
with what was missed, in count (`missed.*`) and credited value (`missed_amount.*`): rejected,
never_worked, expired, competitor, otherwise, cancelled; missed + won + open = submitted. Where no
deal carries `ideal`, only conversion = won / submitted can be told, and the note says so. Nothing
submitted: null.

It misleads while deals are open (they may still be won: while more than one in ten are, success and
conversion are marked young), and where `ideal` is filled in only after
winning. Source: kpis.md 2.8.

>>> import pandas as pd
>>> from kpi_helpers import deal_success
>>> deals = pd.DataFrame(
...     {
...         "deal_id": range(50),
...         "partner": "P",
...         "status": ["won"] * 5 + ["lost"] * 45,
...         "ideal": [True] * 20 + [False] * 30,
...         "amount": 100.0,
...         "created_on": pd.Timestamp("2025-03-01"),
...         "closed_on": pd.Timestamp("2025-03-20"),
...     }
... )
>>> deal_success(deals, window="2025-03", basis=["success", "identification", "conversion"])[
...     ["basis", "value"]
... ]
            basis  value
0         success   0.10
1  identification   0.40
2      conversion   0.25
"""

import re
from typing import Any

import numpy as np

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.kpi import Answer, Basis, Kpi, only, ratio, total
from kpi_helpers.kpis.measure import CREATED, At, Measure, where
from kpi_helpers.kpis.remarks import Young, counts, each, pick
from kpi_helpers.kpis.shared import created, created_open, created_won, young

# Why a registered deal came to nothing, as CRMs word it in English and Turkish; the rest is told by
# status.
WORDS = {
    "rejected": "reject|declin|disqualif|reddedil|onaylanmad",
    "never_worked": "never worked|not worked|no follow|no action|no contact|çalışılmad|takip "
    "edilmed|ilgilenilmed",
    "expired": "expir|lapsed|timed out|süresi dol|zaman aşım",
}


def any_case(words: str) -> str:
    """An expression for these small letters or their capitals: engines agree on those of ASCII
    only, and İ is no engine's capital of i.

    >>> any_case("iş")
    '(?i)[iıİ]\u0307?[şŞ]'
    """
    spelt = (f"[{c}{c.upper()}]" if c > "\x7f" else c for c in words)
    return "(?i)" + re.sub(r"i|\[ıI\]", "[iıİ]\u0307?", "".join(spelt))


REASONS = {reason: any_case(words) for reason, words in WORDS.items()}
MISSED = (*REASONS, "competitor", "otherwise", "cancelled")


def missed(kind: str, at: At):
    """Deals that ended without a sale for this reason; a deal has exactly one."""
    return at.once(f"_missed_{kind}", lambda: _missed(kind, at))


def _missed(kind: str, at: At):
    ended = at.lost | at.cancelled
    for reason, words in REASONS.items():
        says = at.once(
            f"_{reason}",
            lambda words=words: at.column("lost_reason").str.contains(words).fill_null(False),
        )
        if reason == kind:
            return ended & says
        ended = ended & ~says
    competitor = at.says("lost_to_competitor")
    return {
        "competitor": ended & competitor,
        "otherwise": ended & ~competitor & at.lost,
        "cancelled": ended & ~competitor & at.cancelled,
    }[kind]


fit: dict[str, Any] = {"reads": ("ideal",)}
why_lost: dict[str, Any] = {"reads": ("lost_reason", "lost_to_competitor")}
ideal = Measure("ideal", CREATED, lambda at: at.exists & at.says("ideal"), **fit)
ideal_won = Measure("ideal_won", CREATED, lambda at: at.won & at.says("ideal"), **fit)
ideal_open = Measure("ideal_open", CREATED, lambda at: at.open & at.says("ideal"), **fit)
young_ideal = Young(ideal_open, ideal)
ideal_stated = Measure("ideal_stated", CREATED, lambda at: at.exists & at.states("ideal"), **fit)
of_three: dict[str, Any] = {"unit": "ratio", "better": "higher", "interval": "wilson"}
nothing, untold = Note("nothing_submitted"), Note("no_ideal_said")


def partly(t) -> np.ndarray:
    """How many submitted deals do not say, where some do."""
    silent = np.where(t[ideal_stated] > 0, t[created] - t[ideal_stated], 0)
    return counts(silent, "ideal_unsaid")


def of_submitted(top: Measure, note=partly):
    def answer(t) -> Answer:
        why = pick(t[created] > 0, untold, nothing)
        known = only(t[created], t[ideal_stated] > 0)
        return Answer(ratio(t[top], known), t[top], t[created], t[created], why, note(t))

    return answer


def conversion(t) -> Answer:
    stated = t[ideal_stated] > 0
    top, bottom = (
        np.where(stated, t[ideal_won], t[created_won]),
        np.where(stated, t[ideal], t[created]),
    )
    why = pick(t[created] > 0, Note("no_ideal"), nothing)
    note = pick(
        stated, young_ideal(t) + partly(t), each(Note("of_all_submitted"), len(top)) + young(t)
    )
    return Answer(ratio(top, bottom), top, bottom, bottom, why, note)


def missed_in(kind: str) -> tuple[Basis, Basis]:
    deals = Measure(f"missed_{kind}", CREATED, lambda at: missed(kind, at), **why_lost)
    amount = Measure(
        f"missed_amount_{kind}",
        CREATED,
        lambda at: where(missed(kind, at), at.credited),
        "money",
        **why_lost,
    )
    return (
        total(f"missed.{kind}", deals, unit="number", better="lower"),
        total(f"missed_amount.{kind}", amount, unit="money", better="lower", n=deals),
    )


deal_success = Kpi(
    "deal_success",
    __doc__,
    (
        Basis(
            "success",
            of_submitted(ideal_won, lambda t: young(t) + partly(t)),
            (ideal_won, created, created_open, ideal_stated),
            **of_three,
        ),
        Basis("identification", of_submitted(ideal), (ideal, created, ideal_stated), **of_three),
        Basis(
            "conversion",
            conversion,
            (ideal_won, ideal, ideal_open, created_won, created, created_open, ideal_stated),
            **of_three,
        ),
        *(basis for kind in MISSED for basis in missed_in(kind)),
    ),
    headline="success",
    by_period=("success",),
)
