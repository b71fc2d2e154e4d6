"""Numbers as people read them: money, per cent, days, dates; a dash where nothing is known."""

from datetime import date

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

DASH = "–"


def shown(value: float, unit: str, currency: str | None = None, locale: str = "en") -> str:
    """A value in the words of its unit; ratios are 0..1 in and per cent out.

    >>> shown(0.3128, "ratio"), shown(2360.91, "money", "EUR"), shown(57, "days"), shown(float("nan"), "ratio")
    ('31.3%', '€2,361', '57 days', '–')
    """
    if pd.isna(value):
        return DASH
    if unit == "ratio":
        return format_percent(value, "%#,##0.0" if locale.startswith("tr") else "#,##0.0%", locale)
    if unit.startswith("money"):
        return money(value, currency, locale) + (" a day" if unit == "money per day" else "")
    text = format_decimal(value, "#,##0" if unit == "number" and value == round(value) else "#,##0.0", locale)
    return f"{_trim(text)} days" if unit == "days" else text


def _trim(text: str) -> str:
    return text[:-2] if text[-2:] in (".0", ",0") else text


def money(value: float, currency: str | None, locale: str = "en", compact: bool = False) -> str:
    """Money in whole units from 1,000 on, with cents below; `compact` for axes (€1.23M).

    >>> money(1234567, "EUR", compact=True), money(12.5, None)
    ('€1.23M', '12.50')
    """
    if pd.isna(value):
        return DASH
    if not currency:
        return format_decimal(value, "#,##0" if abs(value) >= 1000 else "#,##0.00", locale)
    if compact:
        digits = 2 if abs(value) >= 1e6 else 1 if abs(value) >= 1e3 else 0
        return format_compact_currency(value, currency, locale=locale, fraction_digits=digits)
    pattern = None if abs(value) < 1000 else "¤#,##0"
    return format_currency(value, currency, pattern, locale, currency_digits=pattern is None)


def changed(value: float, unit: str, before: float, now: float, locale: str = "en") -> str:
    """A change with its sign: points for rates, per cent for the rest, "new" for something from a previous 0.

    >>> changed(0.05, "ratio", 0.25, 0.3), changed(0.5, "number", 4, 6), changed(float("nan"), "number", 0, 2)
    ('+5.0 pp', '+50%', 'new')
    """
    if pd.isna(value):
        return "new" if before == 0 and now > 0 and unit != "ratio" else DASH
    if unit == "ratio":
        return format_decimal(value * 100, "+0.0;-0.0", locale) + " pp"
    return format_decimal(value * 100, "+#,##0;-#,##0", locale) + "%"


def day(value: date | pd.Timestamp, locale: str = "en") -> str:
    """A date in words: 31 Dec 2025."""
    return format_date(value, "d MMM y", locale)


def plural(count: float, noun: str, locale: str = "en") -> str:
    """A count with its noun.

    >>> plural(1, "deal"), plural(1200, "deal")
    ('1 deal', '1,200 deals')
    """
    return f"{format_decimal(count, '#,##0', locale)} {noun}{'' if count == 1 else 's'}"
