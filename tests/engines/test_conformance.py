"""Every operation of the engine contract gives the same on every engine, and everything outside it
is refused by the same error."""

import inspect
import operator
import re
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from kpis.engines import engine as engine

from kpi_helpers.contract.windows import Spans, Window
from kpi_helpers.engines import base, lazy
from kpi_helpers.engines.arrays import Arrays
from kpi_helpers.engines.base import NotInContract
from kpi_helpers.engines.frames import conform
from kpi_helpers.errors import KitError
from kpi_helpers.kpis.measure import CREATED, STATE, At, Measure, where

DAY = datetime(2025, 3, 1)
DEALS = pd.DataFrame(
    {
        "deal_id": list("abcdef"),
        "partner": ["P", "P", "Q", "Q", "Q", "R"],
        "status": ["won", "lost", "open", "open", None, "cancelled"],
        "channel": ["paid", None, "owned", "paid", "earned", None],
        "lost_reason": [None, "Price too high", None, "price", "Other", "PRICE"],
        "amount": [100.0, None, 250.5, 0.0, -20.0, 7.0],
        "probability": [None, 0.5, 0.25, 1.0, None, 0.0],
        "ideal": pd.array([True, False, None, True, None, False], dtype="boolean"),
        "created_on": pd.to_datetime(
            ["2025-01-05", "2025-03-01", None, "2025-02-28", "2025-03-02", "2024-12-31"]
        ),
        "closed_on": pd.to_datetime(["2025-03-01", "2025-03-09", None, None, None, "2025-01-31"]),
    }
)
# Each operation of `Column` with formulas that use it: every one says which deals are counted, or
# what they add.
FORMULAS = {
    "is_null": [
        lambda c: c("amount").is_null(),
        lambda c: c("status").is_null(),
        lambda c: c("closed_on").is_null(),
        lambda c: c("ideal").is_null(),
    ],
    "fill_null": [
        lambda c: c("ideal").fill_null(False),
        lambda c: ~c("ideal").fill_null(False),
        lambda c: ~(c("amount") > 50).fill_null(False),
        lambda c: ~c("status").is_in(["open"]).fill_null(False),
    ],
    "eq": [
        lambda c: c("status") == "open",
        lambda c: c("amount") == 0,
        lambda c: c("created_on") == DAY,
        lambda c: c("created_on") == DAY.date(),
        lambda c: c("created_on") == c("closed_on"),
    ],
    "lt": [lambda c: c("amount") < 7.0, lambda c: c("created_on") < DAY],
    "le": [lambda c: c("amount") <= 7.0, lambda c: c("created_on") <= DAY],
    "gt": [lambda c: c("amount") > 7, lambda c: c("closed_on") > c("created_on")],
    "ge": [lambda c: c("amount") >= 7, lambda c: c("created_on") >= DAY],
    "sub": [
        lambda c: where(~c("amount").is_null(), c("amount") - 1.5),
        lambda c: where(~c("amount").is_null(), c("amount") - c("probability")),
        lambda c: c("closed_on") - timedelta(days=30) < DAY,
    ],
    "rsub": [lambda c: where(~c("amount").is_null(), 1000 - c("amount"))],
    "mul": [
        lambda c: where(~c("amount").is_null(), c("amount") * c("probability")),
        lambda c: where(~c("amount").is_null(), c("amount") * 2),
    ],
    "rmul": [lambda c: where(~c("amount").is_null(), 0.5 * c("amount"))],
    "and": [
        lambda c: c("ideal") & (c("amount") > 0),
        lambda c: (c("amount") > 0) & ~c("created_on").is_null(),
        lambda c: (c("status") == "open") & (c("channel") == "paid"),
    ],
    "or": [
        lambda c: c("ideal") | (c("amount") > 0),
        lambda c: (c("amount") < 0) | c("closed_on").is_null(),
        lambda c: (c("channel") == "paid") | c("amount").is_null(),
    ],
    "invert": [
        lambda c: ~c("amount").is_null(),
        lambda c: ~(c("amount").is_null() | c("ideal").is_null()),
    ],
    "is_in": [lambda c: c("status").is_in(["won", "lost"]), lambda c: c("channel").is_in(())],
    "str": [
        lambda c: c("lost_reason").str.contains("(?i)price"),
        lambda c: ~c("lost_reason").str.contains("^Price").fill_null(False),
        lambda c: c("lost_reason").str.contains("(?i)fiyat"),
        lambda c: c("lost_reason").str.contains("reason$"),
    ],
}
REFUSED = {
    "!= of text": lambda c: c("status") != "open",
    "!= of numbers": lambda c: c("amount") != 7,
    "+": lambda c: c("amount") + 1,
    "+ swapped": lambda c: 1 + c("amount"),
    "/": lambda c: c("amount") / 2,
    "//": lambda c: c("amount") // 2,
    "%": lambda c: c("amount") % 2,
    "**": lambda c: c("amount") ** 2,
    "^": lambda c: c("ideal") ^ c("ideal"),
    "unary minus": lambda c: -c("amount"),
    "unary plus": lambda c: +c("amount"),
    "abs": lambda c: abs(c("amount")),
    "truth": lambda c: bool(c("ideal")),
    "if": lambda c: 1 if c("amount") > 3 else 0,
    "and": lambda c: c("ideal") and c("ideal"),
    "in": lambda c: "open" in c("status"),
    "len": lambda c: len(c("amount")),
    "iterate": lambda c: list(c("amount")),
    "index": lambda c: c("amount")[0],
    "~ of a flag": lambda c: ~c("ideal"),
    "~ of a comparison": lambda c: ~(c("amount") > 3),
    "~ of a number": lambda c: ~c("amount"),
    "is_in of numbers": lambda c: c("amount").is_in([1, 2]),
    "fill_null of a number": lambda c: c("amount").fill_null(False),
    "fill_null with 0": lambda c: c("ideal").fill_null(0),
    "fill_null with True": lambda c: c("ideal").fill_null(True),
    "is_null of a comparison": lambda c: (c("amount") > 3).is_null(),
    "== of flags": lambda c: c("ideal") == True,  # noqa: E712
    "< of text": lambda c: c("status") < "open",
    "number and text": lambda c: c("amount") == "7",
    "date and number": lambda c: c("created_on") < 7,
    "number and date": lambda c: c("amount") < DAY,
    "number and None": lambda c: c("amount") == None,  # noqa: E711
    "date less date": lambda c: c("closed_on") - c("created_on"),
    "text less number": lambda c: c("status") - 1,
    "flag times number": lambda c: c("ideal") * 2,
    "and with a number": lambda c: (c("amount") > 3) & c("amount"),
    "and with a bool": lambda c: (c("amount") > 3) & True,
    "a bool and": lambda c: True & (c("amount") > 3),
    "sum": lambda c: c("amount").sum(),
    "str.lower": lambda c: c("status").str.to_lowercase(),
    "str of numbers": lambda c: c("amount").str.contains("1"),
    "an expression of Python alone": lambda c: c("status").str.contains("o(?=p)"),
    "no expression": lambda c: c("status").str.contains("("),
    "an expression that is compiled": lambda c: c("status").str.contains(re.compile("op")),
    "is_in of one text": lambda c: c("status").is_in("open"),
    "is_in of a number": lambda c: c("status").is_in(["open", 1]),
    "is_in of blank": lambda c: c("status").is_in([None]),
    "a moment of a zone": lambda c: c("created_on") >= pd.Timestamp(DAY, tz="UTC"),
    "no moment": lambda c: c("created_on") >= pd.NaT,
    "@": lambda c: c("amount") @ c("amount"),
    "<<": lambda c: c("amount") << 1,
    "divmod": lambda c: divmod(c("amount"), 2),
    "** swapped": lambda c: 2 ** c("amount"),
    "round": lambda c: round(c("amount")),
    "float": lambda c: float(c("amount")),
    "hash": lambda c: {c("amount")},
    "call": lambda c: c("amount")(),
    "an array": lambda c: np.array([1, 2]) * c("amount"),
}


