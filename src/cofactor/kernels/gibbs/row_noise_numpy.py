"""The NumPy twin of `row_noise.py`."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.scoring.pairs import ScoredSide

__all__ = ["draw_row_precisions"]


def draw_row_precisions(
    ratings: CsrRatings, rows: ScoredSide, others: ScoredSide, mean: float, precision: float,
    other_precisions: FloatArray, gammas: FloatArray, dof: float,
) -> tuple[FloatArray, FloatArray, float]:  # fmt: skip
    """The formulas of `row_noise.draw_row_precisions`, for all ratings at once."""
    n, m, u = len(rows.bias), len(others.bias), np.repeat(np.arange(len(rows.bias)), np.diff(ratings.indptr))
    i, values = ratings.indices, ratings.coded.at(slice(None)).astype(np.float64)
    scores = np.einsum("nk,nk->n", rows.factors[u], others.factors[i]) + rows.bias[u] + others.bias[i]
    squares = np.square(values - mean - scores)
    row_precisions = gammas / ((dof + precision * np.bincount(u, other_precisions[i] * squares, n)) / 2)
    sums = np.bincount(i, row_precisions.astype(np.float32)[u] * squares, m).astype(np.float64)
    return row_precisions, sums, float(squares.sum())
