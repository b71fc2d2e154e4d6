"""`load`: the whole way from a source to the deal table, step by step."""

import datetime
import os
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping

from kpi_helpers.contract.deals import SIDE_TABLES
from kpi_helpers.contract.frame_kinds import told, way
from kpi_helpers.contract.notes import Note
from kpi_helpers.engines.spark import is_spark, spark_deals
from kpi_helpers.errors import KitError
from kpi_helpers.reading.checking import checks, duplicates, sides
from kpi_helpers.reading.checking.cautions import cautions
from kpi_helpers.reading.checking.rejected import refused_side, rejected_frame
from kpi_helpers.reading.columns import choose
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.columns.mapping import read_mapping
from kpi_helpers.reading.connection import Engine
from kpi_helpers.reading.files import database, footer, sources
from kpi_helpers.reading.files.dataframes import kind, table_of
from kpi_helpers.reading.files.opening import open_table
from kpi_helpers.reading.loaded import Loaded
from kpi_helpers.reading.meaning import channels, lookups, money
from kpi_helpers.reading.meaning.result import make_deals
from kpi_helpers.reading.meaning.status import make_judged, make_words
from kpi_helpers.reading.values.styles import decide
from kpi_helpers.reading.values.typed import make_clean, make_typed, stacked


def load(
    source: str | os.PathLike | Iterable | object,
    *,
    query: str | os.PathLike | None = None,
    mapping: AnyMapping[str, str] | None = None,
    mapping_file: str | os.PathLike | None = None,
    profile: str | None = None,
    decimal: str | None = None,
    dates: str | None = None,
    shares: str | None = None,
    as_of: datetime.date | str | None = None,
    currency: str | None = None,
) -> Loaded:
    """Read a CRM export into the deal table of kpis.md, with its side tables, rejections and
    warnings.

    `source` is a path, several, a folder, a glob, a pandas, Polars, DuckDB or Arrow table, or
    postgresql://host/database with a `query` (SQL, or a .sql file; user and password come from the
    environment). `mapping` is field -> column, `mapping_file` a TOML file (see read_mapping);
    `as_of` defaults to the latest date in the data, never the clock; `currency` is the reporting
    currency. `profile` (which CRM), `decimal` ("." or ","), `dates` (dmy or mdy) and `shares`
    (percent or fraction) settle what the data leave open; without them an open question is refused.
    An unusable row is never lost: it is in `.rejected` with file, line, column, value and reason.
    Raises KitError, with one text for the user, when the source cannot be understood.

    >>> import pandas as pd
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": ["1", "2"],
    ...         "partner": ["Ada", "Ada"],
    ...         "status": ["won", "perhaps"],
    ...         "amount": [200, 400],
    ...         "created_on": ["2025-01-02"] * 2,
    ...         "closed_on": ["2025-02-03"] * 2,
    ...     }
    ... )
    >>> data = load(deals)
    >>> data.rows_in, data.rows_used, data.rejected["reason"][0]
    (2, 1, 'status "perhaps" is not known: add it to a mapping file\\'s [stages] as open, won, lost
    or cancelled')
    """
    said = {"profile": profile, "decimal": decimal, "dates": dates, "shares": shares}
    answers = read_mapping(mapping, mapping_file, said)
    as_of = _day(as_of)
    engine = Engine()
    if database.is_database(source):
        tables = [database.query_table(engine, source, query)]
    elif query is not None:
        raise KitError(
            "A query is asked of a database only; the source must be like "
            "postgresql://host/database."
        )
    elif kind(source):
        tables = [table_of(engine, source)]
    else:
        tables = [t for path in sources.files(_paths(source)) for t in open_table(engine, path)]
    notes = engine.notes + [said for table in tables for said in table.notes]
    choice = choose.choose(tables, answers)
    joined = lookups.usable(engine, choice)
    choose.need(
        choice.columns | {f: h for look in joined for f in look.columns for h in [f]},
        choice.deals.header,
        choice.deals.name,
    )
    loaded = _read(engine, choice, joined, answers, as_of, currency)
    loaded.warnings[:0] = footer.miscounted(choice.deals.tables) + notes
    if loaded._stored is None:
        engine.clean()
    return loaded


