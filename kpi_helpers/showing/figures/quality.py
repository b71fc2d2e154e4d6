"""The quality pair: deals won against amount won, with lines of equal score."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.showing.figures.base import MUTED, PARTNER, PEERS, axes, money_axis
from kpi_helpers.showing.language import _

QUIET = {"fontsize": 8.5, "color": "#4b5563", "va": "center", "annotation_clip": False}


def quality_pair(
    periods: pd.DataFrame,
    *,
    peer_won=np.nan,
    peer_amount=np.nan,
    title: str,
    currency=None,
    ax: Axes | None = None,
) -> Axes:
    """`periods` has period, won, amount, oldest first; the peers' median is a cross, curves join
    equal scores."""
    ax = axes(ax)
    known = periods.dropna(subset=["won", "amount"])
    right = 1.15 * max(known["won"].max(), np.nan_to_num(peer_won), 1)
    top = 1.15 * max(known["amount"].max(), np.nan_to_num(peer_amount), 1)
    if peer_won > 0 and peer_amount > 0:
        x = np.linspace(right / 200, right, 200)
        for score in (100, 200):
            y = (score / 100) ** 2 * peer_won * peer_amount / x
            ax.plot(x, np.where(y <= top, y, np.nan), color=MUTED, linewidth=1, zorder=1)
            ax.annotate(
                _("score {score}", score=score),
                (right, y[-1]),
                (3, 0),
                textcoords="offset points",
                **QUIET,
            )
        ax.plot(peer_won, peer_amount, "x", color=PEERS, markersize=9, markeredgewidth=2, zorder=2)
        ax.annotate(
            _("peers’ median"),
            (peer_won, peer_amount),
            (0, -12),
            textcoords="offset points",
            ha="center",
            **QUIET,
        )
    ax.plot(known["won"], known["amount"], color=PARTNER, linewidth=0.8, alpha=0.5)
    ax.scatter(
        known["won"], known["amount"], s=np.linspace(12, 60, len(known)), color=PARTNER, zorder=3
    )
    marked = (
        known.iloc[[0, -1]].drop_duplicates(["won", "amount"], keep="last") if len(known) else known
    )
    for row in marked.to_dict("records"):
        ax.annotate(
            row["period"],
            (row["won"], row["amount"]),
            (6, 5),
            textcoords="offset points",
            weight="bold" if row["period"] == known["period"].iloc[-1] else None,
            fontsize=8.5,
        )
    ax.set(
        xlim=(0, right), ylim=(0, top), xlabel=_("deals won"), ylabel=_("amount won"), title=title
    )
    money_axis(ax.yaxis, currency)
    return ax
