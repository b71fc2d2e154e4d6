"""Frames that read well in JupyterLab: money, per cent and bars in the view, while the frame stays
plain numbers."""

from itertools import count

import pandas as pd

from kpi_helpers.showing.format import DASH, shown
from kpi_helpers.showing.language import ngettext

# A page holds many frames, and each one's colours find their cells by its id.
_number = count(1)
ROWS = 30  # shown of a longer frame
MONEY = (
    "amount",
    "amount_original",
    "revenue",
    "target",
    "spend",
    "open_amount",
    "won_amount",
    "decided_amount",
)
RATES = ("probability", "credit", "chance", "share", "change")
BY_UNIT = (
    "value",
    "low",
    "high",
    "before",
    "now",
)  # measured in the frame's own column unit, where it has one
BARS = ("value", "now", "amount", "revenue")  # the first of them gets bars


def styled(frame: pd.DataFrame, currency: str | None = None):
    """The frame as a Styler: money in `currency`, shares as per cent, dates as dates, bars in the
    leading column.

    The frame itself is not changed. Columns are recognised by name; value, low and high by the unit
    column beside them, and without one as rates where all of them lie in 0..1. The first 30 rows
    are shown. An empty frame is fine.
    """
    head = frame.head(ROWS)
    view = head.style.set_uuid(f"frame{next(_number)}").format(None, na_rep=DASH, escape="html")
    view = view.format_index(escape="html", axis=0).format_index(escape="html", axis=1)
    view = view.set_table_styles(
        [{"selector": "caption", "props": "caption-side: bottom; text-align: left"}]
    )
    for name in head.columns:
        if pd.api.types.is_datetime64_any_dtype(head[name]):
            view = view.format("{:%Y-%m-%d}", subset=[name], na_rep=DASH)
        elif pd.api.types.is_float_dtype(head[name]):
            view = _numbers(view, head, name, currency)
    leading = next((name for name in BARS if name in head and head[name].notna().any()), None)
    if leading:
        view = view.bar(subset=[leading], color="#cfe5f3", align="zero", height=70)
    if len(frame) > ROWS:
        view = view.set_caption(
            ngettext("The first 30 of {count} row.", "The first 30 of {count} rows.", len(frame))
        )
    return view


def _numbers(view, head, name, currency):
    unit = "money" if name in MONEY else "ratio" if name in RATES else "index"
    if name in BY_UNIT and "unit" in head:
        for unit in head["unit"].dropna().unique():
            rows = head.index[head["unit"] == unit]
            view = view.format(_in(unit, currency), subset=(rows, [name]), na_rep=DASH)
        return view
    if name in BY_UNIT:
        parts = head[[column for column in BY_UNIT if column in head]].stack()
        unit = (
            "ratio"
            if len(parts) and parts.between(0, 1).all() and (parts % 1 > 0).any()
            else "index"
        )
    elif unit == "index" and (head[name].dropna() % 1 == 0).all():
        unit = "number"
    return view.format(_in(unit, currency), subset=[name], na_rep=DASH)


def _in(unit: str, currency: str | None):
    return lambda value: shown(value, unit, currency)


def show_frames_well(currency: str | None = None) -> None:
    """From now on this notebook shows every pandas frame as `styled` does; without a notebook
    nothing happens."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        formatter = shell.display_formatter.formatters["text/html"]
        formatter.for_type(pd.DataFrame, lambda frame: _html(frame, currency))


def _html(frame: pd.DataFrame, currency: str | None) -> str | None:
    """None, and so pandas' own view, for what a Styler cannot take: names that stand twice."""
    if not frame.index.is_unique or not frame.columns.is_unique:
        return None
    return styled(frame, currency).to_html()
