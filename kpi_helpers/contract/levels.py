"""Levels: the names a user groups by, and the column of the deal table that each one reads."""

from kpi_helpers.contract.deals import DEAL_COLUMNS
from kpi_helpers.errors import KitError, UnknownValue

PERIODS = ("month", "quarter", "year")
EVERYONE = "*"
_RENAMED = {"employee": "owner", "business_unit": "unit"}
_SHOWN = {"unit": "business_unit"}  # a scorecard's own column unit says what a value is measured in
_NO_LEVEL = ("deal_id", "probability_source")
_COLUMNS = [
    name for name, column in DEAL_COLUMNS.items() if column.kind == "text" and name not in _NO_LEVEL
]
LEVELS = {"portfolio": None, **_RENAMED, **{name: name for name in _COLUMNS}}


def parse_by(by: "str | list[str] | tuple[str, ...] | None") -> tuple[dict[str, str], str | None]:
    """The grouping a user asked for: {name shown: column read}, and month, quarter, year or None.

    `portfolio` and None are everyone together and add no column; unit is shown as business_unit.
    Raises `UnknownValue` for a name that is no level, `KitError` for two periods at once.

    >>> parse_by("employee,month")
    ({'employee': 'owner'}, 'month')
    >>> parse_by(None)
    ({}, None)
    """
    names = [by] if isinstance(by, str) else list(by or [])
    names = [part.strip() for name in names for part in str(name).split(",") if part.strip()]
    periods = [name for name in names if name in PERIODS]
    if len(periods) > 1:
        raise KitError(f"Group by one period at a time, not by {' and '.join(periods)}.")
    groups: dict[str, str] = {}
    for name in names:
        if name in PERIODS:
            continue
        if name not in LEVELS:
            raise UnknownValue("level", name, [*LEVELS, *PERIODS])
        column = LEVELS[name]
        if column is not None:
            groups[_SHOWN.get(name, name)] = column
    return groups, periods[0] if periods else None
