"""What became of the submitted deals, ideal ones beside the rest."""

import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.showing.figures.base import ACCENT, BAD, GOOD, MUTED, axes
from kpi_helpers.showing.format import shown
from kpi_helpers.showing.labels import OUTCOMES
from kpi_helpers.showing.language import _


def submitted(outcomes: pd.Series, *, title: str, ax: Axes | None = None) -> Axes:
    """`outcomes` counts deals by what became of them, by the names of labels.OUTCOMES; one bar
    each."""
    ax = axes(ax)
    y = range(len(outcomes))[::-1]
    colours = {"won": GOOD, "open": MUTED, "competitor": BAD}
    ax.barh(
        y,
        outcomes.to_numpy(),
        color=[colours.get(name, ACCENT) for name in outcomes.index],
        height=0.7,
    )
    for at, count in zip(y, outcomes, strict=True):
        ax.annotate(
            shown(count, "number"), (count, at), (4, 0), textcoords="offset points", va="center"
        )
    ax.set_yticks(list(y), [_(OUTCOMES[name]) for name in outcomes.index])
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_xlim(left=0)
    ax.set(xlabel=_("deals"), title=title)
    return ax
