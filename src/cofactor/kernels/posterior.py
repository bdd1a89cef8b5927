"""The posterior of one row, the other side being given: what fold-in asks for.

    precision = Λ + Σ_j w_j a_j a_jᵀ        mean = precision⁻¹ Σ_j w_j a_j y_j

with a_j = [1, q_j], so that the row's bias is its first coordinate. `solve` does it for all rows of a side at once;
its loops are in `posterior_loops.py`.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.native import Native

__all__ = [
    "BLOCK", "Law", "Part", "Plan", "Prior", "padded", "plan_rows", "row_mean", "solve", "squashed_row_mean", "workers",
]  # fmt: skip

NEWTON_STEPS = 12
HALVINGS = 8  # of a step that went too far
BLOCK = 128  # ratings gathered at once
WIDTH = 16  # rows are padded to a multiple of it
PIECES = 16  # of the work, for each thread

NO_NUMBERS = np.zeros(0, np.float32)
NO_INDICES = np.zeros(0, np.int32)
NO_ROWS = np.zeros((0, WIDTH), np.float32)

_solve_rows = Native("cofactor.kernels.posterior_loops", "solve_rows")


class Part(NamedTuple):
    """The ratings of one side, row by row."""

    indptr: IntArray  # (n + 1,) int64
    indices: IntArray  # (n_ratings,) int32, rows of the other side
    values: FloatArray  # (n_ratings,) float32
    weights: FloatArray = NO_NUMBERS  # (n_ratings,) float32, what each weighs beside the law's w; or (0,): 1
    joined: IntArray = NO_INDICES  # (n_ratings,) int32, rows that are added to the other side's; or (0,): none


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


class Plan(NamedTuple):
    """The order in which rows are solved, the longest first, and pieces of equal work."""

    order: IntArray
    bounds: list[int]


def padded(k: int) -> int:
    """The next multiple of 16."""
    return -(-k // WIDTH) * WIDTH


def plan_rows(indptr: IntArray, k: int) -> Plan:
    """Pieces of equal work for `solve`, k the width of a row."""
    counts = np.diff(indptr)
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    work = np.cumsum(counts[order].astype(np.float64) + k / 3 + 8)
    n_pieces = PIECES * (os.cpu_count() or 1)
    bounds = np.searchsorted(work, np.linspace(0, work[-1], n_pieces + 1)[1:-1]) if len(work) else []
    return Plan(order, sorted({0, *(int(b) for b in bounds), len(order)}))


def solve(
    out: FloatArray, design: FloatArray, offset: FloatArray, part: Part, law: Law, prior: Prior, plan: Plan,
    *, draw: int | None = None, third: FloatArray = NO_ROWS,
) -> FloatArray:  # fmt: skip
    """Every row of `out` (n, k) becomes its posterior mean or, where `draw` is a key, a draw.

    design: (m, k), the other side     offset: (m,)     k a multiple of 16
    third: (l, k), of which row `part.joined[j]` is added to rating j's row of the design
    Returns by how much each new row lowers its squared error and penalty from those of 0, (n,): the loss at no cost.
    The draw of a row depends on the key and the row alone, whatever the number of threads.
    """
    k = out.shape[1]
    explained = np.zeros(len(out), np.float32)

    def piece(number: int) -> None:
        space = np.empty(k * k + (BLOCK + 1) * k, np.float32)
        start, stop = plan.bounds[number], plan.bounds[number + 1]
        drawn = (int(draw is not None), draw or 0)
        _solve_rows(out, explained, design, offset, third, part, law, prior, space, plan.order, start, stop, *drawn)

    list(workers().map(piece, range(len(plan.bounds) - 1)))
    return explained


@cache
def workers() -> ThreadPoolExecutor:
    """A thread for each core: kernels let the interpreter go while they run."""
    return ThreadPoolExecutor(os.cpu_count() or 1)


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
