"""What became of the submitted deals, ideal ones beside the rest."""

import pandas as pd
from matplotlib.axes import Axes

from .base import ACCENT, BAD, GOOD, MUTED, axes


def submitted(outcomes: pd.Series, *, title: str, ax: Axes | None = None) -> Axes:
    """`outcomes` counts deals by what became of them: won, open, then each way of missing; one bar each."""
    ax = axes(ax)
    y = range(len(outcomes))[::-1]
    colours = {"Won": GOOD, "Open": MUTED, "Lost to a competitor": BAD}
    ax.barh(y, outcomes.to_numpy(), color=[colours.get(name, ACCENT) for name in outcomes.index], height=0.7)
    for at, count in zip(y, outcomes, strict=True):
        ax.annotate(f"{count:,.0f}", (count, at), (4, 0), textcoords="offset points", va="center")
    ax.set_yticks(list(y), outcomes.index)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_xlim(left=0)
    ax.set(xlabel="deals", title=title)
    return ax
