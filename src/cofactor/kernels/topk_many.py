"""The best n of each of many rows, compiled: what `topk.best` uses from 64 rows on."""

import numpy as np
from numba import njit

__all__ = ["fill"]


@njit(
    ["(float32[:,::1], int64[:,::1], float32[:,::1])", "(float64[:,::1], int64[:,::1], float64[:,::1])"],
    nogil=True,
    cache=True,
)
def fill(scores, idx, top):
    """Write the best of each row of scores (b, m) into idx (b, n) and top (b, n), which hold -1 and -inf.

    One pass a row: whatever beats the n-th best so far is sorted in, behind its equals. No fast mathematics:
    -inf must compare as itself.
    """
    n = idx.shape[1]
    for row in range(scores.shape[0]):
        bar = top[row, n - 1] if n else np.inf
        for item in range(scores.shape[1]):
            score = scores[row, item]
            if score > bar:
                at = n - 1
                while at > 0 and top[row, at - 1] < score:
                    top[row, at] = top[row, at - 1]
                    idx[row, at] = idx[row, at - 1]
                    at -= 1
                top[row, at], idx[row, at] = score, item
                bar = top[row, n - 1]
