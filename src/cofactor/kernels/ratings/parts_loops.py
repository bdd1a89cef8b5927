"""Ratings divided in two by a mask: those marked in a row are counted first, so that each is moved once."""

from numba import njit

from cofactor.kernels.compiling.jit import JIT

__all__ = ["count_marked", "move_ratings"]


@njit(**JIT)
def count_marked(counts, indptr, marks, first, last):
    """counts[r] ← how many of row r's ratings are marked with 1, of the rows first:last."""
    for row in range(first, last):
        n = 0
        for i in range(indptr[row], indptr[row + 1]):
            n += marks[i]
        counts[row] = n


@njit(**JIT)
def move_ratings(kept, kept_payload, marked, marked_payload, indptr, indices, payload, marks, start, first, last):
    """Move the ratings of the rows first:last to one part or the other; both payloads may be empty.

    start: how many ratings of earlier rows are marked
    """
    to = start
    for i in range(indptr[first], indptr[last]):
        if marks[i]:
            marked[to] = indices[i]
            if payload.size:
                marked_payload[to] = payload[i]
            to += 1
        else:
            kept[i - to] = indices[i]
            if payload.size:
                kept_payload[i - to] = payload[i]
