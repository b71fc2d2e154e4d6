"""A KPI over the trailing periods, with its interval, the latest period marked and the peers'
median beside it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from kpi_helpers.showing.figures.base import MUTED, PARTNER, PEERS, axes, money_axis
from kpi_helpers.showing.format import percent, shown
from kpi_helpers.showing.language import N_, _

AXES = {"days": N_("days"), "number": N_("deals"), "index": N_("index")}
RIGHT = ("axes fraction", "data")
BESIDE = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
LINE = 12  # points that a label needs


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
    """`periods` has period, value, low, high; gaps stay gaps. Bars for counts, a line for
    everything else."""
    ax = axes(ax)
    x = np.arange(len(periods))
    value, low, high = (periods[name].to_numpy(float) for name in ("value", "low", "high"))
    if bars:
        colours = [MUTED] * (len(x) - 1) + [PARTNER]
        ax.bar(x, np.nan_to_num(value), color=colours, width=0.7)
        ax.errorbar(
            x,
            value,
            [value - low, high - value],
            fmt="none",
            ecolor="#6b7280",
            elinewidth=1,
            capsize=2,
        )
    else:
        ax.fill_between(x, low, high, color=PARTNER, alpha=0.15, linewidth=0)
        ax.plot(x, value, color=PARTNER, marker="o", markersize=4)
    ax.set_ylim(bottom=min(0, np.nanmin(value, initial=0)))
    ax.margins(y=0.15)
    last = value[-1] if len(x) else np.nan
    if not np.isnan(last):
        text = shown(last, unit, currency)
        if bars:
            top = last if np.isnan(high[-1]) else high[-1]
            ax.annotate(
                text, (x[-1], top), (0, 6), textcoords="offset points", ha="center", weight="bold"
            )
        else:
            ax.annotate(
                text, (1, last), (4, 0), xycoords=RIGHT, color=PARTNER, weight="bold", **BESIDE
            )
    if not np.isnan(peers):
        ax.axhline(peers, color=PEERS, linestyle="--", linewidth=1)
        ax.annotate(
            _("peers’ median"),
            (1, peers),
            (4, 0 if bars else _apart(ax, peers, last)),
            xycoords=RIGHT,
            color="#4b5563",
            fontsize=8.5,
            **BESIDE,
        )
    ax.set_xticks(x, periods["period"])
    if unit == "ratio":
        ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _at: percent(share)))
    elif unit.startswith("money"):
        money_axis(ax.yaxis, currency)
    else:
        ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.set_ylabel(_(AXES.get(unit, "")))
    ax.set_title(title)
    return ax


def _apart(ax: Axes, peers: float, last: float) -> float:
    """How many points the peers' label moves up or down so that it does not lie on the last
    value's."""
    bottom, top = ax.get_ylim()
    gap = (peers - last) / (top - bottom) * ax.get_window_extent().height * 72 / ax.figure.dpi
    if np.isnan(gap) or abs(gap) >= LINE:
        return 0
    return LINE - gap if gap > 0 else -LINE - gap
