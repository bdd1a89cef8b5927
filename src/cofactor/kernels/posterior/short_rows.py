"""Rows with fewer ratings than coordinates, all of a side at once, by systems of their ratings' size."""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.alignment import aligned, empty_aligned, padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.eigenbasis import in_eigenbasis
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["ShortRowSpace", "solve_short"]

ROWS_AT_ONCE = 2_000  # rows rotated back at once
MIN_EIGENVALUE_SHARE = 1e-6  # of the prior's largest eigenvalue: smaller ones are lost in single precision

_solve_short_rows = Native("cofactor.kernels.posterior.short_rows_loops", "solve_short_rows")


class ShortRowSpace(NamedTuple):
    """Work space of a thread for rows of at most n ratings, n a multiple of 16."""

    K: FloatArray  # (n · n,) I + Z D⁻¹ Zᵀ
    Z: FloatArray  # (n · k,) √w q
    T: FloatArray  # ((k + 1) · n,) D^(-1/2) Zᵀ, and behind it the row of the bias
    roots: FloatArray  # (n,) √w, and three more of the same length
    pulls: FloatArray
    inverse: FloatArray
    s: FloatArray
    b: FloatArray  # (k,) the right-hand side, and two more of the same length
    scale: FloatArray
    mean: FloatArray

    @classmethod
    def for_rows(cls, n_most: int, k: int) -> Self:
        """Uninitialised work space for rows of k numbers and at most `n_most` ratings."""
        sizes = [n_most * n_most, n_most * k, n_most * (k + 1)] + 4 * [n_most] + 3 * [k]
        return cls(*(empty_aligned((size,)) for size in sizes))


def solve_short(
    out: FloatArray, explained: FloatArray, problem: RowProblem, order: IntArray, bounds: IntArray
) -> bool:  # fmt: skip
    """Solve the rows from order[bounds[0]] on in the prior's eigenvectors; False where that is numerically unsafe.

    out (n, k), explained (n,): written for these rows     problem: as of `solve`, without `third` and weights of single
    ratings, and with a bias that is independent of the row in the prior: bias.precision[:k] is 0
    """
    k, rows = out.shape[1], order[bounds[0] :]
    if not _all_weigh(problem.ratings, problem.weights):
        return False
    eigen = in_eigenbasis(problem.design, problem.prior)
    if eigen is None or _is_flat(eigen.prior.precision, problem.prior.ridge):
        return False
    rotated = problem._replace(design=aligned(eigen.design).reshape(-1), prior=eigen.prior)
    indptr, counter = problem.ratings.indptr, np.zeros(1, np.int64)
    n_most = padded_width(max(1, int((indptr[rows + 1] - indptr[rows]).max())))
    on_threads(
        lambda _: _solve_short_rows(
            out, explained, rotated, ShortRowSpace.for_rows(n_most, k), order, bounds, counter
        ),
        n_threads(),
    )  # fmt: skip
    if eigen.design is not problem.design:
        for at in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[at : at + ROWS_AT_ONCE]
            out[some] = out[some] @ eigen.vectors.T
    return True


def _all_weigh(ratings: CsrRatings, weights: RatingWeights) -> bool:
    """Whether every weight is finite and above 0: the small system divides by their square roots."""
    ends = (float(ratings.values.min()), float(ratings.values.max())) if weights.weight_gain else (0.0,)
    found = [float(weights.weight) + float(weights.weight_gain) * value for value in ends]
    return min(found) > 0 and max(found) < float(np.finfo(np.float32).max)


def _is_flat(eigenvalues: FloatArray, ridge: FloatArray) -> bool:
    """Whether the prior has a precision of nearly 0 in some direction."""
    return bool(eigenvalues.min() + ridge.min() <= MIN_EIGENVALUE_SHARE * eigenvalues.max())
