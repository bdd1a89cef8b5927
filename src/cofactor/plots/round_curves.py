"""A measure in every round of a simulation, for several recommenders: means over the runs, and bands that hold all."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np

from cofactor.errors import BadOption
from cofactor.plots.canvas import axes_for, check_lengths, legend, say_empty
from cofactor.plots.palette import SERIES

__all__ = ["round_curves"]

MARKERS = "os^Dv*"  # so that curves are told apart without colours, too
N_MARKS = 6  # on each curve


def round_curves(
    recommender: Sequence[str], rounds: Sequence[int], mean: Sequence[float], low: Sequence[float] | None = None,
    high: Sequence[float] | None = None, *, measure: str = "", ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of a line for each recommender over the rounds, with a band from low to high where given.

    One entry a round of a recommender: `FilterBubble.curves(measure)` has them by these names, but "round".
    Raises `BadOption` where columns are not equally long, or low comes without high, and `MissingExtra` without
    Matplotlib.
    """
    check_lengths(recommender=recommender, rounds=rounds, mean=mean, low=low, high=high)
    if (low is None) != (high is None):
        raise BadOption("low and high belong together: give both, or neither.")
    axes = axes_for(ax, "round", measure)
    if not len(recommender):
        return say_empty(axes)
    names = np.asarray(recommender, object)
    for at, (name, colour, marker) in enumerate(
        zip(dict.fromkeys(recommender), cycle(SERIES), cycle(MARKERS), strict=False)
    ):
        own = np.flatnonzero(names == name)
        own = own[np.argsort(np.asarray(rounds)[own], kind="stable")]
        x = np.asarray(rounds)[own]
        if low is not None and high is not None:
            axes.fill_between(x, np.asarray(low)[own], np.asarray(high)[own], color=colour, alpha=0.15, linewidth=0)
        axes.plot(
            x, np.asarray(mean)[own], "-" if at < len(SERIES) else "--", color=colour, linewidth=1.5, label=name,
            marker=marker, markersize=4, markevery=max(1, len(x) // N_MARKS),
        )  # fmt: skip
    axes.xaxis.get_major_locator().set_params(integer=True)
    legend(axes)
    return axes
