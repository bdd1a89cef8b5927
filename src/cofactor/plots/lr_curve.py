"""The learning-rate finder: loss against learning rate."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.plots.canvas import axes_for, check_lengths, legend, say_empty
from cofactor.plots.palette import BLUE, SERIES

__all__ = ["lr_curve"]


def lr_curve(rates: FloatArray, losses: FloatArray, marked: Mapping[str, float], *, ax: Any = None) -> Any:
    """The Matplotlib axes of the loss against the learning rate, on a logarithmic scale.

    rates, losses: (n,) each     marked: rates by their names, which a legend gives where there are several
    Raises `BadOption` where the columns differ in length, `MissingExtra` without Matplotlib.
    """
    check_lengths(rates=rates, losses=losses)
    axes = axes_for(ax, "learning rate", "loss")
    if not len(rates):
        return say_empty(axes)
    axes.plot(rates, losses, color=BLUE)
    axes.set_xscale("log")
    for at, (name, rate) in enumerate(marked.items()):
        colour, height = SERIES[1 + at % (len(SERIES) - 1)], float(np.interp(rate, rates, losses))
        axes.axvline(rate, color=colour, linewidth=1, linestyle="--")
        axes.plot([rate], [height], "o", color=colour, label=name)
        axes.annotate(f"{rate:.2g}", (rate, height), (8, 8), textcoords="offset points", color=colour)
    if len(marked) > 1:
        legend(axes)
    return axes
