"""The short head of a catalogue, the few items that most interactions are with, and a cap on its share of a list."""

import math

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.reranking.caps import GroupCaps

__all__ = ["HEAD_SHARE", "head_cap", "short_head"]

HEAD_SHARE = 0.8  # of all interactions


def short_head(counts: IntArray, share: float = HEAD_SHARE) -> BoolArray:
    """(n_items,) True for the fewest items, the most popular first, that together hold `share` of the interactions
    [anelli2021elliot].

    Items as popular as the last of them are in the head too, so that it does not hang on the order of the catalogue.
    counts: (n_items,) interactions of each; an item without any is never in the head

    >>> short_head(np.array([1, 6, 2, 1]))
    array([False,  True,  True, False])
    """
    descending = np.sort(counts)[::-1]
    if not len(descending):
        return np.zeros(0, np.bool_)
    held = np.cumsum(descending)
    last = int(np.searchsorted(held, round(share * held[-1], 9)))
    return counts >= max(int(descending[last]), 1)


def head_cap(counts: IntArray, share: float, n: int) -> GroupCaps:
    """The caps of lists of n that may hold at most this share of head items, rounded down.

    >>> head_cap(np.array([1, 6, 2, 1]), 0.5, 3).limits
    array([1])
    """
    groups = np.where(short_head(counts), 0, -1)[:, None]
    return GroupCaps(groups, np.array([math.floor(share * n + 1e-9)]))
