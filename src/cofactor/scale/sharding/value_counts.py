"""The different values of a table and how often each occurs, counted block by block."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.ratings.layout import MAX_LEVELS, encode_values

__all__ = ["ValueCounts"]

MAX_KEPT = 1 << 20  # different values that are counted one by one; behind them only their ends are known
N_TYPICAL = 100_000  # values that the kind of a table is told by


class ValueCounts:
    """Counts values. levels: (l,) ascending, float32     counts: (l,) how often each occurs"""

    def __init__(self) -> None:
        self.levels: FloatArray = np.empty(0, np.float32)
        self.counts: IntArray = np.empty(0, np.int64)

    def add(self, values: FloatArray) -> None:
        """Count these values, (n,), too."""
        coded = encode_values(values)
        if coded.codes.size or len(coded.levels) == 1:
            found, counts = coded.levels, np.bincount(coded.codes, minlength=len(coded.levels))
            counts = counts if coded.codes.size else np.array([len(values)])
        else:
            found, counts = np.unique(values, return_counts=True)
        self._join(found, counts)

    def _join(self, found: FloatArray, counts: IntArray) -> None:
        levels, place = np.unique(np.concatenate([self.levels, found]), return_inverse=True)
        joined = np.bincount(place, np.concatenate([self.counts, counts]), len(levels)).astype(np.int64)
        if len(levels) > MAX_KEPT:  # both ends stay, which tell the kind, and every other one between them
            kept = np.r_[0 : len(levels) - 1 : 2, len(levels) - 1]
            levels, joined = levels[kept], np.add.reduceat(joined, kept)
        self.levels, self.counts = levels, joined

    @property
    def are_few(self) -> bool:
        """Return whether a byte can tell them apart."""
        return len(self.levels) <= MAX_LEVELS

    @property
    def typical(self) -> FloatArray:
        """Some `N_TYPICAL` values that are distributed as all are, the smallest and the largest among them."""
        share = N_TYPICAL / max(1, int(self.counts.sum()))
        return np.repeat(self.levels, np.maximum(1, np.round(self.counts * share).astype(np.int64)))
