"""How often each rating was given."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cofactor.plots.canvas import axes_for, check_lengths, say_empty
from cofactor.plots.palette import BLUE

__all__ = ["rating_histogram"]

MAX_NUMBERED = 12  # bars with their shares above them


def rating_histogram(values: Sequence[float], counts: Sequence[int], *, ax: Any = None) -> Any:
    """The Matplotlib axes of a bar for each rating, its share of all ratings above it.

    values, counts: (n,) each; values are ratings, or the middles of intervals of them, ascending
    Raises `BadOption` where the columns differ in length, `MissingExtra` without Matplotlib.
    """
    check_lengths(values=values, counts=counts)
    axes = axes_for(ax, "rating", "number of ratings")
    if not len(values):
        return say_empty(axes)
    width = 0.8 * min(np.diff(values), default=1.0)
    bars = axes.bar(values, counts, width=width, color=BLUE)
    if len(values) <= MAX_NUMBERED:
        axes.set_xticks(list(values))
        axes.bar_label(bars, [f"{count / max(sum(counts), 1):.0%}" for count in counts], padding=2, fontsize=9)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    return axes
