"""What showing a KPI takes: its words, the rows of its table, its sentences and its picture."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kpi_helpers.showing.figures import Picture
from kpi_helpers.showing.language import N_
from kpi_helpers.showing.tables import Html
from kpi_helpers.views.partner import PartnerView


@dataclass(frozen=True)
class Label:
    """The words for one basis; `top` and `bottom` are the units of its fraction, `target` that of
    its target ('' where it has none)."""

    text: str
    top: str = "number"
    bottom: str = "number"
    target: str = ""


@dataclass(frozen=True)
class Presentation:
    """One KPI on every page. Texts are marked with `N_` and translated where they are shown.

    Parameters
    ----------
    kpi : name of the KPI in `kpi_helpers.kpis.KPIS`.
    title, definition, caution : what it is called, what is divided by what, how it can mislead.
    rows : the bases in reading order, each with its `Label`.
    sentences : what its numbers allow one to say; an empty sentence is left out.
    picture : its figure, None where there is nothing to draw.
    table : a table of its own, in place of one row a basis.
    evidence : the bases that show whether there is something to tell; the rows' where empty.
    nothing : why there is nothing to tell where the numbers give no reason.
    charts : bases that the workbook draws by period, with the kind of chart.
    without_peers : the headline's basis for everyone together, where it is another.
    labels_stand_alone : whether a row's label says enough without the title beside it.
    """

    kpi: str
    title: str
    definition: str
    caution: str
    rows: Mapping[str, Label]
    sentences: Callable[[PartnerView], Iterator[str]]
    picture: Callable[[PartnerView], Picture | None]
    table: Callable[[PartnerView], Html] | None = None
    evidence: tuple[str, ...] = ()
    nothing: str = N_("nothing happened in the window")
    charts: Mapping[str, str] = field(default_factory=dict)
    without_peers: str = ""
    labels_stand_alone: bool = False
