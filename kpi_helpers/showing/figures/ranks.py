"""Ranks with their intervals: how sure the order of the partners is."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.showing.figures.base import MUTED, PARTNER, axes
from kpi_helpers.showing.language import _


def rank_plot(ranks: pd.DataFrame, *, title: str, ax: Axes | None = None) -> Axes:
    """`ranks` has partner, rank, low, high, best first; a partner without an interval is a dot
    alone."""
    ax = axes(ax)
    y = np.arange(len(ranks))
    ax.hlines(y, ranks["low"], ranks["high"], color=MUTED, linewidth=4)
    ax.scatter(ranks["rank"], y, s=22, color=PARTNER, zorder=3)
    ax.set_yticks(y, ranks["partner"])
    ax.invert_yaxis()
    ax.set(xlabel=_("rank by quality score, 1 is best, with its 95% interval"), title=title)
    ax.set_xlim(left=0)
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")
    return ax