def operations():
    """The public operations of the contract, by the names of Python's operators."""
    refused = {f"__{name}__" for name in (*base.REFUSED, *base.REFUSED_ALONE)}
    for name, value in vars(base.Column).items():
        public = callable(value) or isinstance(value, property)
        dunder = name.startswith("__") and hasattr(operator, name) and name not in refused
        swapped = name in ("__rsub__", "__rmul__")
        if public and (dunder or swapped or not name.startswith("_")):
            yield name.strip("_")


def test_every_operation_of_the_contract_has_a_formula():
    assert {*operations()} == {*FORMULAS}


@pytest.mark.parametrize("name", FORMULAS)
def test_an_operation_gives_the_same_on_every_engine(engine, name):
    as_of = date(2025, 12, 31)
    spans = Spans.of(Window(date(2024, 1, 1), as_of, "all"), None, past=False)

    def totals(deals):
        frame = conform(deals, "conformance", ("partner",))
        measures = [
            Measure(f"m{i}", CREATED, lambda at, f=formula: f(at.column), "sum")
            for i, formula in enumerate(FORMULAS[name])
        ]
        known, found = frame.totals(measures, ["partner"], spans, At(as_of))
        return known["partner"].tolist(), {m.name: found[m.name].ravel() for m in measures}

    partners, wanted = totals(DEALS)
    groups, got = totals(engine.frame(DEALS))
    assert groups == partners == ["P", "Q", "R"]
    for measure, numbers in wanted.items():
        np.testing.assert_allclose(got[measure].astype(float), numbers.astype(float), atol=1e-9)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_outside_the_contract_is_the_same_error_everywhere(name):
    said = set()
    for column in (conform(DEALS, "conformance").column, lazy.column):
        with pytest.raises(NotInContract) as caught:
            REFUSED[name](column)
        said.add(str(caught.value))
    assert len(said) == 1 and "there are is_null(), fill_null(False), ==" in said.pop()


