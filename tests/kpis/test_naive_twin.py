"""Every value, numerator, denominator and n of every basis equals the naive twin's, on random small
deal tables."""

import math
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kpi_helpers import scorecard
from kpi_helpers.contract.deals import DEAL_COLUMNS

from . import naive
from .engines import ENGINES, SPARK
from .naive import Span

# First and last days of months, quarters, the year and the 15 days to each as_of, and the days
# beside them.
DAYS = [
    date(2025, 6, 30),
    date(2025, 7, 1),
    date(2025, 8, 31),
    date(2025, 9, 30),
    date(2025, 10, 1),
    date(2025, 10, 31),
    date(2025, 11, 1),
    date(2025, 11, 15),
    date(2025, 11, 16),
    date(2025, 11, 30),
    date(2025, 12, 1),
    date(2025, 12, 16),
    date(2025, 12, 17),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 1, 31),
]
OPTIONAL = (
    "owner",
    "region",
    "channel",
    "probability",
    "ideal",
    "expected_close_on",
    "lost_reason",
    "lost_to_competitor",
)
maybe = st.sampled_from


@st.composite
def deal(draw, number: int) -> list[dict]:
    """One deal as its partners' rows. Some lack dates that their status calls for; such a deal
    stays open."""
    status = draw(maybe(["open", "won", "won", "lost", "cancelled"]))
    created = draw(maybe([None, *DAYS]))
    closed = draw(maybe([None, *(day for day in DAYS if created is None or day >= created)]))
    same = {
        "deal_id": f"D{number}",
        "status": status,
        "amount": draw(maybe([None, 0.0, 1.0, 19.92, 200.0, 400.0, 1234.56, -50.0])),
        "created_on": created,
        "closed_on": closed,
        "expected_close_on": draw(maybe([None, *DAYS])),
        "region": draw(maybe([None, "north", "south"])),
        "channel": draw(maybe([None, "paid", "earned", "owned", "partner", "unknown", "fax"])),
        "probability": draw(maybe([None, 0.0, 0.25, 0.5, 1.0])),
        "ideal": draw(maybe([None, True, False])),
        "lost_reason": draw(maybe([None, "price", *naive.REASONS])),
        "lost_to_competitor": draw(maybe([None, True, False])),
    }
    shares = draw(maybe([(1.0,), (1.0,), (None,), (0.5, 0.5), (0.25, 0.75), (0.125, 0.875)]))
    partners = draw(st.permutations(["A", "B", "C"]))
    owners = maybe([None, "x", "y"])
    return [
        {**same, "partner": partner, "owner": draw(owners), "credit": credit}
        for partner, credit in zip(partners, shares, strict=False)
    ]


@st.composite
def tables(draw) -> tuple[list[dict], tuple[str, ...]]:
    rows = [row for number in range(draw(st.integers(1, 8))) for row in draw(deal(number))]
    absent = draw(st.sets(maybe(OPTIONAL)) if draw(st.booleans()) else st.just(set()))
    return [{**row, **dict.fromkeys(absent)} for row in draw(st.permutations(rows))], tuple(absent)


