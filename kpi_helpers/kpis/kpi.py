"""A KPI: one or more bases, each a fraction over totals, with its unit and the direction that is
better."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kpi_helpers.errors import nearest_names
from kpi_helpers.kpis.measure import Measure
from kpi_helpers.kpis.remarks import Remark


@dataclass(frozen=True)
class Answer:
    """What a basis says for every group at once: aligned arrays, NaN where nothing is known.

    `value` is numerator / denominator unless the basis says otherwise; `n` is the number of deals
    the value rests on; `why` is said where the value is null, `note` beside it always.
    """

    value: np.ndarray
    numerator: np.ndarray | None
    denominator: np.ndarray | None
    n: np.ndarray
    why: "Remark" = ()
    note: "Remark" = ()


@dataclass(frozen=True)
class Basis:
    """One way to count a KPI. `answer(totals)` uses the named measures only; `interval` is wilson,
    poisson or ''."""

    name: str
    answer: Callable[..., Answer]
    measures: tuple[Measure, ...]
    unit: str
    better: str
    interval: str = ""
    past: bool = False  # the answer looks at the previous window too
    toward: tuple[Measure, ...] = ()  # what counts toward a target, of those who have one

    def __post_init__(self) -> None:
        plain = dict.fromkeys(one for measure in self.measures for one in measure.plain)
        object.__setattr__(self, "measures", tuple(plain))


@dataclass(frozen=True)
class Kpi:
    """A KPI as declared in its file; calling it is a scorecard of this KPI alone.

    `headline` names the basis that stands for it where there is room for one number;
    `by_period` those that are followed over time.
    """

    name: str
    doc: str
    bases: tuple[Basis, ...]
    headline: str = ""
    by_period: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.doc)
        object.__setattr__(self, "__name__", self.name)

    @nearest_names
    def __call__(
        self,
        deals,
        *,
        by=None,
        window=None,
        as_of=None,
        basis=None,
        targets=None,
        spend=None,
        within_days: int = 90,
        slow_days: float | None = None,
    ):
        """A `scorecard` of this KPI alone; the parameters are the scorecard's.

        Parameters
        ----------
        deals : frame
            The deal table (`contract.deals`): a row a deal and credited partner.
        by : str or list of str, optional
            Levels (employee, department, unit, region, product, partner, ...) and at most one of
            month, quarter, year; unset, everyone together as partner `*`.
        window : str or Window, optional
            As in `parse_window`; unset, the last whole quarter before `as_of`.
        as_of : date or str, optional
            Unset, the latest date in the deals.
        basis : str or list of str, optional
            The bases wanted; unset, all of them.
        targets : DataFrame, optional
            The targets table: partner, period, kpi, target.
        spend : DataFrame, optional
            The spend table: month, channel, partner, amount in the reporting currency.
        within_days : int
            Days that `close_rate` within counts wins in.
        slow_days : float, optional
            The 90th percentile of won cycles in days, where the deals are only a slice; unset, it
            is measured on them.

        Returns
        -------
        frame of the kind of `deals`
            One row per group and basis.
        """
        # the scorecard knows all KPIs; a KPI does not know the scorecard
        from kpi_helpers.scoring.scorecard import scorecard

        return scorecard(
            deals,
            by=by,
            window=window,
            as_of=as_of,
            kpis=[self],
            basis=basis,
            targets=targets,
            spend=spend,
            within_days=within_days,
            slow_days=slow_days,
        )

    def __repr__(self) -> str:
        return f"<KPI {self.name}: {', '.join(basis.name for basis in self.bases)}>"


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """top / bottom, NaN where there is nothing to divide by.

    >>> ratio(np.array([1, 0]), np.array([4, 0])).tolist()
    [0.25, nan]
    """
    return np.divide(top, bottom, out=np.full(len(bottom), np.nan), where=bottom != 0)


def only(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The values where they are known, NaN elsewhere.

    >>> only(np.array([1, 2]), np.array([True, False])).tolist()
    [1.0, nan]
    """
    return np.where(known, values, np.nan)


def fraction(
    name,
    top: Measure,
    bottom: Measure,
    *,
    unit,
    better,
    why,
    interval="",
    n: Measure | None = None,
    note=None,
):
    """A basis whose value is total(top) / total(bottom); `note(totals)` may add a remark."""
    rests_on = n or bottom

    def answer(t) -> Answer:
        return Answer(
            ratio(t[top], t[bottom]), t[top], t[bottom], t[rests_on], why, note(t) if note else ()
        )

    measures = {top, bottom, rests_on, *(note.measures if note else ())}
    return Basis(name, answer, tuple(measures), unit, better, interval)


def total(
    name,
    measure: Measure,
    *,
    unit,
    better,
    n: Measure | None = None,
    interval="",
    why=(),
    note=None,
):
    """A basis whose value is a total itself: a count, a sum or a median."""
    rests_on = n or measure

    def answer(t) -> Answer:
        return Answer(t[measure], t[measure], None, t[rests_on], why, note(t) if note else ())

    measures = {measure, rests_on, *(note.measures if note else ())}
    return Basis(name, answer, tuple(measures), unit, better, interval)
