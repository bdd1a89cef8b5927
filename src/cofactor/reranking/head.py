"""The short head of a catalogue, the few items that most interactions are with, and a cap on its share of a list."""

import math

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.reranking.caps import GroupCaps

__all__ = ["head_cap", "short_head"]

HEAD_SHARE = 0.8  # of all interactions


def short_head(counts: IntArray, share: float = HEAD_SHARE) -> BoolArray:
    """(n_items,) True for the most popular items that together hold `share` of the interactions; no fewer would
    [anelli2021elliot].

    counts: (n_items,) interactions of each; of equally popular items the first in the catalogue is in the head

    >>> short_head(np.array([1, 6, 2, 1]))
    array([False,  True,  True, False])
    """
    order = np.argsort(-counts, kind="stable")
    held = np.cumsum(counts[order])
    head = np.zeros(len(counts), np.bool_)
    head[order[: np.searchsorted(held, share * held[-1] - 1e-9) + 1 if len(held) else 0]] = True
    return head


def head_cap(counts: IntArray, share: float, n: int) -> GroupCaps:
    """The caps of lists of n that may hold at most this share of head items, rounded down.

    >>> head_cap(np.array([1, 6, 2, 1]), 0.5, 3).limits
    array([1])
    """
    groups = np.where(short_head(counts), 0, -1)[:, None]
    return GroupCaps(groups, np.array([math.floor(share * n + 1e-9)]))
