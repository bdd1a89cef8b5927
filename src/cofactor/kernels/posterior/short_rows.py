"""Rows with fewer ratings than coordinates, all of a side at once; its loops are in `short_rows_loops.py`."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.alignment import aligned, empty_aligned, padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.eigenbasis import in_eigenbasis
from cofactor.kernels.posterior.prior import BiasTerm, Prior
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["solve_short"]

ROWS_AT_ONCE = 2_000  # rows turned back at once
MIN_EIGENVALUE_SHARE = 1e-6  # of the prior's largest eigenvalue: below it single precision does not know the smallest

_solve_short_rows = Native("cofactor.kernels.posterior.short_rows_loops", "solve_short_rows")


def solve_short(
    out: FloatArray, explained: FloatArray, design: FloatArray, offset: FloatArray, ratings: CsrRatings,
    weights: RatingWeights, prior: Prior, bias: BiasTerm, order: IntArray, bounds: IntArray,
) -> bool:  # fmt: skip
    """Solve the rows from order[bounds[0]] on in the prior's eigenvectors; False where numbers forbid it.

    bias: which the prior knows nothing of beside the row, so that bias.precision[:k] is 0
    """
    k, rows = out.shape[1], order[bounds[0] :]
    if not _all_weigh(ratings, weights) or (eigen := in_eigenbasis(design, prior)) is None:
        return False
    eigenvalues = eigen.prior.precision
    if eigenvalues.min() + prior.ridge.min() <= MIN_EIGENVALUE_SHARE * eigenvalues.max():
        return False
    flat, counter = aligned(eigen.design).reshape(-1), np.zeros(1, np.int64)
    n_most = padded_width(max(1, int((ratings.indptr[rows + 1] - ratings.indptr[rows]).max())))
    size = 2 * n_most * k + n_most**2 + 5 * n_most + 3 * k

    def work(_: int) -> None:
        arguments = explained, flat, offset, ratings, weights, eigen.prior, bias, empty_aligned((size,)), n_most
        _solve_short_rows(out, *arguments, order, bounds, counter)

    on_threads(work, n_threads())
    if eigen.design is design:
        return True
    for at in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[at : at + ROWS_AT_ONCE]
        out[some] = out[some] @ eigen.vectors.T
    return True


def _all_weigh(ratings: CsrRatings, weights: RatingWeights) -> bool:
    """Is every weight above 0? The small system divides by their roots."""
    ends = (float(ratings.values.min()), float(ratings.values.max())) if weights.weight_gain else (0.0,)
    found = [float(weights.weight) + float(weights.weight_gain) * value for value in ends]
    return min(found) > 0 and max(found) < float(np.finfo(np.float32).max)
