"""All partners by deals won and amount won, with lines of equal quality score."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

from kpi_helpers.showing.figures.base import MUTED, PARTNER, axes, money_axis
from kpi_helpers.showing.figures.naming import name_dots
from kpi_helpers.showing.language import _

MOST_NAMES = 12


def quality_map(
    partners: pd.DataFrame, *, title: str, currency: str | None = None, ax: Axes | None = None
) -> Axes:
    """`partners` has partner, won and amount, of those that won something; both axes are
    logarithmic.

    A line joins equal scores: 100 is the average of these partners.
    """
    ax = axes(ax)
    won, amount = partners["won"].to_numpy(float), partners["amount"].to_numpy(float)
    ax.set(xscale="log", yscale="log")
    ax.scatter(won, amount, s=20, color=PARTNER, alpha=0.8, zorder=3)
    across = np.array([won.min() / 1.5, won.max() * 1.5])
    for score in (50, 100, 200):
        down = (score / 100) ** 2 * won.mean() * amount.mean() / across
        ax.plot(across, down, color=MUTED, linewidth=1.6 if score == 100 else 0.9, zorder=1)
        ax.annotate(
            _("score {score}", score=score),
            (across[1], np.clip(down[1], amount.min() / 2, amount.max() * 2)),
            (4, 0),
            textcoords="offset points",
            fontsize=8.5,
            color="#4b5563",
            va="center",
            annotation_clip=False,
        )
    ax.set(xlim=across, ylim=(amount.min() / 2, amount.max() * 2))
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, position: f"{value:,.0f}"))
    ax.xaxis.set_minor_formatter(FuncFormatter(lambda value, position: ""))
    money_axis(ax.yaxis, currency)
    best = partners.assign(score=won * amount).sort_values("score", ascending=False, kind="stable")
    name_dots(ax, best["partner"].head(MOST_NAMES), best["won"], best["amount"])
    ax.set(xlabel=_("deals won"), ylabel=_("amount won"), title=title)
    return ax
