"""The sum of squared errors without a pass over the ratings, from what each row explains, which the kernel returns.

    τ Σ (t - score)²  =  τ Σ (t - o)²  -  Σ_rows explained  +  Σ_rows (mᵀΛm - (x - m)ᵀΛ(x - m))

for the rows x of the side drawn last, whose prior is N(m, Λ⁻¹); o is the other side's bias. The first sum needs only
the sum of targets of each row of the other side, which is constant.
"""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.data.csr_rows import Rows
from cofactor.gibbs.factor_block import FactorBlock
from cofactor.kernels.ratings.layout import sum_rows

__all__ = ["Residual"]


class Residual:
    """The squared errors of unweighted ratings between two blocks."""

    def __init__(self, of_other: Rows, mean: float, other: FactorBlock, last: FactorBlock) -> None:
        """of_other: ratings of the block `other`, whose values less the mean are targets     last: drawn last"""
        self._other, self._last = other, last
        sums, squares = sum_rows(of_other.part)
        self._sums = sums - mean * other.counts
        self._squares = squares - 2 * mean * float(sums.sum()) + len(of_other.indices) * mean**2

    def total(self, explained: FloatArray, precision: float) -> float:
        """Σ (t - score)² of the current draw. explained: (n,) by each row drawn last     precision: τ of that draw"""
        bias, last = self._other.bias.astype(np.float64), self._last
        without_rows = self._squares - 2 * float(bias @ self._sums) + float(bias**2 @ self._other.counts)
        prior_precision = last.row_prior.precision
        if last.groups:
            expected, rows = last.expected.astype(np.float64), last.rows.astype(np.float64)
            before = _quadratic(expected, prior_precision) - _quadratic(rows - expected, prior_precision)
        else:
            mean = last.row_prior.mean
            before = len(explained) * float(mean @ prior_precision @ mean) - last.moments.quadratic(
                prior_precision, mean
            )
        return without_rows - (float(explained.sum(dtype=np.float64)) - before) / precision


def _quadratic(rows: FloatArray, precision: FloatArray) -> float:
    """Σ xᵀΛx over the rows."""
    return float(np.einsum("rk,rk->", rows @ precision, rows))
