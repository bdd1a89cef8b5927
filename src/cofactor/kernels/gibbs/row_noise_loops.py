"""How far ratings lie from their scores, and how precise they are drawn to be for it, row by row."""

import numpy as np
from numba import njit

from cofactor.kernels.arithmetic.vectors import AHEAD, dot, prefetch
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ratings.csr import Part
from cofactor.kernels.ratings.csr_loops import value_at
from cofactor.kernels.scoring.pairs import ScoredSide

__all__ = ["Part", "ScoredSide", "draw_row_factors"]  # entries are made of the first two, by name


@njit(**JIT)
def draw_row_factors(
    factors, sums, total, space, part, rows, others, mean, precision, met, gammas, freedom, first, last
):
    """factors[first:last] ← gammas / rate, sums (m,) += factor · error² at the rows met, total[0] += error².

    rate = (freedom + precision Σ met[other] · error²) / 2 over the row's ratings     space: as long as the longest row
    """
    end, every = part.indptr[last], 0.0
    for row in range(first, last):
        x, seen = rows.factors[row], 0.0
        expected = mean + rows.bias[row]
        begin = part.indptr[row]
        n = part.indptr[row + 1] - begin
        for j in range(begin, begin + n):
            if j + AHEAD < end:
                prefetch(others.factors[part.indices[j + AHEAD]])
            other = part.indices[j]
            error = value_at(part, j) - expected - others.bias[other] - dot(x, 0, others.factors[other], 0, x.size)
            square = error * error
            space[j - begin] = square
            seen += np.float64(met[other]) * square
            every += square
        factors[row] = gammas[row] / ((freedom + precision * seen) / 2)
        factor = np.float64(np.float32(factors[row]))
        for t in range(n):
            sums[part.indices[begin + t]] += factor * space[t]
    total[0] += every
