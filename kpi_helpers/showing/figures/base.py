"""The look of all figures, and the wrapper that draws one once, with its alternative text."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import blended_transform_factory
from PIL import Image

from kpi_helpers.showing.format import money

# Okabe and Ito's palette, told apart by colour-blind readers; the partner is always the same blue.
PARTNER, PEERS, GOOD, BAD, MUTED, ACCENT = (
    "#0072B2",
    "#8A8F98",
    "#009E73",
    "#D55E00",
    "#C9CDD3",
    "#E69F00",
)
STYLE = {
    "axes.edgecolor": "#6b7280",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titley": 1.0,  # nothing stands above the axes, so nothing has to be measured for it
    "figure.figsize": (7.4, 3.1),
    "font.size": 9.5,
    "grid.color": "#e5e7eb",
    "text.hinting": "none",  # at twice the screen's pixels it costs time and shows nothing
    "text.parse_math": False,
}

ABOVE, BELOW = 0.372, 0.434  # inches for the title, and for the ticks and their label
SCREEN = 96  # pixels an inch on the page; the picture holds twice as many
EDGE = 0.005  # of the width, kept free of labels
TICKS = 10  # of most axes at most, to be made beforehand
COLOURS = 128  # enough for flat colours and smooth letters, at a third of the weight


def axes(ax: Axes | None) -> Axes:
    """The given axes, or new ones."""
    return ax if ax is not None else plt.subplots()[1]


def money_axis(axis, currency: str | None) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _at: money(value, currency, compact=True)))


class Picture:
    """A figure as a small PNG, drawn once and without pyplot's state; `text` says what it shows.

    `draw` gets the axes. The margins are given (`left`, `right` as shares, above and below in
    inches; so is `height`); where a label of some language does not fit beside the axes, these give
    way.
    """

    def __init__(
        self,
        draw: Callable[[Axes], object],
        text: str,
        left: float = 0.1,
        right: float = 0.88,
        height: float = 3.1,
    ) -> None:
        self.text = text
        with mpl.rc_context(_style()):
            ax = _laid_out.pop() if _laid_out else _empty()
            figure, canvas = ax.figure, ax.figure.canvas
            figure.set_figheight(height)
            ax.set_position((left, BELOW / height, right - left, 1 - (ABOVE + BELOW) / height))
            draw(ax)
            _place_labels(ax)
            _make_room(ax)
            canvas.draw()
        self.width, self.height = (round(inches * SCREEN) for inches in figure.get_size_inches())
        self.png = _small_png(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))

    def _repr_mimebundle_(self, **_):
        size = {"width": self.width, "height": self.height, "alt": self.text}
        return {"image/png": self.png, "text/plain": self.text}, {"image/png": size}

    def __repr__(self) -> str:
        return self.text


_laid_out: list[Axes] = []


def lay_out(figures: int) -> None:
    """Make empty figures beforehand: a process that forks has its children draw into them."""
    with mpl.rc_context(_style()):
        _laid_out.extend(_empty() for _ in range(figures))


def _empty() -> Axes:
    figure = Figure(STYLE["figure.figsize"], dpi=2 * SCREEN)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0, 0, 1, 1))
    for axis in (ax.xaxis, ax.yaxis):
        axis.get_major_ticks(TICKS)
    return ax


@cache
def _style() -> dict:
    return sns.axes_style("whitegrid") | STYLE


def _place_labels(ax: Axes) -> None:
    """Labels of the axes where they need no measuring: across at the figure's lower edge, none
    where there is none."""
    lower_edge = blended_transform_factory(ax.transAxes, ax.figure.transFigure)
    ax.xaxis.set_label_coords(0.5, EDGE, lower_edge)
    ax.xaxis.label.set_verticalalignment("bottom")
    if not ax.yaxis.label.get_text():
        ax.yaxis.set_label_coords(0, 0.5)


def _make_room(ax: Axes) -> None:
    """Narrow the axes by what its labels reach over the figure's left and right edges."""
    renderer, at = ax.figure.canvas.get_renderer(), ax.get_position()
    width, beside = ax.figure.bbox.width, ax.yaxis.get_tightbbox(renderer)
    ends = [text.get_window_extent(renderer).x1 for text in ax.texts]
    over_left = max(0, EDGE - beside.x0 / width) if beside else 0
    over_right = max(0, max(ends, default=0) / width - 1 + EDGE)
    if over_left or over_right:
        ax.set_position((at.x0 + over_left, at.y0, at.width - over_left - over_right, at.height))


def _small_png(image: Image.Image) -> bytes:
    """The image in few colours, found in every fourth pixel each way; its background stays exactly
    what it was."""
    some = image.resize((image.width // 4, image.height // 4), Image.Resampling.NEAREST)
    few = some.quantize(colors=COLOURS, method=Image.Quantize.FASTOCTREE)
    palette = few.getpalette()
    corner = 3 * few.getpixel((0, 0))
    palette[corner : corner + 3] = image.getpixel((0, 0))
    few.putpalette(palette)
    small = image.quantize(palette=few, dither=Image.Dither.NONE)
    buffer = BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()
