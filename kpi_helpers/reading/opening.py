"""A file becomes one or more tables with a header, whatever its format."""

from pathlib import Path

from kpi_helpers.errors import KitError
from kpi_helpers.reading import csvfile, sources
from kpi_helpers.reading.encodings import plain
from kpi_helpers.reading.engine import Engine
from kpi_helpers.reading.frames import parquet_table
from kpi_helpers.reading.table import Table


def open_table(engine: Engine, path: Path) -> list[Table]:
    """The tables in the file at `path`; KitError says why there is none."""
    kind, stem = sources.suffix(path), sources.stem(path)
    try:
        if path.stat().st_size == 0:
            raise KitError(f"{path.name} is empty.")
        if kind == ".parquet":
            return [parquet_table(engine, path, path.name, stem)]
        if kind in sources.CSV:
            return [csvfile.look(plain(engine, path), path.name, stem)]
    except OSError as error:
        raise KitError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    raise KitError(f"{path.name} is of no kind that can be read ({', '.join(sources.READABLE)}).")
