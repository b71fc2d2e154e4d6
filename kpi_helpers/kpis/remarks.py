"""Remarks: the notes beside the answers of many groups at once."""

from functools import reduce
from operator import add

import numpy as np

from kpi_helpers.contract.notes import Note
from kpi_helpers.kpis.measure import Difference, Measure

MOST_UNDECIDED = 0.10  # of a cohort's deals, while what became of them may be read as its outcome

# What a basis says: one note for all groups, or an array with the notes of each as a tuple.
Remark = Note | tuple[Note, ...] | np.ndarray


def each(remark: Remark, size: int) -> np.ndarray:
    """The notes of each of `size` groups, as an array of tuples.

    >>> each(Note("no_target"), 2).tolist()
    [('no target for this window',), ('no target for this window',)]
    """
    if isinstance(remark, np.ndarray):
        return remark
    notes = np.empty(size, dtype=object)
    notes.fill((remark,) if isinstance(remark, Note) else tuple(remark))
    return notes


def pick(mask: np.ndarray, where: Remark, elsewhere: Remark) -> np.ndarray:
    """The notes of `where` for the groups in the mask, those of `elsewhere` for the others.

    >>> pick(np.array([True, False]), Note("target_reached"), ()).tolist()
    [('the target is reached',), ()]
    """
    return np.where(mask, each(where, len(mask)), each(elsewhere, len(mask)))


def counts(number: np.ndarray, code: str, **values) -> np.ndarray:
    """The note with the count as its `n` where that is above 0, else nothing.

    >>> counts(np.array([0, 1, 3]), "open_without_amount").tolist()
    [(), ('1 open deal without amount',), ('3 open deals without amount',)]
    """
    notes = each((), len(number))
    for i in np.flatnonzero(number):
        notes[i] = (Note(code, n=int(number[i]), **values),)
    return notes


class Remarks:
    """Notes that count: each (measure, code) says how many deals a value leaves out or leans on.

    `Remarks((won_unpriced, "won_without_amount"), ...)(totals)`
    """

    def __init__(self, *parts: tuple[Measure | Difference, str]) -> None:
        self.parts = parts
        self.measures = tuple(measure for measure, _ in parts)

    def __call__(self, t) -> np.ndarray:
        return reduce(add, (counts(t[measure], code) for measure, code in self.parts))


class Young:
    """The note that a cohort is young: more than one in ten of its deals are still undecided.

    `Young(created_open, created)(totals)`
    """

    def __init__(self, undecided: Measure, submitted: Measure) -> None:
        self.measures = (undecided, submitted)

    def __call__(self, t) -> np.ndarray:
        undecided, submitted = (t[measure] for measure in self.measures)
        notes = each((), len(submitted))
        for i in np.flatnonzero(undecided > MOST_UNDECIDED * submitted):
            notes[i] = (Note("young", n=int(undecided[i]), all=int(submitted[i])),)
        return notes


class Together:
    """Several of these remarks as one."""

    def __init__(self, *remarks: Remarks | Young) -> None:
        self.remarks = remarks
        self.measures = tuple(measure for remark in remarks for measure in remark.measures)

    def __call__(self, t) -> np.ndarray:
        return reduce(add, (remark(t) for remark in self.remarks))
