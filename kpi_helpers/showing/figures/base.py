"""The look of all figures, and the wrapper that draws one once, with its alternative text."""

from collections.abc import Callable
from io import BytesIO

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from ..format import money

# Okabe and Ito's palette, told apart by colour-blind readers; the partner is always the same blue.
PARTNER, PEERS, GOOD, BAD, MUTED, ACCENT = "#0072B2", "#8A8F98", "#009E73", "#D55E00", "#C9CDD3", "#E69F00"
STYLE = {
    "axes.edgecolor": "#6b7280",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.figsize": (7.4, 3.1),
    "font.size": 9.5,
    "grid.color": "#e5e7eb",
    "savefig.dpi": 160,
    "text.parse_math": False,
}


def axes(ax: Axes | None) -> Axes:
    """The given axes, or new ones."""
    return ax if ax is not None else plt.subplots()[1]


def money_axis(axis, currency: str | None) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: money(value, currency, compact=True)))


class Picture:
    """A figure as PNG, drawn once and without pyplot's state; `text` says what it shows."""

    def __init__(self, draw: Callable[[], Axes], text: str) -> None:
        self.text = text
        with sns.axes_style("whitegrid"), mpl.rc_context(STYLE):
            figure = draw().figure
            buffer = BytesIO()
            figure.savefig(buffer, format="png", metadata={"Software": None})
            self.width, self.height = (round(inches * 96) for inches in figure.get_size_inches())
            plt.close(figure)
        self.png = buffer.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        size = {"width": self.width, "height": self.height, "alt": self.text}
        return {"image/png": self.png, "text/plain": self.text}, {"image/png": size}

    def __repr__(self) -> str:
        return self.text
