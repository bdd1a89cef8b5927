"""Items that occur together: the sparse matrix XᵀX of a users' table, items' neighbours, and regressions on them."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.alignment import padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import on_threads, shares
from cofactor.kernels.twins import with_numpy_twin

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["ItemGraph", "item_graph", "nearest_items", "neighbour_weights", "rows_by_neighbour"]

N_PIECES = 128  # pieces of work

_solve_neighbourhoods = Native("cofactor.kernels.neighbours.item_graph_loops", "solve_neighbourhoods")


class ItemGraph(NamedTuple):
    """A symmetric sparse (n, n) matrix, CSR, ascending in each row, with its diagonal stored apart."""

    indptr: IntArray  # (n + 1,) int64
    indices: IntArray  # int32
    values: FloatArray  # float32
    diagonal: FloatArray  # (n,) float32

    @property
    def rows(self) -> IntArray:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.diagonal)), np.diff(self.indptr))


def item_graph(x: "csr_array") -> ItemGraph:
    """XᵀX of an (n_users, n_items) table. Memory grows with the number of pairs of items that some user has both of."""
    product = (x.T.tocsr() @ x).tocsr()
    diagonal = product.diagonal().astype(np.float32)
    product.setdiag(0)
    product.eliminate_zeros()
    product.sort_indices()
    return ItemGraph(
        product.indptr.astype(np.int64), product.indices.astype(np.int32), product.data.astype(np.float32), diagonal
    )


def nearest_items(graph: ItemGraph, nearness: FloatArray, m: int) -> IntArray:
    """(n, m) int32: the m neighbours of each row with the highest `nearness`, ascending by index, -1 behind the last.

    nearness: a number for each entry of the graph
    """
    near = np.full((len(graph.diagonal), m), -1, np.int32)
    for row, (begin, end) in enumerate(zip(graph.indptr[:-1], graph.indptr[1:], strict=True)):
        columns = graph.indices[begin:end]
        if end - begin > m:
            columns = np.sort(columns[np.argpartition(-nearness[begin:end], m)[:m]])
        near[row, : len(columns)] = columns
    return near


@with_numpy_twin
def neighbour_weights(graph: ItemGraph, near: IntArray, reg: float) -> FloatArray:
    """(n, m) the weights by which each item's neighbours predict it: (G + reg I)⁻¹ g over these neighbours alone.

    near: (n, m) from `nearest_items`, -1 behind the last     reg: added to G's diagonal, in units of its entries
    """
    n, m = near.shape
    weights, k = np.zeros((n, m), np.float32), padded_width(m)
    bounds = shares(n, N_PIECES)

    def piece(at: int) -> None:
        place, space = np.full(n, -1, np.int32), np.empty(k * k + 2 * k, np.float32)
        span = bounds[at], bounds[at + 1]
        _solve_neighbourhoods(weights, near, *graph, np.float32(reg), k, place, space, *span)

    on_threads(piece, N_PIECES)
    return weights


def rows_by_neighbour(near: IntArray, weights: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """The weights by neighbour: indptr (n + 1,), the items that each neighbour predicts, int32, and its weights."""
    item, at = np.nonzero((near >= 0) & (weights != 0))
    giver = near[item, at]
    order = np.argsort(giver, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(giver, minlength=len(near)))])
    return indptr, item[order].astype(np.int32), weights[item, at][order]
