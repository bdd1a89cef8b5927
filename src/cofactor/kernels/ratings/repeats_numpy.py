"""The NumPy twin of `repeats.py`."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.ratings.repeats import MERGED, PairOrder

__all__ = ["latest_of_pairs"]


def latest_of_pairs(order: PairOrder, values: FloatArray, times: IntArray, policy: str, largest: float) -> PairOrder:
    """Pairs are numbered, and sorted by time and place."""
    rows = np.repeat(np.arange(len(order.indptr) - 1), np.diff(order.indptr))
    differs = (np.diff(rows) != 0) | (np.diff(order.indices) != 0)
    pair = np.cumsum(np.append(np.zeros(min(1, len(rows)), int), differs))
    when = times[order.places] if times.size else np.zeros(len(rows), np.int64)
    by_time = np.lexsort((order.places, when, pair))
    kept = by_time[np.append(differs, np.ones(min(1, len(rows)), bool))]
    if policy in MERGED and values.size:
        sums, counts = np.bincount(pair, values[order.places]), np.bincount(pair)
        merged = sums / counts if policy == "mean" else np.clip(sums, -largest, largest)
        values[order.places[kept[counts > 1]]] = merged[counts > 1]
    ends = np.searchsorted(rows[kept], np.arange(len(order.indptr)))
    return PairOrder(ends, order.indices[kept], order.places[kept])
