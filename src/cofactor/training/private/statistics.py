"""What a person adds to each release of alternating least squares (Chien et al. 2021 [chien2021private]).

Ratings are in units of half the declared range about its middle, x_ui in -1 … 1, and clipped to it.

First release: how often and how high each item is rated, and the people's mean,
    h_ui = a · (κ, x_ui - x̄_u)        o_u = ξ · (1, x̄_u)
Each sweep: the right sides of the items' least squares, and one Gram matrix for all items,
    h_ui = a · e_ui · z_u             o_u = γ · a · n_u · z_u z_uᵀ
with z_u = (1, p_u / |p_u|) and e_ui what the model so far leaves of x_ui, b_u taken off, p_u · q_i not.

a = 2/√max_ratings: a part of so many ratings, half a unit from what is expected of them, has length 1. It is clipped as
a whole (`person_sums.py`), whatever is in it: no bound on x, e, z or the number of ratings is needed for a sensitivity
of 1. The paper releases a Gram matrix for each item; here it is the item's noisy count times the one of all, which
leaves more of the budget for what differs between items.
"""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.training.private.person_sums import Parts, row_of_each
from cofactor.training.private.user_rows import ItemSide, user_rows

__all__ = ["COUNT_WEIGHT", "GRAM_WEIGHT", "bias_parts", "sweep_parts", "unit_values"]

COUNT_WEIGHT = 0.25  # κ: of a count beside a deviation of one unit
MEAN_WEIGHT = 0.2  # ξ: of the mean of a person's ratings
GRAM_WEIGHT = 0.005  # γ: of the Gram matrix
MAX_DEVIATION = 1.25  # of a rating from what is expected of it; farther is taken as that


def unit_values(values: FloatArray, rating_range: tuple[float, float]) -> FloatArray:
    """(n,) float64 ratings in units of half the range about its middle, -1 … 1."""
    low, high = rating_range
    return (np.clip(values.astype(np.float64), low, high) - (low + high) / 2) * (2 / (high - low))


def bias_parts(rows: Rows, x: FloatArray, weight: float) -> Parts:
    """The unclipped parts of the first release: (n, 2) and (b, 2).

    x: (n,) the ratings of these people, in units     weight: a
    """
    person, counts = row_of_each(rows), np.maximum(rows.counts, 1)
    means = np.bincount(person, x, len(rows.counts)) / counts
    deviation = np.clip(x - means[person], -MAX_DEVIATION, MAX_DEVIATION)
    by_rating = weight * np.column_stack([np.full(len(x), COUNT_WEIGHT), deviation])
    rated = (rows.counts > 0).astype(np.float64)
    return Parts(by_rating, MEAN_WEIGHT * np.column_stack([rated, rated * means]))


def sweep_parts(rows: Rows, x: FloatArray, weight: float, items: ItemSide) -> Parts:
    """The unclipped parts of a sweep: (n, d + 1) and (b, (d + 1)²).

    items: as they were released before
    """
    person, solved = row_of_each(rows), user_rows(rows, x, items)
    lengths = np.linalg.norm(solved[:, 1:], axis=1, keepdims=True)
    z = np.column_stack([np.ones(len(solved)), solved[:, 1:] / np.maximum(lengths, 1e-12)])
    residual = x - items.mean - items.bias[rows.indices] - solved[person, 0]
    residual = np.clip(residual, -MAX_DEVIATION, MAX_DEVIATION)
    grams = np.einsum("ua,ub->uab", z, z).reshape(len(z), -1)
    return Parts(weight * residual[:, None] * z[person], GRAM_WEIGHT * weight * rows.counts[:, None] * grams)
