"""The funnel plot: each partner's wins against those expected of its deals, with the limits chance
would keep to."""

import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.judging import fair_limits
from kpi_helpers.judging.fairness import Luck
from kpi_helpers.showing.figures.base import BAD, GOOD, MUTED, PARTNER, PEERS, axes
from kpi_helpers.showing.figures.naming import name_dots
from kpi_helpers.showing.language import _

MOST_NAMES, BAND = 12, "#e4e7ec"
APART = {"above": GOOD, "below": BAD}


def funnel_plot(
    points: pd.DataFrame,
    luck: Luck,
    *,
    cut: float,
    title: str,
    mine: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """`points` has partner, observed, expected, ratio, chance and verdict; `cut` is the p under
    which there is a verdict, `mine` the partner marked.

    Without `mine` those with a verdict are coloured and named, and nobody else.
    """
    ax = axes(ax)
    points = points[points["ratio"].notna() & (points["expected"] > 0)]
    widest = 1.08 * points["expected"].max()
    share = float((points["chance"] / points["expected"]).median())
    steps, wins = [widest * step / 200 for step in range(1, 201)], points["observed"].sum()
    limits = fair_limits(steps, luck, share=share, wins=max(1, wins), p=cut)
    ax.fill_between(limits["expected"], limits["low"], limits["high"], color=BAND, linewidth=0)
    ax.axhline(1.0, color=PEERS, linestyle="--", linewidth=1)
    ax.annotate(
        _("as peers"),
        (1, 1.0),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=8.5,
        va="center",
        annotation_clip=False,
    )
    rest = points[points["partner"] != mine]
    colours = [MUTED if mine else APART.get(verdict, PEERS) for verdict in rest["verdict"]]
    ax.scatter(rest["expected"], rest["ratio"], s=18, color=colours, zorder=3)
    own = points[points["partner"] == mine]
    ax.scatter(own["expected"], own["ratio"], s=60, color=PARTNER, zorder=4)
    ax.set(xlim=(0, widest), ylim=(0, 1.1 * max(2.0, points["ratio"].max())), title=title)
    ax.set(xlabel=_("wins expected of its deals"), ylabel=_("won / expected"))
    if mine is None:
        far = rest.assign(apart=rest["verdict"].isin(list(APART)), away=(rest["ratio"] - 1).abs())
        far = far.sort_values(["apart", "away"], ascending=False, kind="stable")  # names come first
        named = far.loc[far["apart"], "partner"].head(MOST_NAMES)
        name_dots(ax, named, far["expected"], far["ratio"])
    for row in own.itertuples():
        side = (
            {"xytext": (7, -4), "ha": "left"}
            if row.expected < widest / 2
            else {"xytext": (-7, -4), "ha": "right"}
        )
        ax.annotate(
            row.partner,
            (row.expected, row.ratio),
            textcoords="offset points",
            weight="bold",
            **side,
        )
    return ax
