"""Scores blended with a value of items: each list is made for both, weighed as its user has set it.

Both are put on one scale, from 0 to 1, over all items that a user could be shown. An item without a value is at the
mean of those that have one, so that nothing pushes it or holds it back.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.reranking.greedy import chosen_lists, relevance
from cofactor.selection.exact import Best

__all__ = ["Candidates", "ValueBlend", "best_blended", "blended", "value_shares"]


class Candidates(NamedTuple):
    """The best items of some users, in the order of their values, the best first.

    idx: (b, m), -1 behind the last     scores: (b, m), -inf there     values: (b, m) the scores, unless blended
    """

    idx: IntArray
    scores: FloatArray
    values: FloatArray

    def rows(self, at: slice) -> "Candidates":
        """Those of some users."""
        return Candidates(self.idx[at], self.scores[at], self.values[at])

    @classmethod
    def joined(cls, parts: Sequence["Candidates"]) -> Self:
        """Those of all parts, one below the other."""
        idx, scores, values = zip(*parts, strict=True)
        return cls(np.concatenate(idx), np.concatenate(scores), np.concatenate(values))


class ValueBlend(NamedTuple):
    """A value of each item, and how much it counts in each of b lists.

    values: (n_items,) nan where an item has none     weights: (b,) from 0, the score alone, to 1, the value alone
    """

    values: FloatArray
    weights: FloatArray
    higher_is_better: bool = True

    def rows(self, which: IntArray) -> Self:
        """The same for some of the lists."""
        return self._replace(weights=self.weights[which])

    def of(self, idx: IntArray) -> Array:
        """The values of items, (b, m), higher ones better; nan where there is no item or no value."""
        better = self.values if self.higher_is_better else -self.values
        return np.where(idx >= 0, better[idx], np.nan)


def value_shares(values: FloatArray) -> FloatArray:
    """(b, m) float32, how far each value is on the way from the worst of its row, 0, to the best, 1.

    values: (b, m), higher ones better; nan, where there is none, is at the mean of the others

    >>> value_shares(np.array([[2.0, 4.0, np.nan, 8.0]])).round(2)
    array([[0.  , 0.33, 0.44, 1.  ]], dtype=float32)
    """
    known = ~np.isnan(values)
    shares = relevance(np.where(known, values, -np.inf))
    mean = shares.sum(axis=1, keepdims=True) / np.maximum(np.count_nonzero(known, axis=1, keepdims=True), 1)
    return np.where(known, shares, mean)


def blended(relevances: FloatArray, shares: FloatArray, weights: FloatArray) -> FloatArray:
    """(b, m) (1 - w) relevance + w share of the value.

    relevances: (b, m) as `relevance` gives them     shares: (b, m) as `value_shares` does     weights: w, (b,)
    """
    weight = weights[:, None].astype(np.float32)
    return (1 - weight) * relevances + weight * shares


def best_blended(best: Best, blend: ValueBlend, n: int) -> Candidates:
    """(b, n) items of the highest blended values; of equal ones that of the higher score is first.

    best: (b, m) all items that each user could be shown and their scores, best first, -1 and -inf behind the last
    """
    idx, scores = best
    mixed = blended(relevance(scores), value_shares(blend.of(idx)), blend.weights)
    mixed = np.where(blend.weights[:, None] > 0, mixed, scores)  # nothing is rounded where nothing is blended
    places, values = top_scores(np.where(idx >= 0, mixed, -np.inf), n)
    return Candidates(*chosen_lists(best, places), values)
