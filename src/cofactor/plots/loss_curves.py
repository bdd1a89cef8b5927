"""Losses after every epoch: the mean over several runs, and a band that holds all of them."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any, TypeAlias

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.plots.canvas import axes_for, legend, say_empty
from cofactor.plots.palette import SERIES

__all__ = ["loss_curves"]

RunLosses: TypeAlias = tuple[Sequence[float], Sequence[float]]  # losses on the training and on held-out ratings


def loss_curves(curves: Mapping[str, Sequence[RunLosses]], *, ax: Any = None) -> Any:
    """The Matplotlib axes of losses by epoch: for each name the mean over its runs, and from the lowest to the highest.

    curves: by name, for each run the losses on the training ratings, drawn dashed, and those on held-out ratings
    A run that ended early counts in the epochs that it had.
    Raises `MissingExtra` without Matplotlib.
    """
    axes = axes_for(ax, "epoch", "loss")
    if not any(len(losses) for runs in curves.values() for run in runs for losses in run):
        return say_empty(axes)
    for (name, runs), colour in zip(curves.items(), cycle(SERIES), strict=False):
        for at, (part, line) in enumerate((("train", "--"), ("held out", "-"))):
            _draw(axes, _table([run[at] for run in runs]), f"{name}, {part}", colour, line)
    axes.xaxis.get_major_locator().set_params(integer=True)
    legend(axes)
    return axes


def _table(runs: Sequence[Sequence[float]]) -> FloatArray:
    """(n_runs, n_epochs), nan behind the end of a run; runs without losses are left out."""
    runs = [run for run in runs if len(run)]
    table = np.full((len(runs), max(map(len, runs), default=0)), np.nan)
    for row, run in zip(table, runs, strict=True):
        row[: len(run)] = run
    return table


def _draw(axes: Any, losses: FloatArray, name: str, colour: str, line: str) -> None:
    if not losses.size:
        return
    epochs = np.arange(1, losses.shape[1] + 1)
    if len(losses) > 1:
        low, high = np.nanmin(losses, axis=0), np.nanmax(losses, axis=0)
        axes.fill_between(epochs, low, high, color=colour, alpha=0.2, linewidth=0)
    marker = {"marker": "o", "markersize": 4} if losses.shape[1] == 1 else {}  # a line of one point is not seen
    axes.plot(epochs, np.nanmean(losses, axis=0), line, color=colour, linewidth=1.5, label=name, **marker)
