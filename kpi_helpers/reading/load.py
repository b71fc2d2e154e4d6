"""`load`: the whole way from a source to the deal table, step by step."""

import datetime
import os
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping

from kpi_helpers.contract.deals import SIDE_TABLES
from kpi_helpers.contract.frame_kinds import described, way
from kpi_helpers.contract.notes import Note
from kpi_helpers.contract.windows import as_date
from kpi_helpers.engines.spark import is_spark, spark_deals
from kpi_helpers.errors import KitError, nearest_names
from kpi_helpers.reading.checking import checks, duplicates, imports, sides
from kpi_helpers.reading.checking.aside import set_aside, told
from kpi_helpers.reading.checking.cautions import cautions
from kpi_helpers.reading.checking.rejected import refused_side, rejected_frame
from kpi_helpers.reading.columns import choose
from kpi_helpers.reading.columns.choose import Choice
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.columns.mapping import Mapping, read_mapping
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.files import database, footer, sources
from kpi_helpers.reading.files.dataframes import kind, table_of
from kpi_helpers.reading.files.opening import open_table
from kpi_helpers.reading.files.stacked import stacked
from kpi_helpers.reading.loaded import Loaded
from kpi_helpers.reading.meaning import by_values, channels, ids, lookups, money, partners
from kpi_helpers.reading.meaning.export_day import export_day
from kpi_helpers.reading.meaning.result import make_deals
from kpi_helpers.reading.meaning.status import doubts, make_judged, make_words
from kpi_helpers.reading.table import Stack
from kpi_helpers.reading.values.styles import Styles, decide
from kpi_helpers.reading.values.typed import make_clean, make_typed
from kpi_helpers.reading.view import View


