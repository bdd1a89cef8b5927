"""Ratings divided in two by a mask, each part by the same rows; the loops are in `parts_loops.py`."""

import numpy as np

from cofactor.arrays import Array, BoolArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.ratings.layout import csr_with
from cofactor.kernels.threads import n_threads, on_threads, row_shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["divided"]

_count_marked, _move_ratings = (
    Native("cofactor.kernels.ratings.parts_loops", name) for name in ("count_marked", "move_ratings")
)


@with_numpy_twin
def divided(ratings: CsrRatings, mask: BoolArray) -> tuple[CsrRatings, CsrRatings]:
    """The ratings where the mask (n,) is False, and those where it is True, both in their order."""
    indptr, indices, payload, marks = ratings.indptr, ratings.indices, ratings.coded.payload, mask.view(np.uint8)
    cuts, counts = row_shares(indptr, n_threads()), np.empty(len(indptr) - 1, np.int64)
    on_threads(lambda at: _count_marked(counts, indptr, marks, cuts[at], cuts[at + 1]), len(cuts) - 1)
    ends_marked = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    (kept, kept_payload), (marked, marked_payload) = parts = [
        _empty(ends, payload) for ends in (indptr - ends_marked, ends_marked)
    ]

    def move(at: int) -> None:
        start = int(ends_marked[cuts[at]])
        whole = indptr, indices, payload, marks
        _move_ratings(kept, kept_payload, marked, marked_payload, *whole, start, cuts[at], cuts[at + 1])

    on_threads(move, len(cuts) - 1)
    ends = indptr - ends_marked, ends_marked
    first, second = (csr_with(end, *part[:1], ratings.values, part[1]) for end, part in zip(ends, parts, strict=True))
    return first, second


def _empty(ends: IntArray, payload: Array) -> tuple[IntArray, Array]:
    n = int(ends[-1])
    return np.empty(n, np.int32), np.empty(n if payload.size else 0, payload.dtype)
