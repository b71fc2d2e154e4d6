"""A sparkline: one small line of SVG, its last point marked."""

import pandas as pd
from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 96, 22, 3


def sparkline(values: pd.Series, alt: str) -> Markup:
    """The values in order as inline SVG; gaps where a value is unknown, nothing when fewer than two
    are known.

    >>> sparkline(pd.Series([1.0, None]), "x")
    Markup('')
    """
    known = values.dropna()
    if len(known) < 2:
        return Markup("")
    low, span = known.min(), (known.max() - known.min()) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    points = [
        None
        if pd.isna(v)
        else (EDGE + i * step, HEIGHT - EDGE - (v - low) / span * (HEIGHT - 2 * EDGE))
        for i, v in enumerate(values)
    ]
    path, pen = "", "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path += f"{pen}{point[0]:.1f} {point[1]:.1f}"
        pen = "L"
    x, y = [point for point in points if point][-1]
    return Markup(
        '<svg class="spark" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">'
        '<path d="{}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        '<circle cx="{}" cy="{}" r="2.2" fill="currentColor"/></svg>'
    ).format(alt, WIDTH, HEIGHT, WIDTH, HEIGHT, path, f"{x:.1f}", f"{y:.1f}")
