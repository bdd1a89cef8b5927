"""The scores of all items for many users by a perceptron: the layers behind the first, 64 items at a time."""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.products_loops import add_product
from cofactor.kernels.arithmetic.vectors import TILE_ROWS
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.gradient.perceptron import LayerLayout, WorkSpace
from cofactor.kernels.gradient.perceptron_scores import ITEMS_AT_ONCE

__all__ = ["LayerLayout", "WorkSpace", "add_scores"]  # entries find the argument structs here, by name


@njit(**JIT)
def add_scores(scores, of_users, of_items, layout, matrices, space, begin, end):
    """`perceptron_scores.add_scores` for rows begin:end of scores (b, m); of_users, of_items: padded to the width."""
    n_units, width, out, last = layout.units[0], layout.widths[0], layout.rows[-1], layout.widths[-1]
    for u in range(begin, end):
        of_user = of_users[u]
        for start in range(0, of_items.shape[0], ITEMS_AT_ONCE):
            n = min(ITEMS_AT_ONCE, of_items.shape[0] - start)
            for b in range(n):
                of_item, row = of_items[start + b], space.inputs[b * width : (b + 1) * width]
                for j in range(width):
                    row[j] = max(of_user[j] + of_item[j], np.float32(0))
                row[n_units] = 1
            _through(n, layout, matrices, space)
            for b in range(n):
                scores[u, start + b] += space.sums[out + b * last]


@njit(**JIT)
def _through(n, layout, matrices, space):
    """All layers, without batch norm and dropout, from the first `inputs` to the last `sums`."""
    rows = (n + TILE_ROWS - 1) // TILE_ROWS * TILE_ROWS
    for layer in range(layout.matrices.size):
        n_units, width, above = layout.units[layer + 1], layout.widths[layer + 1], layout.widths[layer]
        x_at, y_at = layout.rows[layer], layout.rows[layer + 1]
        A, X = space.sums[y_at : y_at + rows * width], space.inputs[y_at : y_at + rows * width]
        A[:] = 0
        add_product(
            A, 0, space.inputs, x_at, above, 1, matrices, layout.matrices[layer], rows, width, layout.units[layer] + 1
        )
        for j in range(n * width):
            X[j] = max(A[j], np.float32(0))
        for b in range(n):
            X[b * width + n_units] = 1
