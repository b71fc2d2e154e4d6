"""What a window may bring, baseline against scenario, and which driver moves it most."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from kpi_helpers.showing.figures.base import ACCENT, GOOD, PARTNER, PEERS, axes, money_axis
from kpi_helpers.showing.language import _

STEPS = 200  # points of a curve


def chance_curve(
    baseline: np.ndarray,
    scenario: np.ndarray | None = None,
    *,
    target: float | None = None,
    currency: str | None = None,
    reach: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The chance (up) that revenue is at least so much (across), from the draws of each; further
    right is better.

    The picture ends where both curves do, or at `reach`."""
    ax = axes(ax)
    at = np.linspace(0, reach or reach_of(target, baseline, scenario), STEPS)
    curves = [(baseline, PEERS, _("Baseline")), (scenario, PARTNER, _("Scenario"))]
    for draws, colour, name in curves:
        if draws is not None:
            share = chances(draws, at)
            ax.plot(at, share, color=colour, linewidth=2.2, label=name)
            if name == _("Scenario") or scenario is None:
                ax.fill_between(at, share, color=colour, alpha=0.08, linewidth=0)
    if target:
        ax.axvline(target, color=ACCENT, linestyle="--", linewidth=1.4, label=_("Target"))
    ax.set(xlim=(0, at[-1]), ylim=(0, 1.02))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    money_axis(ax.xaxis, currency)
    ax.set_title(_("Chance of the window bringing at least …"))
    ax.legend(frameon=False, loc="upper right")
    return ax


def reach_of(target: float | None, *draws: np.ndarray | None) -> float:
    """How far to the right the curves of these draws have something to show."""
    most = max(np.quantile(some, 0.995) for some in draws if some is not None)
    return max(most, target or 0) * 1.02 or 1.0


def chances(draws: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The chance of at least so much, for each of `at`."""
    return 1 - np.searchsorted(np.sort(draws), at, side="left") / len(draws)


def tornado_bars(
    table: pd.DataFrame,
    middle: float,
    names: dict[str, str],
    *,
    currency: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """`whatif.tornado` as bars around the mean revenue `middle`, the largest swing on top."""
    ax = axes(ax)
    table = table.head(8)[::-1]
    rows = np.arange(len(table))
    for ends, colour, name in (("low", PEERS, _("driver low")), ("high", GOOD, _("driver high"))):
        ax.barh(
            rows,
            table[f"revenue_{ends}"] - middle,
            left=middle,
            color=colour,
            height=0.62,
            label=name,
        )
    ax.axvline(middle, color="#374151", linewidth=1)
    ax.set_yticks(rows, [names.get(driver, driver) for driver in table.index])
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)
    money_axis(ax.xaxis, currency)
    ax.set_title(_("Mean revenue when one driver moves over its interval"))
    ax.legend(frameon=False, loc="lower right")
    return ax
