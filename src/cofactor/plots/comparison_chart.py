"""Several models by one metric: values with their intervals, and the verdict on each in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.plots.canvas import PLAIN, axes_for, check_lengths, label_rows, say_empty
from cofactor.plots.palette import BLUE, GREY

__all__ = ["comparison_chart"]


def comparison_chart(
    models: Sequence[str], values: ArrayLike, low: ArrayLike, high: ArrayLike, verdicts: Sequence[str], *,
    metric: str, winner: str | None = None, ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of a point with its interval for each model, in the order given, and the verdicts beside.

    models, values, low, high, verdicts: (n,) each     winner: the model that is marked
    Raises `BadOption` where the columns differ in length, `MissingExtra` without Matplotlib.
    """
    points, ends = np.asarray(values, float), np.array([low, high], float)
    check_lengths(models=models, values=points, low=ends[0], high=ends[1], verdicts=verdicts)
    axes = axes_for(ax, metric, "", size=(8, 1 + 0.5 * max(len(points), 2)))
    if not len(points):
        return say_empty(axes)
    for row, (model, value, verdict) in enumerate(zip(models, points, verdicts, strict=True)):
        colour, size = (BLUE, 9) if model == winner else (GREY, 6)
        axes.plot(ends[:, row], [row, row], color=colour, linewidth=2.5)
        axes.plot([value], [row], "D" if model == winner else "o", color=colour, markersize=size)
        beside = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": 9}
        axes.text(1.02, row, verdict, **beside, **PLAIN)
    label_rows(axes, list(models))
    for model, text in zip(models, axes.get_yticklabels(), strict=True):
        text.set_fontweight("bold" if model == winner else "normal")
    return axes
