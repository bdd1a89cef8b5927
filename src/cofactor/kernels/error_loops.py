"""How far ratings lie from their scores, and what that sums to for each row of either side."""

import numpy as np
from numba import njit

from cofactor.kernels.pairs import ScoredSide
from cofactor.kernels.posterior_loops import FRESH, value_at
from cofactor.kernels.rows import Part
from cofactor.kernels.vectors import AHEAD, dot, prefetch

__all__ = ["Part", "ScoredSide", "add_to_others", "square_errors"]  # entries are made of the first two, by name


@njit(**FRESH)
def square_errors(squares, sums, part, rows, others, mean, weights, first, last):
    """squares[j] ← (v - mean - score)² of each rating of the rows first:last, sums[row] ← Σ weights[other] · it."""
    end = part.indptr[last]
    for row in range(first, last):
        x, total = rows.factors[row], 0.0
        expected = mean + rows.bias[row]
        for j in range(part.indptr[row], part.indptr[row + 1]):
            if j + AHEAD < end:
                prefetch(others.factors[part.indices[j + AHEAD]])
            other = part.indices[j]
            error = value_at(part, j) - expected - others.bias[other] - dot(x, 0, others.factors[other], 0, x.size)
            squares[j] = error * error
            total += np.float64(weights[other]) * squares[j]
        sums[row] = total


@njit(**FRESH)
def add_to_others(sums, part, squares, weights, first, last):
    """sums[other] += weights[row] · squares[j] of the ratings of the rows first:last."""
    for row in range(first, last):
        weight = np.float64(weights[row])
        for j in range(part.indptr[row], part.indptr[row + 1]):
            sums[part.indices[j]] += weight * squares[j]