def month(year: int, number: int) -> Span:
    after = date(year + number // 12, number % 12 + 1, 1)
    return Span(date(year, number, 1), after - timedelta(days=1))


Q3, Q4 = Span(date(2025, 7, 1), date(2025, 9, 30)), Span(date(2025, 10, 1), date(2025, 12, 31))
SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (month(2025, number) for number in (9, 10, 11, 12))
BEFORE_15, LAST_15 = (
    Span(date(2025, 11, 1), date(2025, 11, 15)),
    Span(date(2025, 11, 16), date(2025, 11, 30)),
)
# window as written, period: what it should mean, as (window, the one before it)
WINDOWS = {
    ("2025-Q4", None): [(Q4, Q3)],
    ("2025-12", None): [(DECEMBER, NOVEMBER)],
    ("2025-11-16..2025-11-30", None): [(LAST_15, BEFORE_15)],
    ("2025-11-16..2025-12-31", "month"): [(LAST_15, None), (DECEMBER, LAST_15)],
    ("2025-Q4", "month"): [(OCTOBER, SEPTEMBER), (NOVEMBER, OCTOBER), (DECEMBER, NOVEMBER)],
    ("2025-07-01..2025-12-31", "quarter"): [
        (Q3, Span(date(2025, 4, 1), date(2025, 6, 30))),
        (Q4, Q3),
    ],
    ("all", None): [(None, None)],
}
COLUMNS = {"employee": "owner"}


def frame(rows: list[dict], absent: tuple[str, ...]) -> pd.DataFrame:
    made = pd.DataFrame(rows, dtype=object).drop(columns=list(absent))
    kinds = {name: DEAL_COLUMNS[name].kind for name in made}
    return made.assign(
        **{n: pd.to_datetime(made[n]) for n in made if kinds[n] == "date"},
        **{n: made[n].astype("float64") for n in made if kinds[n] in ("number", "share")},
    )


def same(got, wanted) -> bool:
    """Equal, null for null. Shares of the amounts above have four decimals at most, as money is
    kept."""
    if wanted is None or math.isnan(got):
        return wanted is None and math.isnan(got)
    return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("name", [*ENGINES, pytest.param("spark", marks=pytest.mark.long)])
def test_the_scorecard_is_the_naive_twins(name):
    engine = SPARK if name == "spark" else ENGINES[name]

    @settings(
        max_examples={"pandas": 40, "spark": 4}.get(name, 12),
        deadline=None,
        derandomize=True,
        phases=[
            Phase.generate
        ],  # shrinking these tables takes minutes; the first failure is small enough to read
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        tables(),
        maybe(
            [
                (),
                ("partner",),
                ("employee",),
                ("region",),
                ("partner", "region"),
                ("employee", "region"),
            ]
        ),
        maybe(list(WINDOWS)),
        maybe([date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31)]),
        maybe([0, 30, 90]),
    )
    def check(deals, by, window, as_of, within):
        rows, absent = deals
        text, period = window
        if any(COLUMNS.get(level, level) in absent for level in by):
            by = ()
        given_frame = frame(rows, absent)
        levels = [*by, *([period] if period else [])]
        got = engine.answer(
            scorecard, given_frame, by=levels, window=text, as_of=as_of, within_days=within
        )
        windows = [
            (now, before, min(now.end, as_of) if period else as_of) if now else (None, None, as_of)
            for now, before in WINDOWS[window]
        ]
        wanted = naive.table(
            rows,
            by=[COLUMNS.get(level, level) for level in by],
            windows=windows,
            as_of=as_of,
            within=within,
            slow=naive.slow_days(rows, as_of),
        )
        compare(got, wanted, by, len(windows))

    check()


def compare(got: pd.DataFrame, wanted: dict, by: tuple[str, ...], windows: int) -> None:
    number = {start: i for i, start in enumerate(sorted(got["window_start"].unique()))}
    seen = set()
    for row in got.to_dict("records"):
        group = tuple(None if pd.isna(row[level]) else row[level] for level in by)
        where = group, number[row["window_start"]] if windows > 1 else 0
        answer = wanted[where].get((row["kpi"], row["basis"]))
        seen.add((where, row["kpi"], row["basis"]))
        if answer is None:  # needs targets or spend, which have tests of their own
            assert math.isnan(row["value"]) or row["basis"].startswith("spend."), row
            continue
        for side, wish in zip(("value", "numerator", "denominator", "n"), answer, strict=True):
            assert same(float("nan") if row[side] is None else row[side], wish), (
                where,
                row,
                answer,
            )
        assert not math.isnan(row["value"]) or row["note"], row
    missing = {(where, *basis) for where, rows in wanted.items() for basis in rows} - seen
    assert not missing
