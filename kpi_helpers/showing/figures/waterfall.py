"""The pipeline's movement as a waterfall."""

import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.history.movement import SIGN
from kpi_helpers.showing.figures.base import BAD, GOOD, PARTNER, axes, money_axis
from kpi_helpers.showing.format import money
from kpi_helpers.showing.labels import STEPS
from kpi_helpers.showing.language import _


def waterfall(movement: pd.DataFrame, *, title: str, currency=None, ax: Axes | None = None) -> Axes:
    """`movement` is `pipeline_movement`'s table; steps that are not known are left out."""
    ax = axes(ax)
    steps = movement.dropna(subset="amount").reset_index(drop=True)
    level = top = 0.0
    for x, (step, amount) in enumerate(zip(steps["step"], steps["amount"], strict=True)):
        total = step in ("start", "end")
        bottom, height = (0.0, amount) if total else (level, SIGN[step] * amount)
        ax.bar(
            x,
            height,
            bottom=bottom,
            width=0.65,
            color=PARTNER if total else GOOD if height >= 0 else BAD,
        )
        level = bottom + height
        top = max(top, bottom, level)
        text = (
            money(amount, currency, compact=True)
            if total or not amount
            else money(height, currency, compact=True)
        )
        ax.annotate(
            text,
            (x, max(bottom, level)),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
        )
        if x + 1 < len(steps):
            ax.plot([x, x + 1], [level, level], color="#6b7280", linewidth=0.8)
    ax.set_xticks(range(len(steps)), [_(STEPS[step]) for step in steps["step"]])
    ax.grid(axis="x", visible=False)
    ax.set_ylim(0, 1.12 * max(top, 1))
    money_axis(ax.yaxis, currency)
    ax.set_title(title)
    return ax
