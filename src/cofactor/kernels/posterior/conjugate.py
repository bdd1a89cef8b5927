"""Rows brought nearer to their posterior mean by conjugate gradients, where solving each for good takes too long.

A few steps cost O(n k) for a row of n ratings where solving it takes O(n k² + k³); Takács, Pilászy & Tikk,
"Applications of the conjugate gradient method for implicit feedback collaborative filtering", RecSys 2011
[takacs2011cg]; theirs know nothing of the precision's shape, ours all but its details. They begin at the row as it
stands.
"""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.aligned import empty_lines
from cofactor.kernels.blas import product
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.eigenbasis import turned
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.schedule import BLOCK, Plan, n_gathered
from cofactor.kernels.posterior.solve import solve
from cofactor.kernels.posterior.weights import Law
from cofactor.kernels.ratings.csr import Part
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["conjugate_steps"]

KEPT = 1 << 22  # numbers of one row's gathered ratings that conjugate steps keep: read in order they come fast

_conjugate_rows = Native("cofactor.kernels.posterior.conjugate_loops", "conjugate_rows")


def conjugate_steps(
    out: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, plan: Plan,
    *, n_steps: int,
) -> FloatArray:  # fmt: skip
    """As `solve`, each row of `out` n_steps nearer to its mean; rows that are split over threads are solved.

    In the prior's eigenvectors its precision is diagonal, which costs the steps no product of size k² and gives
    them a scale: what the ratings add is taken to be of the design's shape, Σ q qᵀ, and of its own size. With it one
    step ends where three without it do, and two where solving does.
    """
    k, explained = out.shape[1], np.zeros(len(out), np.float32)
    eigen = turned(design, prior)
    if eigen is None:
        out[:], explained[:] = np.nan, np.nan
        return explained
    rows, counter = product(out, eigen.turn, empty_lines(out.shape)), np.zeros(1, np.int64)
    squares, shape = (np.einsum(f"mk,mk->{one}", eigen.design, eigen.design) for one in "mk")
    shape /= max(shape.sum(), np.finfo(np.float32).tiny)
    n_kept = min(n_gathered(KEPT, k), int(np.diff(part.indptr)[plan.order].max(initial=0)) + BLOCK)

    def work(_: int) -> None:
        given = rows, explained, eigen.design.reshape(-1), squares, shape, offset, part, law, eigen.prior
        space = empty_lines((n_kept * k + 3 * BLOCK + 6 * k,))
        _conjugate_rows(*given, space, n_kept, plan.order, plan.bounds, counter, n_steps)

    on_threads(work, n_threads())
    product(rows, eigen.turn.T, out)
    if plan.long:
        long = [one.row for one in plan.long]
        alone = plan._replace(order=plan.order[:0], bounds=np.zeros(1, np.int64), n_short=0)
        explained[long] = solve(out, design, offset, part, law, prior, alone)[long]
    return explained
