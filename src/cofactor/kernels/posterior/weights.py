"""The weights and weighted targets of ratings."""

from typing import NamedTuple

import numpy as np

from cofactor.kernels.ratings.csr import CsrRatings

__all__ = ["UNIT_WEIGHTS", "RatingWeights", "weights_of_row"]


class RatingWeights(NamedTuple):
    """The weight w and the weighted target y of a rating v, linear in v; o is the offset of its row on the other side.

    w = weight + weight_gain v     y = pull + pull_gain v - w o
    """

    weight: np.float32
    weight_gain: np.float32
    pull: np.float32
    pull_gain: np.float32


UNIT_WEIGHTS = RatingWeights(np.float32(1), np.float32(0), np.float32(0), np.float32(1))  # w = 1, y = v - o


def weights_of_row(weights: RatingWeights, ratings: CsrRatings, row: int) -> RatingWeights:
    """The weights of a row's ratings: all of them times `ratings.row_weights[row]`."""
    if not ratings.row_weights.size:
        return weights
    weight = np.float32(ratings.row_weights[row])
    return RatingWeights(
        weights.weight * weight, weights.weight_gain * weight, weights.pull * weight, weights.pull_gain * weight
    )
