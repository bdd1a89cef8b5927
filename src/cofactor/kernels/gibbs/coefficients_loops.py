"""One Gibbs sweep over the coefficients of sparse columns, sixteen coordinates side by side."""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.normals import add_normals
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.gibbs.coefficients import COORDINATES_AT_ONCE

__all__ = ["draw_slice", "sum_columns"]


@njit(**JIT)
def sum_columns(sums, indptr, rows, values, shares):
    """sums (f,) ← the sum of each column of X."""
    for f in range(sums.size):
        total = 0.0
        for at in range(indptr[f], indptr[f + 1]):
            total += np.float64(shares[rows[at]] if shares.size else values[at])
        sums[f] = total


@njit(**JIT)
def draw_slice(indptr, rows, values, shares, residual, coefficients, precision, mean, space, key):
    """coefficients (f, 16) ← draws, one column of X after the other; residual (n, 16) ← Y - X coefficients.

    X by columns, as of `draw_coefficients`     precision, mean: (16,) of the prior     space: (2, 16)
    """
    total, step = space[0], space[1]
    for f in range(indptr.size - 1):
        squares = np.float32(0)
        total[:] = 0
        for at in range(indptr[f], indptr[f + 1]):
            x, r = shares[rows[at]] if shares.size else values[at], residual[rows[at]]
            squares += x * x
            for j in range(COORDINATES_AT_ONCE):
                total[j] += x * r[j]
        a = coefficients[f]
        step[:] = 0
        add_normals(step, key, f)
        for j in range(COORDINATES_AT_ONCE):
            sure = squares + precision[j]
            new = (total[j] + squares * a[j] + precision[j] * mean[j]) / sure + step[j] / np.sqrt(sure)
            step[j] = new - a[j]
            a[j] = new
        for at in range(indptr[f], indptr[f + 1]):
            x, r = shares[rows[at]] if shares.size else values[at], residual[rows[at]]
            for j in range(COORDINATES_AT_ONCE):
                r[j] -= x * step[j]
