"""The posteriors of all rows of a side, the other side being given: their means, or draws of them."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.absent import NO_ROWS
from cofactor.kernels.alignment import WIDTH_MULTIPLE, aligned, empty_aligned
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.prior import NO_BIAS_TERM, BiasTerm, Prior
from cofactor.kernels.posterior.schedule import RATINGS_AT_ONCE, LongRow, RowSchedule
from cofactor.kernels.posterior.short_rows import solve_short
from cofactor.kernels.posterior.weights import RatingWeights, weights_of_row
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["solve", "sum_long_row"]

_solve_rows, _sum_piece, _join_pieces = (
    Native("cofactor.kernels.posterior.solve_loops", name) for name in ("solve_rows", "sum_ratings", "solve_from_sums")
)


def solve(
    out: FloatArray, design: FloatArray, offset: FloatArray, ratings: CsrRatings, weights: RatingWeights, prior: Prior,
    schedule: RowSchedule,
    *, draw: int | None = None, third: FloatArray = NO_ROWS, bias: BiasTerm = NO_BIAS_TERM,
) -> FloatArray:  # fmt: skip
    """Every row of `out` (n, k) becomes its posterior mean or, where `draw` is a key, a draw.

    design: (m, k), the other side     offset: (m,)     k a multiple of 16
    third: (l, k), of which row `ratings.third_idx[j]` is added to rating j's row of the design
    bias: a further coordinate of each row, solved or drawn with it
    Returns by how much each new row lowers its squared error and penalty from those of 0, (n,): the loss at no cost.
    The draw of a row depends on the key and the row alone, whatever the number of threads.
    """
    k, drawn = out.shape[1], (int(draw is not None), draw or 0)
    explained, flat = np.zeros(len(out), np.float32), aligned(design).reshape(-1)
    for long_row in schedule.long_rows:
        sums = _sum_pieces(flat, offset, third, ratings, weights_of_row(weights, ratings, long_row.row), long_row.cuts)
        _join_pieces(out, explained, prior, bias, sums, long_row.row, _work_space(k), *drawn)
    bounds = schedule.bounds
    if (
        schedule.n_short
        and draw is None
        and not (ratings.weights.size or ratings.third_idx.size or bias.precision[:-1].any())
    ):
        cut = int(np.searchsorted(bounds, len(schedule.order) - schedule.n_short))
        if solve_short(out, explained, design, offset, ratings, weights, prior, bias, schedule.order, bounds[cut:]):
            bounds = bounds[: cut + 1]
    counter = np.zeros(1, np.int64)

    def work(_: int) -> None:
        arguments = (
            out,
            explained,
            flat,
            offset,
            third,
            ratings,
            weights,
            prior,
            bias,
            _work_space(k),
            schedule.order,
            bounds,
            counter,
        )
        _solve_rows(*arguments, *drawn)

    on_threads(work, n_threads())
    return explained


def _sum_pieces(
    design: FloatArray,
    offset: FloatArray,
    third: FloatArray,
    ratings: CsrRatings,
    weights: RatingWeights,
    cuts: list[int],
) -> FloatArray:
    """(n_pieces, …): what each piece of a long row adds to its precision and right-hand side, and to its bias's."""
    k = len(design) // len(offset)
    sums = empty_aligned((len(cuts) - 1, k * k + 2 * k + WIDTH_MULTIPLE))

    def one(piece: int) -> None:
        _sum_piece(
            sums[piece], k, design, offset, third, ratings, weights, cuts[piece], cuts[piece + 1], _work_space(k)
        )

    on_threads(one, len(sums))
    return sums


def sum_long_row(
    design: FloatArray, offset: FloatArray, ratings: CsrRatings, weights: RatingWeights, long_row: LongRow
) -> tuple[FloatArray, FloatArray]:
    """Σ w q qᵀ (k, k) and Σ y q (k,) of a long row, float64."""
    k = design.shape[1]
    sums = _sum_pieces(aligned(design).reshape(-1), offset, NO_ROWS, ratings, weights, long_row.cuts).sum(
        axis=0, dtype=np.float64
    )
    upper = np.triu(sums[: k * k].reshape(k, k))
    return upper + np.triu(upper, 1).T, sums[k * k : k * k + k]


def _work_space(k: int) -> FloatArray:
    return empty_aligned((k * k + 2 * k + WIDTH_MULTIPLE + RATINGS_AT_ONCE * (k + 2),))
