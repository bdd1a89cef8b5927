"""Items of equal score: no order of them is better than another, so whoever measures a list looks at all of them."""

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray

__all__ = ["mean_over_ties", "tie_groups"]


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


def mean_over_ties(scores: FloatArray, values: Array) -> FloatArray:
    """(b, n) the mean of `values` over the group of each place: what is at that place, over all orders of the tied.

    scores: (b, n) as in `tie_groups`     values: (b, n) of the same entries

    >>> mean_over_ties(np.array([[5.0, 4.0, 4.0]]), np.array([[True, False, True]]))
    array([[1. , 0.5, 0.5]])
    """
    start, size = tie_groups(scores)
    group = np.arange(len(start))[:, None] * start.shape[1] + start
    return np.bincount(group.ravel(), values.ravel(), minlength=start.size)[group] / size
