"""A newcomer's row: its prior, and its posterior after some ratings, with the items fixed.

    rating_j ~ N(offset_j + a_j · x, noise_j)        x ~ N(mean, precision⁻¹)

The posterior of x after any ratings has a closed form. Fold-in, intervals and the choice of the next question use it.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray

__all__ = ["Belief", "RowModel"]


class Belief(NamedTuple):
    """The distribution of a row: N(mean, covariance)."""

    mean: FloatArray  # (d,)
    covariance: FloatArray  # (d, d)


class RowModel(NamedTuple):
    """The linear Gaussian model of a newcomer's ratings, with the items of one model or of one posterior draw fixed."""

    design: FloatArray  # (n_items, d)
    offset: FloatArray  # (n_items,)
    mean: FloatArray  # (d,)
    precision: FloatArray  # (d, d)
    noise: FloatArray  # (n_items,) the variance of a rating

    def posterior(self, item_idx: IntArray, values: FloatArray) -> Belief:
        """The posterior of the row after these ratings, (m,) and (m,); without any, the prior."""
        rows = self.design[item_idx].astype(np.float64)
        weighted = rows.T / self.noise[item_idx]
        covariance = np.linalg.inv(self.precision + weighted @ rows)
        right = self.precision @ self.mean + weighted @ (values - self.offset[item_idx])
        return Belief(covariance @ right, covariance)

    def expected(self, belief: Belief) -> tuple[FloatArray, FloatArray]:
        """(n_items,), (n_items,): the mean and the variance, noise included, of the rating of every item."""
        variance = np.einsum("ij,ij->i", self.design @ belief.covariance, self.design)
        return self.offset + self.design @ belief.mean, variance + self.noise
