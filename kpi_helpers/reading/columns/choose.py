"""Which of the tables holds the deals, which column answers which field, and which tables stand
beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kpi_helpers.contract.deals import DEAL_COLUMNS, SIDE_TABLES
from kpi_helpers.errors import Argument, KitError, UnknownValue
from kpi_helpers.reading.columns.fields import FIELDS, FROM_LOOKUPS
from kpi_helpers.reading.columns.headers import find, key
from kpi_helpers.reading.columns.mapping import Mapping
from kpi_helpers.reading.columns.profiles import profiles, recognised
from kpi_helpers.reading.columns.vocabulary import generic_columns
from kpi_helpers.reading.table import Stack, Table

# Two files are of one shape when they share this much of their headers.
SAME_SHAPE = 0.7
MOST_LISTED = 12


@dataclass(frozen=True)
class Lookup:
    """A table beside the deals that is joined by a column both have."""

    stack: Stack
    on: str
    key: str
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """The outcome: all tables; the deals, field -> header; the side tables; lookups; what was left
    unused."""

    tables: list[Table]
    deals: Stack
    columns: dict[str, str]
    sides: dict[str, Stack] = field(default_factory=dict)
    lookups: list[Lookup] = field(default_factory=list)
    profile: str = "generic"
    unused: list[str] = field(default_factory=list)
    score: float = 0.0
    words: dict[str, dict[str, str]] = field(default_factory=dict)


def stacks(tables: list[Table]) -> list[Stack]:
    """Tables of one shape together. A side table's name keeps it apart."""
    result: list[Stack] = []
    for one in tables:
        mine = {key(h) for h in one.header}
        for stack in result:
            theirs = {key(h) for h in stack.tables[0].header}
            same = len(mine & theirs) >= SAME_SHAPE * len(mine | theirs)
            if same and (_side(one.stem) == _side(stack.stem)):
                stack.tables.append(one)
                break
        else:
            result.append(Stack([one]))
    return result


def _side(stem: str) -> str | None:
    return stem if stem in SIDE_TABLES else None


def choose(tables: list[Table], mapping: Mapping) -> Choice:
    """Find the deals among `tables`; KitError says what is missing, what there is and how to map
    it."""
    sides, others = {}, []
    for stack in stacks(tables):
        if _side(stack.stem) and len(tables) > 1:
            if stack.stem in sides:
                raise KitError(
                    f"Both {sides[stack.stem].name} and {stack.name} hold {stack.stem}, in "
                    f"different shapes; keep one."
                )
            sides[stack.stem] = stack
        else:
            others.append(stack)
    if not others:
        raise KitError(
            f"There is no deals table, only side tables: "
            f"{', '.join(s.name for s in sides.values())}."
        )
    deals = _deals(others, mapping)
    rest = [s for s in others if s is not deals]
    columns, profile, score = match(deals.header, mapping)
    lookups = _lookups(deals, rest, columns, mapping)
    _check_mapped(deals, columns, lookups, rest, mapping)
    used = {id(look.stack) for look in lookups}
    words = profiles()[profile].words if profile in profiles() else {}
    unused = [s.name for s in rest if id(s) not in used]
    return Choice(tables, deals, columns, sides, lookups, profile, unused, score, words)


def _deals(others: list[Stack], mapping: Mapping) -> Stack:
    """The table called deals, else the one that answers the most fields."""
    called = [s for s in others if s.stem == "deals"]
    if len(called) > 1:
        raise KitError(
            f"Several tables of different shapes are called deals: "
            f"{', '.join(s.name for s in called)}; "
            "name the one to read."
        )
    if called:
        return called[0]
    counts = [
        (sum(f in DEAL_COLUMNS for f in match(s.header, mapping)[0]), -i)
        for i, s in enumerate(others)
    ]
    return others[-max(counts)[1]]


def match(header: list[str], mapping: Mapping) -> tuple[dict[str, str], str, float]:
    """Field -> header, from the user's mapping, the kit's own names, a CRM's profile and the
    generic aliases.

    Also the profile's name and how much of the header it recognised.

    >>> match(["deal_id", "Bayi", "Tutar"], Mapping())[0]
    {'deal_id': 'deal_id', 'partner': 'Bayi', 'amount': 'Tutar'}
    """
    columns = {
        f: h for f, wanted in mapping.columns.items() if (h := exact(header, wanted)) is not None
    }
    free = [h for h in header if h not in columns.values()]
    own = {f: f for f in FIELDS if f in free and f not in mapping.columns}
    columns |= own
    free = [h for h in free if h not in own]
    said = mapping.reading.get("profile", "kit")
    kit = (
        not mapping.columns
        and {"deal_id", "partner"} <= own.keys()
        and bool({"status", "stage"} & own.keys())
    )
    if said == "kit" and (kit or "profile" in mapping.reading):
        # a deal table keeps the flag of its CRM's bin
        return _by_generic_names(columns, free, mapping, ("deleted", "current_version")), "kit", 1.0
    profile, score = recognised(free, mapping)
    if profile is not None:
        wanted = {
            f: h
            for f, h in profile.match(free).items()
            if f not in columns and f not in mapping.columns
        }
        columns |= wanted
        passed = profile.passed_over(free)
        free = [h for h in free if h not in wanted.values() and h not in passed]
    columns = _by_generic_names(columns, free, mapping, FIELDS)
    return (
        {f: columns[f] for f in FIELDS if f in columns},
        profile.name if profile else "generic",
        score,
    )


