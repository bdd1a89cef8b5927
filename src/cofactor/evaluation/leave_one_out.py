"""Values of the metrics of exposure without each user in turn, for all users at once."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.evaluation.metrics import coverage, gini
from cofactor.evaluation.statistic import divided

__all__ = ["coverage_without_each", "gini_without_each"]


def coverage_without_each(items: IntArray, exposed: IntArray) -> FloatArray:
    """(n_users,) Without a user the catalogue loses what only they were shown.

    items: (n_users, k) lists, -1 behind a list's end     exposed: (n_items,) in how many lists each item is
    """
    only_theirs = np.where(items >= 0, exposed[items] == 1, False).sum(axis=1)
    return coverage(exposed) - only_theirs / len(exposed)


def gini_without_each(items: IntArray, exposed: IntArray) -> FloatArray:
    """(n_users,) One showing less of an item brings it nearer to the items below it and takes it from all others.

    items: (n_users, k) lists, -1 behind a list's end     exposed: (n_items,) in how many lists each item is
    """
    n, total, there = len(exposed), int(exposed.sum()), items >= 0
    below = np.searchsorted(np.sort(exposed), exposed, "left")
    numerator = gini(exposed) * n * total - np.where(there, (2 * below - n + 1)[items], 0).sum(axis=1)
    return divided(numerator, n * (total - there.sum(axis=1)))