def _read(engine: Engine, choice, joined, answers, as_of, currency) -> Loaded:
    deals, columns = choice.deals, choice.columns
    warnings = [Note("not_used", name=name) for name in choice.unused]
    base = stacked(engine, deals, columns | {f"_k{i}": look.on for i, look in enumerate(joined)})
    engine.run(f"CREATE OR REPLACE TEMP VIEW given_deals AS {base}")
    warnings += lookups.unmatched(engine, "given_deals", joined)
    fields = {*columns, *(f for look in joined for f in look.columns)}
    types = make_clean(
        engine,
        "clean",
        lookups.joined("SELECT * FROM given_deals", joined),
        {f: c.kind for f, c in FIELDS.items() if f in fields},
        tidy=all(t.kind == "csv" for t in deals.tables),
    )
    types = {f: t for f, t in types.items() if f in FIELDS}

    side_frames, side_bad = {}, []
    for what in SIDE_TABLES:
        if what in choice.sides:
            side_frames[what], bad = sides.read_side(engine, what, choice.sides[what])
            side_bad += refused_side(choice.sides[what], bad)
    with engine.reading(deals.name):
        styles = decide(engine, "clean", types, FIELDS, answers.reading, columns, deals.name)
        make_typed(engine, types, styles)
        make_words(engine, answers, choice.words, types)
        make_judged(engine, types)
        checks.collect(engine, checks.make_checked(engine, types))
        exact, conflicting = duplicates.reject(engine, types)
        refused = checks.make_good(engine)
        latest, moved = engine.one(
            "SELECT max(greatest(created_on, closed_on)), count(*) FILTER (WHERE moved) FROM good"
        )
        as_of = as_of or latest
        priced = money.plan(engine, types, currency, as_of or datetime.date(9999, 1, 1))
        channel = channels.make_channels(engine, answers, types)
        rows = sum(t.rows for t in deals.tables)
        stored = make_deals(engine, types, priced, channel, rows, len(deals.tables), as_of)
        used = engine.one("SELECT count(*) FROM deals")[0]

    broken = sum(len(t.malformed) for t in deals.tables)
    refused += broken
    if (
        rows + broken != used + refused
    ):  # a promise to the user, so never switched off as an assert would be
        raise AssertionError(
            f"rows in {rows + broken:,} are not rows used {used:,} + rejected {refused:,}; "
            f"please report this"
        )
    rejected, rejections = rejected_frame(engine, deals, side_bad)
    stages = _stages(engine, types)
    warnings += styles.warnings
    warnings += _counted(engine, types, exact, conflicting, broken, moved, priced)
    warnings += cautions(engine, types, as_of) + channels.unknown(engine, "deals", types)
    if side_bad:
        warnings.append(Note("side_faults", n=len(side_bad)))
    where = {f: f"{deals.name}: {h}" for f, h in columns.items()} | {
        f: f"{look.stack.name}: {h}" for look in joined for f, h in look.columns.items()
    }
    return Loaded(
        relation=engine.connection.sql("SELECT * FROM deals"),
        rows_in=rows + broken,
        rows_used=used,
        rows_rejected=refused,
        profile=choice.profile,
        score=choice.score,
        columns=dict.fromkeys(deals.header)
        | {look.on: f"key of {look.stack.name}" for look in joined}
        | {h: f for f, h in columns.items()},
        answers={
            "reading": {**answers.reading, **styles.settled(), "profile": choice.profile},
            "columns": columns | {f: h for look in joined for f, h in look.columns.items()},
            "stages": answers.stages,
            "stage_probability": answers.stage_probability,
            "channels": answers.channels,
        },
        mapping={f: where[f] for f in FIELDS if f in where},
        stages=stages,
        rejected=rejected,
        rejections=rejections,
        warnings=warnings,
        as_of=as_of,
        currency=priced.currency,
        decisions=styles.decisions,
        _engine=engine,
        _stored=stored,
        **side_frames,
    )


