"""The weights of a blend's members, and their quality on ratings that none of them has seen.

The quality of a blend is measured by two-fold cross-fitting: each half of the users is predicted with the weights that
were learned on the other half. The final weights are learned on all of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cofactor.arrays import BoolArray, FloatArray

__all__ = ["BlendWeights", "folds"]


class BlendWeights(NamedTuple):
    """The weights of m members, and the RMSE or nDCG@20 on held-out ratings of each member and of the blend."""

    weights: FloatArray  # (m,), 0 or more
    intercept: float  # added to the weighted sum
    members: FloatArray  # (m,) RMSE or nDCG@20 of each member
    blend: float  # the same of the blend, cross-fitted


def folds(in_first: BoolArray) -> Iterator[tuple[BoolArray, BoolArray]]:
    """Each half of the users, and the half that its weights are learned on: the other one, or itself if that is empty.

    in_first: (n,), True in the first half
    """
    for half in (in_first, ~in_first):
        yield half, ~half if (~half).any() else half
