"""The posterior of one row, the other side being given: what fold-in asks for.

    precision = Λ + Σ_j w_j a_j a_jᵀ        mean = precision⁻¹ Σ_j w_j a_j y_j

with a_j = [1, q_j], so that the row's bias is its first coordinate. `solve` does it for all rows of a side at once;
its loops are in `solve_loops.py`.
"""

from collections.abc import Callable

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.posterior.rows import (
    BLOCK,
    NO_BIAS,
    NO_ROWS,
    PLAIN,
    WIDTH,
    Bias,
    Law,
    Long,
    Part,
    Plan,
    Prior,
    empty_lines,
    law_of,
    on_lines,
    padded,
    plan_rows,
)
from cofactor.kernels.posterior.short_rows import solve_short
from cofactor.kernels.threads import n_threads, on_threads

__all__ = [
    "NEWTON_STEPS", "PLAIN", "Bias", "Law", "Part", "Plan", "Prior", "curved_row_mean", "padded", "plan_rows",
    "row_mean", "solve", "squashed_row_mean", "sum_row",
]  # fmt: skip

NEWTON_STEPS = 12
HALVINGS = 8  # of a step that went too far

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


def row_mean(design: FloatArray, targets: FloatArray, precision: FloatArray) -> FloatArray:
    """The posterior mean of a row under unit noise.

    design: (m, f), a row for each rating     targets: (m,)     precision: (f, f) of the prior, whose mean is 0
    """
    return np.linalg.solve(precision + design.T @ design, design.T @ targets)


def squashed_row_mean(
    design: FloatArray,
    offset: FloatArray,
    ratings: FloatArray,
    precision: FloatArray,
    low: float,
    high: float,
) -> FloatArray:
    """The same where ratings = low + (high - low) · sigmoid(design · x + offset)."""
    span = high - low

    def curve(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        s = 1 / (1 + np.exp(-np.clip(design @ x + offset, -30, 30)))
        return low + span * s, (span * s * (1 - s))[:, None] * design

    return curved_row_mean(curve, ratings, precision)


def curved_row_mean(
    curve: Callable[[FloatArray], tuple[FloatArray, FloatArray]], ratings: FloatArray, precision: FloatArray
) -> FloatArray:
    """The same where ratings = curve(row) whatever the curve: damped Gauss-Newton from 0.

    curve: (f,) -> the ratings it expects, (m,), and how each changes with the row, (m, f). Each step is the row
    posterior of the model made linear at x.
    """

    def cost(x: FloatArray, expected: FloatArray) -> float:
        return float(np.sum((ratings - expected) ** 2) + x @ precision @ x)

    x = np.zeros(len(precision))
    expected, tangent = curve(x)
    for _ in range(NEWTON_STEPS):
        step, before = row_mean(tangent, ratings - expected + tangent @ x, precision) - x, cost(x, expected)
        expected, tangent = curve(x + step)
        while cost(x + step, expected) > before and np.abs(step).max() > 2.0**-HALVINGS * 1e-3:
            step /= 2
            expected, tangent = curve(x + step)
        x = x + step
        if np.abs(step).max() < 1e-6:
            break
    return x
