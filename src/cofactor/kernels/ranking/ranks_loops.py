"""The ranks of held-out items: on a list, and in the whole catalogue.

A block's rows are the users `first`, `first + 1`, … of the held-out rows (CSR). They run on one thread: each step is
short, and as BLAS's threads spin for a while after the product before it, several threads took twice the time.
"""

import numpy as np
from numba import njit

from cofactor.kernels.compiling.jit import JIT
from cofactor.kernels.ranking.lists import SeenItems

__all__ = ["SeenItems", "count_above", "mark_hits"]  # entries find the argument structs here, by name


@njit(**JIT)
def mark_hits(lists, first, indptr, items, hits):
    """hits[r, rank]: whether lists[r, rank] is among the held-out items of row first + r.

    lists: (b, n), -1 behind a list's end     indptr, items: the held-out items of all rows, ascending
    """
    for row in range(lists.shape[0]):
        start, end = indptr[first + row], indptr[first + row + 1]
        for rank in range(lists.shape[1]):
            item, low, high = lists[row, rank], start, end
            while low < high:  # the first held-out item that is not below this one
                middle = (low + high) // 2
                if items[middle] < item:
                    low = middle + 1
                else:
                    high = middle
            hits[row, rank] = item >= 0 and low < end and items[low] == item


@njit(**JIT)
def count_above(scores, seen, first, indptr, items, above, equal, candidates):
    """above ← how many candidates score higher than each held-out item, equal ← how many others score the same.

    scores: (b, n_items)     seen: `SeenItems`, what is no candidate of a row     indptr, items: as above, -1: not in
    the catalogue, which is below every candidate     above, equal: (indptr[-1],), written for this block's rows
    candidates: (n_items,) work space
    """
    for row in range(scores.shape[0]):
        _only_candidates(candidates, scores[row], seen, row)
        for at in range(indptr[first + row], indptr[first + row + 1]):
            score = candidates[items[at]] if items[at] >= 0 else -np.inf
            higher, same = 0, 0
            for item in range(candidates.size):
                higher += candidates[item] > score
                same += candidates[item] == score
            above[at] = higher
            equal[at] = same - 1 if items[at] >= 0 else 0


@njit(**JIT)
def _only_candidates(candidates, scores, seen, row):
    """candidates ← the row's scores, -inf for what its user has seen."""
    for item in range(scores.size):
        candidates[item] = scores[item]
    user = seen.users[row]
    if user >= 0:
        for at in range(seen.indptr[user], seen.indptr[user + 1]):
            candidates[seen.indices[at]] = -np.inf
