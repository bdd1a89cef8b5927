"""The long tail: how few items, or users, have how many of the ratings."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.errors import BadOption, shown
from cofactor.plots.canvas import axes_for, say_empty
from cofactor.plots.palette import BLUE, GREY

__all__ = ["long_tail"]


def long_tail(counts: ArrayLike, *, head: float = 0.2, of: str = "items", ax: Any = None) -> Any:
    """The Matplotlib axes of the ratings of each item, the most rated first, and what share the first of them have.

    counts: (n,) ratings of each     head: the share of the items that is coloured, 0 to 1     of: what is counted
    Raises `BadOption` for a head out of range, `MissingExtra` without Matplotlib.
    """
    if not 0 < head <= 1:
        raise BadOption(f"head is a share of the {of}, above 0 and at most 1, but {shown(head)} came.")
    ordered = np.sort(np.asarray(counts))[::-1]
    axes = axes_for(ax, f"{of}, most rated first", "ratings")
    if not ordered.any():
        return say_empty(axes)
    n_head, edges = max(1, round(head * len(ordered))), np.arange(len(ordered) + 1)
    axes.stairs(ordered, edges, fill=True, color=GREY, alpha=0.5)
    axes.stairs(ordered[:n_head], edges[: n_head + 1], fill=True, color=BLUE)
    axes.set(xlim=(0, len(ordered)), ylim=(0, None))
    text = f"the most rated {n_head / len(ordered):.0%} of the {of}\nhave {_share(ordered, n_head):.0%} of the ratings"
    axes.text(0.97, 0.9, text, transform=axes.transAxes, ha="right", va="top", color=BLUE)
    return axes


def _share(ordered: Any, n_head: int) -> float:
    return float(ordered[:n_head].sum() / ordered.sum())
