"""A query on PostgreSQL becomes a table: rows stream into the load's own folder; credentials never
leave the driver."""

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reading.connection import Connection, lit, name, only
from kpi_helpers.reading.files.cells import distinct
from kpi_helpers.reading.table import Table

SCHEMES = ("postgresql", "postgres")
CONNECT_SECONDS = "15"
LONGEST_VALUE = 64 << 20
NO_PASSWORD = (
    "{place}: leave the password out of the address, where histories keep it; set PGPASSWORD or "
    "use ~/.pgpass."
)
# A query that runs on holds the server's memory and locks; the address may set another limit.
PATIENCE = "-c statement_timeout=30min"
# Read-only, so that no query can change anything; dates in one form, whatever the server's habit.
OPTIONS = (
    "-c default_transaction_read_only=on -c datestyle=ISO -c intervalstyle=iso_8601 -c "
    "bytea_output=hex"
)
# Names of PostgreSQL's types -> SQL type; every other type is read as its text, dates too (they are
# in ISO form).
TYPES = {
    **dict.fromkeys(("int2", "int4", "int8"), "BIGINT"),
    **dict.fromkeys(("float4", "float8", "numeric"), "DOUBLE"),
    "bool": "BOOLEAN",
}


def is_database(source: object) -> bool:
    """Whether a source is the address of a database.

    >>> is_database("postgresql://host/crm"), is_database("deals.csv")
    (True, False)
    """
    return (
        isinstance(source, str) and source.split("://", 1)[0].lower() in SCHEMES and "://" in source
    )


def shown(source: str) -> str:
    """The address as it may be shown: host and database, without user and options.

    >>> shown("postgresql://ada@crm.example:5432/sales?sslmode=require")
    'postgresql://crm.example:5432/sales'
    """
    try:
        parts = urlsplit(source)
        host = parts.netloc.rpartition("@")[2]
        return f"postgresql://{host}{parts.path}"
    except ValueError:
        return "postgresql://..."


def refuse_password(source: str) -> None:
    """KitError for an address with a password in it, whether or not the driver is there.

    >>> refuse_password("postgresql://ada@crm.example/sales")
    """
    try:
        parts = urlsplit(source)
        secret = parts.password or "password" in parse_qs(parts.query, keep_blank_values=True)
    except ValueError:
        secret = True  # nothing is kept that cannot be read
    if secret:
        raise KitError(NO_PASSWORD.format(place=shown(source)))


def query_text(query: str | os.PathLike | None) -> str:
    """The SQL itself, or that in a .sql file. KitError when there is none."""
    if query is None:
        raise KitError(
            "A database needs a query that gives the deals, as SQL or in a file: ",
            Argument("query", "FILE.sql"),
            ".",
        )
    if isinstance(query, os.PathLike) or str(query).strip().lower().endswith(".sql"):
        try:
            query = Path(os.fspath(query)).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise KitError(
                f"The query file {os.fspath(query)!r} cannot be read: {error}."
            ) from error
    sql = re.sub(r"[;\s]+\Z", "", query)
    if not sql:
        raise KitError("The query is empty.")
    return sql


def query_table(db: Connection, source: str, query: str | os.PathLike | None) -> Table:
    """The rows of `query` on the database at `source`, in the query's order; numbers keep their
    type.

    User and password come from the environment (PGUSER, PGPASSWORD, PGPASSFILE, PGSERVICE) or
    ~/.pgpass. A password in the address is refused: it would stand in histories and process lists.
    KitError says what is wrong, without any of them.
    """
    sql, place = query_text(query), shown(source)
    psycopg = _driver()
    parts = _safe(psycopg, source, place)
    target, text = db.new_file(), db.new_file(".csv")
    try:
        with psycopg.connect(**parts) as connection:
            connection.read_only = True
            header, types = _described(connection, sql)
            # COPY streams in batches of the server's making: no result is ever held as a whole, on
            # either side.
            asked = f"COPY (\n{sql}\n) TO STDOUT (FORMAT csv, FORCE_QUOTE *, ENCODING 'UTF8')"
            with connection.cursor() as cursor, text.open("wb") as out, cursor.copy(asked) as copy:
                for block in copy:
                    out.write(block)
    except psycopg.Error as error:
        raise KitError(f"{place}: {_said(error, parts)}") from None
    names = distinct(header)
    shape = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(names)))
    chosen = ", ".join(
        f"CAST(c{i} AS {t}) AS {name(n)}" for i, (n, t) in enumerate(zip(names, types, strict=True))
    )
    with db.reading(place):
        db.run(
            f"COPY (SELECT {chosen} FROM read_csv({only(text)}, auto_detect=false, header=false, "
            f"delim=',', quote='\"', "
            f"escape='\"', nullstr='', allow_quoted_nulls=false, columns={{{shape}}}, "
            f"max_line_size={LONGEST_VALUE}, "
            f"parallel=false)) TO {lit(target)} (FORMAT parquet)"
        )
    text.unlink()
    return Table(place, "deals", names, target, "parquet", types=types)


def _driver():
    try:
        import psycopg
    except ImportError:
        raise KitError(
            "Reading from PostgreSQL needs its driver: pip install 'partner-kpi-kit[postgresql]'."
        ) from None
    return psycopg


def _safe(psycopg, source: str, place: str) -> dict[str, str]:
    try:
        parts = psycopg.conninfo.conninfo_to_dict(source)
    except psycopg.Error:
        raise KitError(
            f"{place}: no PostgreSQL address; one looks like postgresql://host:5432/database."
        ) from None
    if parts.get("password"):
        raise KitError(NO_PASSWORD.format(place=place))
    own = parts.pop("options", "")
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "partner-kpis",
        **parts,
        "client_encoding": "UTF8",
        "options": f"{PATIENCE} {own} {OPTIONS}",
    }


def _described(connection, sql: str) -> tuple[list[str], list[str]]:
    """The query's columns and their SQL types, without running it to its end.

    Prepared, because the server prepares one statement only: text that closes this one, commits
    and writes is an error here, before it reaches COPY, which would run it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM (\n{sql}\n) AS asked LIMIT 0", prepare=True)
        if not cursor.description:
            raise KitError("The query gives no columns; it must be a SELECT.")
        header = [c.name for c in cursor.description]
        known = connection.adapters.types
        found = [known.get(c.type_code) for c in cursor.description]
        return header, [TYPES.get(t.name, "VARCHAR") if t else "VARCHAR" for t in found]


def _said(error: Exception, parts: dict[str, str]) -> str:
    """The driver's first line, without anything that was a credential."""
    said = " ".join(str(error).split("\n")[0].split()) or type(error).__name__
    for secret in (parts.get("user"), os.environ.get("PGUSER"), os.environ.get("PGPASSWORD")):
        if secret:
            said = (
                said.replace(f'"{secret}"', "(user)").replace(secret, "(hidden)")
                if len(secret) > 2
                else said
            )
    said = re.sub(r'\b(user|role) "[^"]*"', r"\1 (hidden)", said)
    return said.rstrip(".") + "."
