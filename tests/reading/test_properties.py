"""A random deal table that is written and read reads back the same."""

import datetime

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_helpers.reading import load
from kpi_helpers.reading.values.values import BLANKS

TEXT = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
    .map(lambda t: t.strip(" \t\r\n\u00a0\ufeff"))
    .filter(lambda t: t not in BLANKS)
)
DAY = st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1))
AMOUNT = st.one_of(st.none(), st.floats(-1e9, 1e12).map(lambda x: round(x, 2)))


@st.composite
def deals(draw):
    rows = []
    for i in range(draw(st.integers(1, 8))):
        created, closed = sorted([draw(DAY), draw(DAY)])
        status = draw(st.sampled_from(["open", "won", "lost", "cancelled"]))
        rows.append(
            {
                "deal_id": f"D{i}",
                "partner": draw(TEXT),
                "region": draw(st.one_of(st.none(), TEXT)),
                "status": status,
                "amount": draw(AMOUNT),
                "ideal": draw(st.sampled_from([True, False, None])),
                "created_on": created,
                "closed_on": None if status == "open" else closed,
            }
        )
    return pd.DataFrame(rows)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(frame=deals(), form=st.sampled_from([",", ";", "\t", "parquet"]))
def test_reads_back_the_same(tmp_path, frame, form):
    path = tmp_path / ("deals.parquet" if form == "parquet" else "deals.csv")
    if form == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, sep=form, index=False)
    data = load(path)
    assert data.rows_rejected == 0, data.rejected
    got = data.deals().sort_values("deal_id", ignore_index=True)
    assert got["partner"].to_list() == frame["partner"].to_list()
    assert got["amount"].fillna(-7).to_list() == frame["amount"].astype(float).fillna(-7).to_list()
    for column in ("region", "ideal", "status"):
        assert [None if pd.isna(x) else x for x in got[column]] == [
            None if pd.isna(x) else x for x in frame[column]
        ]
    for column in ("created_on", "closed_on"):
        assert [None if pd.isna(x) else x.date() for x in got[column]] == [
            None if pd.isna(x) else x for x in frame[column]
        ]
    again = load(data.write_parquet(tmp_path / "prepared"))
    pd.testing.assert_frame_equal(again.deals(), data.deals())


GROUPS = {".": ",", ",": "."}


def written(amount: float | None, decimal: str, sign: str) -> str:
    """An amount with thousands apart, two decimals, and a currency sign beside it."""
    if amount is None:
        return ""
    text = f"{amount:,.2f}".replace(",", "g").replace(".", decimal).replace("g", GROUPS[decimal])
    return text + sign


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    frame=deals(),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    sign=st.sampled_from(["", " TL", " EUR"]),
    order=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1254"]),
)
def test_reads_back_the_same_however_it_is_written(
    tmp_path, frame, separator, decimal, sign, order, encoding
):
    frame["partner"] = "Çağrı Işık"
    frame["region"] = "Ege"
    # One date that shows the order, so that nothing is open.
    frame.loc[0, ["created_on", "status", "closed_on"]] = [
        datetime.date(2020, 1, 31),
        "won",
        datetime.date(2020, 12, 31),
    ]
    told = frame.copy()
    told["amount"] = [
        written(a, decimal, sign)
        for a in frame["amount"].astype(object).where(frame["amount"].notna(), None)
    ]
    for column in ("created_on", "closed_on"):
        told[column] = [
            d.strftime(order) if isinstance(d, datetime.date) else "" for d in frame[column]
        ]
    path = tmp_path / "deals.csv"
    path.write_bytes(told.to_csv(index=False, sep=separator).encode(encoding))
    data = load(path, decimal=decimal, dates="mdy" if order.startswith("%m") else "dmy")
    assert data.rows_rejected == 0, data.rejected
    got = data.deals().sort_values("deal_id", ignore_index=True)
    assert got["partner"].to_list() == frame["partner"].to_list()
    assert (
        got["amount_original"].fillna(-7).to_list()
        == frame["amount"].astype(float).fillna(-7).to_list()
    )
    for column in ("created_on", "closed_on"):
        assert [None if pd.isna(x) else x.date() for x in got[column]] == [
            x if isinstance(x, datetime.date) else None for x in frame[column]
        ]
