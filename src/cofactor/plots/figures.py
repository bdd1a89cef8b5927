"""Loss curves, the learning-rate finder, a histogram, the latent map; each returns a Matplotlib figure."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.errors import MissingExtra

__all__ = ["histogram", "latent_map", "loss_curves", "losses", "lr_curve"]

BLUE, RED, GREY = "#1f5fa8", "#c0392b", "#8a8f98"
COLOURS = (BLUE, RED, "#2e8b57", "#b8860b", "#7d3c98", "#17818f")


def losses(train: Sequence[float], valid: Sequence[float] = (), *, steps_per_epoch: int = 1) -> Any:
    """The loss of every step, and that of held-out ratings after every epoch, in steps."""
    figure, axes = _new("step", "loss")
    axes.plot(np.arange(1, len(train) + 1), train, color=BLUE, linewidth=0.9, alpha=0.75, label="train")
    if len(valid):
        at = steps_per_epoch * np.arange(1, len(valid) + 1)
        axes.plot(at, valid, color=RED, marker="o", markersize=4, label="held out")
    axes.legend(frameon=False)
    return figure


def loss_curves(curves: Mapping[str, Sequence[tuple[Sequence[float], Sequence[float]]]]) -> Any:
    """Losses after every epoch: by name, for each run those on the training and those on held-out ratings.

    Training losses are dashed; with several runs each has a line.
    """
    figure, axes = _new("epoch", "loss")
    for name, colour in zip(curves, cycle(COLOURS), strict=False):
        for number, (train, valid) in enumerate(curves[name]):
            style = {"color": colour, "linewidth": 1.2, "alpha": 0.8}
            epochs = np.arange(1, len(train) + 1)
            axes.plot(epochs, train, linestyle="--", **style, label=f"{name}, train" if not number else None)
            if len(valid):
                axes.plot(epochs, valid, **style, label=f"{name}, held out" if not number else None)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False)
    return figure


def lr_curve(rates: FloatArray, smoothed: FloatArray, marked: Mapping[str, float]) -> Any:
    """Loss against learning rate; marked: rates by their names, which a legend gives where there are several."""
    figure, axes = _new("learning rate", "loss")
    axes.plot(rates, smoothed, color=BLUE)
    axes.set_xscale("log")
    colours = [RED] if len(marked) == 1 else [f"C{at}" for at in range(1, 1 + len(marked))]
    for (name, rate), colour in zip(marked.items(), colours, strict=True):
        axes.axvline(rate, color=colour, linewidth=1, linestyle="--")
        height = float(np.interp(rate, rates, smoothed))
        axes.plot([rate], [height], "o", color=colour, label=name)
        axes.annotate(f"{rate:.2g}", (rate, height), (8, 8), textcoords="offset points", color=colour)
    if len(marked) > 1:
        axes.legend(frameon=False)
    return figure


def histogram(values: Sequence[float], counts: Sequence[int]) -> Any:
    """How often each rating was given."""
    figure, axes = _new("rating", "ratings")
    width = 0.8 * min(np.diff(values), default=1.0)
    axes.bar(values, counts, width=width, color=BLUE)
    axes.set_xticks(list(values))
    return figure


def latent_map(places: FloatArray, names: Sequence[str], *, shown: Sequence[int] | None = None) -> Any:
    """Two factors as a map: (m, 2) places; the names of the rows in `shown` (None: the 40 outermost)."""
    figure, axes = _new("factor 0", "factor 1", size=(9, 7))
    axes.scatter(places[:, 0], places[:, 1], s=6, color=GREY, alpha=0.5, linewidths=0)
    outermost = np.argsort(-np.linalg.norm(places / np.maximum(np.abs(places).max(axis=0), 1e-12), axis=1))[:40]
    for at in outermost if shown is None else shown:
        axes.annotate(names[at], places[at], fontsize=7, color=BLUE, ha="center")
    axes.axhline(0, color=GREY, linewidth=0.5)
    axes.axvline(0, color=GREY, linewidth=0.5)
    return figure


def _new(x: str, y: str, size: tuple[float, float] = (6.4, 4)) -> tuple[Any, Any]:
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingExtra("A figure", "plots") from error
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
