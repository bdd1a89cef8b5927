"""A ridge regression of each column on its few nearest columns: small systems cut out of a sparse matrix."""

from numba import njit

from cofactor.kernels.arithmetic.cholesky_loops import backward, factor, forward
from cofactor.kernels.compiling.jit import JIT

__all__ = ["solve_neighbourhoods"]

SEARCH = 8  # a binary search costs about as much as reading so many entries


@njit(**JIT)
def _value(indices, values, begin, end, wanted):
    """The entry of column `wanted` among the entries begin:end, ascending; 0 where there is none."""
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if indices[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return values[low] if low < end and indices[low] == wanted else values[0] * 0


@njit(**JIT)
def _cut_out(A, b, k, column, near, count, indptr, indices, values, place):
    """Upper A (k, k) ← rows and columns `near` of the matrix; b ← its column."""
    for a in range(count):
        begin, end = indptr[near[a]], indptr[near[a] + 1]
        b[a] = _value(indices, values, begin, end, column)
        if end - begin < SEARCH * (count - a):
            for at in range(begin, end):
                other = place[indices[at]]
                if other > a:
                    A[a * k + other] = values[at]
        else:
            for other in range(a + 1, count):
                A[a * k + other] = _value(indices, values, begin, end, near[other])


@njit(**JIT)
def solve_neighbourhoods(weights, near, indptr, indices, values, diagonal, reg, k, place, space, start, stop):
    """weights[start:stop] (n, m) ← (G + reg I)⁻¹ g over each column's nearest, near (n, m), -1 behind the last.

    G: indptr, indices, values by row, ascending, without its diagonal (n,)     k: m padded to a multiple of 16
    place: (n,) int32, all -1     space: (k² + 2 k,)
    """
    A, b, inverse = space[: k * k], space[k * k : k * k + k], space[k * k + k :]
    for column in range(start, stop):
        count = 0
        while count < near.shape[1] and near[column, count] >= 0:
            place[near[column, count]] = count
            count += 1
        A[:], b[:] = 0, 0
        _cut_out(A, b, k, column, near[column], count, indptr, indices, values, place)
        for a in range(k):
            A[a * k + a] = diagonal[near[column, a]] + reg if a < count else 1
        factor(A, k, inverse)
        forward(A, k, inverse, b)
        backward(A, k, inverse, b)
        for a in range(count):
            weights[column, a] = b[a]
            place[near[column, a]] = -1
