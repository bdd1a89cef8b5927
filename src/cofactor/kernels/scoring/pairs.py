"""Scores of pairs (user, item) or triples (user, item, day): dot products of two factors each, and biases."""

from typing import NamedTuple

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.absent import NO_INDICES, NO_NUMBERS, NO_ROWS
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.threads import on_threads, shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["NO_SIDE", "ScoredSide", "pair_scores"]

N_PIECES = 32  # pieces of work

_score_pairs = Native("cofactor.kernels.scoring.pairs_loops", "score_pairs")


class ScoredSide(NamedTuple):
    """One side of ratings: its factors and biases, and the row of each rating."""

    factors: FloatArray  # (m, width) float32, width a multiple of 16
    bias: FloatArray  # (m,) float32
    idx: IntArray  # (n,) int32: the row of each rating


NO_SIDE = ScoredSide(NO_ROWS, NO_NUMBERS, NO_INDICES)


@with_numpy_twin
def pair_scores(left: ScoredSide, right: ScoredSide, third: ScoredSide = NO_SIDE) -> FloatArray:
    """The scores (n,) float32: p·q + b_p + b_q, and + p·t + q·t + b_t where there is a third side."""
    out = np.empty(len(left.idx), np.float32)
    bounds = shares(len(out), N_PIECES)

    def piece(at: int) -> None:
        _score_pairs(out, left, right, third, bounds[at], bounds[at + 1])

    on_threads(piece, N_PIECES)
    return out
