"""The posteriors of all rows of a side, the other side being given: their means, or draws of them."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.absent import NO_ROWS
from cofactor.kernels.aligned import WIDTH, empty_lines, on_lines
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.prior import NO_BIAS, Bias, Prior
from cofactor.kernels.posterior.schedule import BLOCK, Long, Plan
from cofactor.kernels.posterior.short_rows import solve_short
from cofactor.kernels.posterior.weights import Law, law_of
from cofactor.kernels.ratings.csr import Part
from cofactor.kernels.threads import n_threads, on_threads

__all__ = ["solve", "sum_row"]

_solve_rows, _sum_piece, _join_pieces = (
    Native("cofactor.kernels.posterior.solve_loops", name) for name in ("solve_rows", "sum_piece", "join_pieces")
)


def solve(
    out: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, plan: Plan,
    *, draw: int | None = None, third: FloatArray = NO_ROWS, bias: Bias = NO_BIAS,
) -> FloatArray:  # fmt: skip
    """Every row of `out` (n, k) becomes its posterior mean or, where `draw` is a key, a draw.

    design: (m, k), the other side     offset: (m,)     k a multiple of 16
    third: (l, k), of which row `part.joined[j]` is added to rating j's row of the design
    bias: a further coordinate of each row, solved or drawn with it
    Returns by how much each new row lowers its squared error and penalty from those of 0, (n,): the loss at no cost.
    The draw of a row depends on the key and the row alone, whatever the number of threads.
    """
    k, drawn = out.shape[1], (int(draw is not None), draw or 0)
    explained, flat = np.zeros(len(out), np.float32), on_lines(design).reshape(-1)
    for long in plan.long:
        sums = _sum_pieces(flat, offset, third, part, law_of(law, part, long.row), long.cuts)
        _join_pieces(out, explained, prior, bias, sums, long.row, _space(k), *drawn)
    bounds = plan.bounds
    if plan.n_short and draw is None and not (part.weights.size or part.joined.size or bias.precision[:-1].any()):
        cut = int(np.searchsorted(bounds, len(plan.order) - plan.n_short))
        if solve_short(out, explained, design, offset, part, law, prior, bias, plan.order, bounds[cut:]):
            bounds = bounds[: cut + 1]
    counter = np.zeros(1, np.int64)

    def work(_: int) -> None:
        given = out, explained, flat, offset, third, part, law, prior, bias, _space(k), plan.order, bounds, counter
        _solve_rows(*given, *drawn)

    on_threads(work, n_threads())
    return explained


def _sum_pieces(
    design: FloatArray, offset: FloatArray, third: FloatArray, part: Part, law: Law, cuts: list[int]
) -> FloatArray:
    """(n_pieces, …): what each piece of a long row adds to its precision and right-hand side, and to its bias's."""
    k = len(design) // len(offset)
    sums = empty_lines((len(cuts) - 1, k * k + 2 * k + WIDTH))

    def one(piece: int) -> None:
        _sum_piece(sums[piece], k, design, offset, third, part, law, cuts[piece], cuts[piece + 1], _space(k))

    on_threads(one, len(sums))
    return sums


def sum_row(design: FloatArray, offset: FloatArray, part: Part, law: Law, long: Long) -> tuple[FloatArray, FloatArray]:
    """Σ w q qᵀ (k, k) and Σ y q (k,) of a long row, float64."""
    k = design.shape[1]
    sums = _sum_pieces(on_lines(design).reshape(-1), offset, NO_ROWS, part, law, long.cuts).sum(
        axis=0, dtype=np.float64
    )
    upper = np.triu(sums[: k * k].reshape(k, k))
    return upper + np.triu(upper, 1).T, sums[k * k : k * k + k]


def _space(k: int) -> FloatArray:
    return empty_lines((k * k + 2 * k + WIDTH + BLOCK * (k + 2),))
