"""The posteriors of all rows of a side, the other side being fixed: their means, or draws of them."""

from typing import NamedTuple, Self

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.absent import NO_INDICES, NO_ROWS
from cofactor.kernels.alignment import WIDTH_MULTIPLE, aligned, empty_aligned
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.prior import NO_BIAS_TERM
from cofactor.kernels.posterior.problem import RowProblem
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE, LongRow, RowSchedule
from cofactor.kernels.posterior.short_rows import solve_short
from cofactor.kernels.threads import n_threads, on_threads
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["SolveSpace", "empty_sums", "solve", "sum_long_row"]

_solve_rows, _sum_ratings, _solve_from_sums = (
    Native("cofactor.kernels.posterior.solve_loops", name) for name in ("solve_rows", "sum_ratings", "solve_from_sums")
)


class SolveSpace(NamedTuple):
    """Work space of a thread: the system of one row, and a block of its ratings."""

    A: FloatArray  # (k · k,) its precision
    inverse: FloatArray  # (k,)
    of_bias: FloatArray  # (k + 2,) [s, n, h] of its bias, as in `solve_loops`; or (0,): rows have no bias
    Z: FloatArray  # (RATINGS_AT_ONCE · k,) √w q
    roots: FloatArray  # (RATINGS_AT_ONCE,) √w
    pulls: FloatArray

    @classmethod
    def for_rows(cls, k: int, *, has_bias: bool) -> Self:
        """Uninitialised work space for rows of k numbers, with a bias or without."""
        sizes = k * k, k, (k + 2) * has_bias, RATINGS_AT_ONCE * k, RATINGS_AT_ONCE, RATINGS_AT_ONCE
        return cls(*(empty_aligned((size,)) for size in sizes))


@with_numpy_twin
def solve(out: FloatArray, problem: RowProblem, schedule: RowSchedule, *, draw: int | None = None) -> FloatArray:
    """Write each row's posterior mean, or with a key its draw, to `out` (n, k); return what each row explains, (n,).

    A row explains as much as it lowers the squared error and penalty of a row of zeros; the sum over all rows gives the
    loss without a pass over the ratings. A draw depends on key and row alone, whatever the number of threads.
    `problem.bias.out` is written too.
    """
    k, drawn = out.shape[1], (int(draw is not None), draw or 0)
    explained, has_bias = np.zeros(len(out), np.float32), problem.bias.out.size > 0
    flat = problem._replace(design=aligned(problem.design).reshape(-1))
    for long_row in schedule.long_rows:
        sums = _sum_pieces(flat, long_row)
        space = SolveSpace.for_rows(k, has_bias=has_bias)
        _solve_from_sums(out, explained, flat, sums, long_row.row, space, *drawn)
    bounds = schedule.bounds
    if schedule.n_short and draw is None and _may_be_short(problem):
        cut = int(np.searchsorted(bounds, len(schedule.order) - schedule.n_short))
        if solve_short(out, explained, problem, schedule.order, bounds[cut:]):
            bounds = bounds[: cut + 1]
    counter = np.zeros(1, np.int64)

    def work(_: int) -> None:
        space = SolveSpace.for_rows(k, has_bias=has_bias)
        _solve_rows(out, explained, flat, space, schedule.order, bounds, counter, *drawn)

    on_threads(work, n_threads())
    return explained


def empty_sums(n: int, k: int) -> FloatArray:
    """(n, k² + 2 k + 16) uninitialised, for the sums that `sum_ratings` writes of n pieces of a row of k numbers."""
    return empty_aligned((n, k * k + 2 * k + WIDTH_MULTIPLE))


def _may_be_short(problem: RowProblem) -> bool:
    """Whether `solve_short` can solve it: no weights of single ratings, no third side, bias independent of the row."""
    ratings = problem.ratings
    return not (ratings.weights.size or ratings.third_idx.size or problem.bias.precision[:-1].any())


def _sum_pieces(flat: RowProblem, long_row: LongRow) -> FloatArray:
    """(n_pieces, …): what each piece of a long row adds to its precision, right-hand side and bias (`sum_ratings`)."""
    k, cuts = len(flat.design) // len(flat.offset), long_row.cuts
    sums = empty_sums(len(cuts) - 1, k)

    def one(piece: int) -> None:
        space = SolveSpace.for_rows(k, has_bias=True)
        _sum_ratings(sums[piece], k, flat, long_row.row, cuts[piece], cuts[piece + 1], space)

    on_threads(one, len(sums))
    return sums


@with_numpy_twin
def sum_long_row(problem: RowProblem, long_row: LongRow) -> tuple[FloatArray, FloatArray]:
    """Σ w q qᵀ (k, k) and Σ y q (k,) of a long row's ratings, float64; without `third`, prior and bias."""
    k = problem.design.shape[1]
    ratings = problem.ratings._replace(third_idx=NO_INDICES)
    design = aligned(problem.design).reshape(-1)
    flat = problem._replace(design=design, third=NO_ROWS, bias=NO_BIAS_TERM, ratings=ratings)
    sums = _sum_pieces(flat, long_row).sum(axis=0, dtype=np.float64)
    upper = np.triu(sums[: k * k].reshape(k, k))
    return upper + np.triu(upper, 1).T, sums[k * k : k * k + k]
