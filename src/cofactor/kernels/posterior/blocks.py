"""Steps from each row towards its posterior mean block by block, where solving exactly takes too long.

Each block of a row's coordinates is solved given the others, so that thousands of factors need no system of their size;
Rendle et al., "iALS++: speeding up matrix factorization with subspace optimization", 2021 [rendle2021ialspp]. The steps
start from the present row.
"""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.alignment import aligned, empty_aligned, padded_width
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.prior import Prior
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE, LongRow, RowSchedule, n_gathered
from cofactor.kernels.posterior.solve import sum_long_row
from cofactor.kernels.threads import n_threads, on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["BlockSpace", "block_steps"]

MAX_GATHERED = 1 << 18  # numbers of one row's gathered columns that a block keeps: they fit into the second-level cache

_block_rows = Native("cofactor.kernels.posterior.blocks_loops", "block_rows")


class BlockSpace(NamedTuple):
    """Work space of a thread: the system of one block, and gathered columns and predictions of one row's ratings."""

    A: FloatArray  # (block · block,) the block's precision
    inverse: FloatArray  # (block,)
    b: FloatArray  # (block,) its right-hand side
    Z: FloatArray  # (n_kept · block,) √w q, or (RATINGS_AT_ONCE · k,), whatever is more
    scores: FloatArray  # (n_most + RATINGS_AT_ONCE,) q · x of a row's ratings
    roots: FloatArray  # (RATINGS_AT_ONCE,) √w, and three more of the same length
    pulls: FloatArray
    ones: FloatArray
    moves: FloatArray
    unused: FloatArray  # (k,)

    @classmethod
    def for_rows(cls, n_kept: int, n_most: int, block: int, k: int) -> Self:
        """n_kept: ratings whose columns are kept     n_most: ratings of the longest row"""
        n, n_z = RATINGS_AT_ONCE, max(n_kept * block, RATINGS_AT_ONCE * k)
        sizes = block * block, block, block, n_z, n_most + n, n, n, n, n, k
        space = cls(*(empty_aligned((size,)) for size in sizes))
        space.ones[:] = 1
        return space


@with_numpy_twin
def block_steps(out: FloatArray, problem: RowProblem, schedule: RowSchedule, *, block: int) -> FloatArray:
    """Solve each row of `out` (n, k) block by block, once; return what each row explains, as `solve` does.

    block: coordinates that are solved at once, the others being fixed; rounded up to a multiple of 16
    `problem` has neither `third` nor `bias`.
    """
    k, block = out.shape[1], min(padded_width(block), out.shape[1])
    prior, explained, gradient = problem.prior, np.zeros(len(out), np.float32), _prior_gradient(out, problem.prior)
    for long_row in schedule.long_rows:
        explained[long_row.row] = _long_row(out[long_row.row], problem, long_row, block)
    n_kept = n_gathered(MAX_GATHERED, block)
    n_most = int(np.diff(problem.ratings.indptr)[schedule.order].max(initial=0))
    flat, counter = problem._replace(design=aligned(problem.design).reshape(-1)), np.zeros(1, np.int64)

    def work(_: int) -> None:
        space = BlockSpace.for_rows(n_kept, n_most, block, k)
        _block_rows(out, explained, gradient, flat, space, n_kept, block, schedule.order, schedule.bounds, counter)

    on_threads(work, n_threads())
    return explained + np.einsum("nk,nk->n", out, prior.pull - _prior_gradient(out, prior))


def _prior_gradient(rows: FloatArray, prior: Prior) -> FloatArray:
    """(Λ + ridge) x - pull of every row, by one product of matrices."""
    k = rows.shape[1]
    gradient = rows @ prior.precision.reshape(k, k)
    gradient += prior.ridge[:, None] * rows
    gradient -= prior.pull
    return gradient


def _long_row(x: FloatArray, problem: RowProblem, long_row: LongRow, block: int) -> float:
    """One round for a row that is split over threads; returns what it explains.

    For each block, the predictions by the other blocks are offsets.
    """
    k, row, prior = len(x), long_row.row, problem.prior
    precision = prior.precision.reshape(k, k)
    ridge, pull = prior.ridge[row % len(prior.ridge)], prior.pull[row % len(prior.pull)]
    scores = problem.design @ x
    for start in range(0, k, block):
        of_block = slice(start, min(start + block, k))
        columns = np.ascontiguousarray(problem.design[:, of_block])
        normal, rest = sum_long_row(problem._replace(design=columns, offset=problem.offset + scores), long_row)
        normal += precision[of_block, of_block] + ridge * np.eye(len(normal))
        step = np.linalg.solve(normal, rest + pull[of_block] - precision[of_block] @ x - ridge * x[of_block])
        x[of_block] += step
        scores += columns @ step.astype(np.float32)
    return _explained(scores, problem, long_row)


def _explained(scores: FloatArray, problem: RowProblem, long_row: LongRow) -> float:
    """What a row with these scores of all the others explains of its ratings: Σ s (2 y - w s)."""
    own, weights = slice(long_row.cuts[0], long_row.cuts[-1]), problem.weights
    others, values = problem.ratings.indices[own], problem.ratings.coded.at(own)
    w = weights.weight + weights.weight_gain * values
    y = weights.pull + weights.pull_gain * values - w * problem.offset[others]
    s = scores[others]
    return float(np.sum(s * (2 * y - w * s), dtype=np.float64))
