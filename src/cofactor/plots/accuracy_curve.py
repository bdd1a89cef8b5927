"""Accuracy against the number of ratings that it is learned from."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.errors import BadOption
from cofactor.plots.canvas import axes_for, check_lengths, legend, say_empty
from cofactor.plots.palette import SERIES

__all__ = ["accuracy_curve"]

LOG_FROM = 30  # times as many ratings at the end as at the start: then the scale is logarithmic


def accuracy_curve(
    n_ratings: Sequence[int], curves: Mapping[str, ArrayLike], *, metric: str = "RMSE", x: str = "number of ratings",
    ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of a line for each name, with a band where its intervals are given.

    n_ratings: (n,), ascending     curves: by name (n,) values, or (n, 3): value, low and high
    Raises `BadOption` where the columns differ in length or there is a low without a high, and
    `MissingExtra` without Matplotlib.
    """
    lines = {name: np.atleast_2d(np.asarray(one, float).T).T for name, one in curves.items()}
    for line in lines.values():
        check_lengths(n_ratings=n_ratings, values=line)
        if line.shape[1] not in (1, 3):
            raise BadOption(f"Give a value, or value, low and high, for each number of ratings; {line.shape} came.")
    axes = axes_for(ax, x, metric)
    if not len(n_ratings) or not lines:
        return say_empty(axes)
    for (name, line), colour in zip(lines.items(), cycle(SERIES), strict=False):
        if line.shape[1] == 3:
            axes.fill_between(n_ratings, line[:, 1], line[:, 2], color=colour, alpha=0.2, linewidth=0)
        axes.plot(n_ratings, line[:, 0], "o-", markersize=4, color=colour, label=name)
    if min(n_ratings) > 0 and max(n_ratings) > LOG_FROM * min(n_ratings):
        axes.set_xscale("log")
    axes.set_xticks(list(n_ratings), [f"{n:,}" for n in n_ratings])
    axes.minorticks_off()
    legend(axes)
    return axes
