"""DuckDB, embedded: one connection and one temporary folder for each load."""

import atexit
import glob
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import KitError
from kpi_helpers.system.scratch import scratch

# Below this many rows a table is kept in memory; above it stays on disk as Parquet until the
# process ends.
IN_MEMORY_ROWS = 500_000
MEMORY_LIMIT = "1200MB"


def lit(text: object) -> str:
    """A text as SQL literal.

    >>> lit("O'Neil")
    "'O''Neil'"
    """
    return "'" + str(text).replace("'", "''") + "'"


def only(path: object) -> str:
    """A path as DuckDB's readers take it for this one file: by itself `[1]`, `*` and `?` in a name
    would stand for others.

    >>> only("deals[1].csv")
    "'deals[[]1].csv'"
    """
    return lit(glob.escape(str(path)))


def name(text: str) -> str:
    """A name as SQL identifier.

    >>> print(name("my column"))
    "my column"
    """
    return '"' + text.replace('"', '""') + '"'


class Connection:
    """A DuckDB connection with its own spill folder; `folder` is gone at the latest when the
    process ends."""

    def __init__(self) -> None:
        import duckdb  # costs tens of ms, so only when something is read

        self.error = duckdb.Error
        self.connection = duckdb.connect()
        self.connection.execute("SET autoinstall_known_extensions = false")
        self.connection.execute("SET autoload_known_extensions = false")
        with suppress(
            duckdb.Error
        ):  # inside Jupyter without ipywidgets DuckDB has no bar and refuses to be told so
            self.connection.execute("SET enable_progress_bar = false")
        self.connection.execute(f"SET memory_limit = {lit(MEMORY_LIMIT)}")
        self._scratch = ExitStack()
        self._files = 0
        self.encoding: str | None = None  # of the text files, where it was told
        self.notes: list[Note] = []  # what the user should know of how a file was opened

    @cached_property
    def folder(self) -> Path:
        """A temporary folder, made when first needed."""
        folder = self._scratch.enter_context(scratch())
        atexit.register(self._scratch.close)
        self.connection.execute(f"SET temp_directory = {lit(folder / 'spill')}")
        return folder

    def new_file(self, suffix: str = ".parquet") -> Path:
        """A path in the temporary folder that nothing uses yet."""
        self._files += 1
        return self.folder / f"{self._files}{suffix}"

    def clean(self) -> None:
        """Remove the temporary folder, when nothing reads from it any more."""
        self.__dict__.pop("folder", None)
        atexit.unregister(self._scratch.close)
        self._scratch.close()

    def run(self, sql: str, parameters=None):
        """Execute, and give the connection to fetch from."""
        return (
            self.connection.execute(sql, parameters)
            if parameters is not None
            else self.connection.execute(sql)
        )

    def rows(self, sql: str) -> list[tuple]:
        """All rows of a query that gives few."""
        return self.connection.execute(sql).fetchall()

    def one(self, sql: str):
        """The first row of a query; all are fetched, as an unfinished result blocks the
        connection."""
        return self.connection.execute(sql).fetchall()[0]

    @contextmanager
    def reading(self, file: str):
        """Turn what DuckDB says about a bad file into an error for the user."""
        try:
            yield
        except self.error as error:
            said = (
                str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            )
            raise KitError(f"{file} cannot be read: {said}") from error
