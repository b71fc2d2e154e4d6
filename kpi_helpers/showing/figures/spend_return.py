"""What each channel cost and brought."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.showing.figures.base import MUTED, PARTNER, axes, money_axis
from kpi_helpers.showing.format import money, shown
from kpi_helpers.showing.language import _


def spend_return(
    channels: pd.DataFrame, *, title: str, currency=None, ax: Axes | None = None
) -> Axes:
    """`channels` has channel, spend, revenue, leads, close_rate; one pair of bars a channel,
    unknown spend left out."""
    ax = axes(ax)
    y = np.arange(len(channels))[::-1]
    ax.barh(y + 0.19, channels["spend"].fillna(0), height=0.36, color=MUTED, label=_("Spend"))
    ax.barh(y - 0.19, channels["revenue"].fillna(0), height=0.36, color=PARTNER, label=_("Revenue"))
    for at, (_index, row) in zip(y, channels.iterrows(), strict=True):
        spent = (
            money(row["spend"], currency, compact=True)
            if not np.isnan(row["spend"])
            else _("spend not known")
        )
        ax.annotate(
            spent,
            (np.nan_to_num(row["spend"]), at + 0.19),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
        ax.annotate(
            _(
                "{revenue}  ({leads} leads, {rate} won)",
                revenue=money(row["revenue"], currency, compact=True),
                leads=shown(row["leads"], "number"),
                rate=shown(row["close_rate"], "ratio"),
            ),
            (np.nan_to_num(row["revenue"]), at - 0.19),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    ax.set_yticks(y, channels["channel"])
    ax.grid(axis="x", visible=True)
    ax.grid(axis="y", visible=False)
    ax.margins(x=0.6)
    ax.set_xlim(left=0)
    money_axis(ax.xaxis, currency)
    ax.legend(loc="lower right", frameon=False, ncols=2)
    ax.set_title(title)
    return ax
