"""What one objective costs in another: a curve through lists made for both, from the one alone to the other alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.arrays import FloatArray
from cofactor.plots.canvas import axes_for, check_lengths, say_empty
from cofactor.plots.palette import BLUE, GREY

__all__ = ["trade_off"]

APART = 0.06  # of the figure's sides: labels nearer than that would lie on each other


def trade_off(
    weights: Sequence[float], values: ArrayLike, costs: ArrayLike, *, x: str = "value", y: str = "accuracy",
    ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of a point with its intervals for each weight, in the order given, and the line through them.

    weights: (n,) written beside the points that lie apart     values, costs: (n, 3) each: value, low and high
    Raises `BadOption` where the columns differ in length, `MissingExtra` without Matplotlib.
    """
    along, across = (np.asarray(one, float).reshape(-1, 3) for one in (values, costs))
    check_lengths(weights=weights, values=along, costs=across)
    axes = axes_for(ax, x, y)
    if not len(along):
        return say_empty(axes)
    axes.plot(along[:, 0], across[:, 0], "o-", color=BLUE, markersize=4)
    for at, to in zip(along, across, strict=True):
        axes.plot(at[1:], [to[0]] * 2, color=GREY, linewidth=1, zorder=1)
        axes.plot([at[0]] * 2, to[1:], color=GREY, linewidth=1, zorder=1)
    rises = np.ptp(along[:, 0]) * np.ptp(across[:, 0]) > 0 and np.corrcoef(along[:, 0], across[:, 0])[0, 1] > 0
    for at in _apart(along[:, 0], across[:, 0]):
        beside = (6, -12 if rises else 6)  # off the line
        axes.annotate(f"{weights[at]:g}", (along[at, 0], across[at, 0]), beside, textcoords="offset points", fontsize=9)
    return axes


def _apart(x: FloatArray, y: FloatArray) -> list[int]:
    """The points that labels can stand beside without lying on each other; the first and the last are among them."""
    places = np.column_stack([one / (np.ptp(one) or 1) for one in (x, y)])
    kept = list[int]()
    for at in [0, len(places) - 1, *range(1, len(places) - 1)]:
        if at not in kept and all(np.hypot(*(places[at] - places[one])) > APART for one in kept):
            kept.append(at)
    return kept
