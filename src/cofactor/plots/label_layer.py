"""A layer of labels that is laid out whenever its axes are drawn: at any size, and after zooming, none lies on another.

Matplotlib is imported with this file, so that only functions import it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.patheffects import withStroke
from matplotlib.transforms import IdentityTransform

from cofactor.arrays import FloatArray
from cofactor.plots.canvas import PLAIN, short
from cofactor.plots.label_placement import place_labels

__all__ = ["LabelLayer"]

FONT_SIZE, GAP = 8, 3  # points
LAYER, DOTS = 2.8, 2.9  # drawn in this order, and both before texts, whose places the layer sets


class LabelLayer(Artist):
    """Names at some points of axes, the most important first; where there is no room a name is not shown.

    points: (n, 2), in the axes' data     n_most: names shown at once; the dots of those shown have the names' colour
    """

    def __init__(self, axes: Any, points: FloatArray, names: Sequence[str], colour: str, n_most: int) -> None:
        super().__init__()
        self.points, self.n_most = points, n_most
        halo = [withStroke(linewidth=2, foreground="white")]
        style = {"fontsize": FONT_SIZE, "color": colour, "path_effects": halo, "visible": False, "clip_on": True}
        pixels = IdentityTransform()
        self.texts = [axes.text(0, 0, short(name), va="bottom", transform=pixels, **style, **PLAIN) for name in names]
        self.dots = axes.scatter([], [], s=10, color=colour, linewidths=0, zorder=DOTS)
        for one in (self, *self.texts):
            one.set_in_layout(False)
        self.set_zorder(LAYER)
        axes.add_artist(self)

    def draw(self, renderer: RendererBase) -> None:
        """Place the texts for the size and the section of now."""
        if not self.texts or self.axes is None:
            return
        sizes = np.array([self._size_of(text, renderer) for text in self.texts])
        window = self.axes.get_window_extent(renderer)
        points = self.axes.transData.transform(self.points)
        gap = float(np.asarray(renderer.points_to_pixels(GAP)))
        corners = place_labels(points, sizes, window.get_points(), gap)
        is_shown = np.isfinite(corners[:, 0])
        is_shown &= np.cumsum(is_shown) <= self.n_most
        for text, corner, shown in zip(self.texts, corners, is_shown, strict=True):
            text.set_visible(shown)
            if shown:
                text.set_position(corner)
        self.dots.set_offsets(self.points[is_shown])

    def _size_of(self, text: Any, renderer: RendererBase) -> tuple[float, float]:
        text.set_visible(True)  # one that is not has no extent
        box = text.get_window_extent(renderer)
        return box.width, box.height
