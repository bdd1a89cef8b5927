"""Somebody new as a model sees them: a row nobody knows yet, the items being given.

    rating_j ~ N(offset_j + a_j · x, noise_j)        x ~ N(mean, precision⁻¹)

So each answer narrows the row x in closed form, which is what a fold-in, an interval and the choice of the next
question are made of.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["Belief", "NewcomerLaw"]


class Belief(NamedTuple):
    """The posterior of a row: N(mean, covariance)."""

    mean: FloatArray  # (d,)
    covariance: FloatArray  # (d, d)


class NewcomerLaw(NamedTuple):
    """The prior of newcomers under one model, or one posterior draw, and the linear model of their ratings."""

    design: FloatArray  # (n_items, d)
    offset: FloatArray  # (n_items,)
    mean: FloatArray  # (d,)
    precision: FloatArray  # (d, d)
    noise: FloatArray  # (n_items,) the variance of a rating

    def posterior(self, item_idx: IntArray, values: FloatArray) -> Belief:
        """The belief after these ratings, (m,) each; without any the prior."""
        rows = self.design[item_idx].astype(np.float64)
        weighted = rows.T / self.noise[item_idx]
        covariance = np.linalg.inv(self.precision + weighted @ rows)
        pull = self.precision @ self.mean + weighted @ (values - self.offset[item_idx])
        return Belief(covariance @ pull, covariance)

    def expected(self, belief: Belief) -> tuple[FloatArray, FloatArray]:
        """(n_items,), (n_items,): the mean of every rating, and its variance with the noise in it."""
        spread = np.einsum("ij,ij->i", self.design @ belief.covariance, self.design)
        return self.offset + self.design @ belief.mean, spread + self.noise
