"""What judging fits once for all partners, on disk: Parquet where a row is one partner's, JSON for
what all share."""

import json
import math
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from kpi_helpers.contract.windows import Window
from kpi_helpers.judging.backtesting import Backtest
from kpi_helpers.judging.fairness import Luck
from kpi_helpers.judging.programme_fit import BY_PARTNER, ProgrammeFit
from kpi_helpers.judging.win_chances import PACE, WinHistory

FILE = "programme.json"
ROWS = 4096  # of a row group
CLASSES = {one.__name__: one for one in (Backtest, Luck, ProgrammeFit, WinHistory, Window)}


def save_fit(programme: ProgrammeFit, folder: Path) -> None:
    """Write `programme.json` and a Parquet file for each table that has rows of partners."""
    effects = programme.history.effects
    owned = effects["column"].isin(("partner", "partner_recently")) & (
        effects["level"] != "earlier"
    )
    effects = effects.assign(partner=effects["level"].where(owned))
    tables = {name: getattr(programme, name) for name in BY_PARTNER} | {
        "effects": effects.dropna(subset="partner")
    }
    for name, table in tables.items():
        whole = table if "partner" in table else table.rename_axis("partner").reset_index()
        write_table(whole.astype({"partner": "str"}), folder, name)
    shared = effects[effects["partner"].isna()].drop(columns="partner")
    shared = replace(
        programme, history=replace(programme.history, effects=shared, curve=None, curves={})
    )
    # in the place of a table of partners is said what its index is
    shared = replace(
        shared,
        **{
            name: None if "partner" in getattr(programme, name) else "partner"
            for name in BY_PARTNER
        },
    )
    if programme.backtest is not None:  # its scores are told, its rows are not
        shared = replace(
            shared, backtest=replace(programme.backtest, periods=programme.backtest.periods[:0])
        )
    curves = {None: programme.history.curve} | programme.history.curves
    write_table(
        pd.concat([curve.assign(**{PACE: band}) for band, curve in curves.items()]),
        folder,
        "curves",
    )
    text = json.dumps(_plain(shared), ensure_ascii=False, allow_nan=False)
    (folder / FILE).write_text(text, encoding="utf-8")


def read_fit(folder: Path, partner: str | None = None) -> ProgrammeFit:
    """What `save_fit` wrote, whole or with the rows of one partner only."""
    programme = json.loads((folder / FILE).read_text(encoding="utf-8"), object_hook=_revived)
    own = {name: read_table(folder, name, partner) for name in BY_PARTNER}
    own = {
        name: rows.set_index(index) if (index := getattr(programme, name)) else rows
        for name, rows in own.items()
    }
    theirs = read_table(folder, "effects", partner).drop(columns="partner")
    effects = pd.concat([programme.history.effects, theirs], ignore_index=True)
    curves = read_table(folder, "curves")
    of_all = curves[PACE].isna()
    curves = {None: curves[of_all]} | dict(iter(curves[~of_all].groupby(PACE)))
    curves = {
        band: curve.drop(columns=PACE).reset_index(drop=True) for band, curve in curves.items()
    }
    history = replace(programme.history, effects=effects, curve=curves.pop(None), curves=curves)
    return replace(programme, history=history, **own)


def write_table(table: pd.DataFrame, folder: Path, name: str) -> None:
    """As `NAME.parquet`, in row groups so small that few other partners' rows are read with one
    partner's."""
    import duckdb

    duckdb.from_df(table).write_parquet(str(folder / f"{name}.parquet"), row_group_size=ROWS)


def read_table(folder: Path, name: str, partner: str | None = None) -> pd.DataFrame:
    """A table of a prepared folder, whole or one partner's rows; without partners it is nobody's,
    and whole.

    The file itself rather than a data set of one file, or DuckDB: opening a small one costs a
    third.
    """
    from pyarrow.compute import equal
    from pyarrow.parquet import ParquetFile

    with ParquetFile(folder / f"{name}.parquet") as file:
        if partner is None or "partner" not in file.schema.names:
            rows = file.read(use_threads=False)
        else:
            rows = file.read_row_groups(_groups_of(file.metadata, partner), use_threads=False)
            rows = rows.filter(equal(rows["partner"], partner))
    return rows.to_pandas(use_threads=False)


def _groups_of(metadata, partner: str) -> list[int]:
    """The row groups that may hold the partner's rows; in a table sorted by partner one or two."""
    column = metadata.schema.names.index("partner")
    ends = [
        metadata.row_group(group).column(column).statistics
        for group in range(metadata.num_row_groups)
    ]
    return [
        at
        for at, end in enumerate(ends)
        if not (end and end.has_min_max) or end.min <= partner <= end.max
    ]


def _plain(value):
    """As JSON has it; frames, days and the kit's own classes say what they are."""
    if isinstance(value, pd.DataFrame):
        cells = value.astype(object).where(value.notna(), None).to_dict("list")
        return {
            "frame": cells,
            "dtypes": {name: str(dtype) for name, dtype in value.dtypes.items()},
        }
    if is_dataclass(value):
        return {"class": type(value).__name__} | {
            one.name: _plain(getattr(value, one.name)) for one in fields(value)
        }
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, pd.Timestamp):
        return {"timestamp": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return None if isinstance(value, float) and math.isnan(value) else value


def _revived(plain: dict):
    if "frame" in plain:
        return pd.DataFrame(
            {
                name: pd.array(plain["frame"][name], dtype=kind)
                for name, kind in plain["dtypes"].items()
            }
        )
    if "class" in plain:
        return CLASSES[plain.pop("class")](**plain)
    if "timestamp" in plain:
        return pd.Timestamp(plain["timestamp"])
    return date.fromisoformat(plain["date"]) if "date" in plain else plain
