"""The engine contract: what a deal table answers, and what a KPI's formula may do with its columns.

Every engine's columns derive from `Column`, which decides here, once for all of them, which
operations there are, between which kinds of columns, and what blanks become. An engine only carries
them out. What the contract does not have raises `NotInContract` on every engine alike.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import numpy as np
import pandas as pd

from kpi_helpers.contract.deals import DEAL_COLUMNS
from kpi_helpers.contract.windows import Spans
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.kpis.measure import At, Measure

# The kinds of columns. A truth that may be blank counts as no, but its opposite is not known;
# a `sure` one is never blank.
NUMBER, DATE, TEXT, FLAG, TRUTH, SURE = "number", "date", "text", "flag", "truth", "sure"
LOGICAL = (FLAG, TRUTH, SURE)
KINDS = {"number": NUMBER, "share": NUMBER, "date": DATE, "text": TEXT, "flag": FLAG}
OPERATIONS = (
    "is_null(), fill_null(False), ==, <, <=, >, >=, is_in(words), str.contains(pattern), &, |, ~, "
    "- and *"
)


class NotInContract(KitError, AttributeError, TypeError):
    """A formula asked a column for what the contract does not have."""

    def __init__(self, what: str, why: str = "is not among the operations of a formula") -> None:
        super().__init__(f"{what} {why}; there are {OPERATIONS}.")


class DealFrame(Protocol):
    """A conformed deal table on an engine."""

    def extent(self) -> tuple[date | None, date | None]:
        """The earliest and the latest date at which a deal was created or closed."""

    def is_split(self) -> bool:
        """Whether some deal is shared between partners."""

    def whole_deals(self, groups: list[str]) -> "DealFrame":
        """One row a deal and group, the shares that fall into it added up."""

    def slow_cycle(self, at: At) -> float | None:
        """The 90th percentile of days from created to won; None when none was won."""

    def totals(
        self, measures: list[Measure], columns: list[str], spans: Spans, at: At
    ) -> tuple[pd.DataFrame | None, dict[str, np.ndarray]]:
        """The groups there are (None without `columns`), and by measure's name a row for each
        group and a column for each span."""


def kind_of(name: str) -> str:
    """The kind of a column of the contract."""
    if name not in DEAL_COLUMNS:
        raise UnknownValue("column of a deal table", name, DEAL_COLUMNS)
    return KINDS[DEAL_COLUMNS[name].kind]


class Column(ABC):
    """A column as a formula sees it: numbers, dates, text, flags or the outcome of a question."""

    kind: str

    # carried out by the engine
    @abstractmethod
    def _new(self, native: Any, kind: str) -> "Column":
        """A column of this engine that holds the answer."""

    @abstractmethod
    def _is_null(self) -> Any: ...

    @abstractmethod
    def _fill_false(self) -> Any: ...

    @abstractmethod
    def _compare(self, operator: str, other: Any) -> Any: ...

    @abstractmethod
    def _compute(self, operator: str, other: Any, swapped: bool) -> Any: ...

    @abstractmethod
    def _join(self, operator: str, other: "Column") -> Any: ...

    @abstractmethod
    def _invert(self) -> Any: ...

    @abstractmethod
    def _is_in(self, words: Sequence[str]) -> Any: ...

    @abstractmethod
    def _contains(self, pattern: str) -> Any: ...

    # what a formula may ask
    def is_null(self) -> "Column":
        """True where nothing is known."""
        self._need("is_null()", NUMBER, DATE, TEXT, FLAG)
        return self._new(self._is_null(), SURE)

    def fill_null(self, value: bool) -> "Column":
        """The truth with blank as no, so that its opposite can be asked."""
        self._need("fill_null()", *LOGICAL)
        if value is not False:
            raise NotInContract(f"fill_null({value!r})")
        return self._new(self._fill_false(), SURE)

    def __eq__(self, other: Any) -> "Column":  # type: ignore[override]
        self._need("==", NUMBER, DATE, TEXT)
        return self._compared("eq", "==", other)

    def __lt__(self, other: Any) -> "Column":
        return self._ordered("lt", "<", other)

    def __le__(self, other: Any) -> "Column":
        return self._ordered("le", "<=", other)

    def __gt__(self, other: Any) -> "Column":
        return self._ordered("gt", ">", other)

    def __ge__(self, other: Any) -> "Column":
        return self._ordered("ge", ">=", other)

    def __sub__(self, other: Any) -> "Column":
        """Numbers less numbers, or a date less a timedelta."""
        self._need("-", NUMBER, DATE)
        if self.kind == DATE:
            if not isinstance(other, timedelta):
                raise NotInContract(f"{DATE} - {_named(other)}")
        elif _kind(other) != NUMBER:
            raise NotInContract(f"{self.kind} - {_named(other)}")
        return self._new(self._compute("sub", other, False), self.kind)

    def __rsub__(self, other: Any) -> "Column":
        return self._calculated("sub", "-", other, True)

    def __mul__(self, other: Any) -> "Column":
        return self._calculated("mul", "*", other, False)

    def __rmul__(self, other: Any) -> "Column":
        return self._calculated("mul", "*", other, True)

    def __and__(self, other: "Column") -> "Column":
        return self._joined("and", "&", other)

    def __or__(self, other: "Column") -> "Column":
        return self._joined("or", "|", other)

    def __invert__(self) -> "Column":
        """The opposite of what is never blank; of anything else it is not known."""
        if self.kind in (FLAG, TRUTH):
            raise NotInContract(
                f"~ of a {self.kind} that may be blank",
                "leaves open what blank becomes: say the opposite comparison, or fill_null(False) "
                "first",
            )
        self._need("~", SURE)
        return self._new(self._invert(), SURE)

    def is_in(self, words: Iterable[str]) -> "Column":
        """True where the text is one of the words."""
        self._need("is_in()", TEXT)
        found = list(words)
        # a text is looped over by its letters, which nobody means
        if _kind(words) == TEXT or any(_kind(word) != TEXT for word in found):
            raise NotInContract(f"is_in({words!r})")
        return self._new(self._is_in(found), TRUTH)

    __array_ufunc__ = None  # numpy's numbers leave an operation with a column to the column

    def __getattr__(self, name: str) -> Any:
        raise NotInContract(f".{name}")

    def _need(self, operation: str, *kinds: str) -> None:
        if self.kind not in kinds:
            raise NotInContract(f"{operation} of a {self.kind}")

    def _ordered(self, operator: str, sign: str, other: Any) -> "Column":
        self._need(sign, NUMBER, DATE)
        return self._compared(operator, sign, other)

    def _compared(self, operator: str, sign: str, other: Any) -> "Column":
        if type(other) is date:
            other = datetime(other.year, other.month, other.day)
        if _kind(other) != self.kind:
            raise NotInContract(f"{self.kind} {sign} {_named(other)}")
        return self._new(self._compare(operator, other), TRUTH)

    def _calculated(self, operator: str, sign: str, other: Any, swapped: bool) -> "Column":
        self._need(sign, NUMBER)
        if _kind(other) != NUMBER:
            raise NotInContract(f"{self.kind} {sign} {_named(other)}")
        return self._new(self._compute(operator, other, swapped), NUMBER)

    def _joined(self, operator: str, sign: str, other: Any) -> "Column":
        self._need(sign, *LOGICAL)
        if not isinstance(other, Column) or other.kind not in LOGICAL:
            raise NotInContract(f"{self.kind} {sign} {_named(other)}")
        sure = self.kind == other.kind == SURE
        return self._new(self._join(operator, other), SURE if sure else TRUTH)

    @property
    def str(self) -> "Texts":
        self._need("str", TEXT)
        return Texts(self)


class Texts:
    """The operations on a text's letters."""

    def __init__(self, column: Column) -> None:
        self._column = column

    def contains(self, pattern: str) -> Column:
        """True where the regular expression is found in the text.

        Its syntax is RE2's, which every engine knows. Beyond ASCII they differ in what (?i) and
        classes like \\d mean: spell such letters out, as `deal_success.any_case` does.
        """
        _need_expression(pattern)
        return self._column._new(self._column._contains(pattern), TRUTH)

    def __getattr__(self, name: str) -> Any:
        raise NotInContract(f".str.{name}")


