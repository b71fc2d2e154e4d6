"""The index of a run: every partner with its status and key numbers, failures on top; sorted and
searched in place."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
from babel.numbers import format_decimal, get_currency_symbol
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.judging.claims import young
from kpi_helpers.reports.pages.brand import Brand
from kpi_helpers.showing.claimed import MARKS
from kpi_helpers.showing.format import DASH, day, percent, period
from kpi_helpers.showing.language import N_, _, install, language
from kpi_helpers.showing.notes import said
from kpi_helpers.showing.sparkline import sparkline
from kpi_helpers.views.claims import fair_claim
from kpi_helpers.views.fleet import Fleet

TEMPLATES = Path(__file__).parent / "template"
# Units stand in the heading, so that a copied cell is a number to a spreadsheet.
COLUMNS = {
    ("deal_count", "won"): N_("Deals won"),
    ("deal_count", "amount"): N_("Amount won"),
    ("average_deal_size", "whole"): N_("Average deal"),
    ("close_rate", "closed"): N_("Close rate"),
    ("pipeline", "open"): N_("Open pipeline"),
    ("deal_velocity", "cycle_median"): N_("Median cycle"),
    ("quality_score", "peers"): N_("Quality score"),
    ("deal_success", "success"): N_("Deal success"),
}
TREND = ("deal_count", "amount")
FEW = 10  # decided deals; the report's own words say that under it rates are uncertain
FILES = {"report.ipynb": N_("notebook"), "kpis.xlsx": N_("workbook"), "report.pdf": "PDF"}


def _failure(record: dict) -> str:
    """Why a report failed, with the cell where it is known."""
    return (
        _("Cell {cell} failed: {error}", **record)
        if record.get("cell") is not None
        else record.get("error", "")
    )


def index_page(
    fleet: Fleet, records: list[dict], loaded, out: Path, brand: Brand | None = None
) -> str:
    """The index as one self-contained page, in the current language, with links to the files there
    are in `out`."""
    keys = fleet.now.set_index(["kpi", "basis"]).index
    shown = fleet.now[keys.isin(COLUMNS)]
    values = shown.pivot(index="partner", columns=["kpi", "basis"], values="value")[list(COLUMNS)]
    units = shown.drop_duplicates(["kpi", "basis"]).set_index(["kpi", "basis"])["unit"]
    cells = shown.set_index(["partner", "kpi", "basis"]).to_dict("index")
    decided = shown[(shown["kpi"] == "close_rate")].set_index("partner")["n"]
    trend = fleet.trend[(fleet.trend["kpi"] == TREND[0]) & (fleet.trend["basis"] == TREND[1])]
    sparks = {
        partner: sparkline(rows["value"], _("Amount won, trailing periods"))
        for partner, rows in trend.sort_values("window_start").groupby("partner")
    }
    rows = [
        record
        | {
            "kind": _kind(record, decided[record["partner"]]),
            "cells": [_cell(cells[record["partner"], *key], units[key]) for key in values.columns],
            "verdict": _verdict(fleet.programme, record["partner"]),
            "spark": sparks.get(record["partner"], ""),
            "files": [
                (name, label)
                for name, label in FILES.items()
                if (out / record["slug"] / name).exists()
            ],
        }
        for record in records
        if record["partner"] in values.index
    ]
    whole = next((record for record in records if record["partner"] == EVERYONE), None)
    place = {partner: at for at, partner in enumerate(in_order([row["partner"] for row in rows]))}
    rows.sort(key=lambda row: (row["kind"] != "failed", place[row["partner"]]))
    script = (TEMPLATES / "index.js").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    install(environment)
    return environment.get_template("index_page.html.j2").render(
        rows=rows,
        columns=[_heading(key, units[key], fleet.currency) for key in values.columns],
        whole=whole,
        failure=_failure,
        failed=sum(record["status"] != "ok" for record in records),
        kinds={"failed": _("failed"), "few": _("few deals"), "ready": _("ready")},
        verdicts={verdict: _(mark) for verdict, mark in MARKS.items()},
        window=f"{period(fleet.window.label)} ({day(fleet.window.start)} – "
        f"{day(fleet.window.end)})",
        as_of=day(fleet.as_of),
        loaded=loaded,
        workbook=(out / "kpis.xlsx").exists(),
        brand=brand,
        count=_count,
        said=said,
        script=Markup(script),
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


def in_order(names: list[str]) -> list[str]:
    """Names as a dictionary of the current language has them: ç after c in Turkish, beside it in
    English.

    >>> in_order(["Zeta", "Çınar", "ada", "Cz"])
    ['ada', 'Çınar', 'Cz', 'Zeta']
    """
    import duckdb

    with duckdb.connect() as connection:  # its collations are ICU's
        ranked = connection.execute(
            f"SELECT name FROM (SELECT unnest(?::VARCHAR[]) AS name) ORDER BY name COLLATE "
            f"{language()}",
            [names],
        )
        return [name for (name,) in ranked.fetchall()]


def _kind(record: dict, decided: float) -> str:
    if record["status"] != "ok":
        return "failed"
    return "few" if decided < FEW else "ready"


def _verdict(programme, partner: str) -> str:
    """Above or below, where the fair comparison says so among all partners' answers."""
    verdict = fair_claim(programme, partner).verdict
    return verdict if verdict in MARKS else ""


def _heading(key: tuple[str, str], unit: str, currency: str | None) -> str:
    symbol = get_currency_symbol(currency, language()) if currency else ""
    behind = {"money": symbol, "days": _("days")}.get(unit, "")
    return f"{_(COLUMNS[key])}, {behind}" if behind else _(COLUMNS[key])


def _cell(row: dict, unit: str) -> tuple[float, str]:
    """What the column is sorted by, and the text: a young cohort's number ranks nobody, and what is
    expected of it stands in its place."""
    if not young(row):
        return row["value"], _plain(row["value"], unit)
    if pd.isna(row["expected"]):
        return np.nan, _("{value} so far", value=_plain(row["value"], unit))
    return np.nan, _("{value} expected", value=_plain(row["expected"], unit))


def _plain(value: float, unit: str) -> str:
    if pd.isna(value):
        return DASH
    if unit == "ratio":
        return percent(value, 1)
    return format_decimal(value, "#,##0.#" if unit == "days" else "#,##0", language())


def _count(number: int) -> str:
    return format_decimal(number, "#,##0", language())
