"""The numbers of a row's others, added up."""

from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["sum_gathered"]


@njit(**JIT)
def sum_gathered(sums, indptr, indices, numbers, first, last):
    """sums[r] ← Σ numbers[j] over the j of row r, of rows first:last."""
    for row in range(first, last):
        here = 0.0
        for t in range(indptr[row], indptr[row + 1]):
            here += numbers[indices[t]]
        sums[row] = here
