"""The rating matrix as a picture with its gaps, sorted so that its structure shows."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.plots.canvas import axes_for, check_least, check_lengths, say_empty

__all__ = ["rating_matrix"]

MAX_TICKS = 12  # more different ratings are not marked one by one
MAX_SIDE = 150  # cells along each side; larger tables are shown in blocks


def rating_matrix(
    user_idx: ArrayLike, item_idx: ArrayLike, values: ArrayLike | None = None, *, max_side: int = MAX_SIDE,
    ax: Any = None,
) -> Any:  # fmt: skip
    """The Matplotlib axes of the matrix: users with the most ratings on top, items with the most on the left.

    user_idx, item_idx, values: (n,) each; values None: clicks. Unknown cells are white
    max_side: a table with more users or items is shown in so many equal blocks along that side, coloured by the share
        of their cells that is known
    Raises `BadOption` where the columns differ in length and for a max_side below 1, `MissingExtra` without Matplotlib.
    """
    users, items = np.asarray(user_idx, int), np.asarray(item_idx, int)
    check_lengths(users=users, items=items, values=None if values is None else np.asarray(values))
    most = check_least("max_side", max_side, 1)
    axes = axes_for(ax, "items, most rated first", "users, most active first", size=(7, 5))
    if not len(users):
        return say_empty(axes)
    (rows, n_rows), (columns, n_columns) = _most_first(users), _most_first(items)
    shape = (n_rows, n_columns)
    if max(shape) > most:
        _draw(axes, _share_known(rows, columns, shape, most), shape, "Blues", "share of the cells known")
    elif values is None:
        _draw(axes, _filled(rows, columns, shape, np.ones(len(rows))), shape, "Blues", None)
    else:
        _draw(axes, _filled(rows, columns, shape, values), shape, "viridis", "rating")
    return axes


def _most_first(idx: IntArray) -> tuple[IntArray, int]:
    """(n,) the rank of each index by how often it occurs, and how many different ones there are."""
    counts = np.bincount(idx)
    rank = np.empty(len(counts), int)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank[idx], int(np.count_nonzero(counts))


def _filled(rows: IntArray, columns: IntArray, shape: tuple[int, int], values: ArrayLike) -> FloatArray:
    cells = np.full(shape, np.nan)
    cells[rows, columns] = values
    return cells


def _share_known(rows: IntArray, columns: IntArray, shape: tuple[int, int], max_side: int) -> Array:
    """The share of known cells of each block, masked where it is 0; blocks differ by at most a row and a column."""
    n_rows, n_columns = (min(n, max_side) for n in shape)
    row_block, column_block = np.arange(shape[0]) * n_rows // shape[0], np.arange(shape[1]) * n_columns // shape[1]
    known = np.bincount(row_block[rows] * n_columns + column_block[columns], minlength=n_rows * n_columns)
    n_cells = np.outer(np.bincount(row_block), np.bincount(column_block))
    return np.ma.masked_equal(known.reshape(n_cells.shape) / n_cells, 0)


def _draw(axes: Any, cells: Array, shape: tuple[int, int], colours: str, label: str | None) -> None:
    """label: of the colour bar; None: known cells are all alike, and there is none."""
    from matplotlib import colormaps

    low = 0 if colours == "Blues" else None
    shown = axes.imshow(
        cells, cmap=colormaps[colours].with_extremes(bad="white"), vmin=low, extent=(0, shape[1], shape[0], 0),
        aspect="auto", interpolation="nearest",
    )  # fmt: skip
    axes.spines[:].set_visible(True)
    axes.locator_params(integer=True)
    if label:
        values = np.unique(cells[np.isfinite(cells)])
        ticks = values if label == "rating" and len(values) <= MAX_TICKS else None
        axes.figure.colorbar(shown, ax=axes, label=label, ticks=ticks)
