"""Rows brought nearer to their posterior mean by conjugate gradients, where solving each for good takes too long.

A few steps cost O(n k) for a row of n ratings where solving it takes O(n k² + k³); Takács, Pilászy & Tikk,
"Applications of the conjugate gradient method for implicit feedback collaborative filtering", RecSys 2011
[takacs2011cg]; theirs know nothing of the precision's shape, ours all but its details. They begin at the row as it
stands.
"""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.alignment import empty_aligned
from cofactor.kernels.blas import parallel_matmul
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.eigenbasis import in_eigenbasis
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE, RowSchedule, n_gathered
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import RatingWeights
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["conjugate_steps"]

MAX_GATHERED = 1 << 22  # numbers of one row's gathered ratings that conjugate steps keep: read in order they come fast

_conjugate_rows = Native("cofactor.kernels.posterior.conjugate_loops", "conjugate_rows")


def conjugate_steps(
    out: FloatArray, design: FloatArray, offset: FloatArray, ratings: CsrRatings, weights: RatingWeights, prior: Prior,
    schedule: RowSchedule,
    *, n_steps: int,
) -> FloatArray:  # fmt: skip
    """As `solve`, each row of `out` n_steps nearer to its mean; rows that are split over threads are solved.

    In the prior's eigenvectors its precision is diagonal, which costs the steps no product of size k² and gives
    them a scale: what the ratings add is taken to be of the design's shape, Σ q qᵀ, and of its own size. With it one
    step ends where three without it do, and two where solving does.
    """
    k, explained = out.shape[1], np.zeros(len(out), np.float32)
    eigen = in_eigenbasis(design, prior)
    if eigen is None:
        out[:], explained[:] = np.nan, np.nan
        return explained
    rows, counter = parallel_matmul(out, eigen.vectors, empty_aligned(out.shape)), np.zeros(1, np.int64)
    squares, shape = (np.einsum(f"mk,mk->{one}", eigen.design, eigen.design) for one in "mk")
    shape /= max(shape.sum(), np.finfo(np.float32).tiny)
    n_kept = min(
        n_gathered(MAX_GATHERED, k), int(np.diff(ratings.indptr)[schedule.order].max(initial=0)) + RATINGS_AT_ONCE
    )

    def work(_: int) -> None:
        arguments = rows, explained, eigen.design.reshape(-1), squares, shape, offset, ratings, weights, eigen.prior
        space = empty_aligned((n_kept * k + 3 * RATINGS_AT_ONCE + 6 * k,))
        _conjugate_rows(*arguments, space, n_kept, schedule.order, schedule.bounds, counter, n_steps)

    on_threads(work, n_threads())
    parallel_matmul(rows, eigen.vectors.T, out)
    if schedule.long_rows:
        long_row = [one.row for one in schedule.long_rows]
        alone = schedule._replace(order=schedule.order[:0], bounds=np.zeros(1, np.int64), n_short=0)
        explained[long_row] = solve(out, design, offset, ratings, weights, prior, alone)[long_row]
    return explained
