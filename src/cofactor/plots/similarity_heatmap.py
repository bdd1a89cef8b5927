"""Similarities of some rows as a picture, ordered so that rows that are alike lie side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.arrays import FloatArray, IntArray
from cofactor.errors import BadOption
from cofactor.plots.canvas import PLAIN, axes_for, say_empty, short

__all__ = ["similarity_heatmap"]

MAX_NAMED = 60  # rows; the names of more would lie on one another
ROW_HEIGHT = 0.2  # inches, of rows with names


def similarity_heatmap(
    similarity: ArrayLike, names: Sequence[str], *, label: str = "cosine similarity", ax: Any = None
) -> Any:
    """The Matplotlib axes of a symmetric table of similarities, -1 to 1 or less far, alike rows side by side.

    similarity: (m, m)     names: (m,), shown of up to 60 rows     label: of the colours
    Rows are the leaves of an average-linkage tree in the order that puts neighbours nearest [barjoseph2001leaf].
    Raises `BadOption` where the table is not square, not symmetric, or holds what is no number,
    and `MissingExtra` without Matplotlib.
    """
    cells = _checked(np.asarray(similarity, float), len(names))
    side = 0.5 + max(3.0, ROW_HEIGHT * min(len(names), MAX_NAMED))
    axes = axes_for(ax, "", "", size=(side + 3.2, side))
    if not len(names):
        return say_empty(axes)
    order = _alike_side_by_side(cells)
    _draw(axes, cells[np.ix_(order, order)], label)
    named = [short(names[int(at)]) for at in order] if len(order) <= MAX_NAMED else []
    axes.set_xticks([])  # the columns are the rows once more
    axes.set_yticks(range(len(named)), named, fontsize=8, **PLAIN)
    axes.tick_params(length=0)
    return axes


def _checked(cells: FloatArray, n: int) -> FloatArray:
    if n and (cells.shape != (n, n) or not np.allclose(cells, cells.T, atol=1e-5)):
        raise BadOption(
            f"Similarities are a square table of numbers that is its own mirror image, a row for each of the {n:,} "
            f"names, but {'one of shape ' + str(cells.shape) if cells.shape != (n, n) else 'another'} came."
        )
    return cells


def _alike_side_by_side(cells: FloatArray) -> IntArray:
    """(m,) the rows in their order."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(cells) < 3:
        return np.arange(len(cells))
    distances = np.maximum(cells.max() - (cells + cells.T) / 2, 0)
    np.fill_diagonal(distances, 0)
    return leaves_list(linkage(squareform(distances, checks=False), "average", optimal_ordering=True))


def _draw(axes: Any, cells: FloatArray, label: str) -> None:
    """Blue for like, red for unlike, white for 0: colours that colour-blind readers tell apart."""
    most = max(float(np.abs(cells).max()), 1e-12)
    shown = axes.imshow(cells, cmap="RdBu", vmin=-most, vmax=most, aspect="auto", interpolation="nearest")
    axes.spines[:].set_visible(False)
    axes.figure.colorbar(shown, ax=axes, label=label, shrink=0.7)
