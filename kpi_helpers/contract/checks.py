"""Refusing bad input early, with a text the user can act on."""

import numpy as np

from kpi_helpers.contract.deals import STATUSES
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.errors import KitError, MissingColumns, UnknownValue

SMALL = 100_000  # rows


def columns(who: str, table, needed) -> None:
    """Raise KitError unless `table` is a pandas frame, MissingColumns unless it has all `needed`
    columns."""
    need_pandas(who, table)
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise MissingColumns(who, missing, table.columns)


def only(table, names):
    """The columns named, as far as there are any: filtering a wide table is what judging one
    partner costs most.

    Text of a small table becomes plain objects, which pandas filters twice as fast; of a large one
    they take more room.
    """
    table = table[[name for name in names if name in table.columns]]
    return (
        table.astype(dict.fromkeys(table.select_dtypes("str"), object))
        if len(table) < SMALL
        else table
    )


def numbers(who: str, what: str, values) -> np.ndarray:
    """`values` as a float array, nulls as NaN; text and infinities are refused."""
    if hasattr(values, "to_numpy"):
        try:
            array = values.to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise KitError(
                f"{who}: {what} must be numbers; got {list(values[:3])}. Convert the column first."
            ) from error
    else:
        try:
            array = np.asarray(values, dtype=float)
        except (TypeError, ValueError) as error:
            raise KitError(f"{who}: {what} must be numbers; got {values!r:.80}.") from error
    if np.isinf(array).any():
        raise KitError(
            f"{who}: {what} must be finite; there are {int(np.isinf(array).sum())} infinite values."
        )
    return array


def not_negative(who: str, what: str, values) -> np.ndarray:
    """`numbers`, and none below zero."""
    array = numbers(who, what, values)
    if (array < 0).any():
        raise KitError(f"{who}: {what} cannot be negative; the smallest is {np.nanmin(array):g}.")
    return array


def same_length(who: str, **arrays) -> None:
    """Refuse arrays of different lengths."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise KitError(
            f"{who}: {' and '.join(lengths)} must be of one length; they have "
            f"{list(lengths.values())}."
        )


def successes(who: str, k, n) -> tuple[np.ndarray, np.ndarray]:
    """k of n, broadcast together; 0 <= k <= n wherever both are known."""
    k, n = np.broadcast_arrays(not_negative(who, "k", k), not_negative(who, "n", n))
    if (k > n).any():
        worst = int(np.argmax((k > n).ravel()))
        raise KitError(
            f"{who}: k cannot be larger than n; got {k.ravel()[worst]:g} of {n.ravel()[worst]:g}."
        )
    return k, n


def confidence(who: str, level: float) -> float:
    """A confidence level strictly between 0 and 1."""
    if not 0 < level < 1:
        raise KitError(
            f"{who}: confidence must lie between 0 and 1, for example 0.95; got {level!r}."
        )
    return level


def observed(who: str, days, outcome) -> tuple[np.ndarray, np.ndarray]:
    """Days and outcomes of deals, of one length, the days known, the outcomes those of the deal
    table."""
    days, outcome = (
        not_negative(who, "days", days).ravel(),
        np.asarray(outcome, dtype=object).ravel(),
    )
    same_length(who, days=days, outcome=outcome)
    strange = [name for name in dict.fromkeys(outcome) if name not in STATUSES]
    if strange:
        raise UnknownValue("outcome", strange[0], STATUSES)
    if np.isnan(days).any():
        raise KitError(
            f"{who}: {int(np.isnan(days).sum())} days are unknown; leave these deals out, as "
            f"ages(...) does."
        )
    return days, outcome
