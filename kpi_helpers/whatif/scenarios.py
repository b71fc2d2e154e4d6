"""A scenario: changes with a name, the same in a notebook, a file and on the command line."""

import json
import math
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from numbers import Real
from pathlib import Path

import pandas as pd

from kpi_helpers.contract.windows import as_date
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.system.whole_files import whole_file

RETURNS = 0.5  # an assumption: twice the spend brings 1.41 times the leads

_PARTS = {  # what each entry of a list may say; those with True must be there
    "shift": {"what": True, "from": True, "to": True, "amount": True},
    "move": {"from": True, "to": True, "share": False, "deals": False},
    "add": {"name": True, "like": False, "starts": False},
    "replace": {"member": True, "like": True},
    "strategies": {"set": True, "name": False, "starts": False},
}
NAMES = {"what", "from", "to", "name", "like", "member"}


@dataclass(frozen=True)
class Scenario:
    """What is changed, as plain data.

    `set`: {driver: change}, like {"close_rate": "+5pp", "spend.paid": "-20%", "win_back": "30%"}
    (`parse_change`). `shift`: [{"what": "spend" or "leads", "from": "paid", "to": "earned",
    "amount": 5000 or "20%"}]. `move`: open deals, [{"from": "A", "to": "B", "share": "50%"}] or
    {"deals": ["D-1", ...]} in place of share. `add`: [{"name": "New partner", "like": "A",
    "starts": "2026-02-01"}], without `like` an average one. `replace`: [{"member": "A", "like":
    "B"}]: new deals come as to B; A's open deals stay. `strategies`: [{"name": "Deal desk", "set":
    {"close_rate": "+5pp"}, "starts": "2026-02-01"}]. `returns`: leads grow as spend ** returns; 1
    is in proportion, 0 not at all. An assumption, not a finding.
    """

    name: str = "scenario"
    set: dict = field(default_factory=dict)
    shift: list[dict] = field(default_factory=list)
    move: list[dict] = field(default_factory=list)
    add: list[dict] = field(default_factory=list)
    replace: list[dict] = field(default_factory=list)
    strategies: list[dict] = field(default_factory=list)
    returns: float = RETURNS
    target: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise KitError(f"A scenario's name is text; got {self.name!r}.")
        _changes("A scenario", self.set)
        if not _number(self.returns) or not 0 <= self.returns <= 1:
            raise KitError(
                f"returns must lie in 0..1 (1: leads grow in proportion to spend); got "
                f"{self.returns!r}."
            )
        if self.target is not None and not (_number(self.target) and 0 < self.target < math.inf):
            raise KitError(f"A target is money above 0; got {self.target!r}.")
        for part, rules in _PARTS.items():
            entries = getattr(self, part)
            if not isinstance(entries, list | tuple):
                raise KitError(
                    f"{part} of a scenario is a list of objects with {', '.join(rules)}; got "
                    f"{entries!r}."
                )
            for entry in entries:
                _entry(part, entry, rules)


def _number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _changes(whose, changes):
    if not isinstance(changes, dict):
        raise KitError(
            f'{whose}\'s "set" is {{driver: change}}, like {{"close_rate": "+5pp"}}; got '
            f"{changes!r}."
        )


def _entry(part, entry, rules):
    if not isinstance(entry, dict):
        raise KitError(
            f"Each {part} of a scenario is an object with {', '.join(rules)}; got {entry!r}."
        )
    for key in entry:
        if key not in rules:
            raise UnknownValue(f"entry of {part}", key, rules)
    missing = [key for key, needed in rules.items() if needed and key not in entry]
    if missing:
        raise KitError(f"{part} needs {' and '.join(map(repr, missing))}; got {entry}.")
    for key in NAMES & entry.keys():
        if not isinstance(entry[key], str):
            raise KitError(f"{key!r} of {part} is a name; got {entry[key]!r}.")
    if part == "strategies":
        _changes("A strategy", entry["set"])
    if "starts" in entry:
        as_date(entry["starts"], "starts")
    _from_to(part, entry)


