"""The best n of each row."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["best"]

MANY = 64  # rows from which loading the compiled kernel pays; below, NumPy alone answers


def best(scores: FloatArray, n: int) -> tuple[IntArray, FloatArray]:
    """The n largest entries of each row, best first; equal ones in catalogue order.

    scores: (b, m), -inf for what may not be chosen; nan is never chosen
    returns indices (b, min(n, m)) int64, -1 where fewer were left, and their scores, -inf there
    """
    n = min(n, scores.shape[1])
    scores = np.ascontiguousarray(scores, np.result_type(scores, np.float32))
    idx = np.full((len(scores), n), -1, np.int64)
    top = np.full((len(scores), n), -np.inf, scores.dtype)
    if len(scores) < MANY:
        _fill(scores, idx, top)
    else:
        from cofactor.kernels.topk_many import fill

        fill(scores, idx, top)
    return idx, top


def _fill(scores: FloatArray, idx: IntArray, top: FloatArray) -> None:
    n, n_items = idx.shape[1], scores.shape[1]
    for row, values in enumerate(np.where(np.isnan(scores), -np.inf, scores)):
        at_least = np.partition(values, n_items - n)[n_items - n] if n else np.inf
        near = np.flatnonzero((values >= at_least) & (values > -np.inf))
        order = near[np.argsort(-values[near], kind="stable")][:n]
        idx[row, : len(order)], top[row, : len(order)] = order, values[order]
