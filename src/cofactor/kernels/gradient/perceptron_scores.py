"""The scores of all items for many users by a perceptron's layers."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.gradient.perceptron import layer_views, layout_of, make_work_space
from cofactor.kernels.threads import on_threads, shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["ITEMS_AT_ONCE", "add_scores"]

N_PIECES = 16  # of the users that are scored, taken one by one by the threads
ITEMS_AT_ONCE = 64  # items that go through the layers together

_add_scores = Native("cofactor.kernels.gradient.perceptron_scores_loops", "add_scores")


@with_numpy_twin
def add_scores(scores: FloatArray, of_users: FloatArray, of_items: FloatArray, matrices: list[FloatArray]) -> None:
    """Add to scores (b, m) the output of the perceptron for all users with all items, from the first layer's sums.

    of_users (b, h), of_items (m, h): the two parts of the first layer's sums, before ReLU
    matrices: of the other layers, (n_in + 1, n_out) each, the last row its bias; the last n_out is 1
    """
    layout = layout_of([len(one) - 1 for one in matrices] + [1], ITEMS_AT_ONCE, batch_norm=False)
    packed = np.zeros(int((layout.widths[:-1] * layout.widths[1:]).sum()), np.float32)
    for (view, _), matrix in zip(layer_views(packed, layout), matrices, strict=True):
        view[: len(matrix), : matrix.shape[1]] = matrix
    left, right = (_with_width(part, int(layout.widths[0])) for part in (of_users, of_items))
    bounds = shares(len(scores), N_PIECES)

    def piece(at: int) -> None:
        space = make_work_space(layout, ITEMS_AT_ONCE, dropout=False)
        _add_scores(scores, left, right, layout, packed, space, bounds[at], bounds[at + 1])

    on_threads(piece, N_PIECES)


def _with_width(rows: FloatArray, width: int) -> FloatArray:
    wide = np.zeros((len(rows), width), np.float32)
    wide[:, : rows.shape[1]] = rows
    return wide
