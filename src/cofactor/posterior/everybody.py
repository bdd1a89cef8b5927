"""Sums over everybody who was learned from, where only some of them are at hand.

A fit to shards keeps no users. What newcomers are like is then learned from some of them, whose ratings are read again,
and from these sums over all, which are made as the ratings pass by.
"""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.posterior.row_prior import ProbeSums

__all__ = ["Everybody", "RaterSums"]


class RaterSums(NamedTuple):
    """The sums over all raters of s items; a is [1, p] of a rater, and y a rating less the rater's bias."""

    items: IntArray  # (s,)
    grams: FloatArray  # (s, k + 1, k + 1) Σ a aᵀ
    pulls: FloatArray  # (s, k + 1) Σ a y

    def in_whole_units(self, unit: float) -> Self:
        """The sums in the ratings' own unit, of those in this one: factors take the root of it, as in `Embeddings`."""
        scale = np.append(1.0, np.full(self.pulls.shape[1] - 1, unit**0.5))
        return self._replace(grams=self.grams * np.outer(scale, scale), pulls=self.pulls * (scale * unit))

    def about(self, rows: FloatArray, middle_user: FloatArray, middle_items: FloatArray) -> ProbeSums:
        """The sums where raters are counted from the middle of all, and ratings from what is expected of the items.

        rows: (s, k + 1) the items, from what is expected of them     middle_user: (k,) the mean of all users' factors
        middle_items: (s, k + 1) what is expected of each, [bias, factors] from 0
        """
        shift = np.eye(self.pulls.shape[1])
        shift[1:, 0] = -middle_user
        grams = shift @ self.grams @ shift.T
        return ProbeSums(rows, grams, self.pulls @ shift.T - np.einsum("sij,sj->si", grams, middle_items))


class Everybody(NamedTuple):
    """The number of all users who were learned from, and the middle of their rows."""

    n_users: int  # with ratings
    n_ratings: int
    middle_user: FloatArray  # (k + 1,) float64 [bias, factors], the mean of all trained rows
    raters: RaterSums | None = None  # None: all ratings are at hand
