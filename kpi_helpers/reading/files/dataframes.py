"""Typed tables as pandas or Polars frames, and frames as tables."""

from pathlib import Path

from kpi_helpers.contract.deals import PANDAS_TYPES, Column
from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection, lit, only
from kpi_helpers.reading.table import Table


def to_pandas(relation, columns: dict[str, Column]):
    """A relation as pandas frame: text as str, dates as datetime64, flags as nullable boolean,
    numbers as float64."""
    frame = relation.df()
    return frame.astype(
        {name: PANDAS_TYPES[c.kind] for name, c in columns.items() if name in frame}
    )


def to_polars(relation, folder: Path):
    """A relation as Polars frame, through Parquet, so that nothing but Polars is needed."""
    import polars as pl

    path = folder / "frame.parquet"
    relation.write_parquet(str(path))
    try:
        return pl.read_parquet(path, use_pyarrow=False, memory_map=False, glob=False)
    finally:
        path.unlink()


def kind(source) -> str | None:
    """pandas, polars, duckdb or pyarrow when `source` is a frame of theirs, else None."""
    top = type(source).__module__.split(".")[0]
    if top in ("pandas", "polars") and hasattr(source, "columns"):
        return top
    if top == "pyarrow" and type(source).__name__ == "Table":
        return top
    return "duckdb" if top in ("duckdb", "_duckdb") and hasattr(source, "write_parquet") else None


def table_of(db: Connection, frame) -> Table:
    """The frame written to the load's own folder, so that no other connection or library is needed
    afterwards."""
    path = db.new_file()
    match kind(frame):
        case "polars":
            (frame.collect() if hasattr(frame, "collect") else frame).write_parquet(path)
        case "duckdb":
            with db.reading("the DuckDB relation"):
                frame.write_parquet(str(path))
        case "pyarrow":
            with db.reading("the Arrow table"):
                db.connection.from_arrow(frame).write_parquet(str(path))
        case "pandas":
            if not len(frame.columns):
                raise KitError("The frame has no columns.")
            with db.reading("the pandas frame"):
                try:
                    db.connection.register("given", frame)
                except (
                    db.error
                ):  # DuckDB cannot take a view that runs backwards, such as frame[::-1]
                    db.connection.register("given", frame.copy())
                db.run(f"COPY (FROM given) TO {lit(path)} (FORMAT parquet)")
            db.connection.unregister("given")
    return parquet_table(db, path, "frame", "deals", what="the frame")


def parquet_table(
    db: Connection, path: Path, file: str, stem: str, what: str | None = None
) -> Table:
    """The table in a Parquet file: its header and types."""
    with db.reading(what or file):
        described = db.rows(f"DESCRIBE SELECT * FROM read_parquet({only(path)})")
    return Table(
        file, stem, [d[0] for d in described], path, "parquet", types=[d[1] for d in described]
    )
