"""Exposure floors: given items, such as new ones, stand on so many of the lists at least.

The lists that take an item in are those where it costs least: where its score is nearest to that of the entry whose
place it takes.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.selection.exact import Best

__all__ = ["ExposureFloors", "with_floors"]


class ExposureFloors(NamedTuple):
    """Items and the share of all lists, 0 to 1, that each stands on at least."""

    items: IntArray  # (k,) different ones
    shares: FloatArray  # (k,)


def with_floors(best: Best, scores: FloatArray, floors: ExposureFloors) -> Best:
    """Lists on which each item stands at least as often as its floor asks, rounded down, wherever it may stand.

    An item that is put on a list takes its first empty place, else the last one that no floor holds.

    best: (b, n) items and scores, -1 and -inf behind a list's end
    scores: (b, k) of the floors' items for each user, -inf where an item may not be on the list

    >>> lists = np.array([[0, 1], [0, 2]]), np.array([[5.0, 4.0], [5.0, 3.0]])
    >>> floors = ExposureFloors(np.array([7]), np.array([0.5]))
    >>> with_floors(lists, np.array([[1.0], [2.0]]), floors)[0]
    array([[0, 1],
           [0, 7]])
    """
    idx, listed, row = best[0].copy(), best[1].copy(), np.arange(len(best[0]))
    held = np.isin(idx, floors.items)
    for at, (item, share) in enumerate(zip(floors.items.tolist(), floors.shares.tolist(), strict=True)):
        shown, place = (idx == item).any(axis=1), _next_place(idx, held)
        n_short = max(0, int(share * len(idx) + 1e-9) - int(shown.sum()))
        possible = np.isfinite(scores[:, at]) & ~shown & ~held[row, place]
        cost = np.where(possible, listed[row, place], np.inf)  # -inf of an empty place, which is filled first
        cost -= np.where(possible, scores[:, at], 0)
        chosen = np.argsort(cost, kind="stable")[: min(n_short, int(possible.sum()))]
        idx[chosen, place[chosen]], listed[chosen, place[chosen]] = item, scores[chosen, at]
        held[chosen, place[chosen]] = True
    return idx, listed


def _next_place(idx: IntArray, held: BoolArray) -> IntArray:
    """(b,) the first empty place of each list, else the last one that no floor holds."""
    last_free = idx.shape[1] - 1 - (~held[:, ::-1]).argmax(axis=1)
    return np.where((idx < 0).any(axis=1), (idx < 0).argmax(axis=1), last_free)
