"""The scores of many pairs: a few dot products of gathered rows each, the rows asked for ahead."""

from numba import njit

from cofactor.kernels.posterior_loops import FRESH
from cofactor.kernels.vectors import AHEAD, dot, prefetch

__all__ = ["score_pairs"]


@njit(**FRESH)
def _joined(x, y, k):
    """x · y over k factors plus both biases, which stand behind the factors."""
    return dot(x, 0, y, 0, x.size) - x[k] * y[k]


@njit(**FRESH)
def score_pairs(out, left, right, third, left_idx, right_idx, third_idx, k, start, stop):
    """out[start:stop] ← Σ of the rows' products, two by two, and of their biases (`pairs.pair_scores`)."""
    for n in range(start, stop):
        if n + AHEAD < stop:
            prefetch(left[left_idx[n + AHEAD]])
            prefetch(right[right_idx[n + AHEAD]])
        x, y = left[left_idx[n]], right[right_idx[n]]
        out[n] = _joined(x, y, k) + x[k] + y[k]
        if third_idx.size:
            z = third[third_idx[n]]
            out[n] += _joined(x, z, k) + _joined(y, z, k) + z[k]
