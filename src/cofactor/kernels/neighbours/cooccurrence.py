"""The nearest columns of each column of a sparse table; products are computed and dropped one column at a time."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import on_threads, row_shares
from cofactor.kernels.twins import with_numpy_twin

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["SparseRows", "nearest_columns"]

N_PIECES = 128  # pieces of work

_find_nearest = Native("cofactor.kernels.neighbours.cooccurrence_loops", "find_nearest")


class SparseRows(NamedTuple):
    """A sparse matrix by rows."""

    indptr: IntArray  # (n + 1,) int64
    indices: IntArray  # int32
    values: FloatArray  # float32

    @classmethod
    def of(cls, x: "csr_array") -> "SparseRows":
        """The rows of a CSR matrix, in the types that the kernel takes."""
        return cls(x.indptr.astype(np.int64), x.indices.astype(np.int32), x.data.astype(np.float32))


@with_numpy_twin
def nearest_columns(x: "csr_array", m: int, shrinkage: float) -> tuple[IntArray, FloatArray]:
    """The m nearest columns of each column of x, (n, m) int32, -1 behind the last, and their similarities, float32.

    s_ij = x_i · x_j / (|x_i| |x_j| + shrinkage); a column with a similarity of 0 or below is no neighbour. Memory: the
    table twice, and what is returned. The same bits on any number of threads.
    """
    rows, columns = SparseRows.of(x), SparseRows.of(x.T.tocsr())
    n = len(columns.indptr) - 1
    length = np.sqrt(np.bincount(rows.indices, np.square(rows.values, dtype=np.float64), n)).astype(np.float32)
    near, alike = np.full((n, m), -1, np.int32), np.zeros((n, m), np.float32)
    work = np.cumsum(np.concatenate([[0], _products(rows, columns)]))
    bounds = row_shares(work, N_PIECES)

    def piece(at: int) -> None:
        sums, touched = np.zeros(n, np.float32), np.empty(n, np.int32)
        arguments = near, alike, rows, columns, length, np.float32(shrinkage), sums, touched
        _find_nearest(*arguments, bounds[at], bounds[at + 1])

    on_threads(piece, N_PIECES)
    return near, alike


def _products(rows: SparseRows, columns: SparseRows) -> IntArray:
    """(n,) the number of products that each column takes."""
    of_each = np.diff(rows.indptr)[columns.indices]
    return np.diff(np.concatenate([[0], np.cumsum(of_each)])[columns.indptr])
