"""The index of a run: every partner with its status and key numbers, failures on top."""

from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader

from ..fleet import Fleet
from ..showing.format import day, shown
from ..showing.labels import TITLES
from ..showing.sparkline import sparkline

COLUMNS = {
    ("deal_count", "won"): "Won",
    ("deal_count", "amount"): "Amount won",
    ("average_deal_size", "whole"): TITLES["average_deal_size"],
    ("close_rate", "closed"): "Close rate, won of decided",
    ("pipeline", "open"): "Open pipeline",
    ("deal_velocity", "cycle_median"): "Median cycle",
    ("quality_score", "peers"): TITLES["quality_score"],
    ("deal_success", "success"): TITLES["deal_success"],
}
TREND = ("deal_count", "amount")


def index_page(fleet: Fleet, records: list[dict], loaded) -> str:
    """The index as one self-contained page."""
    wide = fleet.now.set_index(["partner", "kpi", "basis"])
    trend = {
        partner: rows.sort_values("window_start")["value"]
        for partner, rows in fleet.trend[(fleet.trend["kpi"] == TREND[0]) & (fleet.trend["basis"] == TREND[1])].groupby(
            "partner"
        )
    }
    partners = set(fleet.now["partner"])
    rows = [
        record
        | {
            "numbers": [_cell(wide, record["partner"], key, fleet.currency) for key in COLUMNS],
            "spark": sparkline(trend.get(record["partner"], pd.Series(dtype=float)), "Amount won, trailing periods"),
        }
        for record in records
        if record["partner"] in partners
    ]
    rows.sort(key=lambda row: (row["status"] == "ok", str(row["partner"]).casefold()))
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent / "template"), autoescape=True)
    return environment.get_template("index_page.html.j2").render(
        rows=rows,
        columns=list(COLUMNS.values()),
        failed=sum(row["status"] != "ok" for row in rows),
        window=f"{fleet.window.label} ({day(fleet.window.start)} to {day(fleet.window.end)})",
        as_of=day(fleet.as_of),
        loaded=loaded,
    )


def _cell(wide: pd.DataFrame, partner: str, key: tuple[str, str], currency: str | None) -> str:
    row = wide.loc[(partner, *key)]
    return shown(row["value"], row["unit"], currency)
