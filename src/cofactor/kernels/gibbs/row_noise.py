"""The noise precision of each row's ratings, drawn from its posterior given the squared errors of a sweep."""

import numpy as np

from cofactor.arrays import FloatArray
from cofactor.kernels.compiling.native import Native
from cofactor.kernels.ratings.csr import CsrRatings
from cofactor.kernels.scoring.pairs import ScoredSide
from cofactor.kernels.threads import on_threads, row_shares
from cofactor.kernels.twins import with_numpy_twin

__all__ = ["draw_row_precisions"]

N_PIECES = 8  # pieces of work with sums of their own, so that any number of threads gives the same bits

_draw_row_precisions = Native("cofactor.kernels.gibbs.row_noise_loops", "draw_row_precisions")


@with_numpy_twin
def draw_row_precisions(
    ratings: CsrRatings, rows: ScoredSide, others: ScoredSide, mean: float, precision: float,
    other_precisions: FloatArray, gammas: FloatArray, dof: float,
) -> tuple[FloatArray, FloatArray, float]:  # fmt: skip
    """A drawn relative precision of each row; weighted squared errors of the other side's rows; all squared errors.

    With the error e = v - mean - score of a rating, in units of the ratings, and the precisions τ of the other side:

        row_precisions (n,) = gammas / ((dof + precision Σ τ e²) / 2), the sum over a row's ratings, float64
        sums (m,) = Σ row_precision e² over the ratings of each row of the other side, float64
        total = Σ e² over all ratings

    other_precisions: (m,) float32, relative to `precision`
    gammas: (n,) drawn from Gamma((dof + number of the row's ratings) / 2, 1)
    dof: degrees of freedom of the prior of a row's precision
    """
    cuts = row_shares(ratings.indptr, N_PIECES)
    row_precisions, sums = np.empty(len(rows.bias)), np.zeros((N_PIECES, len(others.bias)))
    totals, longest = np.zeros((N_PIECES, 1)), int(np.diff(ratings.indptr).max(initial=0))
    noise = np.float32(mean), precision, other_precisions, gammas, dof

    def piece(at: int) -> None:
        space = np.empty(longest, np.float32)
        _draw_row_precisions(
            row_precisions, sums[at], totals[at], space, ratings, rows, others, *noise, cuts[at], cuts[at + 1]
        )

    on_threads(piece, N_PIECES)
    return row_precisions, sums.sum(axis=0), float(totals.sum())
