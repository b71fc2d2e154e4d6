"""Workbooks: the scorecard as real numbers with formats, native charts and definitions, for one
partner or for all."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
import xlsxwriter
from babel.numbers import get_currency_symbol
from xlsxwriter.utility import quote_sheetname, xl_range_abs

from kpi_helpers.contract.notes import noted
from kpi_helpers.judging.cohorts import EXPECTED
from kpi_helpers.kpis import KPIS
from kpi_helpers.reports.pages.deals_sheet import Column, deals_sheet
from kpi_helpers.showing.format import period
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.labels import CHANNEL_COLUMNS, CHANNELS
from kpi_helpers.showing.language import _, language
from kpi_helpers.showing.notes import remarks
from kpi_helpers.system.scratch import scratch
from kpi_helpers.views.fleet import Fleet
from kpi_helpers.views.partner import PartnerView

TIDY = (
    "partner",
    "kpi",
    "basis",
    "value",
    "unit",
    "numerator",
    "denominator",
    "n",
    "low",
    "high",
    "expected",
    "expected_low",
    "expected_high",
    "note",
)
CHANNEL_UNITS = ("number", "number", "ratio", "money", "money", "money", "ratio")
BLUE, GREY = "#0072B2", "#8A8F98"  # the figures' own
MOST_BARS = 15
MOST_ROWS = 1_000_000  # of a sheet, nearly


class Sheets:
    """A workbook under way: tables with a formatted, frozen and filtered heading row, and charts
    over them."""

    def __init__(self, book: xlsxwriter.Workbook, currency: str | None) -> None:
        self.book = book
        symbol = f'"{get_currency_symbol(currency, language())}"' if currency else ""
        plain = {
            "number": "#,##0.##",
            "count": "#,##0",
            "index": "#,##0.0",
            "days": "#,##0.0",
            "ratio": "0.0%",
            "date": "yyyy-mm-dd",
        }
        money = {"money": f"{symbol}#,##0.00", "money per day": f"{symbol}#,##0"}
        self.codes = plain | money | {"change": "+0.0%;-0.0%;0.0%"}
        self.formats = {
            unit: book.add_format({"num_format": code}) for unit, code in self.codes.items()
        }
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        )
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})

    def table(self, name: str, columns: list[Column], rows: Iterable[tuple], wrap: bool = False):
        """A sheet with one table. A cell is a number, a text, None, or (number, unit) where units
        differ by row."""
        sheet = self.book.add_worksheet(name)
        last = 0
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, column.title, self.head)
        for last, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                self.cell(sheet, last, at, cell, columns[at].unit, self.wrap if wrap else None)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def cell(self, sheet, row: int, at: int, value, unit: str, text_format=None) -> None:
        """Text stays text, whatever it begins with; what is not known stays blank."""
        if isinstance(value, tuple):
            value, unit = value
        if isinstance(value, str):
            sheet.write_string(row, at, value, text_format)
        elif pd.isna(value):
            return
        elif isinstance(value, date):
            sheet.write_datetime(row, at, value, self.formats["date"])
        else:
            sheet.write_number(row, at, value, self.formats.get(unit))

    def chart(
        self,
        sheet,
        where: str,
        kind: str,
        title: str,
        names,
        series: list[tuple[str, tuple]],
        unit="",
        cells_of=None,
    ) -> None:
        """A native chart at the cell `where` of `sheet`, or alone on it; `names` and each series'
        values are (first row, first column, last row, last column) of `cells_of`."""
        cells_of = cells_of or sheet
        chart = self.book.add_chart({"type": kind})
        colours = (BLUE, GREY) if len(series) == 1 else (GREY, BLUE)
        for (label, values), colour in zip(series, colours, strict=False):
            paint = (
                {"line": {"color": colour, "width": 2}}
                if kind == "line"
                else {"fill": {"color": colour}}
            )
            chart.add_series(
                {
                    "name": label,
                    "categories": _reference(cells_of, names),
                    "values": _reference(cells_of, values),
                    "marker": {
                        "type": "circle",
                        "size": 5,
                        "fill": {"color": colour},
                        "border": {"color": colour},
                    },
                    "gap": 60,
                }
                | paint
            )
        axis = {"major_gridlines": {"visible": True, "line": {"color": "#E5E7EB"}}}
        axis["num_format"] = {"money": self.codes["money per day"], "ratio": "0%"}.get(
            unit, "#,##0"
        )
        chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
        chart.set_y_axis({"reverse": True} if kind == "bar" else axis)
        chart.set_x_axis(axis if kind == "bar" else {})
        chart.set_legend({"none": True} if len(series) == 1 else {"position": "bottom"})
        chart.show_blanks_as("gap")
        chart.set_size({"width": 560, "height": 300 if kind != "bar" else 420})
        sheet.insert_chart(where, chart, {"description": title})


def _reference(sheet, cells: tuple[int, int, int, int]) -> str:
    return f"={quote_sheetname(sheet.get_name())}!{xl_range_abs(*cells)}"


@contextmanager
def _sheets(
    buffer: BytesIO, as_of: date, currency: str | None, large: Path | None = None
) -> Iterator[Sheets]:
    """The same numbers give the same bytes: the workbook is dated by the data. A large one's rows
    wait in a folder."""
    room = {"constant_memory": True, "tmpdir": str(large)} if large else {"in_memory": True}
    options = room | {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": datetime(as_of.year, as_of.month, as_of.day)})
        yield Sheets(book, currency)


def partner_workbook(view: PartnerView) -> bytes:
    """One partner's workbook: KPIs, trend with charts, channels, the tidy scorecard,
    definitions."""
    buffer = BytesIO()
    with _sheets(buffer, view.as_of, view.currency) as sheets:
        sheets.table(_("KPIs"), _kpi_columns(), _kpi_rows(view))
        _trend(sheets, view)
        _channels(sheets, view)
        sheets.table(_("Deals"), *deals_sheet(view))
        _tidy(sheets, view.now)
        _definitions(sheets, [(_("Partner"), view.partner), *_about(view)])
    return buffer.getvalue()


def portfolio_workbook(fleet: Fleet) -> bytes:
    """All partners' workbook: headline numbers with sparklines and a chart, the tidy scorecard,
    definitions.

    A scorecard of more rows than a sheet has (some 10,000 partners) is left to scorecard.csv.
    """
    buffer = BytesIO()
    with scratch() as folder, _sheets(buffer, fleet.as_of, fleet.currency, folder) as sheets:
        _partners(sheets, fleet)
        if len(fleet.now) < MOST_ROWS:
            _tidy(sheets, pd.concat([fleet.everyone, fleet.now], ignore_index=True))
        _definitions(sheets, _about(fleet))
    return buffer.getvalue()


def _kpi_columns() -> list[Column]:
    return [
        Column("KPI", width=22),
        Column(_("Measure"), width=34),
        Column(_("Value")),
        Column(_("Numerator"), "number"),
        Column(_("Denominator"), "number"),
        Column(_("Deals it rests on"), "count", 10),
        Column(_("95% interval, low")),
        Column(_("95% interval, high")),
        Column(_("Expected once decided")),
        Column(_("Previous")),
        Column(_("Change (rates: points)"), "change"),
        Column(_("Peers’ median")),
        Column(_("Rank"), "count", 8),
        Column(_("Of"), "count", 8),
        Column(_("Note"), width=50),
    ]


def _kpi_rows(view: PartnerView) -> Iterator[tuple]:
    for kpi, shown_as in PRESENTATIONS.items():
        for basis, label in () if shown_as.table else shown_as.rows.items():
            row = view.row(kpi, basis)
            value, low, high, expected, before, peers = (
                (row[name], row["unit"])
                for name in ("value", "low", "high", "expected", "before", "peers_median")
            )
            evidence = (
                row["numerator"],
                row["denominator"] if label.bottom else None,
                row["n"],
                low,
                high,
                expected,
            )
            ranked = not pd.isna(row["peers_rank"])
            place = (row["peers_rank"], row["peers_count"] + 1) if ranked else (None, None)
            yield (
                _(shown_as.title),
                _(label.text),
                value,
                *evidence,
                before,
                row["change"],
                peers,
                *place,
                remarks(row),
            )


def _name(kpi: str, basis: str) -> str:
    """A basis in words that stand alone: most labels do, the first of some KPIs says less than its
    title."""
    shown_as = PRESENTATIONS[kpi]
    return _(shown_as.rows[basis].text if shown_as.labels_stand_alone else shown_as.title)


def _trend(sheets: Sheets, view: PartnerView) -> None:
    charts = {
        (kpi, basis): kind
        for kpi, shown_as in PRESENTATIONS.items()
        for basis, kind in shown_as.charts.items()
    }
    units = {key: view.row(*key)["unit"] for key in charts}
    periods = {key: view.periods(*key) for key in charts}
    names = next(iter(periods.values()))["period"]
    columns = [Column(_("Period"))] + [Column(_name(*key), units[key]) for key in charts]
    sheet = sheets.table(
        _("Trend"), columns, zip(names, *(rows["value"] for rows in periods.values()), strict=True)
    )
    if len(names) < 2:
        return
    for at, (key, kind) in enumerate(charts.items()):
        where = f"{'AH'[at % 2]}{len(names) + 4 + 16 * (at // 2)}"
        values = [(columns[at + 1].title, (1, at + 1, len(names), at + 1))]
        sheets.chart(
            sheet, where, kind, columns[at + 1].title, (1, 0, len(names), 0), values, units[key]
        )


def _channels(sheets: Sheets, view: PartnerView) -> None:
    columns = [Column(_("Channel"))]
    columns += [
        Column(_(title), unit)
        for title, unit in zip(CHANNEL_COLUMNS.values(), CHANNEL_UNITS, strict=True)
    ]
    rows = [
        (
            _(name),
            *(
                view.row("marketing_channels", f"{metric}.{channel}")["value"]
                for metric in CHANNEL_COLUMNS
            ),
        )
        for channel, name in CHANNELS.items()
    ]
    sheet = sheets.table(_("Channels"), columns, rows)
    spend, revenue = (list(CHANNEL_COLUMNS).index(name) + 1 for name in ("spend", "revenue"))
    series = [(columns[at].title, (1, at, len(rows), at)) for at in (spend, revenue)]
    sheets.chart(
        sheet,
        "A9",
        "column",
        _("Spend and revenue by channel"),
        (1, 0, len(rows), 0),
        series,
        "money",
    )


def _partners(sheets: Sheets, fleet: Fleet) -> None:
    """One row a partner, most won first, its amount won by period beside it as cells that feed a
    sparkline; of a young cohort what is expected once it is decided."""
    headlines = [(name, kpi.headline) for name, kpi in KPIS.items()]
    keys = pd.MultiIndex.from_tuples([*headlines, ("deal_count", "amount")])
    indexed = fleet.now.set_index(["kpi", "basis"])
    rows = indexed[indexed.index.isin(keys)].reset_index()
    rows = rows.assign(value=rows["value"].mask(noted(rows, "young"), rows["expected"]))
    wide = rows.pivot(index="partner", columns=["kpi", "basis"], values="value")[list(keys)]
    wide = wide.sort_values(("deal_count", "amount"), ascending=False, kind="stable")
    units = rows.drop_duplicates(["kpi", "basis"]).set_index(["kpi", "basis"])["unit"]
    trend = fleet.trend[(fleet.trend["kpi"] == "deal_count") & (fleet.trend["basis"] == "amount")]
    unit = next(name for name in ("month", "quarter") if name in trend)
    trend = trend.pivot(index="partner", columns=unit, values="value").reindex(wide.index)
    titles = [_(kpi.title) for kpi in PRESENTATIONS.values()] + [_("Amount won")]
    columns = [Column(_("Partner"), width=30)]
    columns += [Column(title, units[key]) for title, key in zip(titles, keys, strict=True)]
    columns += [Column(_("Trend"), width=18)] + [
        Column(str(period), "money") for period in trend.columns
    ]
    spark, amount = len(keys) + 1, len(keys)
    rows = zip(
        wide.index,
        *(wide[key] for key in keys),
        [None] * len(wide),
        *(trend[p] for p in trend),
        strict=True,
    )
    sheet = sheets.table(_("Partners"), columns, rows)
    for row in range(1, len(wide) + 1):
        cells = (row, spark + 1, row, spark + len(trend.columns))
        sheet.add_sparkline(
            row,
            spark,
            {"range": _reference(sheet, cells)[1:], "series_color": BLUE, "last_point": True},
        )
    last = min(len(wide), MOST_BARS)
    chart = sheets.book.add_worksheet(_("Chart"))
    sheets.chart(
        chart,
        "A1",
        "bar",
        _("Amount won, the first {count} partners", count=last),
        (1, 0, last, 0),
        [(_("Amount won"), (1, amount, last, amount))],
        "money",
        cells_of=sheet,
    )


def _tidy(sheets: Sheets, scorecard: pd.DataFrame) -> None:
    """The scorecard as it is computed: names of the kit's own, one row a KPI and basis."""
    widths = {"partner": 26, "kpi": 20, "basis": 22, "note": 50}
    columns = [
        Column(name, "count" if name == "n" else "number", widths.get(name, 12)) for name in TIDY
    ]
    measured = [TIDY.index(name) for name in ("value", "low", "high", *EXPECTED)]
    unit = TIDY.index("unit")

    def rows():
        for row in scorecard[list(TIDY)].itertuples(index=False, name=None):
            yield tuple(
                (cell, row[unit]) if at in measured else cell for at, cell in enumerate(row)
            )

    sheets.table(_("Scorecard"), columns, rows())


def _about(view) -> list[tuple[str, str]]:
    return [
        (_("Window"), f"{period(view.window.label)} ({view.window.start} – {view.window.end})"),
        (_("As of"), str(view.as_of)),
        (_("Currency"), view.currency or "–"),
    ]


def _definitions(sheets: Sheets, about: list[tuple[str, str]]) -> None:
    """What each KPI is, which direction is better, and what this workbook holds."""
    better = {"higher": _("higher"), "lower": _("lower"), "": "–"}
    rows = [
        (
            _(shown_as.title),
            _(shown_as.definition),
            better.get(KPIS[name].bases[0].better, "–"),
            _(shown_as.caution),
        )
        for name, shown_as in PRESENTATIONS.items()
    ]
    columns = [
        Column("KPI", width=26),
        Column(_("Definition"), width=70),
        Column(_("Better"), width=10),
    ]
    columns.append(Column(_("How it can mislead"), width=60))
    sheets.table(
        _("Definitions"),
        columns,
        [*rows, ("", "", "", ""), *((*pair, "", "") for pair in about)],
        wrap=True,
    )
