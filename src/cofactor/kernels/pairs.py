"""Scores of pairs (user, item), or of triples with a day: rows of factors and a bias, joined two by two."""

import numpy as np

from cofactor.arrays import FloatArray, IntArray
from cofactor.kernels.native import Native
from cofactor.kernels.rows import NO_INDICES, NO_ROWS, on_threads

__all__ = ["pair_scores"]

PIECES = 32  # of the work

_score_pairs = Native("cofactor.kernels.pair_loops", "score_pairs")


def pair_scores(
    left: FloatArray, right: FloatArray, left_idx: IntArray, right_idx: IntArray, k: int,
    third: FloatArray = NO_ROWS, third_idx: IntArray = NO_INDICES,
) -> FloatArray:  # fmt: skip
    """(n,) float32: p·q + b_p + b_q, and + p·t + q·t + b_t where there is a third.

    left, right, third: (·, width) float32 rows [factors (k), bias, 0 …], width a multiple of 16
    left_idx, right_idx, third_idx: (n,) int32
    """
    out = np.empty(len(left_idx), np.float32)
    bounds = np.linspace(0, len(out), PIECES + 1).astype(int).tolist()

    def piece(at: int) -> None:
        _score_pairs(out, left, right, third, left_idx, right_idx, third_idx, k, bounds[at], bounds[at + 1])

    on_threads(piece, PIECES)
    return out