def _from_to(part, entry):
    """What goes from one member to another."""
    if "from" in entry and entry["from"] == entry["to"]:
        raise KitError(f"{part} goes from one to another; got {entry['from']!r} twice.")
    if part == "move" and ("share" in entry) == ("deals" in entry):
        raise KitError('move needs either "share" (like "50%") or "deals" (a list of ids).')
    if not isinstance(entry.get("deals", []), list | tuple):
        raise KitError(
            f'"deals" of move is a list of ids, like ["D-1", "D-2"]; got {entry["deals"]!r}.'
        )


def scenario_of(changes) -> Scenario:
    """A Scenario from one, from {driver: change}, or from None: nothing changed."""
    if isinstance(changes, Scenario):
        return changes
    return Scenario(name="baseline" if not changes else "scenario", set=changes or {})


@nearest_names
def read_scenario(path) -> Scenario:
    """A scenario from a JSON or TOML file, as `save_scenario` wrote it or by hand; the name is
    the file's unless told.

    Parameters
    ----------
    path : str or path
        A .json or .toml file.

    Returns
    -------
    Scenario
        A scenario from a JSON or TOML file, as `save_scenario` wrote it or by hand.

    Raises
    ------
    KitError
        For files that cannot be read, and for entries that there are not.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "more.toml"
    ...     _ = path.write_text('name = "more leads"\\n[set]\\nopportunities = "+20%"\\n')
    ...     read_scenario(path).name
    'more leads'
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        entries = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise KitError(f"The scenario {str(path)!r} cannot be read: {error.strerror}.") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise KitError(
            f"The scenario {str(path)!r} is no valid {path.suffix or 'JSON'} file: {error}"
        ) from None
    if not isinstance(entries, dict):
        raise KitError(
            f"The scenario {str(path)!r} holds {type(entries).__name__}, not an object with name "
            f"and set."
        )
    known = [part.name for part in fields(Scenario)]
    for key in entries:
        if key not in known:
            raise UnknownValue("entry of a scenario", key, known)
    return Scenario(**{"name": path.stem} | entries)


@nearest_names
def save_scenario(scenario: Scenario, path) -> Path:
    """Write a scenario as JSON, whole or not at all; `read_scenario` gives an equal one back.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    path : str or path
        The file.

    Returns
    -------
    Path
        The file written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> more = Scenario("more leads", {"opportunities": "+20%"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_scenario(more, Path(folder) / "more leads.json")
    ...     path.name, read_scenario(path) == more
    ('more leads.json', True)
    """
    if Path(path).suffix != ".json":
        raise KitError(f"A scenario is saved as .json; got {str(path)!r}.")
    empty = asdict(Scenario())
    entries = {
        key: value
        for key, value in asdict(scenario).items()
        if value != empty[key] or key == "name"
    }
    text = json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
    return _whole(Path(path), lambda new: new.write_text(text, encoding="utf-8"))


@nearest_names
def export(table: pd.DataFrame, path) -> Path:
    """Write a comparison (or any table) as .csv or .xlsx; text that looks like a formula stays
    text.

    Parameters
    ----------
    table : DataFrame
        A comparison, or any table.
    path : str or path
        Ends in .csv or .xlsx.

    Returns
    -------
    Path
        The file written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export(pd.DataFrame({"scenario": ["=1+1"]}), Path(folder) / "table.csv")
    ...     path.name, "=1+1" in path.read_text(encoding="utf-8")
    ('table.csv', True)
    """
    path = Path(path)
    if path.suffix == ".csv":
        return _whole(path, lambda new: table.to_csv(new, index=False))
    if path.suffix != ".xlsx":
        raise KitError(f"A table is exported as .csv or .xlsx; got {str(path)!r}.")

    def book(new: Path) -> None:
        options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
        with pd.ExcelWriter(new, engine="xlsxwriter", engine_kwargs=options) as writer:
            table.to_excel(writer, index=False, sheet_name="what if", freeze_panes=(1, 1))

    return _whole(path, book)


def _whole(path: Path, write: Callable[[Path], object]) -> Path:
    try:
        with whole_file(path) as new:
            write(new)
        return path
    except OSError as error:
        raise KitError(f"{str(path)!r} cannot be written: {error.strerror}.") from None
