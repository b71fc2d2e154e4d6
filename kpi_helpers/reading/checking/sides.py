"""The side tables: typed and checked like the deals, their faults kept with their file."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kpi_helpers.contract.deals import CHANNELS, SIDE_TABLES, SQL_TYPES
from kpi_helpers.contract.notes import Note, encode
from kpi_helpers.errors import KitError
from kpi_helpers.reading.checking.side_words import TARGET_KPIS, as_agreed
from kpi_helpers.reading.columns.headers import find
from kpi_helpers.reading.columns.vocabulary import table as vocabulary
from kpi_helpers.reading.connection import Connection, lit, name
from kpi_helpers.reading.files.dataframes import to_pandas
from kpi_helpers.reading.files.stacked import stacked
from kpi_helpers.reading.meaning import partners
from kpi_helpers.reading.table import Stack
from kpi_helpers.reading.values.currencies import code
from kpi_helpers.reading.values.styles import decide
from kpi_helpers.reading.values.typed import make_clean, typed

MOST_LISTED = 10
# Rows that say two things of one: what makes them one, and what they then must agree on.
ONE_ROW = {
    "targets": (("partner", "period", "kpi"), "target"),
    "rates": (("currency", "date"), "rate"),
}
# What else tells two rows apart that are the same in the contract's words (see side_words).
ALSO_APART = {"spend": ["_source"]}
# What a value must look like beyond its type: column, condition that is a fault, reason.
RULES = {
    "targets": [
        (
            "kpi",
            f"kpi NOT IN ({', '.join(map(lit, TARGET_KPIS))})",
            Note("target_kpi_unknown", kpis=", ".join(TARGET_KPIS)),
        ),
        (
            "period",
            "NOT regexp_full_match(period, '\\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?')",
            Note("period_form"),
        ),
    ],
    "spend": [
        (
            "month",
            "NOT regexp_full_match(month, '\\d{4}-(0[1-9]|1[0-2])')",
            Note("month_form"),
        ),
        (
            "channel",
            f"channel NOT IN ({', '.join(map(lit, CHANNELS))})",
            Note("channel_unknown", channels=", ".join(CHANNELS)),
        ),
    ],
    "rates": [("rate", "rate <= 0", Note("rate_range"))],
}


@dataclass(frozen=True)
class Side:
    """A side table: its name in the connection, its faults (part, row, column, value, reason,
    general), and how many rows were the same as another and count once."""

    name: str
    bad: list[tuple]
    copies: int = 0


def read_side(
    db: Connection, what: str, stack: Stack, names: partners.Names, own_channels: Mapping[str, str]
) -> Side:
    """The side table called `what`, its partners called as the deals call them; raises `KitError`
    where a required column is missing. `own_channels` are the user's own words for channels."""
    columns = SIDE_TABLES[what]
    aliases = vocabulary("profiles/sides.toml").get(what, {})
    found = {}
    for field in columns:
        at = find(
            [h for h in stack.header if h not in found.values()], [field, *aliases.get(field, [])]
        )
        if at is not None:
            found[field] = [h for h in stack.header if h not in found.values()][at]
    missing = [f for f, c in columns.items() if c.required and f not in found]
    if missing:
        raise KitError(
            f"{stack.name} is read as {what} and lacks {', '.join(map(repr, missing))}; it has "
            f"{stack.header}."
        )
    clean = make_clean(
        db, f"clean_{what}", stacked(db, stack, found), {f: columns[f].kind for f in found}
    )
    clean = as_agreed(db, partners.named(db, clean, names), what, own_channels)
    styles = decide(db, clean, columns, {}, found, stack.name)
    tests = [
        (f, f"said_{f} IS NULL", Note("side_missing", table=what, column=f))
        for f in found
        if columns[f].required
    ]
    tests += [
        (
            f,
            f"said_{f} IS NOT NULL AND {name(f)} IS NULL",
            Note("side_unreadable", kind=columns[f].kind),
        )
        for f in found
    ]
    tests += RULES.get(what, [])
    select = [f"CAST({name(f)} AS VARCHAR) AS said_{f}" for f in found]
    for f, c in columns.items():
        if f not in found:
            value = f"CAST(NULL AS {SQL_TYPES[c.kind]})"
        else:
            value = (
                styles.value(f) if f in styles.styles else typed(name(f), c.kind, clean.types[f])
            )
        select.append(
            f"{code(value) if (what, f) == ('rates', 'currency') else value} AS {name(f)}"
        )
    select += ALSO_APART.get(what, [])
    db.run(
        f"CREATE OR REPLACE TEMP VIEW typed_{what} AS SELECT _part, _row, {', '.join(select)} "
        f"FROM {styles.over(clean.name)}"
    )
    faults = ", ".join(
        f"CASE WHEN {w} THEN {{'column': {lit(f)}, 'value': said_{f}, 'reason': {lit(r)}, "
        f"'general': {lit(encode([r]))}}} END"
        for f, w, r in tests
    )
    bad = db.rows(
        'SELECT _part, _row, fault."column", fault.value, fault.reason, fault.general '
        "FROM (SELECT _part, _row, "
        f"unnest(list_filter([{faults}], lambda f: f IS NOT NULL)) AS fault "
        f"FROM typed_{what}) ORDER BY 1, 2"
    )
    sound = _without(db, f"typed_{what}", f"sound_{what}", {b[:2] for b in bad})
    contradicting = _contradicting(db, sound, what)
    agreed = _without(db, sound, f"agreed_{what}", {b[:2] for b in contradicting})
    listed = ", ".join(map(name, columns))
    same = ", ".join([*(_same(what, f) for f in columns), *ALSO_APART.get(what, [])])
    db.run(
        f"CREATE OR REPLACE TEMP TABLE {what} AS SELECT {listed} FROM {agreed} "
        f"QUALIFY row_number() OVER (PARTITION BY {same} ORDER BY _part, _row) = 1 "
        "ORDER BY _part, _row"
    )
    copies = db.one(f"SELECT count(*) FROM {agreed}")[0] - db.one(f"SELECT count(*) FROM {what}")[0]
    return Side(what, sorted([*bad, *contradicting], key=lambda b: b[:2]), copies)


