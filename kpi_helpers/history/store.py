"""A store of earlier states of the deal table: one Parquet file a day, written whole or not at
all."""

import datetime
import os
import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kpi_helpers.contract.windows import as_date
from kpi_helpers.errors import Argument, KitError, UnknownValue
from kpi_helpers.reading.columns.fields import OUTPUT
from kpi_helpers.reading.connection import Connection, lit, only
from kpi_helpers.reading.files.dataframes import to_pandas

FOLDER, FILE = "snapshot_date=", "deals.parquet"
_NAME = re.compile(rf"{FOLDER}(\d{{4}}-\d\d-\d\d)$")


@dataclass(frozen=True)
class Saved:
    """What `save_snapshot` did: `outcome` is saved, same (it was there already) or replaced.

    `later` deals were created or closed after the snapshot's date, so the export is younger than
    that date.
    """

    on: datetime.date
    path: Path
    outcome: str
    deals: int
    later: int = 0


def save_snapshot(loaded, store: str | os.PathLike, on=None, *, replace: bool = False) -> Saved:
    """Keep the deals of `loaded` in `store` as the state on day `on` (default: the data's as_of).

    A state appears whole or not at all, also when two runs save at once. The same state again
    changes nothing; a different one is refused with KitError, unless `replace` says that the new
    one is right.

    >>> import pandas as pd, tempfile
    >>> from kpi_helpers.reading import load
    >>> deals = load(pd.DataFrame({"deal_id": ["1"], "partner": ["Ada"], "status": ["open"]}))
    >>> with tempfile.TemporaryDirectory() as store:
    ...     (
    ...         [save_snapshot(deals, store, on="2025-12-31").outcome for _ in range(2)],
    ...         snapshot_dates(store),
    ...     )
    (['saved', 'same'], [datetime.date(2025, 12, 31)])
    """
    day = as_date(on if on is not None else loaded.as_of, "on")
    store = Path(store)
    target = state_file(store, day)
    new = store / f".{FILE}.{uuid.uuid4().hex}"
    count, later = loaded.relation.aggregate(
        f"count(*), count(*) FILTER (WHERE created_on > DATE {lit(day)} OR closed_on > DATE "
        f"{lit(day)})"
    ).fetchall()[0]
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Sorted by partner as the deal table is, so that a report of one partner reads only its
            # own slice.
            loaded.relation.write_parquet(str(new), compression="zstd")
            with new.open("rb+") as stream:
                os.fsync(stream.fileno())  # a name must never come to stand for half a file
            while True:
                if _placed(new, target):
                    return Saved(day, target, "saved", count, later)
                if same_deals(new, target):
                    return Saved(day, target, "same", count, later)
                if replace:
                    new.replace(target)
                    return Saved(day, target, "replaced", count, later)
                if target.exists():
                    raise KitError(
                        f"The store {str(store)!r} already has another state of {day} "
                        f"({_differences(new, target)}). "
                        "Give another date with ",
                        Argument("on"),
                        ", or ",
                        Argument("replace", True),
                        " if the new one is right.",
                    )
        finally:
            new.unlink(missing_ok=True)
            with suppress(OSError):  # only where nothing was saved
                target.parent.rmdir()
    except OSError as error:
        raise KitError(
            f"The store {str(store)!r} cannot be written: {error.strerror or error}."
        ) from error


def snapshot_dates(store: str | os.PathLike) -> list[datetime.date]:
    """The days of which `store` holds a state, oldest first; a store that is not there yet has
    none."""
    store = Path(store)
    if not store.exists():
        return []
    if not store.is_dir():
        raise KitError(f"The store {str(store)!r} is no folder.")
    named = ((_NAME.match(p.name), p) for p in store.iterdir())
    return sorted(datetime.date.fromisoformat(m[1]) for m, p in named if m and (p / FILE).is_file())


def snapshot_at(store: str | os.PathLike, on) -> datetime.date | None:
    """The day of the latest state at or before `on`; None when the store begins later."""
    day = as_date(on, "on")
    return max((d for d in snapshot_dates(store) if d <= day), default=None)


def state_file(store: str | os.PathLike, day: datetime.date) -> Path:
    """Where the state of that day is kept."""
    return Path(store) / f"{FOLDER}{day}" / FILE


