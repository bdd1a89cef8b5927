"""The scores of many pairs: a few dot products of gathered rows each, which are prefetched."""

from numba import njit

from cofactor.kernels.arithmetic.vectors import RATINGS_AHEAD, dot, prefetch
from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.scoring.pairs import ScoredSide

__all__ = ["ScoredSide", "score_pairs"]  # entries find the argument structs here, by name


@njit(**JIT)
def score_pairs(out, left, right, third, start, stop):
    """out[start:stop] ← Σ of the rows' products, two by two, and of their biases (`pairs.pair_scores`)."""
    for n in range(start, stop):
        if n + RATINGS_AHEAD < stop:
            prefetch(left.factors[left.idx[n + RATINGS_AHEAD]])
            prefetch(right.factors[right.idx[n + RATINGS_AHEAD]])
        u, i = left.idx[n], right.idx[n]
        x, y = left.factors[u], right.factors[i]
        out[n] = dot(x, 0, y, 0, x.size) + left.bias[u] + right.bias[i]
        if third.idx.size:
            z = third.factors[third.idx[n]]
            out[n] += dot(x, 0, z, 0, x.size) + dot(y, 0, z, 0, x.size) + third.bias[third.idx[n]]