def _without(db: Connection, view: str, new: str, rows: set[tuple[int, int]]) -> str:
    """`new`: the rows of a view but these."""
    listed = "".join(f", ({part}, {row})" for part, row in rows)
    db.run(
        f"CREATE OR REPLACE TEMP TABLE {new} AS SELECT * FROM {view} ANTI JOIN "
        f"(SELECT * FROM (VALUES (-1, -1){listed}) v(_part, _row)) USING (_part, _row)"
    )
    return new


def _same(what: str, field: str) -> str:
    """A field as it tells rows apart: in targets a blank partner is everyone, as * is."""
    everyone = (what, field) == ("targets", "partner")
    return f"coalesce({name(field)}, '*')" if everyone else name(field)


def _contradicting(db: Connection, view: str, what: str) -> list[tuple]:
    """The rows that agree on what makes them one and not on what they say."""
    if what not in ONE_ROW:
        return []
    key, value = ONE_ROW[what]
    over = ", ".join(_same(what, field) for field in key)
    reason = Note("side_contradiction", columns=", ".join(key), value=value)
    return db.rows(
        f"SELECT _part, _row, {lit(value)}, CAST({name(value)} AS VARCHAR), {lit(reason)}, "
        f"{lit(encode([reason]))} FROM {view} QUALIFY count(DISTINCT {name(value)}) "
        f"OVER (PARTITION BY {over}) > 1 ORDER BY 1, 2"
    )


def without_nobody(db: Connection, deals: str, beside: Iterable[Side]) -> Iterator[Note]:
    """A warning for each table with partners that no deal has, each with the nearest name; their
    targets and spend are taken out, as everyone's would count them."""
    known = [row[0] for row in db.rows(f"SELECT DISTINCT partner FROM {deals}")]
    folded = {partner.casefold().strip(): partner for partner in known}
    nobody = f"partner <> '*' AND partner NOT IN (SELECT partner FROM {deals})"
    for side in beside:
        if "partner" not in SIDE_TABLES[side.name]:
            continue
        strange = db.rows(
            f"SELECT partner, count(*) FROM {side.name} WHERE {nobody} GROUP BY 1 ORDER BY 1"
        )
        if not strange:
            continue
        listed = []
        for partner, _rows in strange[:MOST_LISTED]:
            near = difflib.get_close_matches(partner.casefold().strip(), folded, n=1)
            listed.append(f"{partner!r} (nearest: {folded[near[0]]!r})" if near else repr(partner))
        if side.name in ("targets", "spend"):
            db.run(f"DELETE FROM {side.name} WHERE {nobody}")
        rows = sum(n for _partner, n in strange)
        yield Note("side_partners_unknown", n=rows, table=side.name, listed=", ".join(listed))


def frame_of(db: Connection, side: Side):
    """A side table as pandas frame."""
    return to_pandas(db.connection.table(side.name), SIDE_TABLES[side.name])
