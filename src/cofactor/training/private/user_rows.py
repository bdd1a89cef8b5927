"""A person's row [b, p], from the items' rows and their own ratings: its posterior mean, never released.

    r_i ~ N(μ + b_i + b + p · q_i, noise_i)        [b, p] ~ N(0, diag of the prior)

noise_i is larger where the item's own row is little known, so that it says less of the person.
"""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows

__all__ = ["ItemSide", "user_rows"]


class ItemSide(NamedTuple):
    """The rows of all items, released. All in the unit of the ratings it goes with."""

    mean: float  # μ
    bias: FloatArray  # (n_items,)
    factors: FloatArray  # (n_items, d)
    noise: FloatArray  # (n_items,) the variance of a rating, the doubt about the item's row in it
    prior: FloatArray  # (d + 1,) the variances of a person's row

    @property
    def design(self) -> FloatArray:
        """(n_items, d + 1) [1, q_i]."""
        return np.column_stack([np.ones(len(self.bias)), self.factors])


def user_rows(rows: Rows, values: FloatArray, items: ItemSide) -> FloatArray:
    """(b, d + 1) [b, p] of each person; 0 without ratings.

    values: (n,) their ratings, in the unit of `items`
    """
    from scipy.sparse import csr_array

    design, d = items.design, items.factors.shape[1] + 1
    shape = len(rows.counts), len(items.bias)
    weights = csr_array((1 / items.noise[rows.indices], rows.indices, rows.indptr), shape=shape)
    residual = values - items.mean - items.bias[rows.indices]
    weighted = csr_array((residual * weights.data, rows.indices, rows.indptr), shape=shape)
    grams = (weights @ np.einsum("ia,ib->iab", design, design).reshape(-1, d * d)).reshape(-1, d, d)
    return np.linalg.solve(grams + np.diag(1 / items.prior), (weighted @ design)[..., None])[..., 0]