def _paths(source) -> list[str | os.PathLike]:
    """The paths given; a frame that is not read here can be looped over too, but its column names
    are none."""
    if isinstance(source, str | os.PathLike):
        return [source]
    what = told(source)
    if (
        isinstance(source, Iterable)
        and not isinstance(source, AnyMapping)
        and not hasattr(source, "columns")
    ):
        paths = list(source)
        other = [one for one in paths if not isinstance(one, str | os.PathLike)]
        if not other:
            return paths
        what = f"{told(other[0])} in {what}"
    call = way(source)
    made = f"{call} makes one of it" if call else "pandas.DataFrame(...) makes a frame of records"
    raise KitError(
        f"Deals cannot be read from {what}. load_deals takes a path, several, a folder, a glob, "
        "a pandas, Polars, DuckDB or Spark frame, an Arrow table or postgresql://host/database; "
        f"{made}."
    )


def _day(as_of) -> datetime.date | None:
    if as_of is None or (
        isinstance(as_of, datetime.date) and not isinstance(as_of, datetime.datetime)
    ):
        return as_of
    try:
        return datetime.date.fromisoformat(str(as_of)[:10])
    except ValueError:
        raise KitError(f"as_of must be a date such as 2025-12-31, not {str(as_of)!r}.") from None


def _stages(engine: Engine, types: dict[str, str]):
    """Each stage with the status its deals got, and how many; rows without a status are the
    unmapped ones."""
    stage = "stage" if "stage" in types else "coalesce(said_status, status)"
    frame = engine.connection.sql(
        f"SELECT {stage} AS stage, coalesce(status, 'unmapped') AS status, count(*) AS deals "
        f"FROM judged "
        "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    ).df()
    return frame.astype({"stage": "str", "status": "str", "deals": "int64"})


def _counted(
    engine: Engine, types, exact: int, conflicting: int, broken: int, moved: int, priced
) -> list[Note]:
    counts = {
        "exact_duplicates": exact,
        "contradictions": conflicting,
        "broken_lines": broken,
        "closed_before_created": checks.count(engine, "closed_before_its_creation"),
        "open_with_closing_date": moved,
    }
    said = list(priced.warnings) + [Note("no_deal_id")] * ("deal_id" not in types)
    said += [Note(code, n=n) for code, n in counts.items() if n]
    if "stage" in types:
        unmapped, guessed = (
            ", ".join(
                f"{stage!r} {n:,}"
                for stage, n in engine.rows(
                    f"SELECT stage, count(*) FROM judged WHERE {which} AND said_status IS NULL AND "
                    f"stage IS NOT NULL "
                    "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"
                )
            )
            for which in (
                "status IS NULL",
                "status = 'open' AND stage_word IS NULL AND is_closed IS NULL",
            )
        )
        if unmapped:
            said.append(Note("unmapped_stages", stages=unmapped))
        if guessed:
            said.append(Note("guessed_stages", stages=guessed))
    return said


def load_deals(
    source, *, mapping=None, mapping_file=None, as_of=None, currency=None, engine: str | None = None
):
    """The deal table alone: `load(source, ...).deals(engine)`, one row per deal and credited
    partner.

    `engine` is pandas, polars or duckdb; unset: a frame of the kind that was given, pandas for
    files and Arrow. A Spark frame stays where it is: it has to hold the contract's columns, and
    comes back checked (`kpi_helpers.engines.spark`).

    >>> import pandas as pd
    >>> one = {
    ...     "deal_id": ["7"],
    ...     "partner": ["Ada"],
    ...     "status": ["open"],
    ...     "created_on": ["2025-01-02"],
    ... }
    >>> deals = load_deals(pd.DataFrame(one))
    >>> deals.loc[0, ["partner", "status", "stage"]].fillna("-").to_list()
    ['Ada', 'open', '-']
    """
    if is_spark(source):
        if mapping_file or currency or engine not in (None, "spark"):
            raise KitError(
                "On Spark deals are neither translated nor converted: mapping_file, currency, "
                "engine are for DuckDB, "
                "which reads an export by its path. mapping={'partner': 'COLUMN'} names columns "
                "on Spark too."
            )
        return spark_deals(source, mapping)
    return load(
        source, mapping=mapping, mapping_file=mapping_file, as_of=as_of, currency=currency
    ).deals(engine or (kind(source) if kind(source) in ("polars", "duckdb") else "pandas"))