def read_snapshot(store: str | os.PathLike, on, *, engine: str = "pandas"):
    """The deal table as it was at the latest state at or before `on`; its day is
    `snapshot_at(store, on)`.

    `engine` is pandas, polars or duckdb. Raises KitError when there is no such state.
    """
    day = snapshot_at(store, on)
    if day is None:
        there = snapshot_dates(store)
        what = f"its first state is of {there[0]}" if there else "it holds no state yet"
        raise KitError(
            f"The store {str(store)!r} has no state at or before {as_date(on, 'on')}: {what}. "
            "Save a snapshot of an export of that day first."
        )
    path = state_file(store, day)
    match engine:
        case "polars":
            import polars as pl

            return pl.read_parquet(
                path, use_pyarrow=False, memory_map=False, hive_partitioning=False, glob=False
            )
        case "pandas" | "duckdb":
            relation = _relation(path, day)
            return relation if engine == "duckdb" else to_pandas(relation, OUTPUT)
    raise UnknownValue("engine", engine, ("pandas", "polars", "duckdb"))


def monthly_states(store: str | os.PathLike | None, as_of, currency: str | None) -> dict:
    """The last state of each month before as_of, by its day: what the forecast learns stages from.
    Empty without a store. KitError for a state in another currency."""
    if store is None:
        return {}
    as_of, last = as_date(as_of, "as_of"), {}
    for day in need_states(store):
        if day < as_of:
            last[day.year, day.month] = day
    states = {}
    for day in last.values():
        same_currency(read_snapshot(store, day, engine="duckdb"), store, day, currency)
        states[day] = read_snapshot(store, day)
    return states


def need_states(store: str | os.PathLike) -> list[datetime.date]:
    """The days of which `store` holds a state; KitError where it holds none."""
    if there := snapshot_dates(store):
        return there
    raise KitError(
        f"The store {str(store)!r} holds no state. Save a snapshot of an earlier export in it "
        "first, or leave out ",
        Argument("store"),
        ".",
    )


def same_currency(state, store, day, currency: str | None) -> None:
    """KitError where a state is in another currency than the export."""
    money = {c for (c,) in state.project("currency").distinct().fetchall() if c} - {currency}
    if money and currency:
        raise KitError(
            f"The state of {day} in the store {str(store)!r} is in {', '.join(sorted(money))}, "
            f"the export is read in {currency}: say the same for both with ",
            Argument("currency"),
            ".",
        )


def _relation(path: Path, day: datetime.date):
    own = Connection()
    with own.reading(f"The state of {day}"):
        return own.connection.sql(
            f"SELECT * FROM read_parquet({only(path)}, hive_partitioning=false)"
        )


def _placed(new: Path, target: Path) -> bool:
    """Give the finished file its name, in one step; False when the name is taken."""
    try:
        os.link(new, target)  # atomic, and unlike a rename it never takes another's place
    except FileExistsError:
        return False
    except FileNotFoundError:  # another run tidied the empty folder away
        target.parent.mkdir(parents=True, exist_ok=True)
        return _placed(new, target)
    except (
        OSError
    ):  # a disk without hard links: a folder is the lock, as making one is atomic everywhere
        lock = target.with_name(".lock")
        try:
            lock.mkdir()
        except FileExistsError:
            raise KitError(
                f"Another run is saving {target.parent.name}; if none is, remove the folder "
                f"{str(lock)!r}."
            ) from None
        try:
            if target.exists():
                return False
            new.rename(target)
        finally:
            lock.rmdir()
    return True


def same_deals(one: Path, other: Path) -> bool:
    """Whether two Parquet files hold the same columns and rows, in whatever order."""
    if not other.exists():
        return False
    return _differences(one, other) == ""


def _differences(new: Path, old: Path) -> str:
    """What sets two states apart, in words; empty when nothing does."""
    own = Connection()
    a, b = (f"read_parquet({only(p)}, hive_partitioning=false)" for p in (new, old))
    with own.reading(old.parent.name):
        columns = [{r[0] for r in own.rows(f"DESCRIBE SELECT * FROM {t}")} for t in (a, b)]
        if columns[0] != columns[1]:
            return f"other columns: {', '.join(sorted(columns[0] ^ columns[1]))}"
        names = ", ".join(sorted(columns[0]))
        added, gone = (
            own.one(
                f"SELECT count(*) FROM (SELECT {names} FROM {x} EXCEPT ALL SELECT {names} FROM {y})"
            )[0]
            for x, y in ((a, b), (b, a))
        )
        there, then = (own.one(f"SELECT count(*) FROM {x}")[0] for x in (a, b))
    if not (added or gone):
        return ""
    return (
        f"{added:,} of the {there:,} new rows are not among the {then:,} there, {gone:,} of "
        f"those are gone"
    )