@nearest_names
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
    encoding: str | None = None,
    as_of: datetime.date | str | None = None,
    currency: str | None = None,
) -> Loaded:
    """Read a CRM export into the deal table of kpis.md, with its side tables, rejections and
    warnings.

    What the data leave open is refused until `profile`, `decimal`, `dates` or `shares` settles it.
    An unusable row is never lost: it is in `.rejected` with file, line, column, value and reason.

    Parameters
    ----------
    source : path, paths, frame or address
        A path, several, a folder, a glob, a pandas, Polars, DuckDB or Arrow table, or
        postgresql://host/database.
    query : str or path, optional
        SQL, or a .sql file, for a database source; user and password come from the environment.
    mapping : mapping of str to str, optional
        Field of the deal table -> column of the export.
    mapping_file : str or path, optional
        A TOML file of such answers, as `save_mapping` writes it.
    profile : str, optional
        Which CRM the export is from, where the headers leave it open.
    decimal : str, optional
        The decimal mark, "." or ",", where the values leave it open.
    dates : str, optional
        dmy or mdy, where the values leave the order open.
    shares : str, optional
        percent (75) or fraction (0.75), where the values leave it open.
    encoding : str, optional
        The text's encoding, like cp1250 or shift_jis, where it is not UTF-8 and guessed wrongly.
    as_of : date or str, optional
        What was known on this day; unset, the latest date in the data that is no outlier, never the
        clock.
    currency : str, optional
        The reporting currency's code, like EUR.

    Returns
    -------
    Loaded
        The deals, the tables beside them, everything that was rejected, and what was understood.

    Raises
    ------
    KitError
        With one text for the user, when the source cannot be understood.

    Examples
    --------
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
    said |= {"encoding": encoding}
    answers = read_mapping(mapping, mapping_file, said)
    as_of = as_date(as_of, "as_of") if as_of is not None else None
    db = Connection()
    db.encoding = answers.reading.get("encoding")
    if database.is_database(source):
        tables = [database.query_table(db, source, query)]
    elif query is not None:
        raise KitError(
            "A query is asked of a database only; the source must be like "
            "postgresql://host/database."
        )
    elif kind(source):
        tables = [table_of(db, source)]
    else:
        tables = [t for path in sources.files(_paths(source)) for t in open_table(db, path)]
    choice = choose.choose(tables, answers)
    by_values.check_header(choice)
    seen = by_values.columns_of(db, choice.deals.tables[0])
    by_values.correct(seen, choice, answers.columns)
    by_values.check_twice(seen, choice, answers.columns)
    status, notes = by_values.status_column(seen, choice)
    db.notes += notes
    choice.columns.update({"status": status} if status else {})
    looks = lookups.usable(db, choice)
    choose.need(
        choice.columns | {f: f for look in looks for f in look.columns},
        choice.deals.header,
        choice.deals.name,
        by_values.likely_partners(seen, choice),
    )
    loaded = _read(db, choice, looks, answers, as_of, currency)
    if loaded._stored is None:
        db.clean()
    return loaded


def _read(
    db: Connection,
    choice: Choice,
    looks: Sequence[lookups.Joined],
    answers: Mapping,
    as_of,
    currency,
) -> Loaded:
    """The chosen tables as deals: each step takes what the one before it gave."""
    deals, columns = choice.deals, choice.columns
    given = _given(db, deals, columns, looks)
    names = partners.Names(answers.partners)
    clean = ids.mended(db, _clean(db, deals, given, looks))
    clean = partners.named(db, clean, names, deals=True)
    beside = {
        what: sides.read_side(db, what, choice.sides[what], names, answers.channels)
        for what in SIDE_TABLES
        if what in choice.sides
    }
    with db.reading(deals.name):
        styles = decide(db, clean, FIELDS, answers.reading, columns, deals.name)
        typed = set_aside(db, make_typed(db, clean, styles), columns)
        words = make_words(db, clean, answers, choice.words)
        judged = make_judged(db, typed, words)
        rejects = checks.find(db, judged)
        copies = duplicates.reject(db, clean, typed, rejects)
        judged, imported = imports.keep(db, judged, rejects)
        good = checks.make_good(db, judged, rejects)
        moved = db.one(f"SELECT count(*) FILTER (WHERE moved) FROM {good.view.name}")[0]
        as_of = as_of or export_day(db, good.view)
        rates = beside["rates"].name if "rates" in beside else None
        priced = money.plan(db, good.view, rates, currency, as_of or datetime.date(9999, 1, 1))
        channel = channels.make_channels(db, clean, answers)
        rows = sum(t.rows for t in deals.tables)
        made = make_deals(db, good.view, priced, channel, rows, len(deals.tables), as_of)
        used = db.one(f"SELECT count(*) FROM {made.name}")[0]
    broken = sum(len(t.malformed) for t in deals.tables)
    _check_balance(rows + broken, used, good.refused + broken)

    side_bad = [
        fault
        for what, side in beside.items()
        for fault in refused_side(choice.sides[what], side.bad)
    ]
    counts = {
        "exact_duplicates": copies.exact,
        "contradictions": copies.contradicting,
        "broken_lines": broken,
        "partners_missing": _many(rejects.count(db, "partner_missing"), rows),
        "closed_before_created": rejects.count(db, "closed_before_its_creation"),
        "open_with_closing_date": moved,
    }
    warnings = [
        *footer.miscounted(deals.tables),
        *db.notes,
        *(note for table in choice.tables for note in table.notes),
        *(Note("not_used", name=name) for name in choice.unused),
        *lookups.unmatched(db, given, looks),
        *styles.warnings,
        *priced.warnings,
        *([Note("no_deal_id")] if "deal_id" not in judged.types else []),
        *(Note(code, n=n) for code, n in counts.items() if n),
        *told(db, rejects),
        *imported,
        *partners.told(names),
        *doubts(db, judged, words),
        *cautions(db, made.name, judged.types, copies, as_of),
        *channels.unknown(db, made.name, channel),
        *([Note("side_faults", n=len(side_bad))] if side_bad else []),
        *(
            Note("side_copies", n=side.copies, table=what)
            for what, side in beside.items()
            if side.copies
        ),
        *sides.without_nobody(db, made.name, beside.values()),
    ]
    rejected, rejections = rejected_frame(db, rejects, deals, side_bad)
    return Loaded(
        relation=db.connection.sql(f"SELECT * FROM {made.name}"),
        rows_in=rows + broken,
        rows_used=used,
        rows_rejected=good.refused + broken,
        profile=choice.profile,
        score=choice.score,
        columns=dict.fromkeys(deals.header)
        | {look.on: f"key of {look.stack.name}" for look in looks}
        | {h: f for f, h in columns.items()},
        answers=_answers(choice, looks, answers, styles),
        mapping=_mapping(choice, looks),
        stages=_stages(db, judged),
        rejected=rejected,
        rejections=rejections,
        warnings=warnings,
        as_of=as_of,
        currency=priced.currency,
        decisions=styles.decisions,
        _connection=db,
        _stored=made.stored,
        **{what: sides.frame_of(db, side) for what, side in beside.items()},
    )


def _given(db: Connection, deals: Stack, columns, looks: Sequence[lookups.Joined]) -> View:
    """The deals' rows as they stand in the export, with the keys of the tables beside them."""
    sql = stacked(db, deals, columns | {look.key: look.on for look in looks})
    db.run(f"CREATE OR REPLACE TEMP VIEW given_deals AS {sql}")
    return View("given_deals", dict.fromkeys(columns, "VARCHAR"))


def _clean(db: Connection, deals: Stack, given: View, looks: Sequence[lookups.Joined]) -> View:
    fields = {*given.types, *(f for look in looks for f in look.columns)}
    kinds = {f: column.kind for f, column in FIELDS.items() if f in fields}
    tidy = all(table.kind == "csv" for table in deals.tables)
    return make_clean(db, "clean", lookups.joined(given, looks), kinds, tidy=tidy)


