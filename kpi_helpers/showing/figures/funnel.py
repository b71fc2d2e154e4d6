"""The funnel plot: each partner's close rate against its number of deals, with the limits chance
would keep to."""

import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.showing.figures.base import BAD, GOOD, MUTED, PARTNER, PEERS, axes
from kpi_helpers.showing.figures.naming import name_dots
from kpi_helpers.showing.format import percent
from kpi_helpers.showing.language import _

MOST_NAMES = 12
OUTSIDE = {"above": GOOD, "far above": GOOD, "below": BAD, "far below": BAD}


def funnel_plot(
    points: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    centre: float,
    title: str,
    mine: str | None = None,
    named: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """`points` has partner, n, rate, place; `limits` n and low/high at 95 and 998; `mine` is the
    partner marked.

    `named` writes the names of those outside the limits.
    """
    ax = axes(ax)
    for level, shade in (("998", "#eef0f3"), ("95", "#dde1e7")):
        low, high = limits[f"low_{level}"], limits[f"high_{level}"]
        ax.fill_between(limits["n"], low, high, color=shade, linewidth=0)
    ax.axhline(centre, color=PEERS, linestyle="--", linewidth=1)
    ax.annotate(
        _("all partners\n{rate}", rate=percent(centre)),
        (1, centre),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=8.5,
        va="center",
        annotation_clip=False,
    )
    rest = points[(points["partner"] != mine) & points["rate"].notna()]
    colours = [OUTSIDE.get(place, PEERS) if named else MUTED for place in rest["place"]]
    ax.scatter(rest["n"], rest["rate"], s=18, color=colours, zorder=3)
    own = points[(points["partner"] == mine) & points["rate"].notna()]
    ax.scatter(own["n"], own["rate"], s=60, color=PARTNER, zorder=4)
    top = max(points["rate"].max(), min(1, 2 * centre))
    ax.set(xlim=(0, limits["n"].max()), ylim=(0, min(1.02, 1.1 * top)), title=title)
    ax.set(xlabel=_("deals won or lost"), ylabel=_("close rate"))
    ax.yaxis.set_major_formatter(lambda value, position: percent(value))
    if named:
        inside = ~rest["place"].isin(list(OUTSIDE))
        far = rest.iloc[((rest["rate"] - centre).abs() - 2 * inside).argsort(kind="stable")[::-1]]
        name_dots(ax, far["partner"].head(min(MOST_NAMES, (~inside).sum())), far["n"], far["rate"])
    for row in own.itertuples():
        side = (
            {"xytext": (7, -4), "ha": "left"}
            if row.n < limits["n"].max() / 2
            else {"xytext": (-7, -4), "ha": "right"}
        )
        ax.annotate(
            row.partner, (row.n, row.rate), textcoords="offset points", weight="bold", **side
        )
    return ax
