"""Lists put together item by item: each next one is the candidate of the highest value beside those already chosen."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.reranking.caps import GroupCaps, RoomLeft
from cofactor.selection.exact import Best

__all__ = ["Objective", "chosen_lists", "greedy_places", "relevance"]


class Objective(Protocol):
    """One thing that lists are chosen for, beside relevance; it knows what was chosen so far."""

    def values(self, values: FloatArray) -> FloatArray:
        """(b, m) the values of the candidates so far, weighed against this objective."""
        ...

    def choose(self, places: IntArray) -> None:
        """Take note of the candidates chosen next, (b,), -1 in lists that are at their end."""
        ...


def relevance(scores: FloatArray) -> FloatArray:
    """(b, m) float32, how far each candidate is on the way from the last score of its row, 0, to the best one, 1.

    scores: (b, m), -inf where there is no candidate, which is at 0; equal scores are all at 1

    >>> relevance(np.array([[9.0, 7.0, 5.0, -np.inf]]))
    array([[1. , 0.5, 0. , 0. ]], dtype=float32)
    """
    known, exact = np.isfinite(scores), scores.astype(np.float64)
    high = np.where(known, exact, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    low = np.where(known, exact, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    differ = np.isfinite(high) & (high > low)
    share = (np.where(known, exact, 0) - np.where(differ, low, 0)) / np.where(differ, high - low, 1)
    return np.where(known, np.where(differ, share, 1), 0).astype(np.float32)


def greedy_places(
    idx: IntArray, values: FloatArray, n: int, objectives: Sequence[Objective], caps: GroupCaps | None = None
) -> IntArray:
    """(b, n) the places of the chosen candidates in their row, in the order of choice; -1 behind a list's end.

    The objectives weigh the values one after the other. Of equal values the candidate in front is chosen.
    idx: (b, m) candidates, -1 behind the last     values: (b, m) of each by itself
    """
    row, free = np.arange(len(idx)), idx >= 0
    places, room = np.full((len(idx), n), -1), None if caps is None else RoomLeft(caps, len(idx))
    for rank in range(min(n, idx.shape[1])):
        current = values
        for one in objectives:
            current = one.values(current)
        allowed = free if room is None else free & room.fits(idx)
        best = np.where(allowed, current, -np.inf).argmax(axis=1)
        found = allowed[row, best]
        if not found.any():
            break
        places[:, rank], free[row, best] = np.where(found, best, -1), False
        for one in objectives:
            one.choose(places[:, rank])
        if room is not None:
            room.fill(idx[row, best], found)
    return places


def chosen_lists(best: Best, places: IntArray) -> Best:
    """(b, n) items and scores of the candidates at these places; -1 and -inf where a place is -1."""
    idx, scores = (np.take_along_axis(part, np.maximum(places, 0), axis=1) for part in best)
    return np.where(places < 0, -1, idx), np.where(places < 0, -np.inf, scores)
