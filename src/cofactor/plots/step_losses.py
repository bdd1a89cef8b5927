"""The losses of a training run, step by step."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cofactor.plots.canvas import axes_for, legend, say_empty
from cofactor.plots.palette import BLUE, VERMILLION

__all__ = ["step_losses"]


def step_losses(
    train: Sequence[float], valid: Sequence[float] = (), *, steps_per_epoch: int = 1, ax: Any = None
) -> Any:
    """The Matplotlib axes of the loss of every step, and of that of held-out ratings after every epoch, in steps.

    Raises `MissingExtra` without Matplotlib.
    """
    axes = axes_for(ax, "step", "loss")
    if not len(train):
        return say_empty(axes)
    axes.plot(np.arange(1, len(train) + 1), train, color=BLUE, linewidth=0.9, alpha=0.75, label="train")
    if len(valid):
        at = steps_per_epoch * np.arange(1, len(valid) + 1)
        axes.plot(at, valid, color=VERMILLION, marker="o", markersize=4, label="held out")
    legend(axes)
    return axes
