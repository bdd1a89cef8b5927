"""The best n of each row."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["best"]


def best(scores: FloatArray, n: int) -> tuple[IntArray, FloatArray]:
    """The n largest entries of each row, best first; equal ones in catalogue order.

    scores: (b, m), -inf for what may not be chosen
    returns indices (b, min(n, m)) int64, -1 where fewer were left, and their scores, -inf there
    """
    n = min(n, scores.shape[1])
    threshold = np.partition(scores, -n, axis=1)[:, -n] if n < scores.shape[1] else scores.min(axis=1)
    idx = np.full((len(scores), n), -1, np.int64)
    top = np.full((len(scores), n), -np.inf, scores.dtype)
    for row, (values, at_least) in enumerate(zip(scores, threshold, strict=True)):
        near = np.flatnonzero(values >= at_least) if at_least > -np.inf else np.flatnonzero(values > -np.inf)
        order = near[np.argsort(-values[near], kind="stable")][:n]
        idx[row, : len(order)], top[row, : len(order)] = order, values[order]
    return idx, top
