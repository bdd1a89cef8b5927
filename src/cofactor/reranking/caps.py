"""Lists with at most so many items of a group, taken greedily from longer ones.

An item may be in several groups (a film of several genres) and is then taken where each of them has room; one in no
group always is.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, IntArray
from cofactor.selection.exact import Best

__all__ = ["GroupCaps", "RoomLeft", "first_within_caps", "joined_caps", "within_caps"]


class GroupCaps(NamedTuple):
    """How many items of each group a list may hold."""

    groups: IntArray  # (n_items, w) the groups of each item, -1 behind the last
    limits: IntArray  # (n_groups,) items of each group, at least 0


class RoomLeft:
    """How many more items of each group each of b lists may hold."""

    def __init__(self, caps: GroupCaps, n_rows: int) -> None:
        self._groups, self._row = caps.groups, np.arange(n_rows)
        self._left = np.tile(np.append(caps.limits, np.iinfo(np.int64).max), (n_rows, 1))  # the last one: of no group

    def fits(self, idx: IntArray) -> BoolArray:
        """(b, m) True where each group of an item, (b, m), has room in its row's list."""
        has_room: BoolArray = self._left[self._row[:, None, None], self._groups[idx]] > 0
        return np.logical_and.reduce(has_room, axis=2)

    def fill(self, idx: IntArray, taken: BoolArray) -> None:
        """Count an item, (b,), in each list where it was taken, (b,)."""
        self._left[self._row[taken, None], self._groups[idx[taken]]] -= 1


def joined_caps(caps: GroupCaps | None, more: GroupCaps | None) -> GroupCaps | None:
    """The caps of both, all of which hold; None where there are none."""
    if caps is None or more is None:
        return more if caps is None else caps
    groups = np.where(more.groups < 0, -1, more.groups + len(caps.limits))
    return GroupCaps(np.concatenate([caps.groups, groups], axis=1), np.concatenate([caps.limits, more.limits]))


def first_within_caps(best: Best, n: int, caps: GroupCaps) -> Best:
    """(b, n) items and scores, the first of each list that the caps allow; -1 and -inf behind a list's end."""
    taken = within_caps(best[0], n, caps)
    order = np.argsort(~taken, axis=1, kind="stable")[:, :n]
    kept = np.take_along_axis(taken, order, axis=1)
    idx, scores = (np.take_along_axis(part, order, axis=1) for part in best)
    return np.where(kept, idx, -1), np.where(kept, scores, -np.inf)


def within_caps(idx: IntArray, n: int, caps: GroupCaps) -> BoolArray:
    """(b, m) True for the entries of each list that are taken, the first n that the caps allow.

    idx: (b, m) items, best first, -1 behind a list's end

    >>> films = GroupCaps(np.array([[0, -1], [0, 1], [1, -1]]), np.array([1, 1]))
    >>> within_caps(np.array([[0, 1, 2]]), 3, films)
    array([[ True, False,  True]])
    """
    room, n_left, taken = RoomLeft(caps, len(idx)), np.full(len(idx), n), np.zeros(idx.shape, np.bool_)
    for rank in range(idx.shape[1]):
        items = idx[:, rank]
        fits = room.fits(items[:, None])[:, 0] & (items >= 0) & (n_left > 0)
        room.fill(items, fits)
        taken[:, rank], n_left = fits, n_left - fits
        if not n_left.any():
            break
    return taken