def _by_generic_names(
    columns: dict[str, str], free: list[str], mapping: Mapping, fields: Iterable[str]
) -> dict[str, str]:
    """The columns with those of `fields` that a free header answers in any CRM's words."""
    free = list(free)
    for field_name, aliases in generic_columns().items():
        wanted = field_name in fields and field_name not in {*columns, *mapping.columns}
        if wanted and (at := find(free, aliases)) is not None:
            columns = columns | {field_name: free.pop(at)}
    return columns


def exact(header: list[str], wanted: str) -> str | None:
    """The header the user means: as written, else the only one with the same letters and digits."""
    if wanted in header:
        return wanted
    same = [h for h in header if key(h) == key(wanted)]
    return same[0] if len(same) == 1 else None


def _lookups(
    deals: Stack, rest: list[Stack], columns: dict[str, str], mapping: Mapping
) -> list[Lookup]:
    """The tables beside the deals that answer a field the deals do not, each with the columns that
    could join them."""
    found = []
    for stack in rest:
        shared = [
            (h, theirs) for h in deals.header for theirs in stack.header if key(h) == key(theirs)
        ]
        if not shared:
            continue
        joined = {theirs for _, theirs in shared}
        wants = {
            f: h
            for f, c in mapping.columns.items()
            if f not in columns and (h := exact(stack.header, c)) is not None
        }
        free = [h for h in stack.header if h not in joined and h not in wants.values()]
        for field_name in FROM_LOOKUPS:
            if field_name not in columns and field_name not in mapping.columns:
                at = find(
                    free,
                    [
                        field_name,
                        *generic_columns().get(field_name, []),
                    ],
                )
                if at is not None:
                    wants[field_name] = free[at]
        wants = {f: h for f, h in wants.items() if not any(f in look.columns for look in found)}
        if wants:
            found += [Lookup(stack, mine, theirs, wants) for mine, theirs in shared]
    return found


def _check_mapped(
    deals: Stack,
    columns: dict[str, str],
    lookups: list[Lookup],
    rest: list[Stack],
    mapping: Mapping,
) -> None:
    """A column the user names must be somewhere; every one that is not is told at once."""
    there = {*columns, *(f for look in lookups for f in look.columns)}
    missing = {f: c for f, c in mapping.columns.items() if f not in there}
    if missing:
        known = list(deals.header) + [h for s in rest for h in s.header]
        raise KitError(
            " ".join(
                str(UnknownValue("column", c, dict.fromkeys(known), f"It was to be the {f}."))
                for f, c in missing.items()
            )
        )


def need(columns: dict[str, str], have: list[str], file: str, likely: list[str]) -> None:
    """The fields without which nothing can be told: partner, and a status in some form. `likely`
    are the headers that may name the partner, the most likely first."""
    if "partner" not in columns:
        free = [h for h in have if h not in columns.values()] or have
        raise KitError(
            f"{file} has no partner column that the kit knows. Say which one names the channel "
            "partner, e.g. "
            if likely
            else f"{file} has no partner column that the kit knows, and none that looks like one. "
            "Export the channel partner of each deal too, or say which column names it: ",
            Argument("mapping", {"partner": likely[0] if likely else "COLUMN"}),
            f". {_listed(columns, [*likely, *(h for h in free if h not in likely)])}",
        )
    if (
        not {
            "status",
            "stage",
            "is_won",
            "is_closed",
            "won_on",
            "lost_on",
            "active",
            "status_reason",
        }
        & columns.keys()
    ):
        raise KitError(
            f"{file} has no column that tells whether a deal is open, won or lost. Say which one "
            f"does, with ",
            Argument("mapping", {"stage": "COLUMN"}),
            " or ",
            Argument("mapping", {"status": "COLUMN"}),
            f". {_listed(columns, have)}",
        )


def _listed(columns: dict[str, str], free: list[str]) -> str:
    """Which columns were understood, and which are left to choose from; some of very many."""
    known = ", ".join(f"{h!r} is the {f}" for f, h in columns.items())
    left = [h for h in free if h not in columns.values()]
    more = f" and {len(left) - MOST_LISTED:,} more" if len(left) > MOST_LISTED else ""
    listed = (
        f"Columns of no known meaning: {', '.join(map(repr, left[:MOST_LISTED]))}{more}."
        if left
        else ""
    )
    return " ".join(filter(None, [f"Understood: {known}." if known else "", listed]))