def _need_expression(pattern: Any) -> None:
    import pyarrow as pa

    try:
        pa.compute.match_substring_regex(pa.array([""]), pattern)
    except (pa.ArrowInvalid, TypeError) as error:
        raise NotInContract(f"str.contains({pattern!r})", f"is not: {error}") from None


def _refusing(sign: str, unary: bool):
    def refuse(self: Column, *_: Any) -> Any:
        raise NotInContract(f"{sign} of a {self.kind}" if unary else sign)

    return refuse


REFUSED = {"ne": "!=", "add": "+", "radd": "+", "rand": "&", "ror": "|"}
REFUSED |= {"getitem": "[]", "setitem": "[]", "delitem": "[]", "contains": "in", "call": "()"}
BOTH_WAYS = {"truediv": "/", "floordiv": "//", "mod": "%", "divmod": "divmod()", "pow": "**"}
BOTH_WAYS |= {"matmul": "@", "lshift": "<<", "rshift": ">>", "xor": "^"}
REFUSED |= BOTH_WAYS | {f"r{name}": sign for name, sign in BOTH_WAYS.items()}
REFUSED_ALONE = {"neg": "unary -", "pos": "unary +", "bool": "truth-testing", "iter": "iterating"}
REFUSED_ALONE |= {
    name: f"{name}()"
    for name in ("abs", "len", "hash", "round", "int", "float", "complex", "index", "reversed")
}
for _name, _sign in REFUSED.items():
    setattr(Column, f"__{_name}__", _refusing(_sign, False))
for _name, _sign in REFUSED_ALONE.items():
    setattr(Column, f"__{_name}__", _refusing(_sign, True))


def _kind(other: Any) -> str | None:
    if isinstance(other, Column):
        return other.kind
    if isinstance(other, (bool, np.bool_)):
        return FLAG
    if isinstance(other, datetime):  # a moment of a zone, or NaT, is none of the deal table's
        return DATE if other == other and other.tzinfo is None else None
    for types, kind in (((int, float, np.number), NUMBER), ((str,), TEXT)):
        if isinstance(other, types):
            return kind
    return None


def _named(other: Any) -> str:
    return other.kind if isinstance(other, Column) else repr(other)
