"""Tables of KPIs: all bases of one, and the headline of each."""

import pandas as pd
from markupsafe import Markup

from kpi_helpers.errors import nearest_names
from kpi_helpers.kpis import KPIS
from kpi_helpers.scoring.peers import FEWEST
from kpi_helpers.showing.cells import columns
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.language import _
from kpi_helpers.showing.notes import remarks
from kpi_helpers.showing.presentation import Presentation
from kpi_helpers.showing.sparkline import sparkline
from kpi_helpers.showing.tables import Html, paragraph, table
from kpi_helpers.views.partner import PartnerView


@nearest_names
def numbers(view: PartnerView, kpi: str) -> Html:
    """A KPI's bases with fraction, interval, the previous window and the peers beside each.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.
    kpi : str
        A KPI's name.

    Returns
    -------
    Html
        A KPI's bases with fraction, interval, the previous window and the peers beside each.

    Examples
    --------
    >>> "Of all created in the window" in str(numbers(view, "close_rate"))
    True
    """
    shown_as = PRESENTATIONS[kpi]
    if silent(view, kpi):
        why = remarks(view.row(kpi, _evidence(shown_as)[0])) or _(shown_as.nothing)
        return paragraph(_("There is nothing to report: {why}.", why=why))
    if shown_as.table:
        return shown_as.table(view)
    cells = columns(
        view, "value", "fraction", "interval", "before", "change", "year", "peers", "rank"
    )
    rows = []
    for basis, label in shown_as.rows.items():
        row = view.row(kpi, basis)
        note = Markup('<span class="note">{}</span>').format(remarks(row)) if row["note"] else ""
        name = Markup("{} {}").format(_(label.text), note)
        rows.append([name, *(cell(row, label, view) for _head, cell in cells.values())])
    return table(["", *(_(head) for head, _cell in cells.values())], rows, kind="numbers")


def silent(view: PartnerView, kpi: str) -> bool:
    """Whether a KPI has nothing to tell: no number of it is known, but for zeros that rest on no
    deal."""
    rows = [view.row(kpi, basis) for basis in _evidence(PRESENTATIONS[kpi])]
    return not any(not pd.isna(row["value"]) and (row["value"] or row["n"]) for row in rows)


def _evidence(shown_as: Presentation) -> tuple[str, ...]:
    return shown_as.evidence or tuple(shown_as.rows)


@nearest_names
def summary(view: PartnerView) -> Html:
    """The headline number of every KPI on one screen.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        The headline number of every KPI on one screen.

    Examples
    --------
    >>> "Close rate" in str(summary(view))
    True
    """
    cells = columns(
        view, "value", "fraction", "interval", "change", "year", "target", "peers", "rank"
    )
    rows = []
    for kpi, shown_as in PRESENTATIONS.items():
        alone = not len(view.peers) and shown_as.without_peers
        basis = alone or KPIS[kpi].headline
        row, label, title = view.row(kpi, basis), shown_as.rows[basis], _(shown_as.title)
        spark = sparkline(
            view.periods(kpi, basis)["value"], _("{title}, trailing periods", title=title)
        )
        name = Markup('<a href="#{}">{}</a> <span class="note">{}</span>').format(
            kpi, title, _(label.text)
        )
        rows.append([name, *(cell(row, label, view) for _head, cell in cells.values()), spark])
    few = len(view.peers) > 0 and view.peers["count"].max() < FEWEST
    head = [_("KPI"), *(_(head) for head, _cell in cells.values()), _("Trend")]
    return table(
        head,
        rows,
        kind="numbers summary",
        caption=_("Fewer than five peers: not shown.") if few else "",
    )
