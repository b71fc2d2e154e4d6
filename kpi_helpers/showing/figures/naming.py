"""Names beside dots, as many as fit: no name covers another or leaves the axes."""

import numpy as np
from matplotlib.axes import Axes

SIZE = 8  # points
WIDE, HIGH, OFF = 0.58 * SIZE, 1.25 * SIZE, 5  # points: a letter, a line, from the dot to its name
PLACES = (
    ("left", "center", OFF, 0),
    ("right", "center", -OFF, 0),
    ("center", "bottom", 0, OFF),
    ("center", "top", 0, -OFF),
)


def name_dots(ax: Axes, names, x, y) -> None:
    """Write each name right, left, above or below its dot, the first where it is free; without room
    it is left out.

    The limits of the axes have to be set before; what matters most comes first, dots beyond the
    last name have none.
    """
    to_points = 72 / ax.figure.dpi
    (left, bottom), (right, top) = np.asarray(ax.get_window_extent()) * to_points
    dots = ax.transData.transform(np.column_stack([x, y]).astype(float)) * to_points
    taken = [(px - 3, py - 3, px + 3, py + 3) for px, py in dots]
    for name, at, (px, py) in zip(names, zip(x, y, strict=True), dots, strict=False):
        wide = WIDE * len(name)
        for ha, va, dx, dy in PLACES:
            x0 = px + dx - wide * {"left": 0, "center": 0.5, "right": 1}[ha]
            y0 = py + dy - HIGH * {"bottom": 0, "center": 0.5, "top": 1}[va]
            box = x0, y0, x0 + wide, y0 + HIGH
            inside = x0 >= left and box[2] <= right and y0 >= bottom and box[3] <= top
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                ax.annotate(
                    name, at, (dx, dy), textcoords="offset points", fontsize=SIZE, ha=ha, va=va
                )
                break


def _overlap(a: tuple, b: tuple) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
