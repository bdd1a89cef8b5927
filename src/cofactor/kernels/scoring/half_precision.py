"""Draws, which are stored in half precision, converted to single precision or multiplied as they are read.

NumPy converts number by number, which takes ten times as long; a product of halves as they are read needs no copy.
The loops are in `half_precision_loops.py`.
"""

import math
from typing import NamedTuple

import numpy as np

from cofactor.arrays import Array, FloatArray, IntArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import on_threads, shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["HalfPrecisionSide", "draw_scores", "multiply_halves", "single_precision"]

N_PIECES = 8  # pieces of work
MAX_STREAMED_ROWS = 8  # rows up to which a product is made as halves are read; BLAS is faster with more

_widen = Native("cofactor.kernels.scoring.half_precision_loops", "widen")
_multiply = Native("cofactor.kernels.scoring.half_precision_loops", "multiply")
_score_draws = Native("cofactor.kernels.scoring.half_precision_loops", "score_draws")


class HalfPrecisionSide(NamedTuple):
    """One side of ratings, in every draw: d - 1 factors and a bias, and the row of each rating."""

    halves: Array  # (m, n_draws, d) float16
    unknown: FloatArray  # (n_draws, d) float32, the row of index -1
    idx: IntArray  # (n,) the row of each rating; -1: `unknown`


NO_DAYS = HalfPrecisionSide(np.zeros((0, 0, 0), np.float16), np.zeros((0, 0), np.float32), np.zeros(0, np.int64))


@with_numpy_twin
def single_precision(halves: FloatArray, column: int | None = None) -> FloatArray:
    """The same finite numbers as float32, in the same shape; with a column c, of halves[:, c] alone."""
    out = np.empty(halves.shape if column is None else (len(halves), *halves.shape[2:]), np.float32)
    table, width = _bits(halves), math.prod(out.shape[1:])
    rows, start, cuts = out.reshape(len(out), width), (column or 0) * width, shares(len(out), N_PIECES)
    on_threads(lambda at: _widen(rows, rows.view(np.uint32), table, start, cuts[at], cuts[at + 1]), N_PIECES)
    return out


@with_numpy_twin
def multiply_halves(rows: FloatArray, halves: FloatArray) -> FloatArray:
    """rows @ halvesᵀ, (b, m) float32, of rows (b, w) float32 and halves (m, w) float16."""
    if len(rows) > MAX_STREAMED_ROWS:
        return rows @ single_precision(halves).T
    out, table, cuts = np.empty((len(rows), len(halves)), np.float32), _bits(halves), shares(len(halves), N_PIECES)

    def piece(at: int) -> None:
        space = np.empty(rows.shape[1], np.float32)
        _multiply(out, rows, table, space, space.view(np.uint32), cuts[at], cuts[at + 1])

    on_threads(piece, N_PIECES)
    return out


@with_numpy_twin
def draw_scores(
    users: HalfPrecisionSide, items: HalfPrecisionSide, days: HalfPrecisionSide | None = None
) -> FloatArray:
    """The scores (n, n_draws) float32 of each draw: p·q + b_p + b_q, and + p·t + q·t + b_t where there are days."""
    n, (n_draws, d) = len(users.idx), users.unknown.shape
    out, cuts = np.empty((n, n_draws), np.float32), shares(n, N_PIECES)
    sides = [_flat(side) for side in (users, items, days or NO_DAYS)]

    def piece(at: int) -> None:
        space = np.empty((3, n_draws * d), np.float32)
        _score_draws(out, *sides, space, space.view(np.uint32), d, cuts[at], cuts[at + 1])

    on_threads(piece, N_PIECES)
    return out


def _flat(side: HalfPrecisionSide) -> HalfPrecisionSide:
    """A side as the loops read it: all draws of a row one after the other, and halves as their bits."""
    return HalfPrecisionSide(_bits(side.halves), side.unknown.ravel().astype(np.float32), side.idx.astype(np.int64))


def _bits(halves: Array) -> IntArray:
    """(m, …) float16 -> (m, w) uint16, without a copy where the array is contiguous."""
    kept = np.ascontiguousarray(halves)
    return kept.reshape(len(kept), math.prod(kept.shape[1:])).view(np.uint16)