def test_a_column_that_there_is_not_is_told_with_the_nearest():
    for column in (conform(DEALS, "conformance").column, lazy.column):
        with pytest.raises(KitError, match=r"no column of a deal table 'statuss'.*'status'"):
            column("statuss")


def test_numpys_numbers_leave_the_operation_to_the_column():
    for column in (conform(DEALS, "conformance").column, lazy.column):
        assert isinstance(np.float64(2) * column("amount"), base.Column)
        assert (np.int64(3) < column("amount")).kind == base.TRUTH


def test_a_state_is_of_open_deals_whatever_the_formula_says(engine):
    as_of = date(2025, 12, 31)
    everything = Measure("all", STATE, lambda at: ~at.column("partner").is_null())
    found = []
    for unit in (None, "year"):
        spans = Spans.of(Window(date(2025, 1, 1), as_of, "year"), unit, past=False)
        frame = conform(engine.frame(DEALS), "conformance", ("partner",))
        found.append(frame.totals([everything], ["partner"], spans, At(as_of))[1]["all"].ravel())
    assert found[0].tolist() == found[1].tolist() == [0, 3, 0]


def test_the_answers_are_those_of_plain_python():
    """Blank counts as no: nothing is compared with it, and nothing is added of it."""
    column = conform(DEALS, "conformance").column
    assert (column("status") == "open").data.tolist() == [False, False, True, True, False, False]
    assert (~(column("amount") > 50).fill_null(False)).data.tolist() == [
        *(False, True, False),
        *(True, True, True),
    ]
    assert (1000 - column("amount")).data[[0, 2]].tolist() == [900.0, 749.5]


def test_every_engine_has_what_the_protocol_asks():
    for name, method in inspect.getmembers(base.DealFrame, inspect.isfunction):
        if not name.startswith("_"):
            for kind in (Arrays, lazy.Lazy):
                assert [*inspect.signature(getattr(kind, name)).parameters] == [
                    *inspect.signature(method).parameters
                ]
