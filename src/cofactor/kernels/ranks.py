"""Steps of ranking a whole catalogue for a block of users: hide what they have seen, find what was held out.

A block's rows are the users `at`, `at + 1`, … of the held-out rows (CSR); `users` says which rows of the training
ratings they are. One thread: each step is short, and the threads of the product before it spin for a while, which cost
twice the time when the steps had threads of their own.
"""

import numpy as np
from numba import boolean, float32, float64, int32, int64, njit, types

__all__ = ["hide", "mark_hits", "stand"]

INT32 = types.Array(int32, 1, "C", readonly=True)  # a mapped file's arrays are read-only
INT64 = types.Array(int64, 1, "C", readonly=True)


@njit([types.void(kind[:, ::1], INT32, INT64, INT32) for kind in (float32, float64)], nogil=True, cache=True)
def hide(scores, users, indptr, indices):
    """Set to -inf what each row's user has in the training ratings; a user of index -1 has nothing.

    scores: (b, n_items)     users: (b,)     indptr, indices: the training ratings by user
    """
    for row in range(len(users)):
        if users[row] >= 0:
            for at in range(indptr[users[row]], indptr[users[row] + 1]):
                scores[row, indices[at]] = -np.inf


@njit([types.void(int64[:, ::1], int64, INT64, INT32, boolean[:, ::1])], nogil=True, cache=True)
def mark_hits(lists, first, indptr, items, hits):
    """hits[r, rank]: whether lists[r, rank] is among the held-out items of row first + r.

    lists: (b, n), -1 behind a list's end     indptr, items: the held-out items of all rows, ascending
    """
    for row in range(lists.shape[0]):
        start, end = indptr[first + row], indptr[first + row + 1]
        for rank in range(lists.shape[1]):
            item = lists[row, rank]
            at = start + np.searchsorted(items[start:end], item)
            hits[row, rank] = item >= 0 and at < end and items[at] == item


@njit(
    [types.void(kind[:, ::1], int64, INT64, INT32, int64[::1], int64[::1]) for kind in (float32, float64)],
    nogil=True,
    cache=True,
)
def stand(scores, first, indptr, items, above, equal):
    """How many candidates score higher than each held-out item, and how many others just the same.

    scores: (b, n_items), -inf for what is no candidate     indptr, items: as above, -1: not in the catalogue, which
    stands below every candidate     above, equal: (indptr[-1],), written for the rows of this block
    """
    for row in range(scores.shape[0]):
        for at in range(indptr[first + row], indptr[first + row + 1]):
            score = scores[row, items[at]] if items[at] >= 0 else -np.inf
            higher, same = 0, 0
            for item in range(scores.shape[1]):
                higher += scores[row, item] > score
                same += scores[row, item] == score
            above[at] = higher
            equal[at] = same - 1 if items[at] >= 0 else 0
