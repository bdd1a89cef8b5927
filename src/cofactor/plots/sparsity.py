"""Sparsity: what share of all items each user has rated."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.errors import BadOption, shown
from cofactor.plots.canvas import axes_for, say_empty
from cofactor.plots.palette import BLUE, VERMILLION

__all__ = ["sparsity"]

N_BINS = 30


def sparsity(counts: ArrayLike, n_cells: int, *, of: str = "users", among: str = "items", ax: Any = None) -> Any:
    """The Matplotlib axes of a histogram of how full the rows of the rating matrix are, in per cent, and their mean.

    counts: (n,) ratings of each user; those without are left out     n_cells: items that each could have rated
    of, among: what the rows and their cells are
    Raises `BadOption` where a row has more ratings than cells, `MissingExtra` without Matplotlib.
    """
    rated = np.asarray(counts)[np.asarray(counts) > 0]
    if rated.max(initial=0) > n_cells:
        raise BadOption(
            f"A row of {rated.max():,} ratings came, more than the {shown(n_cells)} cells of n_cells. Give all cells."
        )
    axes = axes_for(ax, f"share of the {among} that one has rated, %", of)
    if not len(rated):
        return say_empty(axes)
    filled = 100 * rated / n_cells
    low, high = filled.min(), filled.max()
    edges = np.geomspace(low, high, N_BINS + 1) if low < high else np.array([0.9, 1.1]) * low
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)  # rounded, they would leave the ends out
    axes.hist(filled, bins=edges, color=BLUE, edgecolor="white", linewidth=0.5)
    axes.set_xscale("log")
    _tick_at_round_numbers(axes)
    axes.axvline(filled.mean(), color=VERMILLION, linewidth=1.5, linestyle="--")
    text = f"{filled.mean():.2g}% of all cells are known"
    axes.text(filled.mean(), 1, text, transform=axes.get_xaxis_transform(), va="bottom", color=VERMILLION, ha="center")
    return axes


def _tick_at_round_numbers(axes: Any) -> None:
    """At 1, 2, 5, 10, 20 … per cent."""
    from matplotlib.ticker import LogLocator

    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
