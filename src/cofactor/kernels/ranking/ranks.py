"""The ranks of held-out items: on a list, and in the whole catalogue."""

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ranking.lists import SeenItems
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["count_above", "mark_hits"]

_mark_hits = Native("cofactor.kernels.ranking.ranks_loops", "mark_hits")
_count_above = Native("cofactor.kernels.ranking.ranks_loops", "count_above")


@with_numpy_twin
def mark_hits(lists: IntArray, first: int, indptr: IntArray, items: IntArray, hits: BoolArray) -> None:
    """Write to hits (b, n) whether lists[r, rank] is among the held-out items of row first + r.

    lists: (b, n), -1 behind a list's end     indptr, items: the held-out items of all rows, CSR, ascending
    """
    _mark_hits(lists, first, indptr, items, hits)


@with_numpy_twin
def count_above(
    scores: FloatArray, seen: SeenItems, first: int, indptr: IntArray, items: IntArray, above: IntArray,
    equal: IntArray, candidates: FloatArray,
) -> None:  # fmt: skip
    """Write to `above` how many candidates score higher than each held-out item, to `equal` how many others as high.

    scores: (b, n_items) of the rows first, first + 1, …     seen: the items that are no candidates of each row
    indptr, items: the held-out items of all rows, CSR; -1: not in the catalogue, and below every candidate
    above, equal: (indptr[-1],) int64, written for this block's rows     candidates: (n_items,) work space
    """
    _count_above(scores, seen, first, indptr, items, above, equal, candidates)
