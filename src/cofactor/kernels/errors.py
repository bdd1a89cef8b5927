"""The squared errors of ratings that lie row by row, summed for the rows of both sides; the loops: `error_loops.py`."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.native import Native
from cofactor.kernels.pairs import ScoredSide
from cofactor.kernels.rows import Part
from cofactor.kernels.threads import on_threads, row_shares

__all__ = ["square_errors", "sum_for_others"]

PIECES = 8  # of the work, each with sums of its own: the same bits on any number of threads

_square_errors, _add_to_others = (
    Native("cofactor.kernels.error_loops", name) for name in ("square_errors", "add_to_others")
)


def square_errors(
    part: Part, rows: ScoredSide, others: ScoredSide, mean: float, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(v - mean - score)² of each rating, (n_ratings,) float32, and for each row Σ weights[other] · it, float64.

    weights: (m,) float32, of the rows met
    """
    squares, sums, cuts = (
        np.empty(len(part.indices), np.float32),
        np.zeros(len(rows.bias)),
        row_shares(part.indptr, PIECES),
    )

    def piece(at: int) -> None:
        _square_errors(squares, sums, part, rows, others, np.float32(mean), weights, cuts[at], cuts[at + 1])

    on_threads(piece, PIECES)
    return squares, sums


def sum_for_others(part: Part, squares: FloatArray, weights: FloatArray, m: int) -> FloatArray:
    """(m,) float64: Σ weights[row] · square for each row met.     weights: (n_rows,) float32"""
    sums, cuts = np.zeros((PIECES, m)), row_shares(part.indptr, PIECES)

    def piece(at: int) -> None:
        _add_to_others(sums[at], part, squares, weights, cuts[at], cuts[at + 1])

    on_threads(piece, PIECES)
    return sums.sum(axis=0)
