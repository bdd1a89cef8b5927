"""Weights of models that rank: those of the highest nDCG@20, found by a search, as there is no closed form."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.blending.weights import BlendWeights, folds
from cofactor.selection.ties import mean_over_ties

__all__ = ["CUT_OFF", "NO_CANDIDATE", "Candidates", "blend_lists", "standardised"]

CUT_OFF = 20  # k of nDCG@20
NO_CANDIDATE = -1e9  # the score of an item that is no candidate; -inf times a weight of 0 would be nan
STEPS = (0.4, 0.2, 0.1, 0.05, 0.025)  # of the search: shares by which the blend is moved to and from each model


@dataclass(frozen=True)
class Candidates:
    """The c candidate items of each of u users, which some model ranks high; only they can enter the blend's list.

    scores: (u, c, m) standardised, of each model     hits: (u, c), True for held-out items     n_relevant: (u,)
    Where a user has fewer candidates, the other scores are `NO_CANDIDATE`.
    """

    scores: FloatArray
    hits: BoolArray
    n_relevant: IntArray

    def ndcg(self, weights: FloatArray) -> FloatArray:
        """(u,) nDCG@20 of each user's list by these weights; where scores are equal, the mean over their orders."""
        total = self.scores @ weights.astype(np.float32)
        cut = min(CUT_OFF, total.shape[1])
        hits = self._expected_hits(total)[:, :cut]
        discount = 1 / np.log2(np.arange(2, CUT_OFF + 2))
        ideal = np.cumsum(discount)[np.minimum(self.n_relevant, CUT_OFF) - 1]
        return hits @ discount[:cut] / ideal

    def _expected_hits(self, total: FloatArray) -> FloatArray:
        """(u, 21 or c) the probability of a hit at each place of the lists by these scores (u, c), and at the next."""
        n = min(CUT_OFF + 1, total.shape[1])  # the one behind the list's end says whether equal scores cross it
        top = np.argpartition(-total, n - 1, axis=1)[:, :n]
        order = np.argsort(-np.take_along_axis(total, top, axis=1), axis=1, kind="stable")
        top = np.take_along_axis(top, order, axis=1)
        hits, best = (np.take_along_axis(of, top, axis=1) for of in (self.hits, total))
        hits, equal = hits.astype(np.float64), best[:, 1:] == best[:, :-1]
        tied = (equal & (best[:, 1:] > NO_CANDIDATE / 2)).any(axis=1)
        if tied.any():
            order = np.argsort(-total[tied], axis=1, kind="stable")
            every = np.take_along_axis(total[tied], order, axis=1)
            hits[tied] = mean_over_ties(every, np.take_along_axis(self.hits[tied], order, axis=1))[:, :n]
        return hits

    def of(self, users: BoolArray) -> "Candidates":
        """The candidates of the users for which the mask (u,) is True."""
        return Candidates(self.scores[users], self.hits[users], self.n_relevant[users])


def blend_lists(candidates: Candidates, in_first: BoolArray) -> BlendWeights:
    """The weights of the highest nDCG@20 that the search finds. in_first: (u,), True in one half of the users."""
    cross_fitted = np.empty(len(in_first))
    for half, other in folds(in_first):
        cross_fitted[half] = candidates.of(half).ndcg(_search_weights(candidates.of(other)))
    single = np.eye(candidates.scores.shape[2])
    members = np.array([candidates.ndcg(one).mean() for one in single])
    return BlendWeights(_search_weights(candidates), 0.0, members, float(cross_fitted.mean()))


def _search_weights(candidates: Candidates) -> FloatArray:
    """A pattern search from the best single model or equal weights, moving to or from one model at a time."""
    m = candidates.scores.shape[2]
    single = np.eye(m)

    def mean_ndcg(weights: FloatArray) -> float:
        return float(candidates.ndcg(weights).mean())

    best, value = _best_of([*single, np.full(m, 1 / m)], mean_ndcg)
    for step in STEPS:
        improving = True
        while improving:
            moves = [best + sign * step * (one - best) for one in single for sign in (1, -1)]
            tried = [np.maximum(one, 0) / np.maximum(one, 0).sum() for one in moves]
            new_best, new_value = _best_of(tried, mean_ndcg)
            improving = new_value > value
            if improving:
                best, value = new_best, new_value
    return best


def _best_of(tried: list[FloatArray], value_of: Callable[[FloatArray], float]) -> tuple[FloatArray, float]:
    values = [value_of(weights) for weights in tried]
    at = int(np.argmax(values))
    return tried[at], values[at]


def standardised(scores: FloatArray) -> FloatArray:
    """Scores (b, n_items) less the mean of their row, over its standard deviation; a row of equal scores becomes 0.

    >>> standardised(np.array([[1.0, 3.0], [2.0, 2.0]]))
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.mean(np.square(centred), axis=1, keepdims=True))
    return centred / np.where(spread > 1e-12, spread, 1)
