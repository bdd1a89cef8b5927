"""Steps of conjugate gradients from each row towards its posterior mean, where solving exactly takes too long.

A few steps cost O(n k) for a row of n ratings where solving it takes O(n k² + k³); Takács, Pilászy & Tikk,
"Applications of the conjugate gradient method for implicit feedback collaborative filtering", RecSys 2011
[takacs2011cg]; theirs are not preconditioned, ours are. They start from the present row.
"""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.alignment import empty_aligned
from cofactor.kernels.blas import parallel_matmul
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.eigenbasis import in_eigenbasis
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE, RowSchedule, n_gathered
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.threads import n_threads, on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["ConjugateSpace", "DesignScale", "conjugate_steps"]

MAX_GATHERED = 1 << 22  # numbers of one row's gathered ratings that are kept from step to step, read in order

_conjugate_rows = Native("cofactor.kernels.posterior.conjugate_loops", "conjugate_rows")


class DesignScale(NamedTuple):
    """The sizes of the design's rows and columns, from which the preconditioner is made."""

    squares: FloatArray  # (m,) |q|² of each row
    shape: FloatArray  # (k,) the share of each coordinate in all squares; the sum is 1


class ConjugateSpace(NamedTuple):
    """Work space of a thread: gathered ratings, and the vectors of the method for one row."""

    Z: FloatArray  # (n_kept · k,) √w q of a row's ratings
    roots: FloatArray  # (RATINGS_AT_ONCE,) √w, and two more of the same length
    pulls: FloatArray
    dots: FloatArray
    b: FloatArray  # (k,) the right-hand side, and five more of the same length
    r: FloatArray
    p: FloatArray
    product: FloatArray
    scale: FloatArray
    unused: FloatArray

    @classmethod
    def for_rows(cls, n_kept: int, k: int) -> Self:
        """Uninitialised work space for rows of k numbers, with room for `n_kept` gathered ratings."""
        sizes = [n_kept * k] + 3 * [RATINGS_AT_ONCE] + 6 * [k]
        return cls(*(empty_aligned((size,)) for size in sizes))


@with_numpy_twin
def conjugate_steps(out: FloatArray, problem: RowProblem, schedule: RowSchedule, *, n_steps: int) -> FloatArray:
    """Bring each row of `out` (n, k) nearer to its posterior mean by n_steps; return what each explains, as `solve`.

    In the eigenvectors of the prior's precision, which is diagonal there, a step needs no k² operations. The
    preconditioner is the diagonal of the prior plus that of Σ q qᵀ over the whole design, scaled to the row's Σ w |q|².
    With it one step reaches what three reach without, and two reach the exact solution's quality. Rows that are split
    over threads are solved exactly. `problem` has neither `third` nor `bias`. All is nan where the prior is not finite.
    """
    k, explained = out.shape[1], np.zeros(len(out), np.float32)
    eigen = in_eigenbasis(problem.design, problem.prior)
    if eigen is None:
        out[:], explained[:] = np.nan, np.nan
        return explained
    rows, counter = parallel_matmul(out, eigen.vectors, empty_aligned(out.shape)), np.zeros(1, np.int64)
    scale = _scale_of(eigen.design)
    rotated = problem._replace(design=eigen.design.reshape(-1), prior=eigen.prior)
    longest = int(np.diff(problem.ratings.indptr)[schedule.order].max(initial=0))
    n_kept = min(n_gathered(MAX_GATHERED, k), longest + RATINGS_AT_ONCE)

    def work(_: int) -> None:
        space = ConjugateSpace.for_rows(n_kept, k)
        _conjugate_rows(
            rows, explained, rotated, scale, space, n_kept, schedule.order, schedule.bounds, counter, n_steps
        )

    on_threads(work, n_threads())
    parallel_matmul(rows, eigen.vectors.T, out)
    if schedule.long_rows:
        long_rows = [one.row for one in schedule.long_rows]
        alone = schedule._replace(order=schedule.order[:0], bounds=np.zeros(1, np.int64), n_short=0)
        explained[long_rows] = solve(out, problem, alone)[long_rows]
    return explained


def _scale_of(design: FloatArray) -> DesignScale:
    squares, shape = (np.einsum(f"mk,mk->{one}", design, design) for one in "mk")
    return DesignScale(squares, shape / max(shape.sum(), np.finfo(np.float32).tiny))
