"""Both ends of an axis, with the names of what lies there."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.arrays import FloatArray, IntArray
from cofactor.plots.canvas import PLAIN, axes_for, check_least, check_lengths, label_rows, say_empty
from cofactor.plots.palette import BLACK, BLUE, ORANGE

__all__ = ["axis_ends"]


def axis_ends(
    places: ArrayLike, names: Sequence[str], *, n: int = 8, low: str = "", high: str = "", x: str = "place on the axis",
    ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of a bar for each of the n outermost rows of either end, the high end on top.

    places: (m,)     names: (m,)     low, high: what the ends are called; of fewer than 2n rows each is shown once
    Raises `BadOption` where the columns differ in length and for n below 1, `MissingExtra` without Matplotlib.
    """
    values = np.asarray(places, float)
    check_lengths(places=values, names=names)
    at = _outermost(values, check_least("n", n, 1))
    axes = axes_for(ax, x, "", size=(7, 1 + 0.26 * max(len(at), 4)))
    if not len(at):
        return say_empty(axes)
    is_high = np.arange(len(at)) < (len(at) + 1) // 2
    axes.barh(range(len(at)), values[at], color=np.where(is_high, BLUE, ORANGE), height=0.7)
    label_rows(axes, [names[int(one)] for one in at])
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.set_title(_arrows(low, high), fontsize=10, **PLAIN)
    return axes


def _outermost(values: FloatArray, n: int) -> IntArray:
    """The n highest and the n lowest, in descending order, none twice."""
    order = np.argsort(-values, kind="stable")
    return order if len(order) <= 2 * n else np.concatenate([order[:n], order[-n:]])


def _arrows(low: str, high: str) -> str:
    """The title.

    >>> _arrows("Children, Comedy", "Thriller")
    '← Children, Comedy        Thriller →'
    """
    return "        ".join(filter(None, [low and f"← {low}", high and f"{high} →"]))
