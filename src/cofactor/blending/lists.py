"""Weights of models that rank: those with the highest nDCG@20, which a search finds, as no formula has them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cofactor.arrays import BoolArray, FloatArray, IntArray
from cofactor.blending.weights import BlendWeights

__all__ = ["CUT", "NO_CANDIDATE", "Candidates", "blend_lists", "standardised"]

CUT = 20  # the list's length in nDCG@20
NO_CANDIDATE = -1e9  # the score of what is no candidate; -inf times a weight of 0 would be no number
STEPS = (0.4, 0.2, 0.1, 0.05, 0.025)  # by which a weight is tried larger and smaller, one after the other


@dataclass(frozen=True)
class Candidates:
    """The c candidate items of each of u users, those that some model ranks high: only they can enter the blend's list.

    scores: (u, c, m) standardised, of each model     hits: (u, c), what was held out     n_relevant: (u,)
    A row that has fewer candidates ends in scores of `NO_CANDIDATE`.
    """

    scores: FloatArray
    hits: BoolArray
    n_relevant: IntArray

    def ndcg(self, weights: FloatArray) -> FloatArray:
        """(u,) nDCG@20 of each user's list by these weights."""
        total = self.scores @ weights.astype(np.float32)
        cut = min(CUT, total.shape[1])
        top = np.argpartition(-total, cut - 1, axis=1)[:, :cut]
        order = np.argsort(-np.take_along_axis(total, top, axis=1), axis=1, kind="stable")
        hits = np.take_along_axis(self.hits, np.take_along_axis(top, order, axis=1), axis=1)
        discount = 1 / np.log2(np.arange(2, CUT + 2))
        ideal = np.cumsum(discount)[np.minimum(self.n_relevant, CUT) - 1]
        return hits @ discount[:cut] / ideal

    def of(self, users: BoolArray) -> "Candidates":
        """The candidates of the users for which the mask (u,) is True."""
        return Candidates(self.scores[users], self.hits[users], self.n_relevant[users])


def blend_lists(candidates: Candidates, in_first: BoolArray) -> BlendWeights:
    """The weights of the highest nDCG@20 that the search finds. in_first: (u,), True in one half of the users."""
    across = np.empty(len(in_first))
    for half in (in_first, ~in_first):
        others = ~half if (~half).any() else half
        across[half] = candidates.of(half).ndcg(_search_weights(candidates.of(others)))
    single = np.eye(candidates.scores.shape[2])
    members = np.array([candidates.ndcg(one).mean() for one in single])
    return BlendWeights(_search_weights(candidates), 0.0, members, float(across.mean()))


def _search_weights(candidates: Candidates) -> FloatArray:
    """From the best of each model alone and all alike, weight by weight, by smaller and smaller steps."""
    m = candidates.scores.shape[2]
    single = np.eye(m)

    def reached(weights: FloatArray) -> float:
        return float(candidates.ndcg(weights).mean())

    best, value = _best_of([*single, np.full(m, 1 / m)], reached)
    for step in STEPS:
        gaining = True
        while gaining:
            steps = [best + sign * step * (one - best) for one in single for sign in (1, -1)]
            tried = [np.maximum(one, 0) / np.maximum(one, 0).sum() for one in steps]
            found, reaches = _best_of(tried, reached)
            gaining = reaches > value
            if gaining:
                best, value = found, reaches
    return best


def _best_of(tried: list[FloatArray], reached: Callable[[FloatArray], float]) -> tuple[FloatArray, float]:
    values = [reached(weights) for weights in tried]
    at = int(np.argmax(values))
    return tried[at], values[at]


def standardised(scores: FloatArray) -> FloatArray:
    """(b, n_items) -> each row less its mean, over its standard deviation; a row of equals becomes zeros.

    >>> standardised(np.array([[1.0, 3.0], [2.0, 2.0]]))
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.mean(np.square(centred), axis=1, keepdims=True))
    return centred / np.where(spread > 1e-12, spread, 1)
