"""Users or items as points on two factors, as many of them named as there is room for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.arrays import FloatArray, IntArray
from cofactor.errors import BadOption
from cofactor.plots.canvas import axes_for, check_least, check_lengths, say_empty
from cofactor.plots.palette import BLUE, GREY

__all__ = ["factor_map"]

MAX_NAMED = 300  # points that a place is sought for: more would take long to draw


def factor_map(
    places: ArrayLike, names: Sequence[str], *, importance: ArrayLike | None = None, n_labels: int = 60,
    x: str = "factor 0", y: str = "factor 1", ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of a map: a dot for each row, and titles that do not lie on each other.

    places: (m, 2)     names: (m,)     n_labels: most names shown; fewer where there is no room
    importance: (m,) the highest are named first; None: the outermost
    Both axes have one scale. Names are placed when the figure is drawn, so that a larger figure, or a part that is
    zoomed, shows more.
    Raises `BadOption` where the columns differ in length or places are not pairs, `MissingExtra` without Matplotlib.
    """
    points, most = np.asarray(places, float), check_least("n_labels", n_labels, 0)
    check_lengths(places=points, names=names, importance=None if importance is None else np.asarray(importance))
    if len(points) and points.shape[1:] != (2,):
        raise BadOption(f"A map has two coordinates for each row, but an array of shape {points.shape} came.")
    axes = axes_for(ax, x, y, size=(9, 7))
    if not len(points):
        return say_empty(axes)
    axes.axhline(0, color=GREY, linewidth=0.5, zorder=0)
    axes.axvline(0, color=GREY, linewidth=0.5, zorder=0)
    axes.scatter(*points.T, s=8, color=GREY, alpha=0.5, linewidths=0)
    axes.margins(0.06)
    axes.set_aspect("equal", adjustable="datalim")  # what is near on the map is near on the two factors
    from cofactor.plots.label_layer import LabelLayer

    named = _by_importance(points, importance)[:MAX_NAMED]
    LabelLayer(axes, points[named], [names[int(at)] for at in named], BLUE, most)
    return axes


def _by_importance(points: FloatArray, importance: ArrayLike | None) -> IntArray:
    """The rows whose place is known, the first to be named first."""
    scale = np.maximum(np.nanmax(np.abs(points), axis=0, initial=0), 1e-12)
    weight = np.linalg.norm(points / scale, axis=1) if importance is None else np.asarray(importance, float)
    order = np.argsort(-weight, kind="stable")
    return order[np.isfinite(points[order]).all(axis=1)]
