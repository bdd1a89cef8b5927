"""Sums over compressed sparse rows of numbers that the other side has: N x, N being who rated what."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import n_threads, on_threads, row_shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["gathered_sums"]

_sum_gathered = Native("cofactor.kernels.ratings.gathered_sums_loops", "sum_gathered")


@with_numpy_twin
def gathered_sums(indptr: IntArray, indices: IntArray, numbers: FloatArray) -> FloatArray:
    """(n,) float64: of each row, Σ numbers[j] over the j in it. The same bits on any number of threads.

    indptr: (n + 1,)     indices: int32     numbers: (m,) float64
    """
    sums, cuts = np.empty(len(indptr) - 1), row_shares(indptr, n_threads())
    on_threads(lambda at: _sum_gathered(sums, indptr, indices, numbers, cuts[at], cuts[at + 1]), len(cuts) - 1)
    return sums
