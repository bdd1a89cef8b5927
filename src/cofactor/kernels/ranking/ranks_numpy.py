"""The NumPy twins of `ranks.py`."""

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.ranking.lists import SeenItems

__all__ = ["count_above", "mark_hits"]


def mark_hits(lists: IntArray, first: int, indptr: IntArray, items: IntArray, hits: BoolArray) -> None:
    """Write to hits (b, n) whether each item of a list is among those held out."""
    for row, listed in enumerate(lists):
        held_out = items[indptr[first + row] : indptr[first + row + 1]]
        hits[row] = np.isin(listed, held_out) & (listed >= 0)


def count_above(
    scores: FloatArray, seen: SeenItems, first: int, indptr: IntArray, items: IntArray, above: IntArray,
    equal: IntArray, candidates: FloatArray,
) -> None:  # fmt: skip
    """Comparisons with all candidates, for one held-out item after the other."""
    for row, of_row in enumerate(scores):
        candidates[:] = of_row
        candidates[seen.of_row(row)] = -np.inf
        for at in range(int(indptr[first + row]), int(indptr[first + row + 1])):
            known = items[at] >= 0
            score = candidates[items[at]] if known else -np.inf
            above[at] = np.count_nonzero(candidates > score)
            equal[at] = np.count_nonzero(candidates == score) - 1 if known else 0
