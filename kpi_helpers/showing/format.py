"""Numbers as people read them in the current language: money, per cent, days, dates; a dash where
nothing is known."""

import re
from datetime import date

import pandas as pd
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from kpi_helpers.showing.language import _, language

DASH = "–"


def shown(value: float, unit: str, currency: str | None = None) -> str:
    """A value in the words of its unit; ratios are 0..1 in and per cent out.

    >>> (
    ...     shown(0.3128, "ratio"),
    ...     shown(2360.91, "money", "EUR"),
    ...     shown(57, "days"),
    ...     shown(float("nan"), "ratio"),
    ... )
    ('31.3%', '€2,361', '57 days', '–')
    """
    if pd.isna(value):
        return DASH
    if unit == "ratio":
        return percent(value, 1)
    if unit == "money per day":
        return _("{amount} a day", amount=money(value, currency))
    if unit == "money":
        return money(value, currency)
    text = format_decimal(
        value, "#,##0" if unit == "number" and value == round(value) else "#,##0.0", language()
    )
    return _("{number} days", number=_trim(text)) if unit == "days" else text


def _trim(text: str) -> str:
    return text[:-2] if text[-2:] in (".0", ",0") else text


def percent(share: float, digits: int = 0) -> str:
    """A share as per cent, the sign where the language puts it.

    >>> percent(0.6315), percent(0.6315, 2)
    ('63%', '63.15%')
    """
    pattern = Locale(language()).percent_formats[None].pattern  # "#,##0%", in Turkish "%#,##0"
    return format_percent(
        share, pattern.replace("#,##0", f"#,##0.{'0' * digits}".rstrip(".")), language()
    )


def money(value: float, currency: str | None, compact: bool = False) -> str:
    """Money in whole units from 1,000 on and for nothing, with cents between; `compact` for axes
    (€1.23M).

    >>> money(1234567, "EUR", compact=True), money(12.5, None), money(0, "EUR")
    ('€1.23M', '12.50', '€0')
    """
    if pd.isna(value):
        return DASH
    whole = abs(value) >= 1000 or value == 0
    if not currency:
        return format_decimal(value, "#,##0" if whole else "#,##0.00", language())
    if compact:
        digits = 2 if abs(value) >= 1e6 else 1 if abs(value) >= 1e3 else 0
        return format_compact_currency(value, currency, locale=language(), fraction_digits=digits)
    pattern = "¤#,##0" if whole else None
    return format_currency(value, currency, pattern, language(), currency_digits=pattern is None)


def changed(value: float, unit: str, before: float, now: float) -> str:
    """A change with its sign: points for rates, per cent for the rest, "new" for something from a
    previous 0.

    >>> (
    ...     changed(0.05, "ratio", 0.25, 0.3),
    ...     changed(0.0, "number", 4, 4),
    ...     changed(float("nan"), "number", 0, 2),
    ... )
    ('+5.0 pp', '0%', 'new')
    """
    if pd.isna(value):
        return _("new") if before == 0 and now > 0 and unit != "ratio" else DASH
    if unit == "ratio":
        return points(value)
    rounded = round(value, 2) or 0.0
    return ("+" if rounded > 0 else "") + percent(rounded)


def size_of(change: float, unit: str) -> str:
    """How large a change is, where a word says in which direction.

    >>> size_of(-0.5, "number"), size_of(-0.031, "ratio")
    ('50%', '3.1 pp')
    """
    return changed(abs(change), unit, 1.0, 1.0).removeprefix("+")


def points(value: float) -> str:
    """A difference of rates in percentage points, with its sign; none for what rounds to nothing.

    >>> points(-0.031), points(-0.0001)
    ('-3.1 pp', '0.0 pp')
    """
    rounded = round(value * 100, 1) or 0.0
    pattern = "+0.0;-0.0" if rounded else "0.0"
    return _("{points} pp", points=format_decimal(rounded, pattern, language()))


def signed(value: float, unit: str, currency: str | None) -> str:
    """A difference in its own unit, with its sign.

    >>> (
    ...     signed(0.05, "ratio", None),
    ...     signed(-4, "number", None),
    ...     signed(1200, "money", "EUR"),
    ...     signed(0, "days", None),
    ... )
    ('+5.0 pp', '-4', '+€1,200', '0 days')
    """
    if pd.isna(value):
        return DASH
    if unit == "ratio":
        return points(value)
    rounded = round(value, 2) or 0.0
    return ("+" if rounded > 0 else "") + shown(rounded, unit, currency)


def day(value: date | pd.Timestamp) -> str:
    """A date in words: 31 Dec 2025; a dash for one that is not known."""
    return DASH if pd.isna(value) else format_date(value, "d MMM y", language())


def period(label: str) -> str:
    """A window's or period's label in words: 2025-Q4, 2025-12, days from one date to another.

    >>> period("2025-Q4"), period("2025-12"), period("2025-10-01..2025-12-31"), period("all")
    ('2025-Q4', '2025-12', '2025-10-01..2025-12-31', 'all')
    """
    if quarter := re.fullmatch(r"(\d{4})-Q(\d)", label):
        return _("{year}-Q{quarter}", year=quarter[1], quarter=quarter[2])
    return _("all") if label == "all" else label
