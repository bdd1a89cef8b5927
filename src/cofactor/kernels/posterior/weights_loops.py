"""The weights and weighted targets of a row's ratings, inside loops."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior import weights
from cofactor.kernels.ratings.csr_loops import value_at

__all__ = ["weigh_ratings", "weights_of_row"]

weights_of_row = njit(**JIT)(weights.weights_of_row)


@njit(**JIT)
def weigh_ratings(roots, pulls, problem, weights, first, last):
    """roots[t] ← √w and pulls[t] ← y of the ratings first:last; weights: of their row (`weights_of_row`)."""
    ratings, offset = problem.ratings, problem.offset
    n, others = last - first, ratings.indices[first:last]
    root, alike = np.sqrt(weights.weight), weights.weight_gain == 0
    for t in range(n):
        value = value_at(ratings, first + t)
        w = weights.weight if alike else weights.weight + weights.weight_gain * value
        roots[t] = root if alike else np.sqrt(w)
        pulls[t] = weights.pull + weights.pull_gain * value - w * offset[others[t]]
    if ratings.weights.size:
        for t in range(n):
            _scale(roots, pulls, t, ratings.weights[first + t])
    if ratings.other_weights.size:
        for t in range(n):
            _scale(roots, pulls, t, ratings.other_weights[others[t]])


@njit(**JIT)
def _scale(roots, pulls, t, weight):
    """Multiply the w and the y of rating t by a weight."""
    roots[t] *= np.sqrt(weight)
    pulls[t] *= weight
