"""What moved in the open pipeline since an earlier state in the store: the steps, and every deal
that changed."""

import datetime
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.windows import as_date
from kpi_helpers.errors import KitError
from kpi_helpers.history.departures import departures
from kpi_helpers.history.movement import pipeline_movement
from kpi_helpers.history.store import (
    need_states,
    read_snapshot,
    same_currency,
    snapshot_at,
    state_file,
)
from kpi_helpers.reading.columns.fields import OUTPUT
from kpi_helpers.reading.connection import lit
from kpi_helpers.reading.files.dataframes import to_pandas

COLUMNS = (
    "deal_id",
    "partner",
    "change",
    "status_before",
    "status",
    "amount_before",
    "amount",
    "amount_change",
    "expected_before",
    "expected",
    "days_moved",
    "stage_before",
    "stage",
)


@dataclass(frozen=True)
class PipelineHistory:
    """`steps`: pipeline_movement's table from the end of `since` to that of `as_of`; `exact`:
    whether a stored state is behind it (else only what dates prove is told). `changes`: a row for
    each deal and change (COLUMNS) when exact.
    """

    since: datetime.date
    as_of: datetime.date
    exact: bool
    steps: Any
    changes: Any


def pipeline_history(
    deals,
    store: str | os.PathLike | None,
    *,
    as_of,
    since=None,
    horizon=None,
    everyone: bool = False,
) -> PipelineHistory:
    """How the open pipeline moved since the previous month's state; neither direction is better.

    `deals` is the deal table now (pandas, may be one partner's), `store` the folder of
    save_snapshot. `since` defaults to the last day of the month before `as_of`; the latest state at
    or before it is taken, and the steps then begin on that state's own day. `everyone` says that
    these are all partners' deals, so that those of partners who left since count, too. Without a
    store, or where it begins later, they tell what the dates of one export prove. It misleads when
    partners are renamed between states: the deal vanishes there and is created here.

    >>> import pandas as pd
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": ["1"],
    ...         "partner": ["Ada"],
    ...         "status": ["open"],
    ...         "amount": [5.0],
    ...         "created_on": pd.to_datetime(["2025-03-05"]),
    ...         "closed_on": pd.to_datetime([None]),
    ...     }
    ... )
    >>> history = pipeline_history(deals, None, as_of="2025-03-31")
    >>> str(history.since), history.exact, history.steps.set_index("step")["amount"]["end"].item()
    ('2025-02-28', False, 5.0)
    """
    need_pandas("pipeline_history", deals)
    as_of = as_date(as_of, "as_of")
    since = as_date(since, "since") if since is not None else month_before(as_of)
    if since >= as_of:
        raise KitError(
            f"The pipeline moves from since to as_of: since {since} must be before as_of {as_of}."
        )
    day = snapshot_at(store, since) if store is not None else None
    if day is None:
        steps = pipeline_movement(deals, since=since, as_of=as_of, horizon=horizon)
        return PipelineHistory(
            since, as_of, False, steps, _changes(deals[:0], deals[:0], since, as_of)
        )
    state = read_snapshot(store, day, engine="duckdb")
    if not everyone:
        partners = ", ".join(map(lit, deals["partner"].unique())) or "NULL"
        state = state.filter(f"partner IN ({partners})")
    before = to_pandas(state, OUTPUT)
    steps = pipeline_movement(deals, since=day, as_of=as_of, before=before, horizon=horizon)
    return PipelineHistory(day, as_of, True, steps, _changes(before, deals, day, as_of))


def month_before(as_of: datetime.date) -> datetime.date:
    """The last day of the month before the one that `as_of` lies in."""
    return as_of.replace(day=1) - datetime.timedelta(days=1)


def prepare_history(loaded, store: str | os.PathLike, as_of, folder: Path) -> str:
    """Copy the state that pipeline_history needs as of `as_of` into `folder`, a store of its own;
    says what it is.

    Raises KitError for a store without any state, and for a state in another currency than
    `loaded`.
    """
    there = need_states(store)
    day = snapshot_at(store, month_before(as_of))
    if day is None:
        return (
            f"the store's first state is of {there[0]}, after {month_before(as_of)}: "
            "the movement of the pipeline tells only what dates prove"
        )
    state = read_snapshot(store, day, engine="duckdb")
    same_currency(state, store, day, loaded.currency)
    target = state_file(folder, day)
    target.parent.mkdir(parents=True)
    shutil.copyfile(state_file(store, day), target)
    told = f"the movement of the pipeline is told since the state of {day}"
    return "\n".join([told, *departures(loaded, state, day)])


def _changes(before, now, since, as_of):
    """One row for each deal and each thing that changed about it while it was in the pipeline."""
    import pandas as pd

    both = (
        _state(before, since).add_suffix("_before").join(_state(now, as_of), how="outer", sort=True)
    )
    was, is_now = both["status_before"].fillna("absent"), both["status"].fillna("absent")
    both["amount_change"] = (both["amount"] - both["amount_before"]).round(6)
    both["days_moved"] = (both["expected"] - both["expected_before"]).dt.days.astype("float64")
    opened, stays = was.eq("open"), was.eq("open") & is_now.eq("open")
    change = {
        "created": was.eq("absent") & is_now.eq("open"),
        "reopened": was.isin(["won", "lost", "cancelled"]) & is_now.eq("open"),
        "pulled_in": stays & (both["days_moved"] < 0),
        "pushed_out": stays & (both["days_moved"] > 0),
        "increased": opened & (both["amount_change"] > 0),
        "decreased": opened & (both["amount_change"] < 0),
        "priced": opened & both["amount_before"].isna() & both["amount"].notna(),
        "won": (opened | was.eq("absent")) & is_now.eq("won"),
        "lost": (opened | was.eq("absent")) & is_now.eq("lost"),
        "cancelled": (opened | was.eq("absent")) & is_now.eq("cancelled"),
        "vanished": opened & is_now.eq("absent"),
    }
    parts = [
        both[mask.to_numpy()].assign(change=what) for what, mask in change.items() if mask.any()
    ]
    rows = pd.concat(parts).reset_index() if parts else both[:0].reset_index().assign(change="")
    return rows[list(COLUMNS)].sort_values(["partner", "deal_id"], kind="stable", ignore_index=True)


def _state(deals, day):
    from kpi_helpers.contract.as_of import known_at

    there = known_at(deals, day)
    columns = {"amount": "float64", "stage": "str", "expected_close_on": "datetime64[us]"}
    there = there.reindex(columns=["deal_id", "partner", "status", *columns]).astype(columns)
    return there.rename(columns={"expected_close_on": "expected"}).set_index(["deal_id", "partner"])
