"""What the user says about a foreign export: columns by hand, and a small file that keeps the
answers."""

import os
import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path

from kpi_helpers.contract.deals import CHANNELS, STATUSES
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.columns.headers import word

SECTIONS = ("columns", "partners", "stages", "stage_probability", "channels", "reading")
READING = {
    "profile": None,
    "decimal": (".", ","),
    "dates": ("dmy", "mdy", "ymd"),
    "shares": ("percent", "fraction"),
    "encoding": None,
}


@dataclass(frozen=True)
class Mapping:
    """The user's own answers; words are kept as keys (see headers.key), partners as written."""

    columns: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    stage_probability: dict[str, float] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    reading: dict[str, str] = field(default_factory=dict)
    partners: dict[str, str] = field(default_factory=dict)


def read_mapping(
    columns: AnyMapping[str, str] | None = None,
    file: str | os.PathLike | None = None,
    reading: AnyMapping[str, str | None] | None = None,
) -> Mapping:
    """The mapping file with `columns` and `reading` over it; every fault is named at once.

    `file` is TOML with any of the tables [columns] field = "Column", [partners] "Name" = "Its name
    from now on", [stages] "Stage" = "won", [stage_probability] "Stage" = 0.3, [channels]
    "Source" = "paid", [reading] decimal, dates, shares, encoding, profile.

    >>> read_mapping({"partner": "sales_agent"}).columns
    {'partner': 'sales_agent'}
    """
    said = _toml(Path(file)) if file is not None else {}
    faults = [str(UnknownValue("section", s, SECTIONS)) for s in said if s not in SECTIONS]
    chosen = {**said.get("columns", {}), **(columns or {})}
    faults += [
        str(UnknownValue("field", f, FIELDS, "Map as field=Column."))
        for f in chosen
        if f not in FIELDS
    ]
    stages = {word(s): v for s, v in said.get("stages", {}).items()}
    faults += [
        str(UnknownValue("status", v, STATUSES, f"It is given for stage {s!r}."))
        for s, v in said.get("stages", {}).items()
        if v not in STATUSES
    ]
    partners = said.get("partners", {})
    faults += [
        f"In [partners], {one!r} is to be {whom!r}; say the partner's name."
        for one, whom in partners.items()
        if not isinstance(whom, str) or not whom.strip()
    ]
    channels = {word(s): v for s, v in said.get("channels", {}).items()}
    faults += [
        str(UnknownValue("channel", v, CHANNELS, f"It is given for source {s!r}."))
        for s, v in said.get("channels", {}).items()
        if v not in CHANNELS
    ]
    chances = {}
    for stage, chance in said.get("stage_probability", {}).items():
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 <= chance <= 1:
            faults.append(
                f"The probability of stage {stage!r} is {chance!r}; it must be a number from 0 "
                f"to 1."
            )
        else:
            chances[word(stage)] = float(chance)
    reading = {
        **said.get("reading", {}),
        **{o: v for o, v in (reading or {}).items() if v is not None},
    }
    for option, value in reading.items():
        if option not in READING:
            faults.append(str(UnknownValue("reading option", option, READING)))
        elif READING[option] and value not in READING[option]:
            faults.append(str(UnknownValue(f"value for {option}", value, READING[option])))
    if faults:
        raise KitError(
            (f"The mapping file {str(file)!r} has faults: " if file is not None else "")
            + " ".join(faults)
        )
    fields = {f: str(c) for f, c in chosen.items()}
    return Mapping(fields, stages, chances, channels, dict(reading), partners)


def _toml(file: Path) -> dict:
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise KitError(f"There is no mapping file {str(file)!r}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KitError(f"The mapping file {str(file)!r} cannot be read: {error}") from error
    for section, content in said.items():
        if section in SECTIONS and not isinstance(content, dict):
            raise KitError(
                f"In the mapping file {str(file)!r}, {section!r} must be a table: [{section}]."
            )
    return said
