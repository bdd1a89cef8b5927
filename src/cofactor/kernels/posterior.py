"""The posterior of one row, the other side being given: what fold-in asks for.

    precision = Λ + Σ_j w_j a_j a_jᵀ        mean = precision⁻¹ Σ_j w_j a_j y_j

with a_j = [1, q_j], so that the row's bias is its first coordinate. `solve` does it for all rows of a side at once;
its loops are in `posterior_loops.py`.
"""

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.native import Native

__all__ = [
    "BLOCK", "LONG", "Law", "Long", "Part", "Plan", "Prior", "empty_lines", "n_threads", "on_lines", "on_threads",
    "padded", "plan_rows", "row_mean", "solve", "squashed_row_mean", "sum_row",
]  # fmt: skip

NEWTON_STEPS = 12
HALVINGS = 8  # of a step that went too far
BLOCK = 64  # ratings gathered at once
WIDTH = 16  # rows are padded to a multiple of it
LINE = 64  # bytes of a cache line, and of a vector
PIECES = 256  # of the work, taken one by one by the threads
LONG = 16_384  # ratings from which on a row is split
CUTS = 64  # at most, of one row

_solve_rows, _sum_piece, _join_pieces = (
    Native("cofactor.kernels.posterior_loops", name) for name in ("solve_rows", "sum_piece", "join_pieces")
)


class Part(NamedTuple):
    """The ratings of one side, row by row."""

    indptr: IntArray  # (n + 1,) int64
    indices: IntArray  # (n_ratings,) int32, rows of the other side
    values: FloatArray  # (n_ratings,) float32


class Law(NamedTuple):
    """What a rating v of an item with offset o weighs, w = weight + weight_gain v, and pulls:
    y = pull + pull_gain v - w o."""

    weight: np.float32
    weight_gain: np.float32
    pull: np.float32
    pull_gain: np.float32


class Prior(NamedTuple):
    """What is known of a row before its ratings: N(precision⁻¹ pull, precision⁻¹), ridge added to the diagonal."""

    precision: FloatArray  # (k · k,) of all rows
    ridge: FloatArray  # (n,) or (1,)
    pull: FloatArray  # (n, k) or (1, k)


class Long(NamedTuple):
    """A row with so many ratings that all threads sum them: `cuts` are where its pieces begin, and its end."""

    row: int
    cuts: list[int]


class Plan(NamedTuple):
    """The order in which rows are solved, the longest first, in pieces of equal work; and the split rows.

    It depends on the ratings alone, and so do the sums: any number of threads gives the same bits.
    """

    order: IntArray  # (n - n_long,) int32
    bounds: IntArray  # (n_pieces + 1,) int64
    long: list[Long]


def padded(k: int) -> int:
    """The next multiple of 16."""
    return -(-k // WIDTH) * WIDTH


def plan_rows(indptr: IntArray, k: int, *, long: int = LONG) -> Plan:
    """Pieces of equal work for `solve`, k the width of a row; rows of more than `long` ratings are split."""
    counts = np.diff(indptr)
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    n_long = int(np.count_nonzero(counts > long))
    split = [Long(int(row), _cuts(int(indptr[row]), int(indptr[row + 1]), long)) for row in order[:n_long]]
    order = order[n_long:]
    work = np.cumsum(counts[order].astype(np.float64) + k / 3 + 8)
    bounds = np.searchsorted(work, np.linspace(0, work[-1], PIECES + 1)[1:-1]) if len(work) else []
    return Plan(order, np.unique([0, *bounds, len(order)]).astype(np.int64), split)


def _cuts(begin: int, end: int, long: int) -> list[int]:
    size = max(long // 4, -(-(end - begin) // CUTS))
    return [*range(begin, end, size), end]


def solve(
    out: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, plan: Plan,
    *, draw: int | None = None,
) -> FloatArray:  # fmt: skip
    """Every row of `out` (n, k) becomes its posterior mean or, where `draw` is a key, a draw.

    design: (m, k), the other side     offset: (m,)     k a multiple of 16
    Returns by how much each new row lowers its squared error and penalty from those of 0, (n,): the loss at no cost.
    The draw of a row depends on the key and the row alone, whatever the number of threads.
    """
    k, drawn = out.shape[1], (int(draw is not None), draw or 0)
    explained, flat = np.zeros(len(out), np.float32), on_lines(design).reshape(-1)
    for long in plan.long:
        sums = _sum_pieces(k, flat, offset, part, law, long.cuts)
        _join_pieces(out, explained, prior, sums, long.row, _space(k), *drawn)
    counter = np.zeros(1, np.int64)

    def work(_: int) -> None:
        given = out, explained, flat, offset, part, law, prior, _space(k), plan.order, plan.bounds, counter
        _solve_rows(*given, *drawn)

    on_threads(work, n_threads())
    return explained


def _sum_pieces(k: int, design: FloatArray, offset: FloatArray, part: Part, law: Law, cuts: list[int]) -> FloatArray:
    """(n_pieces, k² + k): what each piece of a long row adds to its precision and right-hand side."""
    sums = empty_lines((len(cuts) - 1, k * k + k))

    def one(piece: int) -> None:
        _sum_piece(sums[piece], k, design, offset, part, law, cuts[piece], cuts[piece + 1], _space(k))

    on_threads(one, len(sums))
    return sums


def sum_row(design: FloatArray, offset: FloatArray, part: Part, law: Law, long: Long) -> tuple[FloatArray, FloatArray]:
    """Σ w q qᵀ (k, k) and Σ y q (k,) of a long row, float64."""
    k = design.shape[1]
    sums = _sum_pieces(k, on_lines(design).reshape(-1), offset, part, law, long.cuts).sum(axis=0, dtype=np.float64)
    upper = np.triu(sums[: k * k].reshape(k, k))
    return upper + np.triu(upper, 1).T, sums[k * k :]


def _space(k: int) -> FloatArray:
    return empty_lines((k * k + k + BLOCK * (k + 2),))


def n_threads() -> int:
    return os.cpu_count() or 1


def on_threads(work: Callable[[int], None], n: int) -> None:
    """work(0), …, work(n - 1), side by side."""
    list(_workers().map(work, range(n)))


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n_threads())


def empty_lines(shape: tuple[int, ...]) -> FloatArray:
    """Uninitialised float32 that begins with a cache line: a vector that lies across two costs twice."""
    raw = np.empty(4 * math.prod(shape) + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + 4 * math.prod(shape)].view(np.float32).reshape(shape)


def on_lines(array: FloatArray) -> FloatArray:
    """The array itself, or a copy, so that it begins with a cache line."""
    if array.ctypes.data % LINE == 0:
        return array
    copy = empty_lines(array.shape)
    copy[:] = array
    return copy


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
    """The same where ratings = low + (high - low) · sigmoid(design · x + offset): damped Gauss-Newton from 0.

    Each step is the row posterior of the model made linear at x.
    """
    span = high - low

    def squashed(x: FloatArray) -> FloatArray:
        return 1 / (1 + np.exp(-np.clip(design @ x + offset, -30, 30)))

    def cost(x: FloatArray) -> float:
        return float(np.sum((ratings - low - span * squashed(x)) ** 2) + x @ precision @ x)

    x = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        s = squashed(x)
        slope = span * s * (1 - s)
        tangent = slope[:, None] * design
        step = row_mean(tangent, ratings - low - span * s + tangent @ x, precision) - x
        before = cost(x)
        while cost(x + step) > before and np.abs(step).max() > 2.0**-HALVINGS * 1e-3:
            step /= 2
        x = x + step
        if np.abs(step).max() < 1e-6:
            break
    return x
