"""The NumPy twin of `pairs.py`."""

from itertools import combinations

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.scoring.pairs import NO_SIDE, ScoredSide

__all__ = ["pair_scores"]


def pair_scores(left: ScoredSide, right: ScoredSide, third: ScoredSide = NO_SIDE) -> FloatArray:
    """Σ of the products of the rows two by two, and of the biases."""
    sides = [left, right, third] if third.idx.size else [left, right]
    rows = [side.factors[side.idx] for side in sides]
    scores = sum(side.bias[side.idx] for side in sides) + sum(_dots(x, y) for x, y in combinations(rows, 2))
    return np.asarray(scores, np.float32)


def _dots(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.einsum("nk,nk->n", x, y)
