"""Calibrated lists: the mix of categories on a list comes near to the mix in what somebody had before.

Steck, "Calibrated recommendations", RecSys 2018 [steck2018calibrated]. An item of several categories belongs to each in
equal parts; one of none says nothing.
"""

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["Calibration", "category_shares", "miscalibration", "mixes_of"]

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
    logarithms = (1 - ALPHA) * mix
    logarithms += ALPHA * taste
    np.log(np.maximum(logarithms, TINY, out=logarithms), out=logarithms)  # in place: there are lists for all candidates
    own = (taste * np.log(np.maximum(taste, TINY))).sum(axis=-1)
    return np.maximum(own - np.einsum("...g,...g->...", taste, logarithms), 0)


class Calibration:
    """(1 - w) value(i) - w KL(p ‖ q̃), q̃ being the smoothed mix of the list with i on it.

    The divergence is compared with that of the list without i: a difference that is the same for all candidates.
    weight: w, Steck's λ, 0 to 1     taste: (b, n_categories)     shares: (b, m, n_categories) of the candidates
    """

    def __init__(self, weight: float, taste: FloatArray, shares: FloatArray) -> None:
        self.weight, self._taste, self._shares = np.float32(weight), taste[:, None].astype(np.float32), shares
        self._sums = np.zeros((len(taste), shares.shape[2]), np.float32)

    def values(self, values: FloatArray) -> FloatArray:
        """(b, m) with the divergence of the list as each candidate would leave it."""
        mixes = mixes_of(self._sums[:, None] + self._shares)
        return (1 - self.weight) * values - self.weight * miscalibration(self._taste, mixes)

    def choose(self, places: IntArray) -> None:
        """Add the categories of the chosen candidates to their lists' mixes."""
        chosen = np.flatnonzero(places >= 0)
        self._sums[chosen] += self._shares[chosen, places[chosen]]
