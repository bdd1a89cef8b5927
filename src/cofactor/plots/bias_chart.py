"""Biases as points, with their intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.plots.canvas import axes_for, check_lengths, label_rows, say_empty
from cofactor.plots.palette import BLACK, BLUE, ORANGE

__all__ = ["bias_chart"]


def bias_chart(
    names: Sequence[str], values: ArrayLike, low: ArrayLike | None = None, high: ArrayLike | None = None, *,
    x: str = "bias", ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of a point for each bias, the highest on top, and its interval where one is given.

    names, values, low, high: (n,) each
    Raises `BadOption` where the columns differ in length, `MissingExtra` without Matplotlib.
    """
    ends = [None if end is None else np.asarray(end, float) for end in (low, high)]
    bias = np.asarray(values, float)
    check_lengths(names=names, values=bias, low=ends[0], high=ends[1])
    axes = axes_for(ax, x, "", size=(7, 1 + 0.26 * max(len(bias), 4)))
    if not len(bias):
        return say_empty(axes)
    order = np.argsort(-bias, kind="stable")
    colours = np.where(bias[order] > 0, BLUE, ORANGE)
    for row, (at, colour) in enumerate(zip(order, colours, strict=True)):
        if ends[0] is not None and ends[1] is not None:
            axes.plot([ends[0][at], ends[1][at]], [row, row], color=colour, linewidth=2, alpha=0.5)
    axes.scatter(bias[order], range(len(order)), color=colours, s=24, zorder=3)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    label_rows(axes, [names[int(at)] for at in order])
    return axes
