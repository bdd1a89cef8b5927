"""The squared errors of ratings and what they say of each row's noise; the loop is in `row_noise_loops.py`."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ratings.csr import Part
from cofactor.kernels.scoring.pairs import ScoredSide
from cofactor.kernels.threads import on_threads, row_shares

__all__ = ["draw_row_factors"]

PIECES = 8  # of the work, each with sums of its own: the same bits on any number of threads

_draw_row_factors = Native("cofactor.kernels.gibbs.row_noise_loops", "draw_row_factors")


def draw_row_factors(
    part: Part, rows: ScoredSide, others: ScoredSide, mean: float, precision: float, met: FloatArray,
    gammas: FloatArray, freedom: float,
) -> tuple[FloatArray, FloatArray, float]:  # fmt: skip
    """How precise each row's ratings are, drawn; what that makes of the other side's errors; in one pass.

    met: (m,) float32, the factors of the rows met     gammas: (n,) drawn from Gamma((freedom + a row's ratings) / 2, 1)
    With e = v - mean - score, in float64: the factors (n,), gammas / ((freedom + precision Σ met e²) / 2); of each row
    met Σ factor e², (m,); and Σ e².
    """
    cuts = row_shares(part.indptr, PIECES)
    factors, sums, totals = np.empty(len(rows.bias)), np.zeros((PIECES, len(others.bias))), np.zeros((PIECES, 1))
    longest = int(np.diff(part.indptr).max(initial=0))

    def piece(at: int) -> None:
        given = part, rows, others, np.float32(mean), precision, met, gammas, freedom, cuts[at], cuts[at + 1]
        _draw_row_factors(factors, sums[at], totals[at], np.empty(longest, np.float32), *given)

    on_threads(piece, PIECES)
    return factors, sums.sum(axis=0), float(totals.sum())
