"""What a load gives: the deals, the tables beside them, everything that was rejected, and what was
understood."""

import datetime
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi_helpers.contract.deals import SIDE_TABLES
from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import KitError, UnknownValue
from kpi_helpers.reading.columns.fields import OUTPUT
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.files.dataframes import to_pandas, to_polars
from kpi_helpers.reading.meaning.result import sliced
from kpi_helpers.system.whole_files import whole_file

ENGINES = ("pandas", "polars", "duckdb")


@dataclass(frozen=True)
class Loaded:
    """The outcome of `load`; `rows_in == rows_used + rows_rejected` always holds.

    `relation` is the typed deal table on DuckDB, sorted by partner and deal_id; side tables are
    pandas frames or None; `rejected` has one line per fault (file, line, column, value, reason),
    `rejections` one per reason and column, with an example; `stages` tells each stage's status and
    deals. `profile` is the CRM that was recognised and `score` how much of the header it knows (0
    to 1); `columns` tells what every column of the deals answers (a field, or `key of TABLE`), or
    None; `decisions` how each column writes its values and why. `answers` is what save_mapping
    keeps: the sections of a mapping file.
    """

    relation: Any
    rows_in: int
    rows_used: int
    rows_rejected: int
    profile: str
    mapping: dict[str, str]
    stages: Any
    rejected: Any
    warnings: list[Note]
    as_of: datetime.date | None
    currency: str | None
    targets: Any = None
    spend: Any = None
    orders: Any = None
    rates: Any = None
    events: Any = None
    rejections: list[dict[str, Any]] = field(default_factory=list)
    decisions: dict[str, tuple[Note, ...]] = field(default_factory=dict)
    score: float = 0.0
    columns: dict[str, str | None] = field(default_factory=dict)
    answers: dict[str, dict] = field(default_factory=dict)
    _connection: Connection | None = field(default=None, repr=False)
    _stored: Path | None = field(default=None, repr=False)

    @property
    def account(self) -> str:
        """What became of the rows, like "3 rows in = 2 used + 1 rejected"."""
        rows = "row" if self.rows_in == 1 else "rows"
        used, rejected = self.rows_used, self.rows_rejected
        return f"{self.rows_in:,} {rows} in = {used:,} used + {rejected:,} rejected"

    def need_deals(self) -> None:
        """Raises `KitError` when no row can be used, with the reasons, most frequent first."""
        if self.rows_used:
            return
        reasons = self.rejected.groupby(["column", "reason"], dropna=False).size()
        most = reasons.sort_values(ascending=False, kind="stable").head(5)
        why = [f"{column}: {reason} ({rows:,})" for (column, reason), rows in most.items()]
        raise KitError(f"{self.account}: {'; '.join(why) or 'there are none'}.")

    def deals(self, engine: str = "pandas"):
        """The deal table as a frame: engine is pandas, polars or duckdb."""
        match engine:
            case "duckdb":
                return self.relation
            case "pandas":
                return to_pandas(self.relation, OUTPUT)
            case "polars":
                return to_polars(self.relation, self._connection.folder)
        raise UnknownValue("engine", engine, ENGINES)

    def write_parquet(self, folder: str | os.PathLike) -> Path:
        """Write deals.parquet (sorted by partner) and the side tables to `folder`; `load(folder)`
        reads the same back.

        Each file appears whole or not at all. Amounts stay as converted: the originals stand beside
        them.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / "deals.parquet") as new:
            if self._stored is not None:
                shutil.copyfile(self._stored, new)
            else:
                self._connection.run(f"COPY deals TO {lit(new)} ({sliced(self.rows_used)})")
        for name in SIDE_TABLES:
            if getattr(self, name) is not None:
                with whole_file(folder / f"{name}.parquet") as new:
                    self._connection.run(f"COPY {name} TO {lit(new)} (FORMAT parquet)")
            else:
                (folder / f"{name}.parquet").unlink(missing_ok=True)
        return folder
