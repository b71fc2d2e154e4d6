"""Windows: whole dates, both ends included, and the window of the same kind before each."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kpi_helpers.errors import KitError, nearest_names

FORMS = (
    "2025, 2025-Q4, 2025-12, 15d, 4w or 12m (up to as_of), mtd, qtd or ytd (to date), "
    "2025-10-01..2025-12-31, or all"
)
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
TO_DATE = {"mtd": "month", "qtd": "quarter", "ytd": "year"}


def as_date(value: object, what: str = "date") -> date:
    """A `datetime.date` from a date, a timestamp or ISO text; anything else is a `KitError`.

    >>> as_date("2025-12-31")
    datetime.date(2025, 12, 31)
    """
    try:
        if isinstance(value, datetime) or not isinstance(value, date):
            value = datetime.fromisoformat(str(value).strip()).date()
    except ValueError:
        raise KitError(f"{what} {str(value)!r} is not a date; write it like 2025-12-31.") from None
    if not 1900 <= value.year <= 2199:
        raise KitError(f"{what} {value} lies outside the years 1900 to 2199.")
    return value


@dataclass(frozen=True, order=True)
class Window:
    """Days from `start` to `end`, both included.

    `kind` is month, quarter, year, days or all; mtd, qtd or ytd for what has passed of a month,
    quarter or year; months for a number of months that need not begin with the first.
    """

    start: date
    end: date
    kind: str = "days"

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def label(self) -> str:
        """How the window is written on the command line.

        >>> parse_window("2025-Q4").label
        '2025-Q4'
        """
        if self.kind in MONTHS_IN:
            return period_label(self.start, self.kind)
        if self.kind in TO_DATE:
            return self.kind
        return "all" if self.kind == "all" else f"{self.start}..{self.end}"

    def previous(self) -> "Window | None":
        """The window of the same kind right before this one; None before `all`.

        >>> parse_window("2025-03").previous().label
        '2025-02'
        >>> parse_window("2025-03-17..2025-03-31").previous().label
        '2025-03-02..2025-03-16'
        """
        if self.kind == "all":
            return None
        end = self.start - timedelta(days=1)
        if self.kind in MONTHS_IN:
            return Window(period_start(end, self.kind), end, self.kind)
        if self.kind in TO_DATE:
            whole = Window(period_start(end, TO_DATE[self.kind]), end)
            return whole.first_days(self.days, self.kind)
        if self.kind == "months":
            return Window(months_later(self.start, -self.months), end, "months")
        return Window(self.start - timedelta(days=self.days), end)

    @property
    def months(self) -> int:
        """How many months long a window of months is."""
        after = self.end + timedelta(days=1)
        return (after.year - self.start.year) * 12 + after.month - self.start.month

    def first_days(self, days: int, kind: str = "days") -> "Window":
        """The window's first so many days; the whole window where it is no longer.

        >>> parse_window("2025-02").first_days(30).label
        '2025-02-01..2025-02-28'
        """
        return Window(self.start, min(self.end, self.start + timedelta(days=days - 1)), kind)

    def year_before(self) -> "Window | None":
        """The same days of the year before, 29 February read as 28; None before `all`.

        >>> parse_window("2024-Q1").year_before().label, parse_window("2024-02").year_before().end
        ('2023-Q1', datetime.date(2023, 2, 28))
        """
        if self.kind == "all":
            return None
        whole = self.kind in MONTHS_IN
        start, end = months_later(self.start, -12), months_later(self.end, -12)
        return Window(start, _month_end(end) if whole else end, self.kind)

    def alike(self, earlier: "Window", as_of: date) -> "tuple[Window, date]":
        """What of an earlier window this one may be compared with, and the day to look at it from.

        While this window runs: as many of the earlier one's first days as have passed, as of the
        last of them. Afterwards: the whole earlier one, as many days after its end.

        >>> now = parse_window("2025-Q4")
        >>> window, day = now.alike(now.previous(), date(2025, 11, 15))
        >>> window.label, str(day)
        ('2025-07-01..2025-08-15', '2025-08-15')
        >>> str(now.alike(now.previous(), date(2026, 2, 15))[1])
        '2025-11-15'
        """
        if as_of < self.end:
            part = earlier.first_days(max(1, (as_of - self.start).days + 1))
            return part, part.end
        return earlier, earlier.end + (as_of - self.end)

    def periods(self, unit: str) -> Iterator["Window"]:
        """The months, quarters or years that the window touches, clipped to it."""
        at = period_start(self.start, unit)
        while at <= self.end:
            after = add_months(at, MONTHS_IN[unit])
            start, end = max(at, self.start), min(after - timedelta(days=1), self.end)
            whole = (start, end) == (at, after - timedelta(days=1))
            yield Window(start, end, unit if whole else "days")
            at = after


class Spans(tuple):
    """The windows that a scorecard counts in, oldest first, after the one before them where that is
    asked for."""

    unit: str | None
    endless: bool  # all time in one window: deals without a date are counted too
    asked: int  # the first window that was asked for

    @classmethod
    def of(cls, window: Window, unit: str | None, past: bool, as_of: date | None = None) -> "Spans":
        """The window's periods; with `past` the window before, where the first is a whole one, and
        of that as many days as have passed by `as_of`.

        >>> [span.label for span in Spans.of(parse_window("2025-Q4"), "month", past=True)]
        ['2025-09', '2025-10', '2025-11', '2025-12']
        """
        windows = list(window.periods(unit)) if unit else [window]
        whole = window.kind != "all" and windows[0].kind == (unit or window.kind)
        before = []
        earlier = windows[0].previous() if past and whole else None
        if earlier is not None:
            before = [windows[0].alike(earlier, as_of)[0] if as_of and not unit else earlier]
        spans = cls([*before, *windows])
        spans.unit, spans.endless, spans.asked = (
            unit,
            window.kind == "all" and not unit,
            len(spans) - len(windows),
        )
        return spans

    def ends(self, as_of: date) -> list[tuple[int, date]]:
        """The number of each window that was asked for, and the day whose state it shows."""
        return [
            (i, min(self[i].end, as_of) if self.unit else as_of)
            for i in range(self.asked, len(self))
        ]


def add_months(day: date, months: int) -> date:
    """The first of the month `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it has no such day.

    >>> str(months_later(date(2024, 2, 29), -12)), str(months_later(date(2025, 1, 31), 1))
    ('2023-02-28', '2025-02-28')
    """
    first = add_months(day, months)
    return first.replace(day=min(day.day, _month_end(first).day))


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_touched(first: date, last: date) -> int:
    """How many months hold a day from `first` to `last`.

    >>> months_touched(date(2024, 12, 31), date(2025, 2, 1))
    3
    """
    return (last.year - first.year) * 12 + last.month - first.month + 1


def last_months(as_of: date, number: int = 12) -> list[str]:
    """The last whole months that had ended by as_of, oldest first: what tables by month have of a
    year.

    >>> last_months(date(2024, 2, 29), 2), last_months(date(2024, 3, 30), 2)
    (['2024-01', '2024-02'], ['2024-01', '2024-02'])
    """
    after = period_start(as_of + timedelta(days=1), "month")
    return [period_label(add_months(after, back), "month") for back in range(-number, 0)]


def period_start(day: date, unit: str) -> date:
    """The first day of the month, quarter or year that holds `day`."""
    span = MONTHS_IN[unit]
    return date(day.year, (day.month - 1) // span * span + 1, 1)


def period_label(start: date, unit: str) -> str:
    """2025, 2025-Q4 or 2025-12 for the period that begins at `start`."""
    if unit == "year":
        return f"{start.year:04d}"
    return (
        f"{start.year:04d}-Q{(start.month + 2) // 3}"
        if unit == "quarter"
        else f"{start.year:04d}-{start.month:02d}"
    )


@nearest_names
def parse_window(text: "str | Window | tuple | None", as_of: date | None = None) -> Window:
    """A `Window` from its written form; None is the last whole quarter that had ended by
    `as_of`.

    Parameters
    ----------
    text : str, Window, pair of dates or None
        2025, 2025-Q4, 2025-12, 15d, 2025-10-01..2025-12-31 or all; None is the last whole quarter
        that had ended by `as_of`.
    as_of : date, optional
        The day that 15d and None count back from.

    Returns
    -------
    Window
        Both ends included.

    Raises
    ------
    KitError
        Naming the forms there are when the text is none of them.

    Examples
    --------
    >>> parse_window("15d", as_of=date(2025, 3, 31))
    Window(start=datetime.date(2025, 3, 17), end=datetime.date(2025, 3, 31), kind='days')
    >>> parse_window(None, as_of=date(2026, 2, 14)).label
    '2025-Q4'
    """
    if isinstance(text, Window):
        return text
    if text is None:
        this = period_start(_known(as_of) + timedelta(days=1), "quarter")
        return Window(add_months(this, -3), this - timedelta(days=1), "quarter")
    if isinstance(text, (tuple, list)) and len(text) == 2:
        text = f"{as_date(text[0])}..{as_date(text[1])}"
    text = str(text).strip()
    if text == "all":
        return Window(date.min, date.max, "all")
    if found := re.fullmatch(r"(\d{1,9})([dwm])", text):
        return _last(int(found[1]), found[2], text, as_of)
    if text.lower() in TO_DATE:
        end = _known(as_of)
        return Window(period_start(end, TO_DATE[text.lower()]), end, text.lower())
    if ".." in text:
        return _range(text)
    if found := re.fullmatch(
        r"(19\d\d|2[01]\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", text, re.IGNORECASE
    ):
        return _calendar_period(int(found[1]), found[2], found[3])
    raise KitError(f"Window {text!r} is not understood; write one of {FORMS}.")


def _last(number: int, unit: str, text: str, as_of: date | None) -> Window:
    """So many days, weeks or months up to as_of."""
    days = number * {"d": 1, "w": 7, "m": 31}[unit]
    if not 1 <= days <= 36_600:
        raise KitError(f"Window {text!r} has to span 1 to 36600 days.")
    end = _known(as_of)
    if unit == "m":
        return Window(months_later(end + timedelta(days=1), -number), end, "months")
    return Window(end - timedelta(days=days - 1), end)


def _range(text: str) -> Window:
    start, end = (as_date(part.strip(), "window's date") for part in text.split("..", 1))
    if end < start:
        raise KitError(f"Window {text!r} ends before it starts; write the earlier date first.")
    return Window(start, end)


def _calendar_period(year: int, quarter: str | None, month: str | None) -> Window:
    if quarter:
        first, kind = int(quarter) * 3 - 2, "quarter"
    elif month:
        first, kind = int(month), "month"
    else:
        first, kind = 1, "year"
    last = first + MONTHS_IN[kind] - 1
    end = date(year, last, calendar.monthrange(year, last)[1])
    return Window(date(year, first, 1), end, kind)


def _known(as_of: date | None) -> date:
    if as_of is None:
        raise KitError(
            "This window counts back from as_of, and as_of is not known; give as_of like "
            "2025-12-31."
        )
    return as_date(as_of, "as_of")
