"""Items of equal score: no order of them is better than another, so whoever measures a list looks at all of them."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["tie_groups"]


def tie_groups(scores: FloatArray) -> tuple[IntArray, IntArray]:
    """(b, n) each: the place, from 0, at which the group of equal scores begins, and how many places it has.

    scores: (b, n) descending; -inf, behind a list's end, ties with nothing

    >>> tie_groups(np.array([[5.0, 4.0, 4.0, -np.inf]]))
    (array([[0, 1, 1, 3]]), array([[1, 2, 2, 1]]))
    """
    begins = np.ones(scores.shape, bool)
    begins[:, 1:] = (scores[:, 1:] != scores[:, :-1]) | np.isneginf(scores[:, 1:])
    start = np.maximum.accumulate(np.where(begins, np.arange(scores.shape[1]), 0), axis=1)
    group = np.cumsum(begins) - 1  # over all rows, each of which begins one
    return start, np.bincount(group)[group].reshape(scores.shape)
