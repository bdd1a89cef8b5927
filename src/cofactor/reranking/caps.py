"""Lists with at most so many items of a group, taken greedily from longer ones.

An item may be in several groups (a film of several genres) and is then taken where each of them has room; one in no
group always is. Where a list does not fill up, a longer one is fetched.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.kernels.ranking.lists import empty_lists
from cofactor.selection.exact import Best, blocks

__all__ = ["GroupCaps", "capped_lists", "within_caps"]

GROWTH = 4  # times the length of the list before is what is fetched
MIN_FETCHED = 50

Fetch = Callable[[IntArray, int], Best]


class GroupCaps(NamedTuple):
    """How many items of each group a list may hold."""

    groups: IntArray  # (n_items, w) the groups of each item, -1 behind the last
    limits: IntArray  # (n_groups,) items of each group, at least 1


def capped_lists(fetch: Fetch, n_rows: int, n: int, caps: GroupCaps) -> Best:
    """(n_rows, min(n, n_items)) items and scores, the best that the caps allow; -1 and -inf behind a list's end.

    fetch: (b,) rows and a length -> the best items of these rows, without caps
    """
    n_items, lists = len(caps.groups), empty_lists(n_rows, min(n, len(caps.groups)), np.float32)
    rows, length = np.arange(n_rows), n
    while len(rows):
        length = min(n_items, max(GROWTH * length, MIN_FETCHED))
        unfilled = [rows[:0]]
        for at in blocks(len(rows), length):
            some = rows[at]
            best = fetch(some, length)
            capped = _first_of(best, within_caps(best[0], n, caps), lists[0].shape[1])
            for whole, part in zip(lists, capped, strict=True):
                whole[some] = part
            exhausted = best[0][:, -1] < 0 if length < n_items else np.ones(len(some), np.bool_)
            unfilled.append(some[(capped[0][:, -1] < 0) & ~exhausted])
        rows = np.concatenate(unfilled)
    return lists


def within_caps(idx: IntArray, n: int, caps: GroupCaps) -> BoolArray:
    """(b, m) True for the entries of each list that are taken, the first n that the caps allow.

    idx: (b, m) items, best first, -1 behind a list's end

    >>> films = GroupCaps(np.array([[0, -1], [0, 1], [1, -1]]), np.array([1, 1]))
    >>> within_caps(np.array([[0, 1, 2]]), 3, films)
    array([[ True, False,  True]])
    """
    left = np.tile(np.append(caps.limits, np.iinfo(np.int64).max), (len(idx), 1))  # the last one: of no group
    n_left, taken, row = np.full(len(idx), n), np.zeros(idx.shape, np.bool_), np.arange(len(idx))
    for rank in range(idx.shape[1]):
        groups = caps.groups[idx[:, rank]]
        fits = (left[row[:, None], groups] > 0).all(axis=1) & (idx[:, rank] >= 0) & (n_left > 0)
        left[row[fits, None], groups[fits]] -= 1
        taken[:, rank], n_left = fits, n_left - fits
        if not n_left.any():
            break
    return taken


def _first_of(best: Best, taken: BoolArray, n: int) -> Best:
    """The entries that were taken, in their order, moved to the front of lists of n."""
    order = np.argsort(~taken, axis=1, kind="stable")[:, :n]
    kept = np.take_along_axis(taken, order, axis=1)
    idx, scores = (np.take_along_axis(part, order, axis=1) for part in best)
    return np.where(kept, idx, -1), np.where(kept, scores, -np.inf)
