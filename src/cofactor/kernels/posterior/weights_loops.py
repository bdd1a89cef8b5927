"""What each rating of a row weighs and pulls, inside loops."""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.posterior import weights
from cofactor.kernels.ratings.csr_loops import value_at

__all__ = ["law_of", "weigh_ratings"]

law_of = njit(**JIT)(weights.law_of)


@njit(**JIT)
def weigh_ratings(roots, pulls, offset, part, law, first, last):
    """roots[t] ← √w and pulls[t] ← y of the ratings first:last."""
    n, others = last - first, part.indices[first:last]
    root, alike = np.sqrt(law.weight), law.weight_gain == 0
    for t in range(n):
        value = value_at(part, first + t)
        w = law.weight if alike else law.weight + law.weight_gain * value
        roots[t] = root if alike else np.sqrt(w)
        pulls[t] = law.pull + law.pull_gain * value - w * offset[others[t]]
    if part.weights.size:
        for t in range(n):
            _scale(roots, pulls, t, part.weights[first + t])
    if part.other_weights.size:
        for t in range(n):
            _scale(roots, pulls, t, part.other_weights[others[t]])


@njit(**JIT)
def _scale(roots, pulls, t, weight):
    """A rating that weighs so much beside the law's w."""
    roots[t] *= np.sqrt(weight)
    pulls[t] *= weight
