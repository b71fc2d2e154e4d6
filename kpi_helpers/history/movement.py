"""How the open pipeline got from one day to another, in steps that close to zero."""

import pandas as pd

from kpi_helpers.contract.as_of import known_at
from kpi_helpers.contract.credit import credited
from kpi_helpers.contract.frame_kinds import need_pandas
from kpi_helpers.contract.windows import Window, as_date, parse_window
from kpi_helpers.errors import nearest_names

STEPS = (
    "start",
    "created",
    "pulled_in",
    "increased",
    "decreased",
    "pushed_out",
    "won",
    "lost",
    "cancelled",
    "end",
)
SIGN = dict.fromkeys(STEPS, 1) | dict.fromkeys(
    ("decreased", "pushed_out", "won", "lost", "cancelled"), -1
)
UNPROVEN = ("pulled_in", "increased", "decreased", "pushed_out")  # what one export cannot tell


@nearest_names
def pipeline_movement(
    deals: pd.DataFrame, *, since, as_of, before: pd.DataFrame | None = None, horizon=None
) -> pd.DataFrame:
    """The steps from the open pipeline at the end of `since` to that at the end of `as_of`.

        start + created + pulled in + increased - decreased - pushed out - won - lost - cancelled =
        end

    `deals` is the deal table as it is now, `before` the one exported at `since`. Without `before`
    only what the dates of one export prove is told: changed amounts and dates are null, not 0, and
    today's amounts are used throughout. With a `horizon` the pipeline is what is expected to close
    in it; deals that move into it are pulled in, those that leave it pushed out. A deal that was
    closed before and is open again counts as pulled in; one that vanished from the export as
    expected to close in it; deals that move into it are pulled in, those that leave it pushed out.
    Deals without an amount add 0 and are counted.

    Empty deals give zeros. Source: kpis.md 2.3.

    Parameters
    ----------
    deals : frame
        The deal table (`contract.deals`): a row a deal and credited partner.
    since : date or str
        The day whose end the movement starts from.
    as_of : date or str
        The day whose end it arrives at.
    before : DataFrame, optional
        The deal table exported at `since`.
    horizon : str or Window, optional
        Only deals expected to close in it.

    Returns
    -------
    DataFrame
        One row a step: `step, amount` (credited, in the reporting currency, all positive; a minus
        step is subtracted), `deals`, `unpriced`.

    Examples
    --------
    >>> deals = pd.DataFrame(
    ...     {
    ...         "deal_id": list("abc"),
    ...         "partner": "P",
    ...         "credit": 1.0,
    ...         "amount": [100.0, 50.0, 30.0],
    ...         "status": ["won", "open", "open"],
    ...         "closed_on": pd.to_datetime(["2025-03-10", None, None]),
    ...         "created_on": pd.to_datetime(["2025-02-01", "2025-02-01", "2025-03-05"]),
    ...     }
    ... )
    >>> steps = pipeline_movement(deals, since="2025-02-28", as_of="2025-03-31").set_index("step")[
    ...     "amount"
    ... ]
    >>> steps[["start", "created", "won", "end"]].tolist()
    [150.0, 30.0, 100.0, 80.0]
    """
    need_pandas("pipeline_movement", deals, before)
    since, as_of = as_date(since, "since"), as_date(as_of, "as_of")
    horizon = horizon and parse_window(horizon, as_of)
    now = _state(deals, as_of, horizon)
    then = _state(deals if before is None else before, since, horizon)
    both = then.add_suffix("_then").join(now.add_suffix("_now"), how="outer", sort=False)
    was, status = both["status_then"].fillna("absent"), both["status_now"].fillna("absent")
    was_in, is_in = (
        both["inside_then"].fillna(False).astype(bool),
        both["inside_now"].fillna(False).astype(bool),
    )
    value_then, value_now = both["value_then"].fillna(0.0), both["value_now"].fillna(0.0)
    started = (was == "open") & was_in
    ended = status.isin(["won", "lost", "cancelled"])
    # what a deal counted for while it was in the pipeline: its amount when it left, or now
    entered = ~started & (
        ((status == "open") & is_in) | (ended & (was.isin(["absent", "open"])) & is_in)
    )
    new = entered & (was == "absent")
    change = (value_now - value_then).where(started & (status != "absent"), 0.0)
    vanished = started & (status == "absent")
    pushed = started & (status == "open") & ~is_in
    value = {
        "start": value_then.where(started),
        "created": value_now.where(new),
        "pulled_in": value_now.where(entered & ~new),
        "increased": change.where(change > 0),
        "decreased": -change.where(change < 0),
        "pushed_out": value_now.where(pushed),
        "won": value_now.where((started | entered) & (status == "won")),
        "lost": value_now.where((started | entered) & (status == "lost")),
        "cancelled": value_now.where(
            (started | entered) & (status == "cancelled"), value_then.where(vanished)
        ),
        "end": value_now.where((status == "open") & is_in),
    }
    unpriced = both["unpriced_now"].fillna(both["unpriced_then"]).fillna(False).astype(bool)
    counted = pd.DataFrame(value)[list(STEPS)]
    table = pd.DataFrame(
        {
            "step": STEPS,
            "amount": counted.astype("float64").sum().round(4).to_numpy(),
            "deals": counted.notna().sum().to_numpy(),
            "unpriced": (counted.notna() & unpriced.to_numpy()[:, None]).sum().to_numpy(),
        }
    )
    if before is None:
        untold = table["step"].isin(UNPROVEN)
        table[["amount", "deals"]] = table[["amount", "deals"]].astype("float64").mask(untold)
    return table


def _state(deals: pd.DataFrame, day, horizon: Window | None) -> pd.DataFrame:
    """Each deal at the end of `day`: status, credited value, and whether it lies inside the
    horizon."""
    there = known_at(deals, day)
    amount = credited(there)
    inside = pd.Series(True, index=there.index)
    if horizon is not None:
        last = pd.Timestamp(horizon.end) + pd.Timedelta(days=1)
        inside = (there["expected_close_on"] >= pd.Timestamp(horizon.start)) & (
            there["expected_close_on"] < last
        )
    return pd.DataFrame(
        {
            "deal_id": there["deal_id"],
            "partner": there["partner"],
            "status": there["status"],
            "value": amount.fillna(0.0),
            "unpriced": amount.isna(),
            "inside": inside,
        }
    ).set_index(["deal_id", "partner"])
