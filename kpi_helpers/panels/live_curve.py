"""The panel's picture: axes and baseline are drawn once, and then only the scenario's curve moves
over them."""

import io

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from kpi_helpers.showing.figures.base import STYLE
from kpi_helpers.showing.figures.what_if_outcomes import chance_curve, chances, reach_of

ROOM = 1.25  # to the right of what there is to show, so that most moves stay inside


class LiveCurve:
    """`chance_curve` of two answers as a small PNG, without pyplot's state.

    Text and axes take most of the time of drawing. They are kept as long as the baseline's answer
    is the same one and the scenario's curve neither leaves the axes nor fills less than half of
    them.
    """

    def __init__(self, currency: str | None) -> None:
        self.currency, self.before, self.reach = currency, None, 0.0

    def png(self, before, after) -> bytes:
        needed = reach_of(after.target, before.revenues, after.revenues)
        if before is not self.before or not 0.5 * self.reach <= needed <= self.reach:
            self._begin(before, after, ROOM * needed)
        share = chances(after.revenues, self.at)
        self.curve.set_ydata(share)
        self.area.set_data(self.at, share, 0)
        self.canvas.restore_region(self.empty)
        for artist in (self.area, self.curve):
            self.axes.draw_artist(artist)
        file = io.BytesIO()
        picture = Image.frombuffer(
            "RGBA", self.canvas.get_width_height(), self.canvas.buffer_rgba()
        )
        picture.convert("RGB").save(file, "png", compress_level=1)
        return file.getvalue()

    def _begin(self, before, after, reach: float) -> None:
        """What stays: everything but the scenario's curve and the area below it."""
        with mpl.rc_context(STYLE):
            figure = Figure(figsize=(5.4, 2.9), dpi=130)
            self.canvas = FigureCanvasAgg(figure)
            self.axes = figure.add_axes((0.1, 0.1, 0.88, 0.79))
            state = {"target": after.target, "currency": self.currency, "reach": reach}
            chance_curve(before.revenues, after.revenues, **state, ax=self.axes)
            self.before, self.reach = before, reach
            self.curve, self.area = self.axes.lines[1], self.axes.collections[0]
            self.at = self.curve.get_xdata()
            for artist in (self.curve, self.area):
                artist.set_animated(True)
            self.canvas.draw()
            self.empty = self.canvas.copy_from_bbox(figure.bbox)
