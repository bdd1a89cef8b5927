"""The least-squares problems of all rows of a side, the other side being fixed: the argument of every row solver."""

from typing import NamedTuple

from cofactor.arrays import FloatArray
from cofactor.kernels.absent import NO_ROWS
from cofactor.kernels.posterior.prior import NO_BIAS_TERM, BiasTerm, Prior
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings

__all__ = ["RowProblem"]


class RowProblem(NamedTuple):
    """Row r minimises Σ_j w_j (t_j - q_j · x)² + (x - m)ᵀ (Λ + ridge_r I) (x - m) over its ratings j.

    q_j is the row of `design` on the other side of rating j, plus its row of `third` where there is one. The weighted
    targets y_j = w_j t_j come from `weights`; (Λ + ridge_r I) m is the prior's `pull`.
    """

    design: FloatArray  # (m, k) float32, the other side's rows, k a multiple of 16; for the loops (m · k,)
    offset: FloatArray  # (m,) float32, the prediction without x, which is subtracted from the target
    ratings: CsrRatings
    weights: RatingWeights
    prior: Prior
    third: FloatArray = NO_ROWS  # (l, k), of which row `ratings.third_idx[j]` is added to the row of `design`
    bias: BiasTerm = NO_BIAS_TERM  # a further coordinate of each row, solved or drawn with it
