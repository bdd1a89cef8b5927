"""The posteriors of biased factors' rows, the other side being given."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.contract.row_posterior import RowPosterior
from cofactor.data.csr_rows import Rows
from cofactor.nets.embeddings import slope, squash
from cofactor.posterior.row_variances import row_variances

__all__ = ["posterior_given_others"]


def posterior_given_others(
    rows: Rows, factors: FloatArray, others: FloatArray, prior: tuple[FloatArray, FloatArray, float],
    mean: float, y_range: tuple[float, float] | None,
) -> RowPosterior:  # fmt: skip
    """Posteriors of the rows [bias, factors] of one side, in the ratings' unit.

    rows: their ratings     factors: (n, k)     others: (m, k + 1) [bias, factors] of the other side
    prior: (k + 1, k + 1) the covariance of the other side's rows as a population; (k + 1, k + 1) the precision of these
        rows about their prior means, in units of the noise; and the noise's variance
    """
    covariance, precision, noise = prior
    slopes = _slopes(np.append(others[:, 0], 0) + mean, y_range)  # at each row of the other side, and at the mean score
    design = np.column_stack([np.ones(len(others)), others[:, 1:]]) * slopes[:-1, None]
    taste, bias = np.zeros_like(precision), np.zeros_like(precision)
    taste[1:, 1:] = slopes[-1] ** 2 * covariance[1:, 1:]
    bias[0, 0] = slopes[-1] ** 2
    variances, bias_variances = row_variances(rows, design, precision, (taste, bias))
    places = factors @ np.linalg.cholesky(taste[1:, 1:]).astype(np.float32)
    return RowPosterior(places, noise * variances, noise * bias_variances)


def _slopes(scores: FloatArray, y_range: tuple[float, float] | None) -> FloatArray:
    """Of the ratings over the scores, where these are."""
    return np.ones_like(scores) if y_range is None else slope(squash(scores, y_range), y_range)
