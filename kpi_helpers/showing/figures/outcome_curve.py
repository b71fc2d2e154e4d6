"""Which share of the deals was won, lost or still open so many days after creation."""

import pandas as pd
from matplotlib.axes import Axes

from kpi_helpers.showing.figures.base import BAD, GOOD, MUTED, axes
from kpi_helpers.showing.format import percent
from kpi_helpers.showing.language import N_, _

# Beside its share; "won 40%".
WORDS = {
    "won": N_("won {share}"),
    "open": N_("open {share}"),
    "cancelled": N_("cancelled {share}"),
    "lost": N_("lost {share}"),
}


def outcome_curve(curve: pd.DataFrame, *, title: str, ax: Axes | None = None) -> Axes:
    """`curve` has day and the shares won, lost, cancelled and open, which sum to 1
    (Aalen-Johansen)."""
    ax = axes(ax)
    parts = {"won": GOOD, "open": "#eef0f3", "cancelled": MUTED, "lost": BAD}
    names = [name for name in parts if name in curve]
    last = curve.iloc[-1]
    tail = last.to_frame().T.assign(
        day=last["day"] + max(1, 0.02 * last["day"])
    )  # else the last step has no width
    curve = pd.concat([curve, tail], ignore_index=True).astype(float)
    ax.stackplot(
        curve["day"],
        *(curve[name] for name in names),
        colors=[parts[name] for name in names],
        step="post",
        alpha=0.85,
        linewidth=0,
    )
    base = 0.0
    for name in names:
        if last[name] > 0.03:
            ax.annotate(
                _(WORDS[name], share=percent(last[name])),
                (1, base + last[name] / 2),
                (4, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center",
                annotation_clip=False,
                fontsize=9,
            )
        base += last[name]
    ax.set(
        xlim=(0, max(curve["day"].max(), 1)),
        ylim=(0, 1),
        xlabel=_("days since the deal was created"),
        title=title,
    )
    ax.yaxis.set_major_formatter(lambda share, _at: percent(share))
    return ax
