"""Scores blended with a value of items: each list is made for both, weighed as its user has set it.

Both are put on one scale, from 0 to 1, over all items that a user could be shown. An item without a value is at the
mean of those that have one, so that nothing pushes it or holds it back.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.ranking.top_scores import top_scores
from cofactor.reranking.greedy import relevance

__all__ = ["Candidates", "ValueBlend", "best_blended", "blended", "value_shares"]

ALMOST_ALONE = 1 - 1e-9  # what a weight of 1 is, so that items of one value stay in the order of their scores


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

    def of(self, scores: FloatArray) -> FloatArray:
        """The value of every item, (b, n_items), higher ones better; nan where it has none or may not be shown.

        scores: (b, n_items), -inf where an item may not be on a list
        """
        better = self.values if self.higher_is_better else -self.values
        return np.where(np.isfinite(scores), better, np.nan)


def value_shares(values: FloatArray) -> FloatArray:
    """(b, m) float32, how far each value is on the way from the worst of its row, 0, to the best, 1.

    values: (b, m), higher ones better; nan, where there is none, is at the mean of the others

    >>> value_shares(np.array([[2.0, 4.0, np.nan, 8.0]])).round(2)
    array([[0.  , 0.33, 0.44, 1.  ]], dtype=float32)
    """
    known = ~np.isnan(values)
    shares = relevance(np.where(known, values, -np.inf))
    mean = shares.sum(axis=1, keepdims=True) / np.maximum(np.count_nonzero(known, axis=1, keepdims=True), 1)
    return np.where(known, shares, mean.astype(np.float32))


def blended(scores: FloatArray, relevances: FloatArray, shares: FloatArray, weights: FloatArray) -> FloatArray:
    """(b, m) (1 - w) relevance + w share of the value; the score itself where w is 0, and -inf where that is.

    scores: (b, m), -inf where there is no candidate     relevances: of these, as `relevance` gives them
    shares: (b, m) as `value_shares` gives them     weights: w, (b,)
    """
    weight = np.minimum(weights, ALMOST_ALONE)[:, None]
    mixed = np.where(weight > 0, (1 - weight) * relevances + weight * shares, scores)
    return np.where(np.isfinite(scores), mixed, -np.inf)


def best_blended(scores: FloatArray, blend: ValueBlend, n: int) -> Candidates:
    """(b, min(n, n_items)) items of the highest blended values; of equal values that of the higher score is first.

    scores: (b, n_items), -inf where an item may not be on a list
    """
    idx, values = top_scores(blended(scores, relevance(scores), value_shares(blend.of(scores)), blend.weights), n)
    found = np.take_along_axis(scores, np.maximum(idx, 0), axis=1)
    return Candidates(idx, np.where(idx >= 0, found, -np.inf), values)