def _many(missing: int, rows: int) -> int:
    """What is missing in so many rows that it may be the export's form rather than their fault."""
    return missing if missing > 1 and 4 * missing >= rows else 0


def _check_balance(rows: int, used: int, refused: int) -> None:
    """A promise to the user, so never switched off as an assert would be."""
    if rows != used + refused:
        raise AssertionError(
            f"rows in {rows:,} are not rows used {used:,} + rejected {refused:,}; please report "
            "this"
        )


def _answers(choice: Choice, looks, answers: Mapping, styles: Styles) -> dict[str, dict]:
    return {
        "reading": {**answers.reading, **styles.settled(), "profile": choice.profile},
        "columns": choice.columns | {f: h for look in looks for f, h in look.columns.items()},
        "partners": answers.partners,
        "stages": answers.stages,
        "stage_probability": answers.stage_probability,
        "channels": answers.channels,
    }


def _mapping(choice: Choice, looks) -> dict[str, str]:
    """Field -> the table and header that it was read from."""
    where = {f: f"{choice.deals.name}: {h}" for f, h in choice.columns.items()}
    where |= {f: f"{look.stack.name}: {h}" for look in looks for f, h in look.columns.items()}
    return {f: where[f] for f in FIELDS if f in where}


def _paths(source) -> list[str | os.PathLike]:
    """The paths given; a frame that is not read here can be looped over too, but its column names
    are none."""
    if isinstance(source, str | os.PathLike):
        return [source]
    what = described(source)
    if (
        isinstance(source, Iterable)
        and not isinstance(source, AnyMapping)
        and not hasattr(source, "columns")
    ):
        paths = list(source)
        other = [one for one in paths if not isinstance(one, str | os.PathLike)]
        if not other:
            return paths
        what = f"{described(other[0])} in {what}"
    call = way(source)
    made = f"{call} makes one of it" if call else "pandas.DataFrame(...) makes a frame of records"
    raise KitError(
        f"Deals cannot be read from {what}. load_deals takes a path, several, a folder, a glob, "
        "a pandas, Polars, DuckDB or Spark frame, an Arrow table or postgresql://host/database; "
        f"{made}."
    )


def _stages(db: Connection, judged: View):
    """Each stage with the status its deals got, and how many; rows without a status are the
    unmapped ones."""
    stage = "stage" if "stage" in judged.types else "coalesce(said_status, status)"
    frame = db.connection.sql(
        f"SELECT {stage} AS stage, coalesce(status, 'unmapped') AS status, count(*) AS deals "
        f"FROM {judged.name} WHERE aside IS NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    ).df()
    return frame.astype({"stage": "str", "status": "str", "deals": "int64"})


@nearest_names
def load_deals(
    source,
    *,
    query=None,
    mapping=None,
    mapping_file=None,
    profile=None,
    decimal=None,
    dates=None,
    shares=None,
    encoding=None,
    as_of=None,
    currency=None,
    engine: str | None = None,
):
    """The deal table alone: `load(source, ...).deals(engine)`, one row per deal and credited
    partner.

    `engine` is pandas, polars or duckdb; unset: a frame of the kind that was given, pandas for
    files and Arrow. A Spark frame stays where it is: it has to hold the contract's columns, and
    comes back checked (`kpi_helpers.engines.spark`).

    Parameters
    ----------
    source : path, paths, frame or address
        A path, several, a folder, a glob, a pandas, Polars, DuckDB or Arrow table, or
        postgresql://host/database.
    query : str or path, optional
        SQL, or a .sql file, for a database source; user and password come from the environment.
    mapping : mapping of str to str, optional
        Field of the deal table -> column of the export.
    mapping_file : str or path, optional
        A TOML file of such answers, as `save_mapping` writes it.
    profile : str, optional
        Which CRM the export is from, where the headers leave it open.
    decimal : str, optional
        The decimal mark, "." or ",", where the values leave it open.
    dates : str, optional
        dmy or mdy, where the values leave the order open.
    shares : str, optional
        percent (75) or fraction (0.75), where the values leave it open.
    encoding : str, optional
        The text's encoding, like cp1250 or shift_jis, where it is not UTF-8 and guessed wrongly.
    as_of : date or str, optional
        As for `load`.
    currency : str, optional
        The reporting currency's code, like EUR.
    engine : str, optional
        pandas, polars, duckdb or spark; unset, a frame of the kind that was given, pandas for files
        and Arrow.

    Returns
    -------
    frame
        The deal table.

    Examples
    --------
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
    loaded = load(
        source,
        query=query,
        mapping=mapping,
        mapping_file=mapping_file,
        profile=profile,
        decimal=decimal,
        dates=dates,
        shares=shares,
        encoding=encoding,
        as_of=as_of,
        currency=currency,
    )
    own = kind(source) if kind(source) in ("polars", "duckdb") else "pandas"
    return loaded.deals(engine or own)
