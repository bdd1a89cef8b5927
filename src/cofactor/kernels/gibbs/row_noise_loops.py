"""Squared errors of ratings, and draws of the precisions of their rows, row by row."""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.vectors import RATINGS_AHEAD, dot, prefetch
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.csr_loops import value_at
from cofactor.kernels.scoring.pairs import ScoredSide

__all__ = ["CsrRatings", "ScoredSide", "draw_row_precisions"]  # entries find the argument structs here, by name


@njit(**JIT)
def draw_row_precisions(
    row_precisions, sums, total, space, ratings, rows, others, mean, precision, other_precisions, gammas, dof, first,
    last,
):  # fmt: skip
    """row_precisions[first:last] ← gammas / rate, sums (m,) += row precision · error², total[0] += error².

    rate = (dof + precision Σ other_precisions[other] · error²) / 2 over a row's ratings
    space: as long as the longest row
    """
    end, total_squares = ratings.indptr[last], 0.0
    for row in range(first, last):
        x, weighted_squares = rows.factors[row], 0.0
        expected = mean + rows.bias[row]
        begin = ratings.indptr[row]
        n = ratings.indptr[row + 1] - begin
        for j in range(begin, begin + n):
            if j + RATINGS_AHEAD < end:
                prefetch(others.factors[ratings.indices[j + RATINGS_AHEAD]])
            other = ratings.indices[j]
            error = value_at(ratings, j) - expected - others.bias[other] - dot(x, 0, others.factors[other], 0, x.size)
            square = error * error
            space[j - begin] = square
            weighted_squares += np.float64(other_precisions[other]) * square
            total_squares += square
        row_precisions[row] = gammas[row] / ((dof + precision * weighted_squares) / 2)
        row_precision = np.float64(np.float32(row_precisions[row]))
        for t in range(n):
            sums[ratings.indices[begin + t]] += row_precision * space[t]
    total[0] += total_squares
