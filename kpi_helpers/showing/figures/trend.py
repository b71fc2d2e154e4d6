"""A KPI over the trailing periods, with its interval, the latest period marked and the peers' median beside it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..format import percent, shown
from ..language import N_, _
from .base import MUTED, PARTNER, PEERS, axes, money_axis

AXES = {"days": N_("days"), "number": N_("deals"), "index": N_("index")}


def trend(
    periods: pd.DataFrame,
    *,
    unit: str,
    title: str,
    currency=None,
    peers: float = np.nan,
    bars=False,
    ax: Axes | None = None,
) -> Axes:
    """`periods` has period, value, low, high; gaps stay gaps. Bars for counts, a line for everything else."""
    ax = axes(ax)
    x = np.arange(len(periods))
    value, low, high = (periods[name].to_numpy(float) for name in ("value", "low", "high"))
    if bars:
        colours = [MUTED] * (len(x) - 1) + [PARTNER]
        ax.bar(x, np.nan_to_num(value), color=colours, width=0.7)
        ax.errorbar(x, value, [value - low, high - value], fmt="none", ecolor="#6b7280", elinewidth=1, capsize=2)
    else:
        ax.fill_between(x, low, high, color=PARTNER, alpha=0.15, linewidth=0)
        ax.plot(x, value, color=PARTNER, marker="o", markersize=4)
    if len(x) and not np.isnan(value[-1]):
        top = high[-1] if bars and not np.isnan(high[-1]) else value[-1]
        ax.annotate(
            shown(value[-1], unit, currency),
            (x[-1], top),
            (0, 6),
            textcoords="offset points",
            ha="center",
            weight="bold",
        )
    if not np.isnan(peers):
        ax.axhline(peers, color=PEERS, linestyle="--", linewidth=1)
        ax.annotate(
            _("peers’ median"),
            (1, peers),
            (2, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            color="#4b5563",
            fontsize=8.5,
            va="center",
            annotation_clip=False,
        )
    ax.set_xticks(x, periods["period"])
    ax.set_ylim(bottom=min(0, np.nanmin(value, initial=0)))
    ax.margins(y=0.15)
    if unit == "ratio":
        ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _at: percent(share)))
    elif unit.startswith("money"):
        money_axis(ax.yaxis, currency)
    else:
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.set_ylabel(_(AXES.get(unit, "")))
    ax.set_title(title)
    return ax
