"""What a report's last page tells: what each KPI is, and what the report was made from."""

import hashlib
import platform
import shlex
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from kpi_helpers.contract.levels import EVERYONE
from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.language import N_, _, language, ngettext
from kpi_helpers.showing.tables import Html, table
from kpi_helpers.views.partner import PartnerView

LIBRARIES = ("partner-kpi-kit", "pandas", "narwhals", "scipy", "papermill")
EDITION_NAMES = {"internal": N_("internal"), "partner": N_("for the partner")}


@nearest_names
def definitions() -> Html:
    """Each KPI in a sentence with its fraction, and how it can mislead.

    Returns
    -------
    Html
        A table.

    Examples
    --------
    >>> "Close rate" in str(definitions())
    True
    """
    rows = [[_(kpi.title), _(kpi.definition), _(kpi.caution)] for kpi in PRESENTATIONS.values()]
    head = [_("KPI"), _("What it is"), _("How it can mislead")]
    return table(head, rows, kind="definitions", words=head)


@nearest_names
def provenance(view: PartnerView, source) -> Html:
    """From which data, with which parameters and versions the report was made, and how to repeat
    it.

    The digest is of the deals that the report rests on: the same digest, parameters and versions
    give the same report.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.
    source : path or source
        What the view was made from.

    Returns
    -------
    Html
        From which data, with which parameters and versions the report was made, and how to repeat
        it.

    Examples
    --------
    >>> "partner-kpi-kit" in str(provenance(view, "deals.csv"))
    True
    """
    asked = {
        "source": "EXPORT",
        "window": view.window.label,
        "as_of": view.as_of,
        "lang": language(),
    }
    notebook = "portfolio_report.ipynb"
    if view.partner != EVERYONE:
        notebook = "partner_report.ipynb"
        asked |= {"partner": view.partner, "edition": view.edition}
    # Raw and quoted: a partner may be called 123, True or $(date).
    words = [
        f"papermill {notebook} out.ipynb",
        *(f"-r {name} {shlex.quote(str(value))}" for name, value in asked.items()),
    ]
    versions = [
        f"python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in LIBRARIES),
    ]
    deals = ngettext(
        "{count} deal, digest {digest}",
        "{count} deals, digest {digest}",
        view.deals["deal_id"].nunique(),
        digest=digest(view.deals),
    )
    rows = [
        [_("Data"), deals],
        [_("Source"), Path(str(source)).name],
        [_("Edition"), _(EDITION_NAMES[view.edition])],
        [_("Versions"), ", ".join(versions)],
        [_("Repeat it"), " ".join(words)],
    ]
    return table(["", ""], rows, kind="provenance")


def digest(deals: pd.DataFrame) -> str:
    """Sixteen hexadecimal digits that change when any cell of the deals does; the order of rows
    does not matter."""
    rows = pd.util.hash_pandas_object(deals, index=False).sort_values()
    return hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()[:16]
