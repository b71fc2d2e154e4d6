"""A KPI: one or more bases, each a fraction over totals, with its unit and the direction that is better."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .measure import Measure


@dataclass(frozen=True)
class Answer:
    """What a basis says for every group at once: aligned columns, null where nothing can be told.

    `value` is numerator / denominator unless the basis says otherwise; `n` is the number of deals the
    value rests on; `why` is said where the value is null, `note` beside it always.
    """

    value: pd.Series
    numerator: pd.Series | None
    denominator: pd.Series | None
    n: pd.Series
    why: "str | np.ndarray" = ""
    note: "str | np.ndarray" = ""


@dataclass(frozen=True)
class Basis:
    """One way to count a KPI. `answer(totals)` uses the named measures only; `interval` is wilson, poisson or ''."""

    name: str
    answer: Callable[..., Answer]
    measures: tuple[Measure, ...]
    unit: str
    better: str
    interval: str = ""
    past: bool = False  # the answer looks at the previous window too


@dataclass(frozen=True)
class Kpi:
    """A KPI as declared in its file; calling it is a scorecard of this KPI alone."""

    name: str
    doc: str
    bases: tuple[Basis, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.doc)
        object.__setattr__(self, "__name__", self.name)

    def __call__(self, deals, *, by=None, window=None, as_of=None, basis=None, **context):
        from ..scorecards import scorecard  # the scorecard knows all KPIs; a KPI does not know the scorecard

        return scorecard(deals, by=by, window=window, as_of=as_of, kpis=[self], basis=basis, **context)

    def __repr__(self) -> str:
        return f"<KPI {self.name}: {', '.join(basis.name for basis in self.bases)}>"


def ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    """top / bottom, null where there is nothing to divide by.

    >>> ratio(pd.Series([1.0, 0.0]), pd.Series([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    return (top / bottom.where(bottom != 0)).astype("float64")


def counts(number: pd.Series, template: str, plural: str | None = None) -> np.ndarray:
    """`template` with the count filled in where it is above 0, else nothing.

    >>> counts(pd.Series([0, 1, 3]), "{} deal without amount", "{} deals without amount").tolist()
    ['', '1 deal without amount', '3 deals without amount']
    """
    return np.array(
        ["" if not k else (template if k == 1 or plural is None else plural).format(f"{int(k):,}") for k in number],
        dtype=object,
    )


def joined(*notes: np.ndarray) -> np.ndarray:
    """The notes of each row, those that say something, separated by semicolons."""
    return np.array(["; ".join(part for part in row if part) for row in zip(*notes, strict=True)], dtype=object)


def fraction(
    name, top: Measure, bottom: Measure, *, unit, better, why, interval="", n: Measure | None = None, note=None
):
    """A basis whose value is total(top) / total(bottom); `note(totals)` may add a remark."""
    rests_on = n or bottom

    def answer(t) -> Answer:
        return Answer(ratio(t[top], t[bottom]), t[top], t[bottom], t[rests_on], why, note(t) if note else "")

    measures = {top, bottom, rests_on, *(note.measures if note else ())}
    return Basis(name, answer, tuple(measures), unit, better, interval)


def total(name, measure: Measure, *, unit, better, n: Measure | None = None, interval="", why="", note=None):
    """A basis whose value is a total itself: a count, a sum or a median."""
    rests_on = n or measure

    def answer(t) -> Answer:
        return Answer(t[measure].astype("float64"), t[measure], None, t[rests_on], why, note(t) if note else "")

    measures = {measure, rests_on, *(note.measures if note else ())}
    return Basis(name, answer, tuple(measures), unit, better, interval)


class Remarks:
    """Notes that count: each (measure, one, many) says how many deals a value leaves out or leans on.

    `Remarks((won_unpriced, "{} deal without amount", "{} deals without amount"), ...)(totals)`
    """

    def __init__(self, *parts: tuple[Measure, str, str]) -> None:
        self.parts = parts
        self.measures = tuple(measure for measure, _, _ in parts)

    def __call__(self, t) -> np.ndarray:
        return joined(*(counts(t[measure], one, many) for measure, one, many in self.parts))
