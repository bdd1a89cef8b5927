"""Maximal marginal relevance: each next item is weighed against its likeness to what is on the list already.

Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing summaries",
SIGIR 1998 [carbonell1998mmr].
"""

from collections.abc import Callable

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.reranking.candidates import different_items

__all__ = ["MarginalRelevance", "Similarities", "intra_list_diversity"]

Similarities = Callable[[IntArray, IntArray], FloatArray]  # (a,) items, (c,) items -> (a, c), 1 at most


class MarginalRelevance:
    """(1 - w) value(i) - w max_j similarity(i, j), over the items j that were chosen; 0 before there are any.

    weight: w, 0 to 1     idx: (b, m) candidates, -1 behind the last
    """

    def __init__(self, weight: float, idx: IntArray, similarities: Similarities) -> None:
        self.weight = np.float32(weight)
        self._items, self._place = different_items(idx)
        self._similarities, self._row = similarities, np.arange(len(idx))
        self._nearest = np.full(idx.shape, -np.inf, np.float32)

    def values(self, values: FloatArray) -> FloatArray:
        """(b, m) with each candidate's similarity to the nearest chosen one."""
        nearest = np.where(np.isneginf(self._nearest), np.float32(0), self._nearest)
        return (1 - self.weight) * values - self.weight * nearest

    def choose(self, places: IntArray) -> None:
        """Compare all candidates of a list with the one chosen next."""
        chosen = np.flatnonzero(places >= 0)
        at, which = np.unique(self._place[chosen, places[chosen]], return_inverse=True)
        table = np.zeros((len(at), len(self._items) + 1), np.float32)  # the last is of no item
        table[:, :-1] = self._similarities(self._items[at], self._items)
        near = table[which.ravel()[:, None], self._place[chosen]]
        self._nearest[chosen] = np.maximum(self._nearest[chosen], near)


def intra_list_diversity(idx: IntArray, similarities: Similarities) -> FloatArray:
    """(b,) the mean of 1 - similarity over the pairs of items of each list; nan for lists of fewer than two.

    idx: (b, n), -1 behind a list's end
    """
    items, place = np.unique(np.maximum(idx, 0), return_inverse=True)
    table = similarities(items, items)
    place, known = place.reshape(idx.shape), idx >= 0
    pairs = known[:, :, None] & known[:, None] & ~np.eye(idx.shape[1], dtype=np.bool_)
    distance = 1 - table[place[:, :, None], place[:, None]]
    n_pairs = pairs.sum(axis=(1, 2))
    return np.where(n_pairs, np.where(pairs, distance, 0).sum(axis=(1, 2)) / np.maximum(n_pairs, 1), np.nan)
