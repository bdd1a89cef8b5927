"""Calibrated lists: the mix of categories on a list comes near to the mix in what somebody had before.

Steck, "Calibrated recommendations", RecSys 2018 [steck2018calibrated]. An item of several categories belongs to each in
equal parts; one of none says nothing.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.reranking.candidates import different_items

__all__ = ["Calibration", "DistinctMixes", "category_shares", "miscalibration", "mixes_of"]

ALPHA = 0.01  # the share of p in what it is compared with, which keeps the divergence finite
TINY = 1e-30  # in place of 0 under a logarithm that is multiplied by 0


def category_shares(words: IntArray, n_categories: int) -> FloatArray:
    """(n_items, n_categories) float32, p(g|i): 1 / so many at each category of an item; 0 where it has none.

    words: (n_items, w) the different categories of each item, -1 behind the last

    >>> category_shares(np.array([[0, 1], [1, -1], [-1, -1]]), 2)
    array([[0.5, 0.5],
           [0. , 1. ],
           [0. , 0. ]], dtype=float32)
    """
    shares = np.zeros((len(words), n_categories), np.float32)
    item, place = np.nonzero(words >= 0)
    shares[item, words[item, place]] = 1
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)


def mixes_of(sums: FloatArray) -> FloatArray:
    """(..., n_categories) sums of shares as distributions; all 0 where nothing was added up."""
    totals = sums.sum(axis=-1, keepdims=True)
    return sums / np.where(totals > 0, totals, 1)


def miscalibration(taste: FloatArray, mix: FloatArray) -> FloatArray:
    """(...,) KL(p ‖ (1 - α) q + α p) with α = 0.01: 0 for equal mixes, ln 100 at most [steck2018calibrated].

    taste: p, (..., n_categories)     mix: q, (..., n_categories); 0 for a list that no category is known of

    >>> miscalibration(np.array([0.5, 0.5]), np.array([[0.5, 0.5], [1.0, 0.0]])).round(3)
    array([0.   , 1.959])
    """
    smoothed = (1 - ALPHA) * mix + ALPHA * taste
    return np.maximum((taste * (_logarithm(taste) - _logarithm(smoothed))).sum(axis=-1), 0)


class DistinctMixes(NamedTuple):
    """The c different mixes of the candidates. Items are many and mixes few, and a mix has a share in few categories:
    so a divergence is found once for each mix, and a logarithm once for each category and size of share in it.

    category, share: (e,) the different pairs of a category and a share of an item in it
    pairs: (c, w) those of each mix, e behind the last
    """

    category: IntArray
    share: FloatArray
    pairs: IntArray

    @classmethod
    def of(cls, mixes: FloatArray) -> "DistinctMixes":
        """The mixes, (c, n_categories), each of sum 1, or of 0 for items that no category is known of."""
        mix, category = np.nonzero(mixes)
        both = np.column_stack([category, mixes[mix, category]])  # float64 holds each exactly
        found, which = np.unique(both, axis=0, return_inverse=True)
        n_pairs = np.bincount(mix, minlength=len(mixes))
        pairs = np.full((len(mixes), n_pairs.max(initial=0)), len(found))
        pairs[mix, np.arange(len(mix)) - (np.cumsum(n_pairs) - n_pairs)[mix]] = which.ravel()
        return cls(found[:, 0].astype(np.int64), found[:, 1].astype(np.float32), pairs)

    def divergences(self, taste: FloatArray, sums: FloatArray) -> FloatArray:
        """(b, c) `miscalibration` of each list with an item of each mix added to it.

        taste: (b, n_categories)     sums: (b, n_categories) of the shares on each list
        """
        wider = (1 - ALPHA) / (sums.sum(axis=1, keepdims=True) + 1)
        before = _logarithm(wider * sums + ALPHA * taste)
        own = np.einsum("bg,bg->b", taste, _logarithm(taste) - before)[:, None]
        gains = np.zeros((len(taste), len(self.category) + 1), np.float32)  # the last is of no pair
        with_pair = wider * (sums[:, self.category] + self.share) + ALPHA * taste[:, self.category]
        gains[:, :-1] = taste[:, self.category] * (_logarithm(with_pair) - before[:, self.category])
        divergence = np.repeat(own, len(self.pairs), axis=1)
        for pair in self.pairs.T:
            divergence -= gains[:, pair]
        unknown = (self.pairs == len(self.category)).all(axis=1)
        divergence[:, unknown] = miscalibration(taste, mixes_of(sums))[:, None]
        return np.maximum(divergence, 0)


def _logarithm(numbers: FloatArray) -> FloatArray:
    return np.log(np.maximum(numbers, TINY))


class Calibration:
    """(1 - w) value(i) - w KL(p ‖ q̃), q̃ being the smoothed mix of the list with i on it.

    The divergence is compared with that of the list without i: a difference that is the same for all candidates.
    weight: w, Steck's λ, 0 to 1     taste: (b, n_categories)     shares: (n_items, n_categories)
    idx: (b, m) candidates, -1 behind the last
    """

    def __init__(self, weight: float, taste: FloatArray, shares: FloatArray, idx: IntArray) -> None:
        self.weight, self._taste, self._shares, self._idx = np.float32(weight), taste.astype(np.float32), shares, idx
        self._sums = np.zeros((len(taste), shares.shape[1]), np.float32)
        items, place = different_items(idx)
        mixes, mix_of = np.unique(shares[np.append(items, 0)], axis=0, return_inverse=True)
        self._mix_of, self._mixes = mix_of.ravel()[place], DistinctMixes.of(mixes)

    def values(self, values: FloatArray) -> FloatArray:
        """(b, m) with the divergence of the list as each candidate would leave it."""
        divergence = np.take_along_axis(self._mixes.divergences(self._taste, self._sums), self._mix_of, axis=1)
        return (1 - self.weight) * values - self.weight * divergence

    def choose(self, places: IntArray) -> None:
        """Add the categories of the chosen candidates to their lists' mixes."""
        chosen = np.flatnonzero(places >= 0)
        self._sums[chosen] += self._shares[self._idx[chosen, places[chosen]]]
