"""What judging fits once for all partners, on disk: Parquet where a row is one partner's, JSON for what all share."""

import json
import math
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from .judging.backtesting import Backtest
from .judging.common import BY_PARTNER, Common
from .judging.history import History
from .windows import Window

FILE = "common.json"
ROWS = 4096  # of a row group
CLASSES = {one.__name__: one for one in (Backtest, Common, History, Window)}


def save_common(common: Common, folder: Path) -> None:
    """Write `common.json` and a Parquet file for each table that has rows of partners."""
    effects = common.history.effects
    owned = effects["column"].isin(("partner", "lately")) & (effects["level"] != "earlier")
    effects = effects.assign(partner=effects["level"].where(owned))
    tables = {name: getattr(common, name) for name in BY_PARTNER} | {"effects": effects.dropna(subset="partner")}
    for name, table in tables.items():
        whole = table if "partner" in table else table.rename_axis("partner").reset_index()
        write_table(whole.astype({"partner": "str"}), folder, name)
    shared = effects[effects["partner"].isna()].drop(columns="partner")
    shared = replace(common, history=replace(common.history, effects=shared))
    shared = replace(shared, **{name: getattr(common, name)[:0] for name in BY_PARTNER})
    if common.backtest is not None:  # its scores are told, its rows are not
        shared = replace(shared, backtest=replace(common.backtest, periods=common.backtest.periods[:0]))
    text = json.dumps(_plain(shared), ensure_ascii=False, allow_nan=False)
    (folder / FILE).write_text(text, encoding="utf-8")


def read_common(folder: Path, partner: str | None = None) -> Common:
    """What `save_common` wrote, whole or with the rows of one partner only."""
    common = json.loads((folder / FILE).read_text(encoding="utf-8"), object_hook=_revived)
    own = {name: read_table(folder, name, partner) for name in BY_PARTNER}
    own = {
        name: rows if "partner" in getattr(common, name) else rows.set_index("partner") for name, rows in own.items()
    }
    theirs = read_table(folder, "effects", partner).drop(columns="partner")
    effects = pd.concat([common.history.effects, theirs], ignore_index=True)
    return replace(common, history=replace(common.history, effects=effects), **own)


def write_table(table: pd.DataFrame, folder: Path, name: str) -> None:
    """As `NAME.parquet`, in row groups so small that few other partners' rows are read with one partner's."""
    import duckdb

    duckdb.from_df(table).write_parquet(str(folder / f"{name}.parquet"), row_group_size=ROWS)


def read_table(folder: Path, name: str, partner: str | None = None) -> pd.DataFrame:
    """What `write_table` wrote, whole or one partner's rows; Arrow, as it opens a small file faster than DuckDB."""
    from pyarrow.parquet import read_table

    own = None if partner is None else [("partner", "==", partner)]
    return read_table(folder / f"{name}.parquet", filters=own, use_threads=False).to_pandas(use_threads=False)


def _plain(value):
    """As JSON has it; frames, days and the kit's own classes say what they are."""
    if isinstance(value, pd.DataFrame):
        cells = value.astype(object).where(value.notna(), None).to_dict("list")
        return {"frame": cells, "dtypes": {name: str(dtype) for name, dtype in value.dtypes.items()}}
    if is_dataclass(value):
        return {"class": type(value).__name__} | {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, pd.Timestamp):
        return {"timestamp": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return None if isinstance(value, float) and math.isnan(value) else value


def _revived(told: dict):
    if "frame" in told:
        return pd.DataFrame({name: pd.Series(told["frame"][name], dtype=kind) for name, kind in told["dtypes"].items()})
    if "class" in told:
        return CLASSES[told.pop("class")](**told)
    if "timestamp" in told:
        return pd.Timestamp(told["timestamp"])
    return date.fromisoformat(told["date"]) if "date" in told else told
