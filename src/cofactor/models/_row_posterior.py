"""The posteriors of biased factors' rows, the other side being given."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.contract.row_posterior import RowPosterior
from cofactor.data.csr_rows import Rows
from cofactor.posterior.row_variances import row_variances

__all__ = ["posterior_given_others"]


def posterior_given_others(
    rows: Rows, factors: FloatArray, others: FloatArray, precisions: tuple[FloatArray, FloatArray], noise: float,
    slopes: tuple[FloatArray, float],
) -> RowPosterior:  # fmt: skip
    """Posteriors of the rows [bias, factors] of one side, in the ratings' unit.

    rows: their ratings     factors: (n, k)     others: (m, k + 1) [bias, factors] of the other side
    precisions: (k + 1, k + 1) of this side's prior and of the other's, in units of the noise
    slopes: (m,) of the ratings over the score, at each row of the other side; and at the mean score
    """
    design = np.column_stack([np.ones(len(others)), others[:, 1:]]) * slopes[0][:, None]
    own, theirs = precisions
    taste, bias = np.zeros_like(own), np.zeros_like(own)
    taste[1:, 1:] = noise * slopes[1] ** 2 * np.linalg.inv(theirs)[1:, 1:]
    bias[0, 0] = slopes[1] ** 2
    variances, bias_variances = row_variances(rows, design, own, (taste, bias))
    places = factors @ np.linalg.cholesky(taste[1:, 1:]).astype(np.float32)
    return RowPosterior(places, noise * variances, noise * bias_variances)
