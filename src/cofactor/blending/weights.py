"""The weights of a blend's members, and what they reach on ratings that none of them has seen.

What a blend gains is measured on users whose ratings did not choose the weights: those of one half are learned on the
other half, and the gain of both halves together is reported.
"""

from typing import NamedTuple

from cofactor.arrays import FloatArray

__all__ = ["BlendWeights"]


class BlendWeights(NamedTuple):
    """Weights (m,), 0 or more, the intercept added to their sum, and the measure of each member and of the blend."""

    weights: FloatArray
    intercept: float
    members: FloatArray  # (m,) RMSE or nDCG@20 of each member on held-out ratings
    blend: float  # of the blend, on users whose ratings did not choose the weights
