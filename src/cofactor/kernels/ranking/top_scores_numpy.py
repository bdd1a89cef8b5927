"""The NumPy twin of `top_scores.py`, which also answers for few rows."""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.ranking.lists import SeenItems, empty_lists

__all__ = ["top_scores"]


def top_scores(
    scores: FloatArray, n: int, seen: SeenItems | None = None, excluded: BoolArray | None = None,
    *, compiled: bool | None = None,
) -> tuple[IntArray, FloatArray]:  # fmt: skip
    """The n largest of each row, found by a partition, in a stable order."""
    n_items, dtype = scores.shape[1], np.result_type(scores, np.float32)
    idx, top = empty_lists(len(scores), min(n, n_items), dtype)
    never, n = np.isnan(scores) if excluded is None else np.isnan(scores) | excluded, idx.shape[1]
    if not idx.size:
        return idx, top
    for row, values in enumerate(np.where(never, -np.inf, scores.astype(dtype, copy=False))):
        if seen is not None:
            values[seen.of_row(row)] = -np.inf
        at_least = np.partition(values, n_items - n)[n_items - n]
        near = np.flatnonzero((values >= at_least) & (values > -np.inf))
        order = near[np.argsort(-values[near], kind="stable")][:n]
        idx[row, : len(order)], top[row, : len(order)] = order, values[order]
    return idx, top
